"""Reads which meetings of a coach stand in calendars and no longer fit, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import CheckIn, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import worktimes
from coachfollow.queries.hours import Hours
from coachfollow.rules import slots_clashes
from coachfollow.rules.kinds import CheckInState
from coachfollow.rules.slots_values import Meeting


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A meeting for which its coach may want to choose another time."""

    plan: str
    follow_up: int
    name: str
    starts_at: datetime
    why: str


def clashes(session: Session, *, coach_id: int, said: Hours, now: datetime) -> Sequence[Clash]:
    """Give the meetings to come that no longer fit the hours of both, the nearest first."""
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
        .where(CheckIn.coach_id == coach_id, CheckIn.state == CheckInState.PLACED, CheckIn.starts_at > now)
        .order_by(CheckIn.starts_at)
    ).all()
    times = worktimes.of_people(session, ids={row[2] for row in rows}, now=now) if rows else {}
    coach = (worktimes.pattern(said.week) if said.week else None, said.zone)

    def found() -> Iterator[Clash]:
        for plan, follow_up, person, name, zone, starts_at, ends_at in rows:
            if starts_at is None or ends_at is None:
                continue
            meeting = Meeting(
                wanted=follow_up, coach=coach_id, person=person, starts_at=starts_at, ends_at=ends_at
            )
            if why := slots_clashes.why(meeting, coach=coach, person=(times[person], zone)):
                yield Clash(
                    plan=plan, follow_up=follow_up, name=name or "somebody", starts_at=starts_at, why=why
                )

    return list(found())
