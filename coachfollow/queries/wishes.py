"""Reads check-ins without a time as a problem for the rules: hours, limits, absences, and what stands already."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.models import CoachProfile, Person
from coachfollow.queries import meetings, placed_meetings, worktimes
from coachfollow.queries.meetings import Wanted
from coachfollow.queries.placed_meetings import Movable, Stands
from coachfollow.rules import slots_values, worktime
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem
from coachfollow.rules.worktime import Hours, WorkingTime

WINDOW = timedelta(days=10)  # after the ideal day, or as long as the follow-up is open, if that is longer
AHEAD = timedelta(days=21)  # invitations go out this long before
NOTICE = timedelta(hours=24)
SOON, LOOKED_AHEAD = timedelta(hours=2), timedelta(days=28)  # when a coach chooses themselves
EARLIER = timedelta(days=2)  # by so much at most a meeting that makes room
WEEK = timedelta(days=7)  # what was so lately counts for the limits of a week


def problem(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> Problem:
    """Give what placing these has to know, in a few statements."""
    return wider(session, wanted, coaches=[], others=[], now=now)


def standing(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> Problem:
    """Give what stands with the people of these check-ins as things are now, in one statement."""
    times = {one.person.id: worktimes.pattern(one.person.working_week) for one in wanted}
    return _problem(session, wanted, times, now)


def wider(
    session: Session,
    wanted: Sequence[Wanted],
    *,
    coaches: Sequence[tuple[Person, CoachProfile]],
    others: Sequence[Movable],
    now: datetime,
) -> Problem:
    """Give what placing these has to know, with other coaches, and with the people whose meetings may move."""
    people = {one.id: one for one in [*(row.person for row in wanted), *(row.person for row in others)]}
    profiles: dict[int, tuple[Person, CoachProfile | None]] = {
        row.coach.id: (row.coach, row.profile) for row in wanted
    }
    profiles |= {coach.id: (coach, profile) for coach, profile in coaches}
    times = worktimes.of_people(session, ids=people.keys() | profiles.keys(), now=now)
    task = _reckoned(session, people, profiles, times, now)
    return replace(
        task,
        coaches={one.id: _offered(one, profiles[one.id][1], times) for one in task.coaches.values()},
        wanted=[*(_wish(one, now + NOTICE) for one in wanted), *(_stays_near(one, now) for one in others)],
    )


def _offered(coach: Coach, profile: CoachProfile | None, times: Mapping[int, WorkingTime]) -> Coach:
    """The same coach, not to be booked while they are away."""
    week = profile.bookable_week if profile else None
    return replace(coach, week=worktimes.offered(week, times[coach.id])) if week else coach


def _problem(
    session: Session, wanted: Sequence[Wanted], times: Mapping[int, Hours], now: datetime
) -> Problem:
    people = {one.person.id: one.person for one in wanted}
    return _reckoned(session, people, {one.coach.id: (one.coach, one.profile) for one in wanted}, times, now)


def _reckoned(
    session: Session,
    people: Mapping[int, Person],
    coaches: Mapping[int, tuple[Person, CoachProfile | None]],
    times: Mapping[int, Hours],
    now: datetime,
) -> Problem:
    stands = placed_meetings.standing(session, people=people.keys() | coaches.keys(), since=now - WEEK)
    of_coach, of_person = _by(stands, "coach_id"), _by(stands, "person_id")
    return Problem(
        coaches={
            number: _coach(coach, profile, of_person[number]) for number, (coach, profile) in coaches.items()
        },
        people={
            one.id: Participant(
                id=one.id,
                zone=one.zone,
                week=times[one.id],
                busy=_elsewhere([*of_person[one.id], *of_coach[one.id]], one.id, coaches=coaches),
            )
            for one in people.values()
        },
        wanted=[],
        standing=_with(stands, coaches),
    )


def _stays_near(one: Movable, now: datetime) -> slots_values.Wanted:
    """A meeting that makes room stays near its time: hardly earlier, and a week later at most."""
    return slots_values.Wanted(
        id=one.touchpoint_id,
        plan=one.plan_id,
        person=one.person.id,
        coaches=(one.coach_id,),
        coach=one.coach_id,
        ideal=one.starts_at,
        earliest=max(one.starts_at - EARLIER, now + NOTICE),
        latest=one.starts_at + WEEK + timedelta(days=1),
    )


def _by(stands: Sequence[Stands], whose: str) -> Mapping[int, Sequence[Stands]]:
    found = defaultdict[int, list[Stands]](list)
    for one in stands:
        found[getattr(one, whose)].append(one)
    return found


def choice(
    session: Session, *, touchpoint_id: int, now: datetime, window: timedelta = LOOKED_AHEAD
) -> tuple[Problem, slots_values.Wanted] | None:
    """Give what choosing a time for one check-in has to know, its own old time apart; None if it is over."""
    wanted = meetings.of(session, touchpoint_id=touchpoint_id)
    if wanted is None:
        return None
    both = {wanted.person.id, wanted.coach.id}
    stands = [
        one
        for one in placed_meetings.standing(session, people=both, since=now - WEEK)
        if one.touchpoint_id != touchpoint_id
    ]
    times = worktimes.of_people(session, ids=both, now=now)
    soon = now + SOON
    latest = _last_of(max(wanted.touchpoint.due_at, soon), window, wanted)
    return _pair(wanted, stands, times), replace(_wish(wanted, soon), latest=latest)


def _pair(wanted: Wanted, stands: Sequence[Stands], times: Mapping[int, WorkingTime]) -> Problem:
    coach = _offered(_coach(wanted.coach, wanted.profile, stands), wanted.profile, times)
    person = Participant(
        id=wanted.person.id,
        zone=wanted.person.zone,
        week=times[wanted.person.id],
        busy=_elsewhere(stands, wanted.person.id, coaches={coach.id}),
    )
    return Problem(
        coaches={coach.id: coach}, people={person.id: person}, wanted=[], standing=_with(stands, {coach.id})
    )


def _with(stands: Sequence[Stands], coaches: Collection[int]) -> Sequence[Meeting]:
    return [
        Meeting(
            wanted=one.touchpoint_id,
            coach=one.coach_id,
            person=one.person_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in stands
        if one.coach_id in coaches
    ]


def _coach(coach: Person, profile: CoachProfile | None, stands: Sequence[Stands]) -> Coach:
    """A coach who takes part in something is met there by somebody else: then they are busy."""
    if profile is None or not profile.bookable_week:
        return Coach(id=coach.id, zone=coach.zone, week=None)
    return Coach(
        id=coach.id,
        zone=coach.zone,
        week=worktimes.pattern(profile.bookable_week),
        busy=tuple((one.starts_at, one.ends_at) for one in stands if one.person_id == coach.id),
        minutes=profile.meeting_minutes,
        gap=profile.gap_minutes,
        a_day=profile.meetings_a_day,
        a_week=profile.meetings_a_week,
    )


def _elsewhere(
    stands: Sequence[Stands], person_id: int, *, coaches: Collection[int]
) -> tuple[slots_values.Taken, ...]:
    """When somebody is with a coach of whom the problem does not know, or coaches themselves."""
    return tuple(
        (one.starts_at, one.ends_at)
        for one in stands
        if (one.person_id == person_id and one.coach_id not in coaches) or one.coach_id == person_id
    )


def _wish(wanted: Wanted, soonest: datetime) -> slots_values.Wanted:
    """What is wanted, as soon as can be where its day has passed; the end of its window stays where it was."""
    ideal = max(wanted.touchpoint.due_at, soonest)
    day = worktime.local(ideal, wanted.coach.zone).date()
    midnight = datetime.combine(day, datetime.min.time())
    return slots_values.Wanted(
        id=wanted.touchpoint.id,
        plan=wanted.touchpoint.plan_id,
        person=wanted.person.id,
        coaches=(wanted.coach.id,),
        coach=wanted.coach.id,
        ideal=ideal,
        earliest=max(worktime.resolve(midnight, wanted.coach.zone), soonest),
        latest=_last_of(wanted.touchpoint.due_at, WINDOW, wanted),
    )


def _last_of(since: datetime, window: timedelta, wanted: Wanted) -> datetime:
    return last_of(since, window, zone=wanted.coach.zone, closes_at=wanted.touchpoint.closes_at)


def last_of(since: datetime, window: timedelta, *, zone: str, closes_at: datetime) -> datetime:
    """The end of so many days after a moment, by the coach's clock; of the time it is open, where that is later."""
    day = worktime.local(since, zone).date()
    return max(worktime.end_of_day(day + window, zone), closes_at)
