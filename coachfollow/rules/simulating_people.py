"""Invents the people of a simulation: who lives where, is away when, has which coach, and answers how readily.

Chance follows from the seed and the person's number alone, so that a change of coaches or windows changes nobody, and
whoever answers where few do answers where many do.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from coachfollow.rules import cadence, planning
from coachfollow.rules.absences import Leave
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.days import monday
from coachfollow.rules.kinds import Applied, StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.simulating_values import Kind, Model
from coachfollow.rules.snapshots import FollowUp
from coachfollow.rules.worktime import WorkingTime

PROMPT = 2 / 3  # of those who answer: how many do within two days; the others take longer
LAPSE = 0.2  # how much of what those answer who do goes unanswered, at a response of nothing
SOON, LATE = (timedelta(minutes=10), timedelta(hours=30)), (timedelta(days=4), timedelta(days=9))
WEEKS_OFF = (1, 2)
WEEK = timedelta(days=7)
_FEW, _MOST_LOTS = 32, 2_048

Dates = tuple[tuple[Planned, tuple[datetime, ...]], ...]


@dataclass(frozen=True, slots=True)
class Chance:
    """How readily one person answers, and how they take each question; shares are lots between 0 and 1."""

    lots: str  # from which everything about this person follows

    def delay(self, question: int, *, response: float) -> timedelta | None:
        """How long after it came a question is answered where so large a share of all is; None for never.

        Those who answer leave some out and the others take up some, so that the share is what it says.
        """
        drawn = _drawn(self.lots, question + 1)
        (habit, promptness), (lot, length) = drawn[0], drawn[question + 1]
        is_answered = lot >= LAPSE * (1 - response) if habit < response else lot < LAPSE * response
        if not is_answered:
            return None
        soonest, latest = SOON if promptness < PROMPT else LATE
        return soonest + length * (latest - soonest)

    def applied(self, question: int, *, no_opportunity: float, as_intended: float) -> Applied:
        """What the answer to a question says, if there is one; each by a lot of its own."""
        lot, _ = _drawn(f"{self.lots} say", question)[question]
        if lot < no_opportunity:
            return Applied.NO_OPPORTUNITY
        return Applied.AS_INTENDED if lot < no_opportunity + as_intended else Applied.PARTLY


def _drawn(lots: str, questions: int) -> Sequence[tuple[float, float]]:
    """The lots of one person, a pair for their habit and one for each question; at least so many of these."""
    return _pairs(lots, max(_FEW, 1 << questions.bit_length()))


@lru_cache(maxsize=_MOST_LOTS)  # whoever is asked about is asked about again, for each share of answers
def _pairs(lots: str, number: int) -> Sequence[tuple[float, float]]:
    lot = random.Random(lots)
    return [(lot.random(), lot.random()) for _ in range(number + 1)]


@dataclass(frozen=True, slots=True)
class Calendar:
    """What people share who work alike and begin together: their dates, and those that wait for their answers.

    What an answer dates is worked out once for each day on which it is given; meetings that wait for it are left out.
    """

    zone: str
    hours: WorkingTime
    steps: tuple[StepRule, ...]
    sessions: Sessions
    dates: Dates
    known: dict[tuple[str, date], Sequence[tuple[int, Planned, tuple[datetime, ...]]]]
    follow_ups: dict[tuple[object, ...], FollowUp]  # as decisions about a plan look at these dates

    @property
    def size(self) -> int:
        """The numbers of dates and of what waits for an answer are below this."""
        return len(self.dates) + len(self.steps)

    def rule(self, step: str) -> StepRule:
        """What the programme says of a step."""
        return next(rule for rule in self.steps if rule.key == step)

    def reminders(self, one: Planned) -> tuple[datetime, ...]:
        """When something that got another day is reminded of."""
        return _reminders(one, self.rule(one.step).reminders, self.hours)

    def after(self, step: str, *, answered_on: date) -> Sequence[tuple[int, Planned, tuple[datetime, ...]]]:
        """What the answer to a step dates, each with a number that no other date has."""
        if (step, answered_on) not in self.known:
            self.known[step, answered_on] = tuple(self._after(step, answered_on))
        return self.known[step, answered_on]

    def _after(self, step: str, answered_on: date) -> Iterator[tuple[int, Planned, tuple[datetime, ...]]]:
        follows = cadence.after_answer(self.steps, step)
        if not follows:
            return
        sessions = replace(self.sessions, answers={step: answered_on})
        numbers = {rule.key: number for number, rule in enumerate(self.steps, start=len(self.dates))}
        for one, reminders in _dates(self.steps, sessions, self.zone, self.hours):
            if one.step in follows and one.kind is not StepKind.CHECK_IN:
                yield numbers[one.step], one, reminders


Memory = dict[tuple[int, Leave | None, int], Calendar]
"""Calendars by kind of people, leave, and how much later their group begins."""


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody invented, with the dates of their follow-up and the reminders that each could have."""

    number: int
    coach: int | None
    calendar: Calendar
    chance: Chance

    @property
    def zone(self) -> str:
        """Where they live."""
        return self.calendar.zone

    @property
    def hours(self) -> WorkingTime:
        """When they work."""
        return self.calendar.hours

    @property
    def dates(self) -> Dates:
        """What is dated without any answer."""
        return self.calendar.dates


