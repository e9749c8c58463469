"""`/metrics` for Prometheus: every number is read from the database at the scrape.

So it does not matter which process answers, how many there are, or which of them were restarted: nothing is counted
in memory, and no folder is shared between processes.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from flask import Blueprint, Response, g
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from coachfollow.queries import vitals
from coachfollow.queries.vitals import Vitals
from coachfollow.rules import timing
from coachfollow.web import policies

pages = Blueprint("metrics", __name__)

BEATS = {
    "drain": "When a worker last looked for due mails.",
    "tick": "When the ticker last rang, as a worker wrote it down.",
}


class Scrape(Collector):
    """What one scrape gets."""

    def __init__(self, found: Vitals, *, now: datetime) -> None:
        self._found = found
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Give all numbers."""
        found = self._found
        mails = GaugeMetricFamily("coachfollow_mails", "Mails of all time, by their state.", labels=["state"])
        for state, count in found.mails.items():
            mails.add_metric([state.value], count)
        yield mails
        yield GaugeMetricFamily("coachfollow_mails_due", "Mails whose time has come.", value=found.due)
        waited = (self._now - found.oldest_due_at).total_seconds() if found.oldest_due_at else 0.0
        yield GaugeMetricFamily(
            "coachfollow_oldest_due_seconds", "How long the oldest of them has waited.", value=waited
        )
        yield _attempts(found)
        yield from self._beats()

    def _beats(self) -> Iterator[Metric]:
        for name, meaning in BEATS.items():
            if name in self._found.beats:
                at = self._found.beats[name].timestamp()
                yield GaugeMetricFamily(f"coachfollow_last_{name}_timestamp_seconds", meaning, value=at)


def _attempts(found: Vitals) -> Metric:
    """The histogram as Prometheus has it: each step counts all that were no longer."""
    counts = {up_to: count for up_to, count, _ in found.attempts}
    totals = accumulate(counts.get(step, 0) for step in timing.STEPS_MS)
    bounds = ("+Inf" if step == timing.ENDLESS_MS else str(step / 1_000) for step in timing.STEPS_MS)
    return HistogramMetricFamily(
        "coachfollow_attempt_seconds",
        "How long mails took from their offer to the mail server's reply.",
        buckets=list(zip(bounds, totals, strict=True)),
        sum_value=sum(seconds for _, _, seconds in found.attempts),
    )


@pages.get("/metrics")
@policies.scraper
def show() -> Response:
    """Give the numbers in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(Scrape(vitals.vitals(g.session, now=g.now), now=g.now))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
