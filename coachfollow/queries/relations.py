"""SQL for relations that change over time: the team and the coach at a moment, the teams beneath a team."""

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from coachfollow.extensions import UtcDateTime
from coachfollow.models import Attendance, Coaching, FollowUpPlan, Membership, Person, Team


def member_at(moment: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
    """Whether a membership says which team the plan's person was in at a moment."""
    earlier = aliased(Membership)
    first = ~exists().where(earlier.person_id == Membership.person_id, _precedes(earlier, Membership))
    return (Membership.person_id == FollowUpPlan.person_id) & _held(Membership, moment, first)


def coached_at(moment: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
    """Whether a coaching says who coached the plan at a moment."""
    earlier = aliased(Coaching)
    first = ~exists().where(earlier.plan_id == Coaching.plan_id, _precedes(earlier, Coaching))
    return (Coaching.plan_id == FollowUpPlan.id) & _held(Coaching, moment, first)


def is_here(person: type[Person], now: datetime) -> ColumnElement[bool]:
    """Whether somebody works here: the day on which they leave is their last."""
    return or_(person.left_on.is_(None), person.left_on >= now.date())


def is_listed(enrolment_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a list that is live names an enrolment: what one half-way in has added is for nobody to see."""
    return exists().where(Attendance.enrolment_id == enrolment_id)


def beneath(team_ids: Collection[int]) -> Select[tuple[int]]:
    """Select these teams and every team beneath them."""
    tree = (
        select(Team.id).where(Team.id.in_(team_ids)).cte(recursive=True)
    )  # nameless: a query may have several
    # UNION, not UNION ALL: a team that were its own grandmother must not hang the report
    return select(tree.union(select(Team.id).join(tree, Team.parent_id == tree.c.id)).c.id)


def team_spells() -> Subquery:
    """Select who was in which team from when to when: for each person all of time, without a team too."""
    return _spells(Membership.person_id, Membership.team_id, Membership, Person.id)


def coach_spells() -> Subquery:
    """Select who coached which plan from when to when: for each plan all of time, without a coach too."""
    return _spells(Coaching.plan_id, Coaching.coach_id, Coaching, FollowUpPlan.id)


Dated = type[Membership] | type[Coaching]
Reference = InstrumentedAttribute[int]


def _spells(of: Reference, value: Reference, row: Dated, everybody: Reference) -> Subquery:
    """As `_held` says it of one moment: `of` a person or plan, the `value`, `since` included, `until` not."""
    before = func.lag(row.from_at).over(partition_by=of, order_by=row.from_at)
    after = func.lead(row.from_at).over(partition_by=of, order_by=row.from_at)
    ends = func.coalesce(row.to_at, _NEVER)
    lasting = (
        select(
            of.label("of"),
            value.label("value"),
            case((before.is_(None), _EVER), else_=row.from_at).label("since"),
            ends.label("until"),
            func.coalesce(after, _NEVER).label("next"),
        )
        .where(_lasted(row))
        .cte()  # read twice, worked out once
    )
    held = select(lasting.c.of, lasting.c.value, lasting.c.since, lasting.c.until)
    between = select(lasting.c.of, null(), lasting.c.until, lasting.c.next).where(
        lasting.c.until < lasting.c.next
    )
    never = select(everybody, null(), _EVER, _NEVER).where(~exists().where(of == everybody, _lasted(row)))
    return union_all(held, between, never).subquery()


_EVER = literal(datetime.min.replace(tzinfo=UTC), UtcDateTime())
_NEVER = literal(datetime.max.replace(tzinfo=UTC), UtcDateTime())


def _held(
    row: Dated, moment: SQLColumnExpression[datetime], first: ColumnElement[bool]
) -> ColumnElement[bool]:
    """One row at most holds at a moment, so that nothing is counted twice.

    The first row reaches back to the beginning: a list that arrives two days after the training still says who
    coached its first question. Rows follow one another without overlap: one ends when the next begins.
    """
    return and_(
        or_(row.from_at <= moment, _lasted(row) & first),
        or_(row.to_at.is_(None), row.to_at > moment),
    )


def _precedes(earlier: Dated, row: Dated) -> ColumnElement[bool]:
    return _lasted(earlier) & (earlier.from_at < row.from_at)


def _lasted(row: Dated) -> ColumnElement[bool]:
    """A row that ended the moment it began was corrected at once and never held."""
    return or_(row.to_at.is_(None), row.to_at > row.from_at)
