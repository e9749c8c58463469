"""SQL for relations that change over time: the team and the coach at a moment, the teams beneath a team."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import (
    BindParameter,
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
from coachfollow.models import (
    Attendance,
    Coaching,
    Enrolment,
    FollowUpPlan,
    ImportBatch,
    ImportRow,
    Membership,
    Person,
    Team,
)
from coachfollow.rules.kinds import ImportState

HALF_WAY = (ImportState.PLANNING, ImportState.FAILED)  # what such a list has added is for nobody to see

Reference = InstrumentedAttribute[int]
Values = Select[tuple[int]] | Collection[int]


def is_here(person: type[Person], now: datetime) -> ColumnElement[bool]:
    """Whether somebody works here: the day on which they leave is their last."""
    return works_on(person, now.date())


def works_on(person: type[Person], day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Whether somebody works here on a day."""
    return or_(person.left_on.is_(None), person.left_on >= day)


def is_listed(enrolment_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether a list that is live names an enrolment: what one half-way in has added is for nobody to see."""
    return exists().where(Attendance.enrolment_id == enrolment_id)


def unseen_plans() -> Select[int]:
    """Select the drafts that lists which are not live have added: few at any time, most often none."""
    plans, attendances = aliased(FollowUpPlan), aliased(Attendance)
    not_live = select(ImportBatch.id).where(ImportBatch.state != ImportState.LIVE)
    listed = exists().where(attendances.enrolment_id == plans.enrolment_id)
    return select(plans.id).where(plans.batch_id.in_(not_live), ~listed)


def newcomers() -> Select[int | None]:
    """Select the people whom nothing but lists that are not live has brought: most often nobody."""
    not_live = select(ImportBatch.id).where(ImportBatch.state != ImportState.LIVE)
    is_somewhere = exists().where(
        Enrolment.person_id == ImportRow.person_id, Attendance.enrolment_id == Enrolment.id
    )
    return select(ImportRow.person_id).where(
        ImportRow.batch_id.in_(not_live), ImportRow.person_id.is_not(None), ImportRow.is_new, ~is_somewhere
    )


def is_known(person_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether somebody is more than a row of a list that is not live: else they do not exist for anybody yet."""
    half_way = select(ImportBatch.id).where(ImportBatch.state.in_(HALF_WAY))
    is_only_there = exists().where(
        ImportRow.batch_id.in_(half_way), ImportRow.person_id == person_id, ImportRow.is_new
    )
    is_somewhere = exists().where(Enrolment.person_id == person_id, Attendance.enrolment_id == Enrolment.id)
    return or_(~is_only_there, is_somewhere)


def beneath(team_ids: Collection[int]) -> Select[tuple[int]]:
    """Select these teams and every team beneath them."""
    tree = (
        select(Team.id).where(Team.id.in_(team_ids)).cte(recursive=True)
    )  # nameless: a query may have several
    # UNION, not UNION ALL: a team that were its own grandmother must not hang the report
    return select(tree.union(select(Team.id).join(tree, Team.parent_id == tree.c.id)).c.id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dated:
    """A relation that changes over time: rows of somebody or something, each with a value, from and to.

    One row at most holds at a moment, so that nothing is counted twice: rows follow one another without overlap.
    """

    row: type[Membership] | type[Coaching]
    of: Reference
    value: Reference
    plan: Reference  # what a plan is known by there
    everybody: Reference

    def at(self, moment: SQLColumnExpression[datetime]) -> ColumnElement[bool]:
        """Whether a row says what held for the plan at a moment.

        The first row reaches back to the beginning: a list that arrives two days after the training still says who
        coached its first question.
        """
        row, earlier = self.row, aliased(self.row)
        before = and_(_lasted(earlier), earlier.from_at < row.from_at)
        first = ~exists().where(_same(earlier, self.of), before)
        return and_(
            self.of == self.plan,
            or_(row.from_at <= moment, _lasted(row) & first),
            or_(row.to_at.is_(None), row.to_at > moment),
        )

    def has_changed(self) -> ColumnElement[bool]:
        """Whether anything that held for the plan has ended: if not, the open row has held for all of time."""
        return self.plan.in_(select(self.of).where(self.row.to_at > self.row.from_at))

    def holds_now(self) -> ColumnElement[bool]:
        """Whether a row says what holds for the plan today; none does where no row is open."""
        return and_(self.of == self.plan, self.row.to_at.is_(None))

    def is_now(self, values: Values) -> ColumnElement[bool]:
        """Whether one of these holds for the plan today."""
        return self.plan.in_(select(self.of).where(self.row.to_at.is_(None), self.value.in_(values)))

    def spells(self, among: Select[int]) -> Subquery:
        """Select what held for these from when to when, as `at` says it of one moment: each has all of time.

        The columns are `of`, the `value` (or nothing), `since`, which is included, and `until`, which is not.
        """
        row, earlier, later = self.row, aliased(self.row), aliased(self.row)
        # looked up in their index: window functions took twice as long as the rest of it
        has_begun = exists().where(_same(earlier, self.of), _lasted(earlier), earlier.from_at < row.from_at)
        after = select(func.min(later.from_at)).where(
            _same(later, self.of), _lasted(later), later.from_at > row.from_at
        )
        lasting = (
            select(
                self.of.label("of"),
                self.value.label("value"),
                case((~has_begun, _EVER), else_=row.from_at).label("since"),
                func.coalesce(row.to_at, _NEVER).label("until"),
                func.coalesce(after.correlate(row).scalar_subquery(), _NEVER).label("next"),
            )
            .where(_lasted(row), self.of.in_(among))
            .cte()  # read twice, worked out once
        )
        held = select(lasting.c.of, lasting.c.value, lasting.c.since, lasting.c.until)
        between = select(lasting.c.of, null(), lasting.c.until, lasting.c.next).where(
            lasting.c.until < lasting.c.next
        )
        never = select(self.everybody, null(), _EVER, _NEVER).where(
            self.everybody.in_(among), ~exists().where(self.of == self.everybody, _lasted(row))
        )
        return union_all(held, between, never).subquery()


_EVER = literal(datetime.min.replace(tzinfo=UTC), UtcDateTime())
_NEVER = literal(datetime.max.replace(tzinfo=UTC), UtcDateTime())


def _same(other: type[Membership] | type[Coaching], of: Reference) -> ColumnElement[bool]:
    """Another row of the same somebody or something."""
    same: ColumnElement[bool] = getattr(other, of.key) == of
    return same


def _lasted(row: type[Membership] | type[Coaching]) -> ColumnElement[bool]:
    """A row that ended the moment it began was corrected at once and never held."""
    return or_(row.to_at.is_(None), row.to_at > row.from_at)


TEAM = Dated(
    row=Membership,
    of=Membership.person_id,
    value=Membership.team_id,
    plan=FollowUpPlan.person_id,
    everybody=Person.id,
)
COACH = Dated(
    row=Coaching,
    of=Coaching.plan_id,
    value=Coaching.coach_id,
    plan=FollowUpPlan.id,
    everybody=FollowUpPlan.id,
)
