"""Signs people in by a mailed link: single use, 15 minutes, in the browser that asked; no passwords to lose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Closed, NotFound
from coachfollow.extensions import installation, lease_time
from coachfollow.flow import floods, history, outbox
from coachfollow.models import Coaching, Grant, Person, Reporting, Token
from coachfollow.queries import relations
from coachfollow.rules.kinds import MessageKind, TokenPurpose

LIFE = timedelta(minutes=15)
PER_ADDRESS, PER_VISITOR, ALTOGETHER = 3, 20, 1000  # an hour

USED = "This sign-in link has been used or is too old. Ask for a new one; it takes a moment."
OTHER_BROWSER = "Please open the link in the browser where you asked for it, or ask for a new one here."

_SAVEPOINT, _KEEP = text("SAVEPOINT written"), text("RELEASE SAVEPOINT written")
_TAKE_BACK = text("ROLLBACK TO SAVEPOINT written")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """Who signed in, and which version of them: raising it ends every session at once."""

    person_id: int
    version: int


def ask(session: Session, *, email: str, browser: str, visitor: str, now: datetime) -> None:
    """Mail a sign-in link if somebody with a role has this address; answer and time are the same either way.

    For an address nobody may sign in with, the same is written for a stand-in, and taken back.
    """
    lease = lease_time(session)
    address = email.strip().lower()
    floods.spend(session, key="sign-in all", per_hour=ALTOGETHER, lease=lease)
    floods.spend(session, key=f"sign-in from {visitor}"[:120], per_hour=PER_VISITOR, lease=lease)
    floods.spend(session, key=f"sign-in to {vault.token_hash(address)}", per_hour=PER_ADDRESS, lease=lease)
    people, stand_in = _who_may(session, address, now), _anybody(session)
    # not the session's own savepoints: where the database went away meanwhile, to close them is one more failure
    session.execute(_SAVEPOINT)
    _mail(session, people or stand_in, browser, now)
    session.execute(_KEEP if people else _TAKE_BACK)
    session.commit()


def link_for(session: Session, *, person: Person, now: datetime) -> str:
    """Make a sign-in link to be handed over by other means than mail: it works once, in any browser."""
    token = vault.new_token()
    session.add(_token(person, token, None, now))
    session.commit()
    return f"{installation().settings.external_url}/sign-in/{token}"


def enter(session: Session, *, token: str, browser: str, now: datetime) -> Entered:
    """Spend a sign-in link; raises NotFound, or Closed when it was used, is old or was asked for elsewhere."""
    found = session.scalar(
        select(Token).where(Token.hash == vault.token_hash(token), Token.purpose == TokenPurpose.SIGN_IN)
    )
    if found is None:
        raise NotFound("We do not know this sign-in link.")
    if found.bound_to is not None and found.bound_to != vault.token_hash(browser):
        raise Closed(OTHER_BROWSER)
    spent = session.connection().execute(
        update(Token)
        .where(Token.id == found.id, Token.used_at.is_(None), Token.expires_at > now)
        .values(used_at=now)
    )
    person = session.get_one(Person, found.person_id)
    if spent.rowcount != 1 or found.person_version != person.version or person.erased_at is not None:
        session.rollback()
        raise Closed(USED)
    history.record(
        session,
        "signed in",
        at=now,
        organisation_id=person.organisation_id,
        actor_id=person.id,
        person_id=person.id,
    )
    session.commit()
    return Entered(person_id=person.id, version=person.version)


def leave_everywhere(session: Session, *, person_id: int, now: datetime) -> None:
    """End every session and every link of a person at once."""
    person = session.get_one(Person, person_id)
    person.version += 1
    history.record(
        session,
        "signed out everywhere",
        at=now,
        organisation_id=person.organisation_id,
        actor_id=person_id,
        person_id=person_id,
    )
    session.commit()


def _who_may(session: Session, address: str, now: datetime) -> Sequence[Person]:
    """People with something to sign in for: a role, people they coach, people they manage."""
    has_role = select(Grant.id).where(Grant.person_id == Person.id, Grant.to_at.is_(None)).exists()
    coaches = select(Coaching.id).where(Coaching.coach_id == Person.id, Coaching.to_at.is_(None)).exists()
    manages = (
        select(Reporting.id).where(Reporting.manager_id == Person.id, Reporting.to_at.is_(None)).exists()
    )
    return session.scalars(
        select(Person).where(
            func.lower(Person.email) == address,
            Person.erased_at.is_(None),
            relations.is_here(Person, now),
            or_(has_role, coaches, manages),
        )
    ).all()


def _anybody(session: Session) -> Sequence[Person]:
    return session.scalars(select(Person).order_by(Person.id).limit(1)).all()


def _mail(session: Session, people: Sequence[Person], browser: str, now: datetime) -> None:
    letters = {vault.new_public_id(): person for person in people}
    for public_id, person in letters.items():
        session.add(_token(person, installation().vault.sign_in_token(public_id), browser, now))
    session.flush()
    outbox.post(session, [_letter(public_id, person, now) for public_id, person in letters.items()], now=now)


def _letter(public_id: str, person: Person, now: datetime) -> Mapping[str, object]:
    return {
        "public_id": public_id,
        "organisation_id": person.organisation_id,
        "person_id": person.id,
        "plan_id": None,
        "touchpoint_id": None,
        "attendee_id": None,
        "kind": MessageKind.SIGN_IN,
        "send_at": now,
        "expires_at": now + LIFE,
    }


def _token(person: Person, token: str, browser: str | None, now: datetime) -> Token:
    return Token(
        hash=vault.token_hash(token),
        purpose=TokenPurpose.SIGN_IN,
        person_id=person.id,
        person_version=person.version,
        bound_to=vault.token_hash(browser) if browser is not None else None,
        created_at=now,
        expires_at=now + LIFE,
    )
