"""Erases a person: who it was goes, what was counted stays.

Everything happens in one transaction: follow-ups stop, mails are taken out, meetings leave the coach's calendar, then
name, address, numbers, aliases and the key of their private texts go. The erased person gets no mail about it, and
none that takes a meeting off their own calendar: their address is gone before a mail could leave.
"""

import json
import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, false, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import checkins, erasures, handover, history, locking, outbox, sets
from coachfollow.models import (
    Alias,
    CalendarFeed,
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Grant,
    ImportBatch,
    ImportRow,
    LeaveSpell,
    Message,
    Person,
    PersonKey,
    Reporting,
    RosterDay,
    SealedMail,
    Touchpoint,
)
from coachfollow.queries import handovers, snapshots
from coachfollow.rules.changes import COACH_GONE
from coachfollow.rules.kinds import TO_COME, ImportState, PlanState, StopReason, TouchpointState

log = logging.getLogger(__name__)

ERASED = "the person was erased"

# says who somebody is, or when they were away, and is asked by nobody once they are erased
FORGOTTEN = (Alias, CalendarFeed, PersonKey, CoachProfile, LeaveSpell, RosterDay)


def erase(session: Session, *, person_id: int, now: datetime, actor_id: int | None = None) -> None:
    """Erase somebody for good; raises Conflict where they were erased before, or erase themselves."""
    (person,) = _held(session, [person_id])
    if person.erased_at is not None:
        raise Conflict("This person was erased already.")
    if person_id == actor_id:
        raise Conflict("Nobody can erase themselves here: ask somebody else to do it.")
    _forget(session, person=person, now=now, actor_id=actor_id)
    erasures.note(public_ids=[person.public_id])  # before the commit: a backup may be older than it
    session.commit()


def again(session: Session, *, now: datetime) -> None:
    """Erase again whom an old backup has brought back, before anything is sent to them."""
    back = erasures.compare(session)
    if not back:
        return
    ids = session.scalars(select(Person.id).where(Person.public_id.in_(back))).all()
    held = _held(session, ids)
    known = [one for one in held if one.erased_at is None]  # another host may have been quicker
    for person in known:
        _forget(session, person=person, now=now, actor_id=None)
    session.commit()
    if known:
        log.error("An old backup was restored: %d people had been erased, and were erased again.", len(known))


def _held(session: Session, person_ids: Sequence[int]) -> Sequence[Person]:
    """Give people as they are now, held until the commit: after the follow-ups they take part in or coach."""
    own = select(FollowUpPlan.id).where(FollowUpPlan.person_id.in_(person_ids))
    locking.plans(session, plan_ids=session.scalars(own.union(_coached(person_ids))).all())
    wanted = select(Person).where(Person.id.in_(person_ids)).order_by(Person.id)
    held = wanted.with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(held).all()


def _forget(session: Session, *, person: Person, now: datetime, actor_id: int | None) -> None:
    _overwrite(session)
    _end_follow_ups(session, FollowUpPlan.person_id == person.id, now)
    _leave_offices(session, person.id, now)
    _empty_the_outbox(session, person.id, now)
    _blank_lists(session, person)
    _leave_waiting_lists(session, person)
    for table in FORGOTTEN:
        session.execute(delete(table).where(table.person_id == person.id))
    person.name = person.email = person.external_id = None
    person.erased_at = now
    person.version += 1
    history.record(
        session,
        "person erased",
        at=now,
        organisation_id=person.organisation_id,
        person_id=person.id,
        actor_id=actor_id,
    )


