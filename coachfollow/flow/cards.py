"""Gives the cards that are open to whoever manages somebody now: nobody else is asked about them any more."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from coachfollow.flow import outbox
from coachfollow.models import FollowUpPlan, Message, Person, Touchpoint
from coachfollow.queries import relations
from coachfollow.rules import lifecycle
from coachfollow.rules.kinds import MAIL_OF, Audience, PlanState, TouchpointState

OTHER_MANAGER = "somebody else manages them now"
RUNNING = (PlanState.DRAFT, PlanState.ACTIVE)  # a pause asks again once it ends


def hand_over(session: Session, *, managers: Mapping[int, int], now: datetime) -> None:
    """Stop what former managers were still to get about these people, and ask the new ones once. No commit."""
    cards = session.execute(
        select(Touchpoint, FollowUpPlan.person_id, Person.organisation_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            FollowUpPlan.person_id.in_(list(managers)),
            FollowUpPlan.state.in_(RUNNING),
            Touchpoint.audience == Audience.MANAGER,
            Touchpoint.state == TouchpointState.OPEN,
            Touchpoint.closes_at > now,
        )
    ).all()
    if not cards:
        return
    ids = [card.id for card, _, _ in cards]
    outbox.cancel(session, Message.touchpoint_id.in_(ids), reason=OTHER_MANAGER, now=now)
    can_be_asked = set(session.scalars(_reachable(managers, now)))
    said = outbox.earlier(session, touchpoint_ids=ids)
    mails = [_mail(row, managers, said, now) for row in cards if managers[row.person_id] in can_be_asked]
    outbox.post(session, mails, now=now)


def _reachable(managers: Mapping[int, int], now: datetime) -> Select[int]:
    has_address = and_(Person.email.is_not(None), Person.undeliverable_at.is_(None))
    here = relations.is_here(Person, now)
    return select(Person.id).where(Person.id.in_(set(managers.values())), has_address, here)


def _mail(
    row: Row[Touchpoint, int, int], managers: Mapping[int, int], said: outbox.Said, now: datetime
) -> Mapping[str, object]:
    card, person_id, organisation_id = row
    kind, manager_id = MAIL_OF[card.kind], managers[person_id]
    return {
        "organisation_id": organisation_id,
        "person_id": manager_id,
        "plan_id": card.plan_id,
        "touchpoint_id": card.id,
        "attendee_id": None,
        "kind": kind,
        "n": said[card.id, manager_id, kind].next_n,
        "send_at": now,
        "expires_at": lifecycle.expires_at(kind, due_at=now, closes_at=card.closes_at),
    }
