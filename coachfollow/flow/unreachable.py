"""Keeps whose address does not exist, as the mail server says: marked once, lifted when a mail arrives or it changes.

Mails that come due to them meanwhile end without being tried; a question that is still open when the mark is lifted
is mailed once, the newest of each follow-up.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import history, locking, outbox
from coachfollow.flow.which import MESSAGES, Which
from coachfollow.models import FollowUpPlan, Person, Touchpoint, table_of
from coachfollow.rules import lifecycle, refusals
from coachfollow.rules.forms import ANSWERED_BY_MAIL
from coachfollow.rules.kinds import Audience, MessageKind, MessageState, PlanState, TouchpointState

MARKED, LIFTED = "address refused", "address in order"  # the events
RUNNING = (PlanState.ACTIVE, PlanState.PAUSED)

_mails, _people = MESSAGES.c, table_of(Person)

Told = Sequence[Any]
"""Mails that ended, as they are read here."""


def read(session: Session, mails: Which) -> Told:
    """Give those of these mails that were refused or are in doubt, and of the others what may end a mark."""
    return session.execute(_told(mails.where), mails.values).all()


@cache
def _told(where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    lost = _mails.state.in_([MessageState.FAILED, MessageState.IN_DOUBT])
    is_found = _people.c.undeliverable_at <= _mails.settled_at
    arrived = and_(
        _mails.state == MessageState.SENT, or_(is_found, _mails.kind == MessageKind.CURRENT_QUESTION)
    )
    chosen: Select[*tuple[Any, ...]] = select(
        _mails.id,
        _mails.state,
        _mails.server_reply,
        _mails.person_id,
        _mails.touchpoint_id,
        is_found.label("is_found"),
        (_mails.address == _people.c.email).label("is_theirs"),
    )
    return chosen.join(_people, _people.c.id == _mails.person_id).where(where, or_(lost, arrived))


def note(session: Session, told: Told, *, now: datetime) -> None:
    """Mark whose address does not exist, by the words of these mails; lift it of whom one reached. No commit."""
    # what went to an address of before says nothing of today's
    theirs = [mail for mail in told if mail.is_theirs]
    sent = [mail for mail in theirs if mail.state is MessageState.SENT]
    lost = [mail for mail in theirs if mail.state is not MessageState.SENT]
    gone = {mail.person_id for mail in lost if refusals.says_nobody(mail.server_reply)}
    if gone:
        _set(session, gone, Person.undeliverable_at.is_(None), to=now, event=MARKED, now=now)
    if sent:
        _deliver(session, {mail.touchpoint_id for mail in sent if mail.touchpoint_id is not None})
    if found := {mail.person_id for mail in sent if mail.is_found} - gone:
        lift(session, person_ids=found, now=now)


def lift(session: Session, *, person_ids: Collection[int], now: datetime) -> None:
    """Write to these people again, if they were marked, and ask what is still open for them. No commit."""
    plan_ids = hold_plans(session, person_ids=person_ids)
    was_marked = Person.undeliverable_at.is_not(None)
    if _set(session, person_ids, was_marked, to=None, event=LIFTED, now=now) and plan_ids:
        _ask(session, plan_ids, now)


def hold_plans(session: Session, *, person_ids: Collection[int]) -> Sequence[int]:
    """Hold the follow-ups of these people that run: before the people, as everybody does. No commit."""
    theirs = FollowUpPlan.person_id.in_(list(person_ids)) & (FollowUpPlan.state == PlanState.ACTIVE)
    plan_ids = session.scalars(select(FollowUpPlan.id).where(theirs)).all()
    if plan_ids:
        locking.plans(session, plan_ids=plan_ids)
    return plan_ids


def _set(
    session: Session,
    person_ids: Collection[int],
    where: ColumnElement[bool],
    *,
    to: datetime | None,
    event: str,
    now: datetime,
) -> bool:
    """Set the mark of those for whom it still is so, and tell of it: whoever comes second finds nobody."""
    wanted = select(Person.id).where(Person.id.in_(list(person_ids)), Person.erased_at.is_(None), where)
    found = session.scalars(wanted.order_by(Person.id).with_for_update(key_share=True)).all()
    if found:
        session.execute(
            update(Person)
            .where(Person.id.in_(found))
            .values(undeliverable_at=to)
            .execution_options(synchronize_session="fetch")
        )
        _tell(session, event, found, now)
    return bool(found)


def _tell(session: Session, name: str, person_ids: Collection[int], now: datetime) -> None:
    """Write it down once for each follow-up that runs, and for whoever has none once."""
    runs = and_(FollowUpPlan.person_id == Person.id, FollowUpPlan.state.in_(RUNNING))
    rows = session.execute(
        select(Person.id, Person.organisation_id, FollowUpPlan.id.label("plan_id"), FollowUpPlan.cohort_id)
        .outerjoin(FollowUpPlan, runs)
        .where(Person.id.in_(list(person_ids)))
        .order_by(Person.id, FollowUpPlan.id)
    )
    events = [
        {
            "person_id": row.id,
            "organisation_id": row.organisation_id,
            "plan_id": row.plan_id,
            "cohort_id": row.cohort_id,
            "facts": {},
        }
        for row in rows
    ]
    history.record_all(session, name, at=now, rows=events)


def _ask(session: Session, plan_ids: Sequence[int], now: datetime) -> None:
    """Mail the newest question of each follow-up that is open and reached nobody: one, never a burst (law 7)."""
    rows = session.execute(_open_questions(plan_ids, now))
    newest = {row.plan_id: row for row in rows}  # the last of each plan
    if not newest:
        return
    before = outbox.earlier(session, touchpoint_ids=[row.id for row in newest.values()])
    mails = [
        {
            "organisation_id": row.organisation_id,
            "person_id": row.person_id,
            "plan_id": row.plan_id,
            "touchpoint_id": row.id,
            "attendee_id": None,
            "kind": MessageKind.CURRENT_QUESTION,
            "n": max(1, before[row.id, row.person_id, MessageKind.CURRENT_QUESTION].next_n),
            "send_at": now,
            "expires_at": lifecycle.expires_at(
                MessageKind.CURRENT_QUESTION, due_at=now, closes_at=row.closes_at
            ),
        }
        for row in newest.values()
        if not before[row.id, row.person_id, MessageKind.CURRENT_QUESTION].standing
    ]
    outbox.post(session, mails, now=now)


def _open_questions(plan_ids: Sequence[int], now: datetime) -> Select[*tuple[Any, ...]]:
    columns = Touchpoint.id, Touchpoint.plan_id, Touchpoint.closes_at, Person.organisation_id
    chosen: Select[*tuple[Any, ...]] = select(*columns, Person.id.label("person_id"))
    return (
        chosen.join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            Touchpoint.plan_id.in_(plan_ids),
            FollowUpPlan.state == PlanState.ACTIVE,
            Person.undeliverable_at.is_(None),
            Touchpoint.state == TouchpointState.OPEN,
            Touchpoint.undeliverable.is_(True),
            Touchpoint.audience == Audience.PARTICIPANT,
            Touchpoint.kind.in_(ANSWERED_BY_MAIL),
            Touchpoint.closes_at > now,
        )
        .order_by(Touchpoint.due_at, Touchpoint.id)
    )


def _deliver(session: Session, touchpoint_ids: Collection[int]) -> None:
    """Say no longer of these follow-ups that nobody was reached."""
    if touchpoint_ids:
        session.execute(
            update(Touchpoint)
            .where(
                Touchpoint.id.in_(list(touchpoint_ids)),
                Touchpoint.state == TouchpointState.OPEN,
                Touchpoint.undeliverable.is_(True),
            )
            .values(undeliverable=False, state_reason=None)
            .execution_options(synchronize_session=False)
        )
