"""Takes answers: stored before they are acknowledged, changed in place until it closes, never doubled."""

from datetime import datetime

from sqlalchemy import ScalarSelect, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Closed, NotFound
from coachfollow.flow import adaptations, commitments, history, keys, locking, plans, sets, settling, silences
from coachfollow.models import Answer, Blocker, Coaching, FollowUpPlan, Person, Touchpoint
from coachfollow.rules import asking, lifecycle
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, StepKind

CLOSED = "This question is closed. Thank you for coming back to it all the same."


def record(
    session: Session,
    *,
    touchpoint_id: int,
    person_id: int,
    answered: Answered,
    now: datetime,
    channel: str = "page",
) -> Answer:
    """Store an answer and stop its reminders at once; raises Closed when its time is over."""
    touchpoint = _open(session, touchpoint_id, now)
    values = _values(session, touchpoint, person_id=person_id, answered=answered, now=now, channel=channel)
    first = session.connection().execute(
        sets.insert_new(session, Answer).values(
            touchpoint_id=touchpoint_id, person_id=person_id, version=1, answered_at=now, **values
        )
    )
    is_new = first.rowcount == 1
    own = (Answer.touchpoint_id == touchpoint_id) & (Answer.person_id == person_id)
    if not is_new:
        session.execute(update(Answer).where(own).values(version=Answer.version + 1, **values))
    answer = session.scalars(select(Answer).where(own)).one()
    if touchpoint.kind is StepKind.COMMITMENT:
        commitments.keep(session, plan_id=touchpoint.plan_id, answered=answered, now=now)
    settling.complete(session, touchpoint=touchpoint, now=now)
    _route(session, answer, now)
    _note(session, touchpoint, person_id, is_new=is_new, now=now)
    _hear(session, touchpoint, person_id, now)
    adaptations.adapt(session, answer=answer, touchpoint=touchpoint, now=now)
    plans.finish(session, plan_ids=[touchpoint.plan_id], now=now)
    session.commit()
    return answer


def _open(session: Session, touchpoint_id: int, now: datetime) -> Touchpoint:
    touchpoint = session.get(Touchpoint, touchpoint_id)
    if touchpoint is None or touchpoint.kind not in asking.ANSWERED_BY_MAIL:
        raise NotFound("There is no such question.")
    plan = locking.plan(session, plan_id=touchpoint.plan_id)
    session.refresh(touchpoint)  # a drain may have closed it while we waited
    if not lifecycle.takes_answer(
        touchpoint.state,
        closes_at=touchpoint.closes_at,
        plan=plan.state,
        stopped_for=plan.stop_reason,
        now=now,
    ):
        raise Closed(CLOSED)
    return touchpoint


def _values(
    session: Session,
    touchpoint: Touchpoint,
    *,
    person_id: int,
    answered: Answered,
    now: datetime,
    channel: str,
) -> dict[str, object]:
    text = answered.outcome if touchpoint.kind is StepKind.SPONSOR else answered.note
    return {
        "applied": answered.applied or _done(answered),
        "times": answered.times,
        "rating": answered.rating,
        "barrier": answered.barrier,
        "note": keys.key_for(session, person_id=person_id).seal(text),
        "note_shared": answered.share_note,
        "channel": channel,
        "changed_at": now,
    }


def _done(answered: Answered) -> Applied | None:
    """A manager's “done” is kept as what it is: whether the intended thing happened."""
    if answered.done is None:
        return None
    return Applied.AS_INTENDED if answered.done else Applied.NOT_YET


def _route(session: Session, answer: Answer, now: datetime) -> None:
    """A barrier that was named is put on the way to whoever can remove it; a corrected one replaces it."""
    if answer.barrier is None:  # taken back: nobody need remove it any more
        named = (Blocker.answer_id == answer.id) & Blocker.resolved_at.is_(None)
        session.execute(update(Blocker).where(named).values(resolved_at=now))
        return
    blocker = sets.insert(session, Blocker).values(
        answer_id=answer.id, barrier=answer.barrier, owner_id=_coach_of(answer), created_at=now
    )
    session.execute(
        blocker.on_conflict_do_update(
            index_elements=["answer_id"], set_={"barrier": answer.barrier, "resolved_at": None}
        )
    )


def _coach_of(answer: Answer) -> ScalarSelect[int]:
    """Who is to see to what got in the way; the L&D team reads it counted, and no name (`queries.hindering`)."""
    return (
        select(Coaching.coach_id)
        .join(Touchpoint, Touchpoint.plan_id == Coaching.plan_id)
        .where(Touchpoint.id == answer.touchpoint_id, Coaching.to_at.is_(None))
        .scalar_subquery()
    )


def _hear(session: Session, touchpoint: Touchpoint, person_id: int, now: datetime) -> None:
    """Whoever answers for themselves is back, and is reminded again; a manager's answer says nothing of that."""
    plan = session.get_one(FollowUpPlan, touchpoint.plan_id)
    if plan.person_id == person_id:
        silences.end(session, plan=plan, now=now, actor_id=person_id)


def _note(session: Session, touchpoint: Touchpoint, person_id: int, *, is_new: bool, now: datetime) -> None:
    person = session.get_one(Person, person_id)
    history.record(
        session,
        "answered" if is_new else "answer changed",
        at=now,
        organisation_id=person.organisation_id,
        actor_id=person_id,
        person_id=person_id,
        cohort_id=touchpoint.cohort_id,
        plan_id=touchpoint.plan_id,
        touchpoint_id=touchpoint.id,
    )
