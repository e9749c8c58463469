"""Draws the numbers: which parts stand on a bar in which tone, and where each leads."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from coachfollow.queries.completion import Group, Report
from coachfollow.queries.filters import GroupBy
from coachfollow.rules.kinds import PlanState
from coachfollow.rules.measuring import FollowUps, People
from coachfollow.web import charts
from coachfollow.web.charts import Bars, Line, Measured, Part, Stack, Tone
from coachfollow.web.staff import words

DECEMBER = 12

Lead = Callable[[str], str]  # from the key of a number to the address of the names behind it

DUE: Sequence[tuple[str, str, Tone]] = (
    ("on_time", "On time", Tone.DONE),
    ("late", "Late", Tone.LATE),
    ("open", "Open", Tone.WAITING),
    ("missed", "Missed", Tone.MISSED),
)
STANDINGS: Sequence[tuple[str, str, str, Tone]] = (
    ("finished", "finished", "Finished", Tone.DONE),
    ("active", "active", "Active", Tone.LATE),
    ("never_started", "never_started", "Never started", Tone.WAITING),
    ("paused", "paused_people", "Paused", Tone.PAUSED),
    ("stopped", "stopped", "Stopped", Tone.MISSED),
    ("undeliverable", "undeliverable_people", "Undeliverable", Tone.LOST),
)
PLANS: Sequence[tuple[PlanState, Tone]] = (
    (PlanState.FINISHED, Tone.DONE),
    (PlanState.ACTIVE, Tone.LATE),
    (PlanState.PAUSED, Tone.PAUSED),
    (PlanState.DRAFT, Tone.WAITING),
    (PlanState.STOPPED, Tone.MISSED),
)


def due(follow_ups: FollowUps) -> Stack:
    """What became of the follow-ups that are due."""
    return charts.stack(
        [Part(label=label, count=getattr(follow_ups, name), tone=tone) for name, label, tone in DUE]
    )


def people(standing: People) -> Stack:
    """Where the people who attended stand."""
    return charts.stack(
        [Part(label=label, count=getattr(standing, name), tone=tone) for name, _, label, tone in STANDINGS]
    )


def plans(states: Mapping[PlanState, int]) -> Stack:
    """How the follow-ups of a group's people stand."""
    return charts.stack(
        [
            Part(label=words.capital(words.PLAN_STATES[state]), count=states.get(state, 0), tone=tone)
            for state, tone in PLANS
        ]
    )


def due_names(lead: Lead) -> Mapping[str, str]:
    """Where each part of the due follow-ups leads."""
    return {label: lead(name) for name, label, _ in DUE}


def people_names(lead: Lead) -> Mapping[str, str]:
    """Where each part of the people leads."""
    return {label: lead(name) for _, name, label, _ in STANDINGS}


def completion(groups: Sequence[Group], *, target: float | None, url: Callable[[Group], str]) -> Bars:
    """The completion of each group against what they aim at."""
    return charts.bars(
        [
            Measured(
                label=group.label.text,
                share=group.follow_ups.completion,
                note=_note(group, target),
                url=url(group),
            )
            for group in groups
        ],
        target=target,
    )


def over_time(report: Report) -> Line | None:
    """The completion month by month; None for any other cut, and where one month is all there is."""
    months = [group for group in report.groups if group.key is not None]
    if report.by is not GroupBy.MONTH or len(months) <= 1:
        return None
    known = {group.label.text: group.follow_ups.completion for group in months}
    shares = [(month, known.get(month)) for month in _every_month(min(known), max(known))]
    return charts.line(shares, target=report.total.target, most=charts.FEW_LABELS)


def _every_month(first: str, last: str) -> Iterator[str]:
    """The months from one to another, as “2026-03”: those in which nothing was due have their place, too."""
    year, month = map(int, first.split("-"))
    while (name := f"{year:04}-{month:02}") <= last:
        yield name
        year, month = (year, month + 1) if month < DECEMBER else (year + 1, 1)


def _note(group: Group, target: float | None) -> str:
    follow_ups = group.follow_ups
    said = f"{follow_ups.completed:,} of {follow_ups.due:,}" if follow_ups.due else "none due"
    if target is None and group.target is not None:
        return f"{said}, aims at {charts.percent(group.target)}"
    return said
