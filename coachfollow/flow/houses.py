"""Opens the house: the first organisation and its first administrator."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.config import Settings
from coachfollow.flow import history, people
from coachfollow.models import DrainLease, Grant, Organisation, Person
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.worktime import DEFAULT_WEEK


def open_house(session: Session, *, settings: Settings, now: datetime) -> Organisation:
    """Give the first organisation, made from the settings if need be, and the places at the mail server."""
    places = set(session.scalars(select(DrainLease.id)))
    session.add_all(
        DrainLease(id=place) for place in range(1, settings.mail_connections + 1) if place not in places
    )
    found = session.scalar(select(Organisation).order_by(Organisation.id).limit(1))
    if found is None:
        found = Organisation(
            public_id=vault.new_public_id(),
            name=settings.organisation,
            zone=settings.zone,
            locale="en",
            working_week=DEFAULT_WEEK,
            sender_name=settings.mail_sender_name,
            reply_to=settings.mail_reply_to,
            created_at=now,
        )
        session.add(found)
        session.flush()
        history.record(session, "organisation opened", at=now, organisation_id=found.id)
    session.commit()
    return found


def appoint(
    session: Session, *, organisation_id: int, email: str, name: str, roles: tuple[Role, ...], now: datetime
) -> Person:
    """Give somebody roles over the whole organisation; they sign in by a mailed link."""
    person = people.find_or_add(session, organisation_id=organisation_id, email=email, name=name, now=now)
    for role in roles:
        grant(session, person=person, role=role, scope=Scope.ORGANISATION, scope_id=organisation_id, now=now)
    session.commit()
    return person


def grant(
    session: Session, *, person: Person, role: Role, scope: Scope, scope_id: int, now: datetime
) -> None:
    """Give a person a role within a scope, once; the caller commits."""
    held = select(Grant.id).where(
        Grant.person_id == person.id,
        Grant.role == role,
        Grant.scope == scope,
        Grant.scope_id == scope_id,
        Grant.to_at.is_(None),
    )
    if session.scalar(held) is None:
        session.add(Grant(person_id=person.id, role=role, scope=scope, scope_id=scope_id, from_at=now))
        session.flush()
        history.record(
            session,
            "granted",
            at=now,
            organisation_id=person.organisation_id,
            person_id=person.id,
            role=role.value,
            scope=scope.value,
            scope_id=scope_id,
        )
