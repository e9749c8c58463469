"""Reads what would help meetings without a time: later days, other coaches of the group, others who move."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import CoachProfile, FollowUpPlan, Grant, Person
from coachfollow.queries import meetings, placed_meetings, wishes
from coachfollow.queries.meetings import Wanted
from coachfollow.queries.placed_meetings import Movable
from coachfollow.rules import slots_offers, slots_reasons
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_moves import Others
from coachfollow.rules.slots_reasons import Reason
from coachfollow.rules.slots_values import Meeting

FAR = timedelta(days=3)  # what is nearer moves only where nothing else helps
MOST = 10  # of a group at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One meeting that gets another time, or its first, so that all find one."""

    plan_id: int
    plan: str
    follow_up: int
    person_id: int
    name: str
    was: datetime | None
    becomes: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A meeting without a time: why, and what would help; `steps` begin with its own."""

    plan: str
    follow_up: int
    name: str
    coach_id: int
    coach: str
    zone: str  # of the coach
    day: date
    reason: Reason | None  # none where a time is free by now
    later: datetime | None
    another_coach: str
    another_at: datetime | None
    steps: Sequence[Step]

    @property
    def mark(self) -> str:
        """A short name of exactly these moves: what was shown is what is carried out."""
        moves = "|".join(f"{one.follow_up}@{one.becomes.isoformat()}" for one in self.steps)
        return sha256(moves.encode()).hexdigest()[:24]


def of(session: Session, *, follow_up: int, now: datetime) -> Way | None:
    """Give what would help one meeting that has no time; None if it has one, or comes no more."""
    rows = meetings.wanted(session, touchpoint_ids=[follow_up], now=now)
    if not rows:
        return None
    others = placed_meetings.movable(
        session, coaches={row.coach.id for row in rows}, since=now + wishes.NOTICE
    )
    return _ways(session, rows, others, now)[0]


def of_group(session: Session, *, cohort_id: int, now: datetime) -> tuple[Sequence[Way], int]:
    """Give what would help the nearest meetings of a group that have no time, and how many there are."""
    rows = meetings.without_a_time(session, cohort_id=cohort_id, now=now, ahead=wishes.AHEAD)
    return _ways(session, rows[:MOST], [], now), len(rows)


def _ways(
    session: Session, rows: Sequence[Wanted], others: Sequence[Movable], now: datetime
) -> Sequence[Way]:
    if not rows:
        return []
    coaches = _coaches(session, plans={row.touchpoint.plan_id for row in rows})
    problem = wishes.wider(session, rows, coaches=coaches, others=others, now=now)
    board, wanted = Board(problem), {one.id: one for one in problem.wanted}
    may_move = Others(
        movable={one.touchpoint_id: wanted[one.touchpoint_id] for one in others},
        firm={one.touchpoint_id for one in others if one.said_yes or one.starts_at < now + FAR},
    )
    names = {coach.id: coach.name or coach.email or "" for coach, _ in coaches}
    found = []
    for row in rows:
        wish, instead = (
            wanted[row.touchpoint.id],
            [one for one in names if one not in {row.coach.id, row.person.id}],
        )
        ways = slots_reasons.explain(board, wish, coaches=instead, others=may_move)
        is_free = bool(slots_offers.near(board, wish, most=1))
        another = ways.another_coach
        found.append(
            Way(
                plan=row.plan,
                follow_up=row.touchpoint.id,
                name=row.person.name or "",
                coach_id=row.coach.id,
                coach=row.coach.name or row.coach.email or "",
                zone=row.coach.zone,
                day=row.touchpoint.local_date,
                reason=None if is_free else ways.reason,
                later=ways.later.starts_at if ways.later else None,
                another_coach=names[another.coach] if another else "",
                another_at=another.starts_at if another else None,
                steps=[] if is_free else _steps(row, ways.moving, others),
            )
        )
    return found


def _steps(row: Wanted, moving: Sequence[Meeting], others: Collection[Movable]) -> Sequence[Step]:
    by_id = {one.touchpoint_id: one for one in others}
    return [
        Step(
            plan_id=known.plan_id if known else row.touchpoint.plan_id,
            plan=known.plan if known else row.plan,
            follow_up=one.wanted,
            person_id=one.person,
            name=(known.person if known else row.person).name or "",
            was=known.starts_at if known else None,
            becomes=one.starts_at,
        )
        for one in moving
        for known in (by_id.get(one.wanted),)
    ]


def _coaches(session: Session, *, plans: Collection[int]) -> Sequence[tuple[Person, CoachProfile]]:
    """The coaches of the groups of these plans who can be booked."""
    cohorts = select(FollowUpPlan.cohort_id).where(FollowUpPlan.id.in_(list(plans)))
    rows = session.execute(
        select(Person, CoachProfile)
        .join(CoachProfile, CoachProfile.person_id == Person.id)
        .join(Grant, Grant.person_id == Person.id)
        .where(
            Grant.role == Role.COACH,
            Grant.scope == Scope.COHORT,
            Grant.scope_id.in_(cohorts),
            Grant.to_at.is_(None),
            CoachProfile.bookable_week.is_not(None),
        )
        .order_by(Person.id)
        .distinct()
    )
    return [(person, profile) for person, profile in rows]
