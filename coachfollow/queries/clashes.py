"""Reads which meetings of coaches stand in calendars and no longer fit, and why; for many coaches at once."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, CoachProfile, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import wishes, worktimes
from coachfollow.rules import slots_clashes
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import CheckInState
from coachfollow.rules.slots_values import Coach, Meeting
from coachfollow.rules.worktime import WorkingTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A meeting for which its coach may want to choose another time."""

    plan: str
    plan_id: int
    follow_up: int
    name: str
    starts_at: datetime
    why: str


def clashes(session: Session, *, coach_id: int, now: datetime) -> Sequence[Clash]:
    """Give one coach's meetings to come that no longer fit, the nearest first."""
    return of_coaches(session, coach_ids=[coach_id], now=now).get(coach_id, ())


def during(session: Session, *, coach_id: int, leave: Leave, zone: str, now: datetime) -> Sequence[Clash]:
    """Give one coach's meetings to come that a leave would no longer let them hold, the nearest first."""
    rows = _standing(session, [coach_id], since=now)
    return [
        row.clash(slots_clashes.AWAY)
        for row in rows
        if slots_clashes.is_during(row.meeting, leave, zone=zone)
    ]


def of_coaches(
    session: Session, *, coach_ids: Collection[int], now: datetime
) -> Mapping[int, Sequence[Clash]]:
    """Give the meetings to come that no longer fit the hours of both or the coach's limits, by coach, nearest first.

    In four statements. Whoever has offered no hours chose every time by hand: nothing of theirs clashes.
    """
    coaches = _coaches(session, coach_ids)
    rows = _standing(session, coaches, since=now - wishes.WEEK) if coaches else ()
    people = {row.meeting.person for row in rows if row.meeting.starts_at > now}
    if not people:
        return {}
    times = worktimes.of_people(session, ids=people | coaches.keys(), now=now)
    by_coach: defaultdict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        by_coach[row.meeting.coach].append(row)
    return {
        coach_id: _of_coach(theirs, coaches[coach_id].coach(times), times, now)
        for coach_id, theirs in by_coach.items()
    }


def _of_coach(
    rows: Sequence["_Row"], coach: Coach, times: Mapping[int, WorkingTime], now: datetime
) -> Sequence[Clash]:
    crowded = slots_clashes.crowded([row.meeting for row in rows], coach=coach)

    def why(row: _Row) -> str | None:
        theirs = times[row.meeting.person], row.zone
        return slots_clashes.why(row.meeting, coach=(coach.week, coach.zone), person=theirs) or crowded.get(
            row.meeting.wanted
        )

    to_come = (row for row in rows if row.meeting.starts_at > now)
    return [row.clash(reason) for row in to_come if (reason := why(row))]


class _Offer(NamedTuple):
    """When a coach can be booked."""

    id: int
    zone: str
    week: str
    gap: int
    a_day: int | None
    a_week: int | None

    def coach(self, times: Mapping[int, WorkingTime]) -> Coach:
        return Coach(
            id=self.id,
            zone=self.zone,
            week=worktimes.offered(self.week, times[self.id]),
            gap=self.gap,
            a_day=self.a_day,
            a_week=self.a_week,
        )


def _coaches(session: Session, coach_ids: Collection[int]) -> Mapping[int, _Offer]:
    limits = CoachProfile.gap_minutes, CoachProfile.meetings_a_day, CoachProfile.meetings_a_week
    rows = session.execute(
        select(Person.id, Person.zone, CoachProfile.bookable_week, *limits)
        .join(CoachProfile, CoachProfile.person_id == Person.id)
        .where(Person.id.in_(list(coach_ids)), CoachProfile.bookable_week.is_not(None))
    )
    return {row.id: _Offer._make(row) for row in rows if row.bookable_week}


class _Row(NamedTuple):
    """A meeting that stands, with the page it is on and whom it is with."""

    plan: str
    plan_id: int
    name: str | None
    zone: str
    meeting: Meeting

    def clash(self, why: str) -> Clash:
        return Clash(
            plan=self.plan,
            plan_id=self.plan_id,
            follow_up=self.meeting.wanted,
            name=self.name or "somebody",
            starts_at=self.meeting.starts_at,
            why=why,
        )


def _standing(session: Session, coach_ids: Collection[int], *, since: datetime) -> Sequence[_Row]:
    rows = session.execute(
        select(
            FollowUpPlan.public_id,
            FollowUpPlan.id,
            Touchpoint.id,
            Person.id,
            Person.name,
            Person.zone,
            CheckIn.coach_id,
            CheckIn.starts_at,
            CheckIn.ends_at,
        )
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            CheckIn.coach_id.in_(list(coach_ids)),
            CheckIn.state == CheckInState.PLACED,
            CheckIn.starts_at > since,
        )
        .order_by(CheckIn.starts_at)
    )
    return [
        _Row(
            plan,
            plan_id,
            name,
            zone,
            Meeting(wanted=wanted, coach=coach_id, person=person, starts_at=start, ends_at=end),
        )
        for plan, plan_id, wanted, person, name, zone, coach_id, start, end in rows
        if start and end
    ]
