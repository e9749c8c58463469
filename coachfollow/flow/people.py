"""Keeps people: from a file or one by one, nobody twice."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, func, select, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Invalid
from coachfollow.flow import addresses, history, relations, resettling, sets
from coachfollow.flow.resettling import Habits, Resettled
from coachfollow.intake.people import PersonRow
from coachfollow.models import Alias, ImportBatch, ImportRow, Organisation, Person
from coachfollow.queries import matching
from coachfollow.queries.relations import HALF_WAY
from coachfollow.rules import worktime

_COLUMNS = (
    *("organisation_id", "public_id", "email", "name", "external_id"),
    *("zone", "locale", "working_week", "version", "created_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a people file changed."""

    added: int
    changed: int
    unchanged: int
    elsewhere: int = 0  # people in another time zone
    moved: int = 0  # follow-ups that come by their new clock
    otherwise: int = 0  # people with another week or other public holidays
    shifted: int = 0  # follow-ups that come on another day or hour for it
    readdressed: int = 0  # people whose mails came back, with another address


_KNOWN = select(Person).where(
    Person.organisation_id == bindparam("house"), Person.email == bindparam("its_address")
)


def find_or_add(
    session: Session, *, organisation_id: int, email: str, name: str | None, now: datetime
) -> Person:
    """Give the person with this address, new ones with the organisation's habits. The caller commits."""
    address = email.strip().lower()
    if "@" not in address:
        raise Invalid(f"“{email}” is not a mail address.", {"email": "Write it like anna@example.org."})
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


def bring(session: Session, *, organisation_id: int, rows: Sequence[PersonRow], now: datetime) -> Brought:
    """Take a people file: add the new, change the changed, leave the rest; one transaction, repeatable."""
    organisation = session.get_one(Organisation, organisation_id)
    known, readdressed = _known(session, organisation_id, rows)
    for email, person in readdressed.items():
        addresses.give(session, person=person, email=email, now=now)
    mentioned = {row.email: row for row in rows}
    managers = {row.manager for row in rows if row.manager} - mentioned.keys()
    habits = _habits(rows, known)
    resettled = resettling.resettle(session, habits, organisation_id=organisation_id, now=now, actor_id=None)
    told = habits.keys() | {person.id for person in readdressed.values()}
    added, changed = 0, len(told)
    for row in rows:
        if row.email in known:
            changed += _refresh(known[row.email], row) and known[row.email].id not in told
        else:
            known[row.email] = add(
                session,
                organisation,
                email=row.email,
                name=row.name,
                zone=row.zone,
                locale=row.locale,
                week=row.week,
                now=now,
            )
            known[row.email].external_id, known[row.email].left_on = row.external_id, row.left_on
            known[row.email].holiday_region = row.region
            added += 1
    for email in managers - known.keys():
        known[email] = add(session, organisation, email=email, name=None, now=now)
    session.flush()
    ids = [known[email].id for email in (*mentioned, *managers)]
    adopt(session, organisation_id=organisation_id, person_ids=ids)
    _place(session, organisation_id, rows, ids={email: person.id for email, person in known.items()}, now=now)
    history.record(
        session, "people brought", at=now, organisation_id=organisation_id, added=added, changed=changed
    )
    session.commit()
    return replace(
        _brought(rows, added=added, changed=changed, resettled=resettled), readdressed=len(readdressed)
    )


def compare(session: Session, *, organisation_id: int, rows: Sequence[PersonRow], now: datetime) -> Brought:
    """Say what a people file would change, or refuse it as bringing it would; nothing is written."""
    known, readdressed = _known(session, organisation_id, rows)
    added = sum(row.email not in known for row in rows)
    changed = sum(
        row.email in readdressed or (row.email in known and bool(_news(known[row.email], row)))
        for row in rows
    )
    resettled = resettling.foresee(session, _habits(rows, known), now=now)
    return replace(
        _brought(rows, added=added, changed=changed, resettled=resettled), readdressed=len(readdressed)
    )


def _brought(rows: Sequence[PersonRow], *, added: int, changed: int, resettled: Resettled) -> Brought:
    return Brought(
        added=added,
        changed=changed,
        unchanged=len(rows) - added - changed,
        elsewhere=resettled.elsewhere,
        moved=resettled.moved,
        otherwise=resettled.otherwise,
        shifted=resettled.shifted,
    )


