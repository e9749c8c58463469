"""Reads check-ins without a time as a problem for the rules: hours, limits, absences, and what stands already."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.queries import meetings, worktimes
from coachfollow.queries.meetings import Stands, Wanted
from coachfollow.rules import slots_values, worktime
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem
from coachfollow.rules.worktime import Hours, WorkingTime

WINDOW = timedelta(days=10)  # after the ideal day, or as long as the follow-up is open, if that is longer
AHEAD = timedelta(days=21)  # invitations go out this long before
NOTICE = timedelta(hours=24)
SOON, LOOKED_AHEAD = timedelta(hours=2), timedelta(days=28)  # when a coach chooses themselves
WEEK = timedelta(days=7)  # what was so lately counts for the limits of a week


def problem(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> Problem:
    """Give what placing these has to know, in a few statements."""
    everybody = {one.person.id for one in wanted} | {one.coach.id for one in wanted}
    times = worktimes.of_people(session, ids=everybody, now=now)
    found = _problem(session, wanted, times, now)
    return replace(
        found,
        coaches={one.coach.id: _offered(found.coaches[one.coach.id], one, times) for one in wanted},
        wanted=[_wish(one, now) for one in wanted],
    )


def standing(session: Session, wanted: Sequence[Wanted], *, now: datetime) -> Problem:
    """Give what stands with the people of these check-ins as things are now, in one statement."""
    times = {one.person.id: worktimes.pattern(one.person.working_week) for one in wanted}
    return _problem(session, wanted, times, now)


def _problem(
    session: Session, wanted: Sequence[Wanted], times: Mapping[int, Hours], now: datetime
) -> Problem:
    people, coaches = {one.person.id for one in wanted}, {one.coach.id for one in wanted}
    stands = meetings.standing(session, people=people | coaches, since=now - WEEK)
    of_coach, of_person = _by(stands, "coach_id"), _by(stands, "person_id")
    return Problem(
        coaches={one.coach.id: _coach(one, of_person[one.coach.id]) for one in wanted},
        people={
            one.person.id: Participant(
                id=one.person.id,
                zone=one.person.zone,
                week=times[one.person.id],
                busy=_elsewhere(
                    [*of_person[one.person.id], *of_coach[one.person.id]], one.person.id, coaches=coaches
                ),
            )
            for one in wanted
        },
        wanted=[],
        standing=_with(stands, coaches),
    )


def _by(stands: Sequence[Stands], whose: str) -> Mapping[int, Sequence[Stands]]:
    found = defaultdict[int, list[Stands]](list)
    for one in stands:
        found[getattr(one, whose)].append(one)
    return found


def choice(
    session: Session, *, touchpoint_id: int, week: Hours, now: datetime
) -> tuple[Problem, slots_values.Wanted] | None:
    """Give what choosing a time for one check-in has to know, its own old time apart; None if it is over."""
    wanted = meetings.of(session, touchpoint_id=touchpoint_id)
    if wanted is None:
        return None
    stands = [
        one
        for one in meetings.standing(session, people={wanted.person.id, wanted.coach.id}, since=now - WEEK)
        if one.touchpoint_id != touchpoint_id
    ]
    return _pair(wanted, stands, week), _wish(wanted, now, notice=SOON, window=LOOKED_AHEAD)


def _pair(wanted: Wanted, stands: Sequence[Stands], week: Hours) -> Problem:
    coach = _coach(wanted, stands)
    person = Participant(
        id=wanted.person.id,
        zone=wanted.person.zone,
        week=week,
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


def _offered(coach: Coach, wanted: Wanted, times: Mapping[int, WorkingTime]) -> Coach:
    """The same coach, not to be booked while they are away."""
    week = wanted.profile.bookable_week if wanted.profile else None
    return replace(coach, week=worktimes.offered(week, times[coach.id])) if week else coach


def _coach(wanted: Wanted, stands: Sequence[Stands]) -> Coach:
    """A coach who takes part in something is met there by somebody else: then they are busy."""
    profile = wanted.profile
    if profile is None or not profile.bookable_week:
        return Coach(id=wanted.coach.id, zone=wanted.coach.zone, week=None)
    return Coach(
        id=wanted.coach.id,
        zone=wanted.coach.zone,
        week=worktimes.pattern(profile.bookable_week),
        busy=tuple((one.starts_at, one.ends_at) for one in stands if one.person_id == wanted.coach.id),
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


def _wish(
    wanted: Wanted, now: datetime, *, notice: timedelta = NOTICE, window: timedelta = WINDOW
) -> slots_values.Wanted:
    ideal = max(wanted.touchpoint.due_at, now + notice)
    day = worktime.local(ideal, wanted.coach.zone).date()
    midnight = datetime.combine(day, datetime.min.time())
    return slots_values.Wanted(
        id=wanted.touchpoint.id,
        plan=wanted.touchpoint.plan_id,
        person=wanted.person.id,
        coaches=(wanted.coach.id,),
        coach=wanted.coach.id,
        ideal=ideal,
        earliest=max(worktime.resolve(midnight, wanted.coach.zone), now + notice),
        latest=max(worktime.end_of_day(day + window, wanted.coach.zone), wanted.touchpoint.closes_at),
    )
