"""SQL for the rules of `measuring`: the bucket of a follow-up, the standing of a person, as one CASE each.

The rules say what is counted where; these say the same to the database, so that a number is one statement.
A test compares the two over every combination of states.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Label,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
)

from coachfollow.models import Commitment, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import relations
from coachfollow.rules import measuring
from coachfollow.rules.kinds import PlanState, StopReason
from coachfollow.rules.measuring import Counted, Outcome, Standing

Moment = datetime | BindParameter[datetime]  # known, or left open

BUCKETS = tuple(bucket.value for bucket in Counted)
NOT_YET, UNREACHED, WAITING = "not_yet", "unreached", "waiting"

_ABSENT = and_(
    FollowUpPlan.state == PlanState.STOPPED,
    FollowUpPlan.stop_reason.is_not_distinct_from(StopReason.ABSENT),  # else NULL, which is neither
)


COUNTED_PLANS = and_(FollowUpPlan.state != PlanState.DRAFT, ~_ABSENT)
_WAITING = [Outcome.WAITING, Outcome.UNREACHED]
IS_WAITING = Touchpoint.outcome.in_(_WAITING)
IS_SETTLED = Touchpoint.outcome.between(min(measuring.SETTLED), max(measuring.SETTLED))  # a range of an index


def passed_over() -> ColumnElement[bool]:
    """Plans that do not count, without those that nobody sees yet.

    Made anew for each statement: one within it that was executed once, in whatever statement, is another key to
    what is compiled already.
    """
    # an index has it, and they are few
    by_state = FollowUpPlan.state.in_([PlanState.DRAFT, PlanState.STOPPED])
    return and_(by_state, ~COUNTED_PLANS, FollowUpPlan.id.not_in(relations.unseen_plans()))


def bucket(*, now: Moment) -> ColumnElement[str | None]:
    """The value of a touchpoint's `Counted`, or NULL; as `measuring.bucket`, from touchpoints and plans."""
    return case(
        (or_(Touchpoint.outcome.is_(None), ~COUNTED_PLANS), null()),
        (IS_SETTLED, settled()),
        else_=waiting(now=now),
    )


def settled() -> ColumnElement[str]:
    """The value of the `Counted` of a touchpoint that is settled, whatever its plan."""
    return case(
        {became.value: counted.value for became, counted in measuring.SETTLED.items()},
        value=Touchpoint.outcome,
    )


def waiting(*, now: Moment) -> ColumnElement[str]:
    """The value of the `Counted` of a touchpoint that waits in a plan that counts."""
    return case(
        (Touchpoint.due_at > now, Counted.NOT_YET_DUE.value),
        (Touchpoint.outcome == Outcome.UNREACHED, Counted.UNDELIVERABLE.value),
        (FollowUpPlan.state == PlanState.PAUSED, Counted.PAUSED.value),
        else_=Counted.OPEN.value,
    )


def gathered(parts: Subquery) -> Sequence[Label[int]]:
    """How many follow-ups are in each bucket: the sum of the `n` that were `counted` there."""
    return [
        func.coalesce(cast(func.sum(parts.c.n).filter(parts.c.counted == name), Integer), 0).label(name)
        for name in BUCKETS
    ]


def outcomes(*, now: Moment) -> Sequence[Label[int]]:
    """How many touchpoints of one plan became what; those that wait, by whether they are due."""
    became, due = Touchpoint.outcome, Touchpoint.due_at <= now
    settled = [(counted.value, became == outcome) for outcome, counted in measuring.SETTLED.items()]
    waiting = [
        (NOT_YET, became.in_(_WAITING) & ~due),
        (UNREACHED, (became == Outcome.UNREACHED) & due),
        (WAITING, (became == Outcome.WAITING) & due),
    ]
    return [func.count().filter(holds).label(name) for name, holds in (*settled, *waiting)]


def buckets(sums: Subquery, *, state: SQLColumnExpression[PlanState]) -> Sequence[Label[int]]:
    """How many follow-ups are in each bucket: the `outcomes` of plans, seen with the state of those plans."""
    one, is_paused = sums.c, state == PlanState.PAUSED
    counted: dict[str, ColumnElement[int]] = {
        name: one[name] for name in (bucket.value for bucket in measuring.SETTLED.values())
    }
    counted[Counted.UNDELIVERABLE] += one[UNREACHED]
    counted[Counted.NOT_YET_DUE] = one[NOT_YET]
    counted[Counted.PAUSED] = case((is_paused, one[WAITING]), else_=0)
    counted[Counted.OPEN] = case((is_paused, 0), else_=one[WAITING])
    return [cast(func.sum(number), Integer).label(str(name)) for name, number in counted.items()]


def standing() -> ColumnElement[str | None]:
    """The value of a plan's `Standing`, or NULL; as `measuring.standing`, from plans and people."""
    has_commitment = exists().where(Commitment.plan_id == FollowUpPlan.id).correlate(FollowUpPlan)
    return case(
        (or_(FollowUpPlan.state == PlanState.DRAFT, _ABSENT), null()),
        (FollowUpPlan.state == PlanState.FINISHED, Standing.FINISHED.value),
        (FollowUpPlan.state == PlanState.STOPPED, Standing.STOPPED.value),
        (Person.undeliverable_at.is_not(None), Standing.UNDELIVERABLE.value),
        (FollowUpPlan.state == PlanState.PAUSED, Standing.PAUSED.value),
        (has_commitment, Standing.ACTIVE.value),
        else_=Standing.NEVER_STARTED.value,
    )


def reached() -> ColumnElement[int]:
    """1 where a plan's person answered at least once themselves, else 0."""
    return case((FollowUpPlan.answered, 1), else_=0)