def _habits(rows: Sequence[PersonRow], known: Mapping[str, Person]) -> Mapping[int, Habits]:
    """The people whose zone, week or public holidays are others than we know, and what they are from now on."""
    found: dict[int, Habits] = {}
    for row in rows:
        if row.email in known:
            was = resettling.of(known[row.email])
            becomes = Habits(
                zone=row.zone or was.zone, week=row.week or was.week, region=row.region or was.region
            )
            if becomes != was:
                found[known[row.email].id] = becomes
    return found


def _known(
    session: Session, organisation_id: int, rows: Sequence[PersonRow]
) -> tuple[dict[str, Person], Mapping[str, Person]]:
    """Everybody by the address they have from now on, and those of them who get another; raises Invalid.

    A row that names the number of somebody whose mails come back says their address anew, if nobody has that one.
    """
    known = _by_email(session, organisation_id)
    named = {row.email for row in rows}
    lost = {
        person.external_id: email
        for email, person in known.items()
        if person.external_id and person.undeliverable_at is not None and email not in named
    }
    numbers = {row.email: row.external_id for row in rows if row.email not in known and row.external_id}
    before = {email: lost[number] for email, number in numbers.items() if number in lost}
    readdressed = {email: known.pop(was) for email, was in before.items() if was in known}
    known |= readdressed
    _refuse_shared_numbers(rows, known)
    return known, readdressed


def _refuse_shared_numbers(rows: Sequence[PersonRow], known: Mapping[str, Person]) -> None:
    """A personnel number belongs to one person; raises Invalid with the lines that say otherwise."""
    owners = {person.external_id: email for email, person in known.items() if person.external_id}
    lines: dict[str, int] = {}
    for row in rows:
        number = row.external_id
        if number is None:
            continue
        if number in lines:
            raise Invalid(f"In lines {lines[number]} and {row.line} stands the same number “{number}”.")
        if owners.get(number, row.email) != row.email:
            raise Invalid(f"In line {row.line}, the number “{number}” is that of {owners[number]}.")
        lines[number] = row.line


def set_zone(session: Session, *, person_id: int, zone: str, now: datetime) -> None:
    """Let somebody live in another zone; what is to come follows their new clock."""
    problem = worktime.zone_problem(zone)
    if problem is not None:
        raise Invalid(problem, {"zone": problem})
    person = session.get_one(Person, person_id)
    house, there = person.organisation_id, replace(resettling.of(person), zone=zone)
    resettling.resettle(session, {person_id: there}, organisation_id=house, now=now, actor_id=None)
    session.commit()


def _by_email(session: Session, organisation_id: int) -> dict[str, Person]:
    everyone = select(Person).where(Person.organisation_id == organisation_id, Person.email.is_not(None))
    return {person.email: person for person in session.scalars(everyone) if person.email}


def _refresh(person: Person, row: PersonRow) -> int:
    """Take what the row says and leave what it does not; 1 if anything changed."""
    news = _news(person, row)
    for key, value in news.items():
        setattr(person, key, value)
    return bool(news)


def _news(person: Person, row: PersonRow) -> dict[str, object]:
    """What the row says of somebody that we did not know."""
    wanted = {
        "name": row.name,
        "external_id": row.external_id,
        "zone": row.zone,
        "locale": row.locale,
        "working_week": row.week,
        "holiday_region": row.region,
        "left_on": row.left_on,
    }
    return {key: value for key, value in wanted.items() if value and getattr(person, key) != value}


def _place(
    session: Session,
    organisation_id: int,
    rows: Sequence[PersonRow],
    *,
    ids: Mapping[str, int],
    now: datetime,
) -> None:
    paths = {row.team for row in rows if row.team}
    teams = relations.teams(session, organisation_id=organisation_id, paths=paths)
    relations.set_teams(session, teams={ids[row.email]: teams[row.team] for row in rows if row.team}, now=now)
    managers = {ids[row.email]: ids[row.manager] for row in rows if row.manager}
    relations.set_managers(session, managers=managers, now=now)
