"""Keeps people, their teams and their managers: from a file or one by one, nobody twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Invalid
from coachfollow.flow import history
from coachfollow.intake.people import PersonRow
from coachfollow.models import Membership, Organisation, Person, Reporting, Team
from coachfollow.rules import worktime


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a people file changed."""

    added: int
    changed: int
    unchanged: int


def find_or_add(
    session: Session, *, organisation_id: int, email: str, name: str | None, now: datetime
) -> Person:
    """Give the person with this address, new ones with the organisation's habits. The caller commits."""
    address = email.strip().lower()
    if "@" not in address:
        raise Invalid(f"“{email}” is not a mail address.", {"email": "Write it like anna@example.org."})
    known = select(Person).where(Person.organisation_id == organisation_id, Person.email == address)
    person = session.scalar(known)
    if person is None:
        person = add(
            session, session.get_one(Organisation, organisation_id), email=address, name=name, now=now
        )
        session.flush()
    return person


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
    known = _by_email(session, organisation_id)
    mentioned = {row.email: row for row in rows}
    managers = {row.manager for row in rows if row.manager} - mentioned.keys()
    added = changed = 0
    for row in rows:
        if row.email in known:
            changed += _refresh(known[row.email], row)
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
            known[row.email].external_id = row.external_id
            added += 1
    for email in managers - known.keys():
        known[email] = add(session, organisation, email=email, name=None, now=now)
    session.flush()
    _place(session, organisation_id, rows, known, now)
    history.record(
        session, "people brought", at=now, organisation_id=organisation_id, added=added, changed=changed
    )
    session.commit()
    return Brought(added=added, changed=changed, unchanged=len(rows) - added - changed)


def set_manager(session: Session, *, person_id: int, manager_id: int, now: datetime) -> None:
    """Say who somebody's manager is from now on; the earlier one keeps their past. The caller commits."""
    if person_id == manager_id:
        return
    current = session.scalar(
        select(Reporting).where(Reporting.person_id == person_id, Reporting.to_at.is_(None))
    )
    if current is not None and current.manager_id == manager_id:
        return
    if current is not None:
        current.to_at = now
        session.flush()
    session.add(Reporting(person_id=person_id, manager_id=manager_id, from_at=now))


def set_team(session: Session, *, person_id: int, team_id: int, now: datetime) -> None:
    """Say which team somebody is in from now on. The caller commits."""
    current = session.scalar(
        select(Membership).where(Membership.person_id == person_id, Membership.to_at.is_(None))
    )
    if current is not None and current.team_id == team_id:
        return
    if current is not None:
        current.to_at = now
        session.flush()
    session.add(Membership(person_id=person_id, team_id=team_id, from_at=now))


def team(session: Session, *, organisation_id: int, path: Iterable[str]) -> int | None:
    """Give the team at this path, making what is missing of it; None for an empty path."""
    parent: int | None = None
    for name in path:
        found = session.scalar(
            select(Team.id).where(
                Team.organisation_id == organisation_id,
                Team.parent_id.is_(parent) if parent is None else Team.parent_id == parent,
                Team.name == name,
            )
        )
        if found is None:
            node = Team(organisation_id=organisation_id, parent_id=parent, name=name)
            session.add(node)
            session.flush()
            found = node.id
        parent = found
    return parent


def set_zone(session: Session, *, person_id: int, zone: str) -> None:
    """Change somebody's zone for everything that is planned from now on."""
    problem = worktime.zone_problem(zone)
    if problem is not None:
        raise Invalid(problem, {"zone": problem})
    session.execute(update(Person).where(Person.id == person_id).values(zone=zone))
    session.commit()


def _by_email(session: Session, organisation_id: int) -> dict[str, Person]:
    everyone = select(Person).where(Person.organisation_id == organisation_id, Person.email.is_not(None))
    return {person.email: person for person in session.scalars(everyone) if person.email}


def _refresh(person: Person, row: PersonRow) -> int:
    """Take what the row says and leave what it does not; 1 if anything changed."""
    wanted = {
        "name": row.name,
        "external_id": row.external_id,
        "zone": row.zone,
        "locale": row.locale,
        "working_week": row.week,
        "left_on": row.left_on,
    }
    news = {key: value for key, value in wanted.items() if value and getattr(person, key) != value}
    for key, value in news.items():
        setattr(person, key, value)
    return bool(news)


def _place(
    session: Session,
    organisation_id: int,
    rows: Sequence[PersonRow],
    known: Mapping[str, Person],
    now: datetime,
) -> None:
    paths = {row.team for row in rows if row.team}
    teams = {path: team(session, organisation_id=organisation_id, path=path) for path in sorted(paths)}
    for row in rows:
        person_id = known[row.email].id
        team_id = teams.get(row.team)
        if team_id is not None:
            set_team(session, person_id=person_id, team_id=team_id, now=now)
        if row.manager:
            set_manager(session, person_id=person_id, manager_id=known[row.manager].id, now=now)