def _overwrite(session: Session) -> None:
    """Let SQLite write zeros over what is deleted; a database server does it when it vacuums."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _end_follow_ups(session: Session, theirs: ColumnElement[bool], now: datetime) -> None:
    """Stop what runs; what has not begun stays a draft that never will, so that nobody is counted as trained."""
    runs = theirs & FollowUpPlan.state.in_([PlanState.ACTIVE, PlanState.PAUSED])
    waits = theirs & (FollowUpPlan.state == PlanState.DRAFT) & FollowUpPlan.stop_reason.is_(None)
    history.record_plans(session, "plan ended", at=now, where=runs)
    _close_what_was_asked(session, theirs, now)
    ended = {"state_at": now, "stop_reason": StopReason.ERASED, "paused_until": None}
    session.execute(update(FollowUpPlan).where(waits).values(ended))
    session.execute(update(FollowUpPlan).where(runs).values(state=PlanState.STOPPED, **ended))
    checkins.set_aside(session, theirs, reason=ERASED, now=now)
    plans = select(FollowUpPlan.id).where(theirs)
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.plan_id.in_(plans), Touchpoint.state.in_(TO_COME))
        .values(state=TouchpointState.CANCELLED, state_reason=ERASED, settled_at=now)
    )
    outbox.cancel(session, Message.plan_id.in_(plans), reason=ERASED, now=now)


def _close_what_was_asked(session: Session, theirs: ColumnElement[bool], now: datetime) -> None:
    """A question that had been asked counts as unanswered, as after every stop (`rules/pausing`)."""
    plans = select(FollowUpPlan.id).where(theirs, FollowUpPlan.state != PlanState.PAUSED)
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.plan_id.in_(plans), Touchpoint.state == TouchpointState.OPEN, snapshots.IS_ASKED)
        .values(state=TouchpointState.MISSED, state_reason=ERASED, settled_at=now)
        .execution_options(synchronize_session=False)
    )


def _leave_offices(session: Session, person_id: int, now: datetime) -> None:
    """Whom they coached or managed has nobody in their place until somebody is named; their roles end."""
    coached = session.scalars(_coached([person_id])).all()
    for plan_ids in sets.chunks(coached):
        coming = handovers.coming(session, plan_ids=plan_ids, now=now)
        for ids in sets.chunks(one.touchpoint_id for one in coming):
            handover.renew(session, ids, reason=COACH_GONE, now=now)
    for relation, whose in (
        (Coaching, Coaching.coach_id),
        (Reporting, Reporting.manager_id),
        (Grant, Grant.person_id),
    ):
        session.execute(
            update(relation).where(whose == person_id, relation.to_at.is_(None)).values(to_at=now)
        )


def _coached(person_ids: Sequence[int]) -> Select[int]:
    return select(Coaching.plan_id).where(Coaching.coach_id.in_(person_ids), Coaching.to_at.is_(None))


def _empty_the_outbox(session: Session, person_id: int, now: datetime) -> None:
    """Stop every mail to them, and take out of the others what says who they were."""
    to_them = Message.person_id == person_id
    ids = session.scalars(select(Message.id).where(to_them, Message.settled_at.is_(None))).all()
    outbox.take_back(session, message_ids=ids, reason=ERASED, now=now)
    about_them = Message.plan_id.in_(select(FollowUpPlan.id).where(FollowUpPlan.person_id == person_id))
    mails = select(Message.id).where(or_(to_them, about_them))
    session.execute(delete(SealedMail).where(SealedMail.message_id.in_(mails)))
    session.execute(update(Message).where(to_them).values(address=None, server_reply=None))
    session.execute(
        update(Message).where(or_(to_them, about_them), Message.reason.is_not(None)).values(reason=ERASED)
    )


def _blank_lists(session: Session, person: Person) -> None:
    """Blank their rows in lists, and leave them out of those that are still to be carried out."""
    names = select(Alias.value).where(Alias.person_id == person.id)
    theirs = or_(ImportRow.person_id == person.id, ImportRow.email.in_(names))
    if person.email:
        theirs |= ImportRow.email == person.email
    here = select(ImportBatch.id).where(ImportBatch.organisation_id == person.organisation_id)
    session.execute(
        update(ImportRow)
        .where(theirs, ImportRow.batch_id.in_(here))
        .values(name=None, email=None, facts="{}", problem=None, suggestions="[]", skipped=True)
    )


def _leave_waiting_lists(session: Session, person: Person) -> None:
    """Be nobody's manager or coach in lists that are still to be carried out: they would bring the address back."""
    waiting = ImportRow.batch_id.in_(
        select(ImportBatch.id).where(
            ImportBatch.organisation_id == person.organisation_id, ImportBatch.state != ImportState.LIVE
        )
    )
    session.execute(update(ImportRow).where(waiting, ImportRow.coach_id == person.id).values(coach_id=None))
    names = session.scalars(select(Alias.value).where(Alias.person_id == person.id)).all()
    theirs = [name for name in (person.email, *names) if name]
    says_so = or_(false(), *(ImportRow.facts.contains(json.dumps(name), autoescape=True) for name in theirs))
    rows = session.execute(select(ImportRow.id, ImportRow.facts).where(waiting, says_so)).all()
    for some in sets.chunks(rows):
        without = [{"id": row_id, "facts": _without(facts, theirs)} for row_id, facts in some]
        session.execute(update(ImportRow), without)


def _without(facts: str, theirs: Sequence[str]) -> str:
    return json.dumps({key: value for key, value in json.loads(facts).items() if value not in theirs})
