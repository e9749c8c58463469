"""Places the meetings of a simulation as the house would: day by day, those that come soon, within both's hours."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from coachfollow.rules import slots_engine, slots_load, slots_reasons, worktime
from coachfollow.rules.days import monday as monday_of
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.simulating_people import Participant
from coachfollow.rules.simulating_values import CoachWeek, Meetings, Model, Week
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_reasons import Reason
from coachfollow.rules.slots_values import Coach, Meeting, Problem, Wanted
from coachfollow.rules.slots_values import Participant as Reachable

NO_COACH = "there is no coach"
ROOM_HELPS = frozenset({Reason.FULL, Reason.TAKEN})
NOON = time(12)
_REST = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Wish:
    """A meeting that somebody is to have: whose it is, which of their dates, and when it is looked for."""

    person: Participant
    number: int
    planned: Planned
    looked_at: datetime

    @property
    def key(self) -> tuple[int, int]:
        """The participant's number, and that of the date."""
        return self.person.number, self.number


@dataclass(frozen=True, slots=True)
class Placed:
    """The times that were found, by whose and which date; when what found none was looked for; the sums."""

    meetings: Mapping[tuple[int, int], Meeting]
    unplaced: Mapping[tuple[int, int], datetime]
    invited: Mapping[tuple[int, int], datetime]
    sums: Meetings


def place(model: Model, people: Sequence[Participant]) -> Placed:
    """Find times for all meetings of these people, with the limits of their coaches."""
    every = sorted(wishes(model, people), key=lambda one: (one.looked_at, one.planned.due_at, one.key))
    coaches = {coach.id: coach for coach in model.coaches}
    found, left = dict[tuple[int, int], Meeting](), dict[tuple[int, int], datetime]()
    reasons, crowded = Counter[str](), 0
    standing = list(model.standing)
    ids = {one.key: number for number, one in enumerate(every, start=1)}
    for some in _days(every):
        wanted = {one.key: as_wanted(one, ids[one.key], model, coaches) for one in some}
        problem = _problem(some, list(wanted.values()), coaches, standing)
        placement = slots_engine.place(problem, looks=0) if coaches else None
        times = placement.meetings if placement else {}
        found |= {one.key: times[ids[one.key]] for one in some if ids[one.key] in times}
        standing += times.values()
        missing = [one for one in some if ids[one.key] not in times]
        left |= {one.key: one.looked_at for one in missing}
        for reason in _reasons(problem, times, [wanted[one.key] for one in missing]):
            reasons[reason] += 1
            crowded += reason in ROOM_HELPS
    return Placed(
        meetings=found,
        unplaced=left,
        invited={one.key: one.looked_at for one in every if one.key in found},
        sums=_sums(model, every, found, reasons, crowded),
    )


def wishes(model: Model, people: Sequence[Participant]) -> Iterator[Wish]:
    """The meetings of all, looked for `ahead` of their day, at noon, but not before the training has taken place."""
    for person in people:
        later = timedelta(days=model.every * (person.number % model.groups))
        trained = model.sessions.days[model.sessions.anchor] + later
        for number, (planned, _) in enumerate(person.dates):
            if planned.kind is StepKind.CHECK_IN and planned.excused is None:
                day = max(trained, (planned.due_at - model.ahead).date())
                yield Wish(person, number, planned, datetime.combine(day, NOON, UTC))


def _days(wishes: Sequence[Wish]) -> Iterator[Sequence[Wish]]:
    """What is looked for together: a day's."""
    by_day: defaultdict[datetime, list[Wish]] = defaultdict(list)
    for one in wishes:
        by_day[one.looked_at].append(one)
    yield from by_day.values()


