"""From a programme's steps to dated touchpoints for everyone who shares a zone and working time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import chain, count, pairwise

from coachfollow.rules import cadence, distance_words, tempo, worktime
from coachfollow.rules.cadence import Distance, Sessions, StepRule
from coachfollow.rules.kinds import Audience, Pace, StepKind
from coachfollow.rules.tempo import AS_PLANNED, Tempo
from coachfollow.rules.worktime import Hours

GRACE_WORKING_DAYS = 3
OPEN_DAYS = 14
MOST_REMINDERS = 2
FIRST = "an earlier follow-up comes first"
BETWEEN = 0  # the number, within its step, of one more reminder; from 2 on they were added by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One touchpoint to be: its local date, time and zone, and the instants that follow from them.

    Answered up to grace_until is on time; after closes_at it can no longer be answered. What cannot be postponed
    within its window, or was not wanted, has a reason for which it is `excused`, and the dates it would have had.
    `n` is BETWEEN for one more reminder that somebody asked for; it has the words of the one before.
    """

    step: str
    kind: StepKind
    audience: Audience
    local_date: date
    local_time: time
    zone: str
    due_at: datetime
    grace_until: datetime
    closes_at: datetime
    why: str
    excused: str | None = None
    n: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dated:
    step: StepRule
    distance: Distance
    asked: date  # by the programme, whichever weekday was chosen
    wanted: date
    habitual: date  # wanted, and come, without leave and closed days
    usual: date
    day: date
    at: time
    due_at: datetime
    yields: bool = False  # to what comes before it

    @property
    def turn(self) -> tuple[date, time]:
        """What the programme puts first goes first; what leads up to a day stands where it comes."""
        return min(self.wanted, self.day), self.step.at

    @property
    def same(self) -> tuple[StepKind, Audience]:
        """What it has in common with those that follow it and close it."""
        return self.step.kind, self.step.audience

    @property
    def open_days(self) -> int:
        """How long it is open, and how far leave and closed days may postpone it."""
        return OPEN_DAYS if self.step.open_days is None else self.step.open_days


def plan(
    steps: Sequence[StepRule], *, sessions: Sessions, week: Hours, zone: str, own: Tempo = AS_PLANNED
) -> tuple[Planned, ...]:
    """Date every step, ordered by due moment; ValueError for an anchor that `step_problems` would have named.

    What waits for an answer that is not there yet has no date. `own` is the rhythm that was chosen.
    """
    found = _plan(tempo.timed(steps, own), sessions=sessions, week=week, zone=zone, own=own)
    match own.pace:
        case Pace.LIGHTER:
            return _thinned(found)
        case Pace.CLOSER:
            return _thickened(found, week=week, zone=zone, own=own)
        case Pace.NORMAL:
            return found


def _thinned(planned: tuple[Planned, ...]) -> tuple[Planned, ...]:
    """Every other reminder is left out, the second first."""
    prompts = [one for one in planned if one.kind is StepKind.PROMPT and one.excused is None]
    left_out = {one.step for one in prompts[1::2]}
    return tuple(replace(one, excused=tempo.FEWER) if one.step in left_out else one for one in planned)


def _thickened(planned: tuple[Planned, ...], *, week: Hours, zone: str, own: Tempo) -> tuple[Planned, ...]:
    """One more reminder between two, where there is room."""
    prompts = [one for one in planned if one.kind is StepKind.PROMPT and one.excused is None]
    more = []
    for one, other in pairwise(prompts):
        wanted = tempo.halfway(one.local_date, other.local_date, own)
        day = wanted and worktime.next_working_day(week, wanted)
        if day and day < other.local_date:
            more.append(_between(one, day, until=other, week=week, zone=zone))
    return tuple(sorted((*planned, *more), key=lambda one: one.due_at))


def _between(one: Planned, day: date, *, until: Planned, week: Hours, zone: str) -> Planned:
    at = worktime.clip_time(week, day, one.local_time)
    return replace(
        one,
        n=BETWEEN,
        local_date=day,
        local_time=at,
        due_at=worktime.resolve(datetime.combine(day, at), zone),
        grace_until=grace_until(week, day, zone=zone),
        closes_at=max(until.due_at, worktime.end_of_day(day, zone)),
        why=tempo.MORE,
    )


def _plan(
    steps: Sequence[StepRule], *, sessions: Sessions, week: Hours, zone: str, own: Tempo
) -> tuple[Planned, ...]:
    dated = _all_dated(steps, sessions=sessions, week=week, zone=zone, own=own)
    dated.sort(key=lambda one: one.turn)
    kept, planned = _kept(dated, week=week, zone=zone)
    successors: dict[tuple[StepKind, Audience], _Dated] = {}
    for one in reversed(list(_in_turn(kept))):
        planned.append(_planned(one, successor=successors.get(one.same), week=week, zone=zone))
        successors[one.same] = one
    planned.reverse()
    return tuple(sorted(planned, key=lambda one: one.due_at))


def _kept(dated: Sequence[_Dated], *, week: Hours, zone: str) -> tuple[Sequence[_Dated], list[Planned]]:
    """What fits, in its turn, and what is left out."""
    kept: list[_Dated] = []
    left_out: list[Planned] = []
    successors: dict[tuple[StepKind, Audience], _Dated] = {}
    for one in reversed(dated):
        if _fits(one, successor=successors.get(one.same)):
            kept.append(one)
            successors[one.same] = one
        else:
            left_out.append(_excused(one, week=week, zone=zone))
    kept.reverse()
    return kept, left_out


