"""Keeps people, nobody twice; what a whole file of them changes stands in `people_files`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, func, select, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Invalid
from coachfollow.flow import resettling, sets
from coachfollow.intake import addresses
from coachfollow.models import Alias, ImportBatch, ImportRow, Organisation, Person
from coachfollow.queries import matching
from coachfollow.queries.relations import HALF_WAY
from coachfollow.rules import worktime

_COLUMNS = (
    *("organisation_id", "public_id", "email", "name", "external_id"),
    *("zone", "locale", "working_week", "version", "created_at"),
)


_KNOWN = select(Person).where(
    Person.organisation_id == bindparam("house"), Person.email == bindparam("its_address")
)


def find_or_add(
    session: Session, *, organisation_id: int, email: str, name: str | None, now: datetime
) -> Person:
    """Give the person with this address, new ones with the organisation's habits. The caller commits.

    Raises Invalid where it is none.
    """
    try:
        address = addresses.address(email)
    except ValueError as error:
        raise Invalid(f"{error}.", {"email": "Write it like anna@example.org."}) from None
    person = session.scalar(_KNOWN, {"house": organisation_id, "its_address": address})
    if person is None:
        person = add(
            session, session.get_one(Organisation, organisation_id), email=address, name=name, now=now
        )
        session.flush()
    else:
        adopt(session, organisation_id=organisation_id, person_ids=[person.id])
    return person


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Somebody a file names for the first time, with the habits it states."""

    email: str
    name: str | None = None
    external_id: str | None = None
    zone: str | None = None
    locale: str | None = None
    week: str | None = None


def add_many(
    session: Session, *, organisation_id: int, newcomers: Collection[Newcomer], now: datetime
) -> int:
    """Make people in one statement, passing over whom we know; gives how many are new. No commit."""
    house = session.get_one(Organisation, organisation_id)
    rows = [
        (
            *(organisation_id, vault.new_public_id(), one.email, one.name or one.email.partition("@")[0]),
            *(one.external_id, one.zone or house.zone, one.locale or house.locale),
            *(one.week or house.working_week, 1, now),
        )
        for one in newcomers
    ]
    return sets.bulk_new(session.connection(), Person, _COLUMNS, rows)


def whose_address(organisation_id: int, address: SQLColumnExpression[Any]) -> ColumnElement[int | None]:
    """The person with an address that a row has, or to whom somebody once said it belongs."""
    own = select(Person.id).where(Person.organisation_id == organisation_id, Person.email == address)
    said = select(Alias.person_id).where(Alias.organisation_id == organisation_id, Alias.value == address)
    return func.coalesce(own.scalar_subquery(), said.scalar_subquery())


def adopt(session: Session, *, organisation_id: int, person_ids: Collection[int]) -> None:
    """Know people from elsewhere whom a list brought that is not live: they stay if it is withdrawn. No commit."""
    half_way = select(ImportBatch.id).where(
        ImportBatch.organisation_id == organisation_id, ImportBatch.state.in_(HALF_WAY)
    )
    for some in sets.chunks(person_ids):
        session.execute(
            update(ImportRow)
            .where(ImportRow.batch_id.in_(half_way), ImportRow.person_id.in_(some), ImportRow.is_new)
            .values(is_new=False)
            .execution_options(synchronize_session=False)
        )


def ids_of(
    session: Session, *, organisation_id: int, emails: Collection[str], now: datetime
) -> Mapping[str, int]:
    """Give the people with these addresses, making those we do not know. No commit."""
    if not emails:
        return {}
    known = matching.by_email(session, organisation_id=organisation_id, emails=emails, unseen=True)
    strangers = [Newcomer(email=email) for email in sorted(set(emails) - known.keys())]
    if not strangers:
        return known
    add_many(session, organisation_id=organisation_id, newcomers=strangers, now=now)
    return matching.by_email(session, organisation_id=organisation_id, emails=emails, unseen=True)


def add(
    session: Session,
    organisation: Organisation,
    *,
    email: str | None,
    name: str | None,
    now: datetime,
    zone: str | None = None,
    locale: str | None = None,
    week: str | None = None,
) -> Person:
    """Make a person, with the organisation's habits where none are given; the caller commits."""
    person = Person(
        organisation_id=organisation.id,
        public_id=vault.new_public_id(),
        email=email,
        name=name or (email or "").partition("@")[0],
        zone=zone or organisation.zone,
        locale=locale or organisation.locale,
        working_week=week or organisation.working_week,
        created_at=now,
    )
    session.add(person)
    return person


def set_zone(session: Session, *, person_id: int, zone: str, now: datetime) -> None:
    """Let somebody live in another zone; what is to come follows their new clock."""
    problem = worktime.zone_problem(zone)
    if problem is not None:
        raise Invalid(problem, {"zone": problem})
    person = session.get_one(Person, person_id)
    house, there = person.organisation_id, replace(resettling.of(person), zone=zone)
    resettling.resettle(session, {person_id: there}, organisation_id=house, now=now, actor_id=None)
    session.commit()
