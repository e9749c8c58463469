"""Reads which meetings of a coach stand in calendars and no longer fit, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import worktimes
from coachfollow.queries.hours import Hours
from coachfollow.rules import slots_clashes
from coachfollow.rules.kinds import CheckInState
from coachfollow.rules.slots_values import Coach, Meeting

WEEK = timedelta(days=7)  # what was so lately counts for the limits of a week


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A meeting for which its coach may want to choose another time."""

    plan: str
    follow_up: int
    name: str
    starts_at: datetime
    why: str


def clashes(session: Session, *, coach_id: int, said: Hours, now: datetime) -> Sequence[Clash]:
    """Give the meetings to come that no longer fit the hours of both or the coach's limits, the nearest first."""
    rows = _standing(session, coach_id, since=now - WEEK)
    to_come = [row for row in rows if row.meeting.starts_at > now]
    people = {row.meeting.person for row in to_come}
    times = worktimes.of_people(session, ids=people, now=now) if people else {}
    coach = _coach(coach_id, said)
    crowded = slots_clashes.crowded([row.meeting for row in rows], coach=coach)

    def why(row: _Row) -> str | None:
        theirs = times[row.meeting.person], row.zone
        return slots_clashes.why(row.meeting, coach=(coach.week, coach.zone), person=theirs) or crowded.get(
            row.meeting.wanted
        )

    return [row.clash(reason) for row in to_come if (reason := why(row))]


class _Row(NamedTuple):
    """A meeting that stands, with the page it is on and whom it is with."""

    plan: str
    name: str | None
    zone: str
    meeting: Meeting

    def clash(self, why: str) -> Clash:
        return Clash(
            plan=self.plan,
            follow_up=self.meeting.wanted,
            name=self.name or "somebody",
            starts_at=self.meeting.starts_at,
            why=why,
        )


def _standing(session: Session, coach_id: int, *, since: datetime) -> Sequence[_Row]:
    rows = session.execute(
        select(
            FollowUpPlan.public_id,
            Touchpoint.id,
            Person.id,
            Person.name,
            Person.zone,
            CheckIn.starts_at,
            CheckIn.ends_at,
        )
        .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(CheckIn.coach_id == coach_id, CheckIn.state == CheckInState.PLACED, CheckIn.starts_at > since)
        .order_by(CheckIn.starts_at)
    )
    return [
        _Row(
            plan,
            name,
            zone,
            Meeting(wanted=wanted, coach=coach_id, person=person, starts_at=start, ends_at=end),
        )
        for plan, wanted, person, name, zone, start, end in rows
        if start and end
    ]


def _coach(coach_id: int, said: Hours) -> Coach:
    return Coach(
        id=coach_id,
        zone=said.zone,
        week=worktimes.pattern(said.week) if said.week else None,
        gap=said.limits.gap,
        a_day=said.limits.a_day,
        a_week=said.limits.a_week,
    )