def _in_turn(dated: Sequence[_Dated]) -> Iterator[_Dated]:
    """None before an earlier one of the same reader that days off or working hours moved to its day."""
    latest: dict[Audience, _Dated] = {}
    for one in dated:
        before = latest.get(one.step.audience, one)
        if one.due_at < before.due_at:
            latest[one.step.audience] = replace(one, at=before.at, due_at=before.due_at, yields=True)
        else:
            latest[one.step.audience] = one
        yield latest[one.step.audience]


def _all_dated(
    steps: Sequence[StepRule], *, sessions: Sessions, week: Hours, zone: str, own: Tempo
) -> list[_Dated]:
    usual, distances = week.usual, cadence.distances(steps)
    asked = cadence.wanted_days(steps, sessions=sessions, hours=week)
    wanted = tempo.on_weekday(steps, asked, own)
    usually = wanted if usual is week else _usually(steps, sessions=sessions, usual=usual, own=own)
    found: list[_Dated] = []
    for step in steps:
        if step.key not in wanted:
            continue
        roll = worktime.previous_working_day if step.offset_days < 0 else worktime.next_working_day
        day = roll(week, wanted[step.key])
        at = worktime.clip_time(week, day, step.at)
        found.append(
            _Dated(
                step=step,
                distance=distances[step.key],
                asked=asked[step.key],
                wanted=wanted[step.key],
                habitual=usually[step.key],
                usual=day if usual is week else roll(usual, usually[step.key]),
                day=day,
                at=at,
                due_at=worktime.resolve(datetime.combine(day, at), zone),
            )
        )
    return found


def _usually(
    steps: Sequence[StepRule], *, sessions: Sessions, usual: Hours, own: Tempo
) -> Mapping[str, date]:
    return tempo.on_weekday(steps, cadence.wanted_days(steps, sessions=sessions, hours=usual), own)


def _fits(one: _Dated, *, successor: _Dated | None) -> bool:
    """Whether what leave or closed days postpone still has its place.

    It is left out where it would come later than it may be open, or together with the next of its kind: coming
    back is no burst. The plan of one's own is always asked for, as all the rest quotes it.
    """
    if one.day == one.usual or one.step.kind is StepKind.COMMITMENT:
        return True
    is_near = abs((one.day - one.usual).days) <= one.open_days
    return is_near and (successor is None or one.day < successor.day)


def _excused(one: _Dated, *, week: Hours, zone: str) -> Planned:
    """The dates it would have had, and why it is left out."""
    at = worktime.clip_time(week.usual, one.usual, one.step.at)
    due_at = worktime.resolve(datetime.combine(one.usual, at), zone)
    there = replace(one, asked=one.habitual, wanted=one.habitual, day=one.usual, at=at, due_at=due_at)
    planned = _planned(there, successor=None, week=week.usual, zone=zone)
    return replace(planned, excused=week.off(_hindered(one.usual, week)))


def _hindered(usual: date, week: Hours) -> date:
    """The day nearest to the usual one that leave or a closed house takes; there is one, or it would fit.

    A distance in working days may be stretched by leave that ends before the usual day.
    """
    habit = week.usual
    nearby = chain.from_iterable((usual - timedelta(days=n), usual + timedelta(days=n)) for n in count())
    return next(day for day in nearby if habit.on(day) and not week.on(day))


def grace_until(week: Hours, day: date, *, zone: str) -> datetime:
    """The last instant at which an answer to what was due on this day is on time."""
    return worktime.end_of_day(worktime.add_working_days(week, day, GRACE_WORKING_DAYS), zone)


def _planned(one: _Dated, *, successor: _Dated | None, week: Hours, zone: str) -> Planned:
    return Planned(
        step=one.step.key,
        kind=one.step.kind,
        audience=one.step.audience,
        local_date=one.day,
        local_time=one.at,
        zone=zone,
        due_at=one.due_at,
        grace_until=grace_until(week, one.day, zone=zone),
        closes_at=_closes_at(one, successor=successor, zone=zone),
        why=_why(one, week),
    )


def _closes_at(one: _Dated, *, successor: _Dated | None, zone: str) -> datetime:
    closes_at = worktime.end_of_day(one.day + timedelta(days=one.open_days), zone)
    if successor is None or closes_at <= successor.due_at:
        return closes_at
    return max(successor.due_at, worktime.end_of_day(one.day, zone))


def _why(one: _Dated, week: Hours) -> str:
    said = distance_words.said(one.distance)
    if one.wanted != one.asked:
        said += f", on the next {tempo.WEEKDAYS[one.wanted.weekday()]} as chosen"
    if one.day != one.wanted:
        said += f", {worktime.moved(week, one.wanted, one.day)}"
    if one.at != one.step.at:
        reason = FIRST if one.yields else worktime.OUTSIDE
        said += f", at {one.at:%H:%M} instead of {one.step.at:%H:%M}: {reason}"
    return said


def reminder_moments(
    *,
    local_date: date,
    local_time: time,
    zone: str,
    week: Hours,
    reminders: tuple[int, ...],
    closes_at: datetime,
) -> tuple[datetime, ...]:
    """When to remind: so many working days later at the same local time, twice at most, before it closes."""
    days = [worktime.add_working_days(week, local_date, n) for n in sorted(set(reminders))[:MOST_REMINDERS]]
    moments = [
        worktime.resolve(datetime.combine(day, worktime.clip_time(week, day, local_time)), zone)
        for day in days
    ]
    return tuple(moment for moment in moments if moment < closes_at)
