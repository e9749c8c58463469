"""Lets a plan adapt to an answer as its programme says, and takes back what a corrected answer no longer asks for."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import changing, undoing
from coachfollow.models import Adaptation, Answer, FollowUpPlan, Touchpoint
from coachfollow.queries import adapted, snapshots
from coachfollow.queries.adapted import Before
from coachfollow.rules import adapting, taking_back
from coachfollow.rules.adapting import Said
from coachfollow.rules.changes import Key
from coachfollow.rules.kinds import Cause, PlanState

TOLD_AFTER = taking_back.WITHIN  # usually the new time of a meeting takes the place of taking off the old one


def adapt(session: Session, *, answer: Answer, touchpoint: Touchpoint, now: datetime) -> None:
    """Move, add or leave out what an answer gives reason for; the plan is held. No commit."""
    plan = session.get_one(FollowUpPlan, touchpoint.plan_id)
    if (
        answer.person_id != plan.person_id
        or plan.state is not PlanState.ACTIVE
        or not _may(touchpoint, answer)
    ):
        return
    rules = adapted.rules_of(session, plan_id=plan.id)
    if rules.are_none:
        return
    about = (touchpoint.step_id, touchpoint.n)
    answers = adapted.said(session, plan_id=plan.id)
    earlier = adapted.before(session, plan_id=plan.id)
    snapshot = snapshots.of(session, plan_id=plan.id, now=now)
    causes = adapting.causes(snapshot, about, answers=answers, rules=rules, earlier=_counted(earlier, plan))
    stale = [one for one in earlier if one.about == about and not one.is_undone]
    if _take_back(session, plan, stale, but=set(causes), now=now):
        earlier = adapted.before(session, plan_id=plan.id)
        snapshot = snapshots.of(session, plan_id=plan.id, now=now)
    for one in adapting.adapt(
        snapshot, about, answers=answers, rules=rules, earlier=_counted(earlier, plan), now=now
    ):
        row = changing.enact(session, plan=plan, change=one.change, now=now, wait=TOLD_AFTER)
        session.add(Adaptation(change_id=row.id, touchpoint_id=touchpoint.id, cause=one.cause))
        session.flush()


def _may(touchpoint: Touchpoint, answer: Answer) -> bool:
    """Whether an answer can change anything; a corrected one may take back what the first one did."""
    said = Said(applied=answer.applied, barrier=answer.barrier)
    return answer.version > 1 or adapting.may_adapt(touchpoint.kind, said)


def _counted(earlier: Sequence[Before], plan: FollowUpPlan) -> Collection[tuple[Cause, Key]]:
    """What a plan adapted to and need not again; what fell with a corrected answer may come again."""
    return {(one.cause, one.about) for one in earlier if one.undone_by != plan.person_id}


def _take_back(
    session: Session, plan: FollowUpPlan, stale: Sequence[Before], *, but: Collection[Cause], now: datetime
) -> bool:
    """Take back what the answer gives no reason for any more, where that is not too late; False: nothing was."""
    done = False
    for one in stale:
        if one.cause in but:
            continue
        try:
            undoing.take_back(session, plan=plan, change_id=one.change_id, now=now, actor_id=plan.person_id)
        except Conflict:
            continue  # it has moved on meanwhile: it stays, and the coach can change it
        done = True
    return done
