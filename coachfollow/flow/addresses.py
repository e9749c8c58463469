"""Gives people another mail address: what waits goes there, and what was open for them is asked again."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import history, sets, unreachable
from coachfollow.intake import addresses as reading
from coachfollow.models import Alias, Message, Person, SealedMail
from coachfollow.queries import matching
from coachfollow.rules.kinds import MessageState

CHANGED = "address changed"  # the event; it holds no address
ARRIVES = (
    "Mails to them arrive. An address opens what is theirs, so only whoever runs Coachfollow changes it."
)


def put_right(session: Session, *, person_id: int, address: str, now: datetime, actor_id: int | None) -> str:
    """Let somebody whose mails come back have another address, as `change` does; no page can do more.

    An address is the way to somebody's private answers, which no role reads. So nobody's is changed on a page
    as long as its owner would miss it. Raises Conflict where mails arrive.
    """
    return change(session, person_id=person_id, address=address, now=now, actor_id=actor_id, only_lost=True)


def change(
    session: Session,
    *,
    person_id: int,
    address: str,
    now: datetime,
    actor_id: int | None = None,
    only_lost: bool = False,
) -> str:
    """Let somebody have another address from now on; gives it as it is kept. Raises Invalid and Conflict."""
    try:
        email = reading.address(address)
    except ValueError as error:
        raise Invalid(f"{error}.", {"address": "Write it like anna@example.org."}) from None
    person = session.get_one(Person, person_id)
    if email == person.email:
        return email
    if only_lost and person.undeliverable_at is None:
        raise Conflict(ARRIVES)
    house = person.organisation_id
    known = matching.by_email(session, organisation_id=house, emails=[email], unseen=True)
    if known.get(email, person.id) != person.id:
        raise Conflict(f"“{email}” is the address of somebody else here.")
    give(session, person=person, email=email, now=now, actor_id=actor_id)
    session.commit()
    return email


def give(session: Session, *, person: Person, email: str, now: datetime, actor_id: int | None = None) -> None:
    """Give somebody an address that nobody has; lists that name the one before still mean them. No commit."""
    unreachable.hold_plans(session, person_ids=[person.id])
    before, person.email = person.email, email
    whose = {"organisation_id": person.organisation_id, "person_id": person.id}
    if before is not None:
        session.execute(sets.insert_new(session, Alias).values(value=before, **whose))
    session.execute(delete(Alias).where(Alias.person_id == person.id, Alias.value == email))
    history.record(session, CHANGED, at=now, actor_id=actor_id, **whose)
    _readdress(session, person.id)
    unreachable.lift(session, person_ids=[person.id], now=now)


def _readdress(session: Session, person_id: int) -> None:
    """Let what waits be written anew; of what may have arrived before, a second copy goes where the first went."""
    waits = (
        Message.person_id == person_id,
        Message.state == MessageState.QUEUED,
        Message.resends == 0,
        Message.address.is_not(None),
    )
    ids = session.scalars(select(Message.id).where(*waits).order_by(Message.id).with_for_update()).all()
    if ids:
        session.execute(delete(SealedMail).where(SealedMail.message_id.in_(ids)))
        session.execute(
            update(Message)
            .where(Message.id.in_(ids))
            .values(address=None)
            .execution_options(synchronize_session=False)
        )
