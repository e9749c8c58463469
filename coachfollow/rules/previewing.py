"""Says every date that a follow-up will have for one person before there is one: when, why then, and what reminds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from coachfollow.rules import cadence, distance_words, planning, worktime
from coachfollow.rules.adapting import NO_RULES, Rules
from coachfollow.rules.cadence import ANSWER, Sessions, StepRule
from coachfollow.rules.kinds import Audience, StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A programme as far as its dates are concerned, published or not; `titles` are the subjects of its steps.

    The anchor is “first”, “last” or the number of the session from which days are counted.
    """

    key: str
    title: str
    steps: tuple[StepRule, ...]
    titles: Mapping[str, str]
    anchor: str
    silent_after: int | None = None
    adapts: Rules = NO_RULES


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """Whose dates they are: where they live, and when they work there."""

    zone: str
    hours: Hours
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """One date in local time, and why it is that day; `left_out` says why something will not come at all.

    `until` is the last day on which it can be answered; reminders come only while it is not.
    """

    step: str
    title: str
    kind: StepKind
    audience: Audience
    day: date
    at: time
    why: str
    until: date
    reminders: tuple[datetime, ...]
    left_out: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What gets its day only when something is answered: how far from then, and the title of that."""

    step: str
    title: str
    kind: StepKind
    how_far: str
    answered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All dates of one person, in their order, and what waits for an answer of theirs."""

    zone: str
    name: str
    sessions: tuple[date, ...]
    dates: tuple[Dated, ...]
    waiting: tuple[Waiting, ...] = ()


def most_sessions(steps: Sequence[StepRule]) -> int:
    """How many sessions the steps speak of by number: so many days have to be known."""
    numbers = [step.anchor.partition(":")[2] for step in steps if step.anchor.startswith("session:")]
    return max((int(number) for number in numbers if number.isdigit()), default=1)


def preview(offer: Offer, *, sessions: Sessions, person: Somebody) -> Preview:
    """Date everything for one person; ValueError names a session that a step counts from and that is not there."""
    planned = planning.plan(offer.steps, sessions=sessions, week=person.hours, zone=person.zone)
    rules = {step.key: step for step in offer.steps}
    return Preview(
        zone=person.zone,
        name=person.name,
        sessions=sessions.days,
        dates=tuple(
            _dated(one, rules[one.step], title=offer.titles.get(one.step, one.step), person=person)
            for one in planned
        ),
        waiting=tuple(_waiting(offer, {one.step for one in planned})),
    )


def _waiting(offer: Offer, dated: Collection[str]) -> Iterator[Waiting]:
    distances = cadence.distances(offer.steps)
    for step in offer.steps:
        if step.key not in dated:
            answered = distances[step.key].anchor.removeprefix(ANSWER)
            yield Waiting(
                step=step.key,
                title=offer.titles.get(step.key, step.key),
                kind=step.kind,
                how_far=distance_words.how_far(distances[step.key]),
                answered=offer.titles.get(answered, answered),
            )


def _dated(one: Planned, step: StepRule, *, title: str, person: Somebody) -> Dated:
    return Dated(
        step=one.step,
        title=title,
        kind=one.kind,
        audience=one.audience,
        day=one.local_date,
        at=one.local_time,
        why=one.why,
        until=worktime.local(one.closes_at, one.zone).date(),
        reminders=() if one.excused or one.kind is StepKind.CHECK_IN else _reminders(one, step, person),
        left_out=one.excused,
    )


def _reminders(one: Planned, step: StepRule, person: Somebody) -> tuple[datetime, ...]:
    moments = planning.reminder_moments(
        local_date=one.local_date,
        local_time=one.local_time,
        zone=one.zone,
        week=person.hours,
        reminders=step.reminders,
        closes_at=one.closes_at,
    )
    return tuple(worktime.local(moment, one.zone) for moment in moments)