def as_wanted(wish: Wish, number: int, model: Model, coaches: Mapping[int, Coach]) -> Wanted:
    """The meeting as placing takes it: from its day on, in its window, with the plan's own coach."""
    coach = coaches[wish.person.coach] if wish.person.coach is not None else None
    zone = coach.zone if coach else wish.planned.zone
    soonest = wish.looked_at + model.notice
    ideal = max(wish.planned.due_at, soonest)
    return Wanted(
        id=number,
        plan=wish.person.number,
        person=wish.person.number,
        coaches=(coach.id,) if coach else (),
        coach=coach.id if coach else None,
        ideal=ideal,
        earliest=max(_midnight(ideal, zone), soonest),
        latest=max(_last_of(wish.planned.due_at, zone, model.window), wish.planned.closes_at),
    )


@lru_cache(maxsize=4096)
def _midnight(moment: datetime, zone: str) -> datetime:
    """The midnight before a moment, by the coach's clock."""
    return worktime.resolve(datetime.combine(worktime.local(moment, zone).date(), time()), zone)


@lru_cache(maxsize=4096)
def _last_of(due_at: datetime, zone: str, days: int) -> datetime:
    """The end of the last day of a window, by the coach's clock."""
    return worktime.end_of_day(worktime.local(due_at, zone).date() + timedelta(days=days), zone)


def _problem(
    wishes: Sequence[Wish],
    wanted: Sequence[Wanted],
    coaches: Mapping[int, Coach],
    standing: Sequence[Meeting],
) -> Problem:
    return Problem(
        coaches=coaches,
        people={
            one.person.number: Reachable(id=one.person.number, zone=one.person.zone, week=one.person.hours)
            for one in wishes
        },
        wanted=wanted,
        standing=standing,
    )


def _reasons(problem: Problem, times: Mapping[int, Meeting], missing: Sequence[Wanted]) -> Iterator[str]:
    """Why each of these found no time; those who share hours, coach and window share the reason."""
    if not missing:
        return
    board = Board(problem)
    board.put(times.values())
    known: dict[tuple[object, ...], str] = {}
    for one in missing:
        person = problem.people[one.person]
        key = (one.coaches, id(person.week), person.zone, one.earliest, one.latest)
        if key not in known:
            known[key] = slots_reasons.reason(board, one) if one.coaches else NO_COACH
        yield known[key]


def _sums(
    model: Model,
    wishes: Sequence[Wish],
    found: Mapping[tuple[int, int], Meeting],
    reasons: Counter[str],
    crowded: int,
) -> Meetings:
    by_coach = tuple(_coach_weeks(model, wishes, found))
    weeks: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in by_coach:
        for at, number in enumerate((one.wanted, one.used, one.room)):
            weeks[one.monday][at] += number
    return Meetings(
        wanted=len(wishes),
        placed=len(found),
        unplaced=len(wishes) - len(found),
        reasons=dict(sorted(reasons.items())),
        crowded=crowded,
        by_coach=by_coach,
        weeks=[
            Week(monday=monday, wanted=wanted, used=used, room=room)
            for monday, (wanted, used, room) in sorted(weeks.items())
        ],
    )


def _coach_weeks(
    model: Model, wishes: Sequence[Wish], found: Mapping[tuple[int, int], Meeting]
) -> Iterator[CoachWeek]:
    """Every coach's weeks from the first in which a meeting is wanted or held to the last."""
    zones = {coach.id: coach.zone for coach in model.coaches}
    wanted, used = Counter[tuple[int, date]](), Counter[tuple[int, date]]()
    for one in wishes:
        if one.person.coach is not None:
            wanted[one.person.coach, _monday(one.planned.due_at, zones[one.person.coach])] += 1
    for meeting in found.values():
        used[meeting.coach, _monday(meeting.starts_at, zones[meeting.coach])] += 1
    mondays = sorted({monday for _, monday in (*wanted, *used)})
    if not mondays:
        return
    span = {"first": mondays[0], "last": mondays[-1] + _REST}
    for coach, days in slots_load.each(model.coaches, **span, standing=model.standing):
        for monday in mondays:
            key = (coach.id, monday)
            yield CoachWeek(
                coach=coach.id, monday=monday, wanted=wanted[key], used=used[key], room=days.within(monday)
            )


def _monday(moment: datetime, zone: str) -> date:
    return monday_of(worktime.local(moment, zone).date())