@dataclass(frozen=True, slots=True)
class Manager:
    """Somebody who gets the cards about some participants, each with the number of its date."""

    zone: str
    hours: WorkingTime
    people: tuple[Participant, ...]
    chance: Chance


def invent(model: Model, *, memory: Memory | None = None) -> Sequence[Participant]:
    """Give all participants; ValueError for a step that counts from a session there is not.

    The `memory` of a model serves any other whose steps, sessions and kinds of people are the same.
    """
    lot = random.Random(f"{model.seed} kinds")
    kinds = lot.choices(model.kinds, [kind.share for kind in model.kinds], k=model.participants)
    dating = _Dating(model, {} if memory is None else memory)
    return [_participant(number, kind, model, dating) for number, kind in enumerate(kinds)]


def managers(model: Model, people: Sequence[Participant]) -> Sequence[Manager]:
    """Give the managers, each with their people."""
    if not model.a_manager:
        return ()
    teams = [people[at : at + model.a_manager] for at in range(0, len(people), model.a_manager)]
    return [
        Manager(
            zone=team[0].zone,
            hours=team[0].hours,
            people=tuple(team),
            chance=Chance(f"{model.seed} manager {number}"),
        )
        for number, team in enumerate(teams)
    ]


def shifted(sessions: Sessions, *, days: int) -> Sessions:
    """The same sessions so many days later."""
    return replace(sessions, days=tuple(day + timedelta(days=days) for day in sessions.days))


def span(model: Model) -> tuple[date, date]:
    """From the first day on which something is wanted to the last, of all groups."""
    first, last = _of_one_group(model)
    return first, last + timedelta(days=model.every * (model.groups - 1))


def _of_one_group(model: Model) -> tuple[date, date]:
    wanted = cadence.wanted_days(model.steps, sessions=model.sessions, hours=model.kinds[0].hours)
    days = (*wanted.values(), *model.sessions.days)
    return min(days), max(days)


class _Dating:
    """Dates once whatever several people share."""

    def __init__(self, model: Model, memory: Memory) -> None:
        self.model, self.memory = model, memory
        first, last = _of_one_group(model)
        self.monday = monday(first)
        self.weeks = max(1, (last - self.monday).days // 7)

    def leave(self, number: int) -> Leave | None:
        """Whole weeks off, from a Monday: so that many share their dates."""
        lot = random.Random(f"{self.model.seed} leave {number}")
        if lot.random() >= self.model.away:
            return None
        first = self.monday + WEEK * lot.randrange(self.weeks)
        return Leave(first=first, last=first + WEEK * lot.choice(WEEKS_OFF) - timedelta(days=1))

    def of(self, kind: Kind, leave: Leave | None, group: int) -> Calendar:
        """When somebody of a kind works, and their dates."""
        later = self.model.every * group
        key = (id(kind), leave, later)
        if key not in self.memory:
            hours = replace(kind.hours, leave=(leave,)) if leave else kind.hours
            self.memory[key] = self._calendar(kind.zone, hours, later)
        return self.memory[key]

    def _calendar(self, zone: str, hours: WorkingTime, later: int) -> Calendar:
        sessions, steps = shifted(self.model.sessions, days=later), self.model.steps
        dates = _dates(steps, sessions, zone, hours)
        return Calendar(
            zone=zone, hours=hours, steps=steps, sessions=sessions, dates=dates, known={}, follow_ups={}
        )


def _dates(steps: Sequence[StepRule], sessions: Sessions, zone: str, hours: WorkingTime) -> Dates:
    rules = {step.key: step for step in steps}
    planned = planning.plan(tuple(steps), sessions=sessions, week=hours, zone=zone)
    return tuple((one, _reminders(one, rules[one.step].reminders, hours)) for one in planned)


def _participant(number: int, kind: Kind, model: Model, dating: _Dating) -> Participant:
    return Participant(
        number=number,
        coach=model.coaches[number // model.groups % len(model.coaches)].id if model.coaches else None,
        calendar=dating.of(kind, dating.leave(number), number % model.groups),
        chance=Chance(f"{model.seed} answers {number}"),
    )


def _reminders(one: Planned, reminders: tuple[int, ...], hours: WorkingTime) -> tuple[datetime, ...]:
    return planning.reminder_moments(
        local_date=one.local_date,
        local_time=one.local_time,
        zone=one.zone,
        week=hours,
        reminders=reminders,
        closes_at=one.closes_at,
    )
