"""Days on which somebody does not work although their week says so: leave, and days the house is closed."""

from dataclasses import dataclass
from datetime import date, time

from coachfollow.rules.weeks import Span

NOON = time(12)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Leave:
    """One person away from a day to a day, both included; the first may begin and the last end at noon."""

    first: date
    last: date
    from_noon: bool = False
    until_noon: bool = False

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the last day lies before the first")
        if self.first == self.last and self.from_noon and self.until_noon:
            raise ValueError("on one day, either the morning or the afternoon can be off")

    def covers(self, day: date) -> bool:
        """Whether any of this day is off."""
        return self.first <= day <= self.last

    def left(self, spans: tuple[Span, ...], day: date) -> tuple[Span, ...]:
        """What remains of a day's working hours."""
        if not self.covers(day):
            return spans
        if self.from_noon and day == self.first:
            return within(spans, until=NOON)
        if self.until_noon and day == self.last:
            return within(spans, since=NOON)
        return ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Closure:
    """The whole organisation closed from a day to a day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the last day lies before the first")

    def covers(self, day: date) -> bool:
        """Whether the house is closed on this day."""
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """The part of the day in which nobody is written to; it may run over midnight."""

    since: time
    until: time

    def left(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Working hours outside it; who works at night only keeps them, or they would never be written to."""
        if self.since <= self.until:
            kept = (*within(spans, until=self.since), *within(spans, since=self.until))
        else:
            kept = within(within(spans, since=self.until), until=self.since)
        return kept or spans


def within(spans: tuple[Span, ...], *, since: time = time.min, until: time = time.max) -> tuple[Span, ...]:
    """The parts of these hours that lie between two times of the day."""
    cut = ((max(span.start, since), min(span.end, until)) for span in spans)
    return tuple(Span(start, end) for start, end in cut if start < end)
