"""Finds the people a file speaks of: by address, number or remembered name, never by likeness alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coachfollow.models import Alias, Enrolment, Person, table_of
from coachfollow.queries import relations

CHUNK = 1000
NEIGHBOURS = 40


def by_email(
    session: Session, *, organisation_id: int, emails: Collection[str], unseen: bool = False
) -> Mapping[str, int]:
    """Give who has these addresses, as their own or as an alias; `unseen` adds those of lists that are not live."""
    chosen = select(Person.email, Person.id).where(
        Person.organisation_id == organisation_id, Person.email.in_(list(emails))
    )
    own = session.execute(chosen if unseen else chosen.where(relations.is_known(Person.id)))
    found = {email: person_id for email, person_id in own if email}
    return {**by_alias(session, organisation_id=organisation_id, values=emails), **found}


def by_alias(session: Session, *, organisation_id: int, values: Collection[str]) -> Mapping[str, int]:
    """Give whom somebody once said these names or addresses belong to."""
    rows = session.execute(_BY_ALIAS, {"house": organisation_id, "its_values": list(values)})
    return {value: person_id for value, person_id in rows}  # noqa: C416  # rows are no tuples


_aliases = table_of(Alias).c
_BY_ALIAS = select(_aliases.value, _aliases.person_id).where(
    _aliases.organisation_id == bindparam("house"),
    _aliases.value.in_(bindparam("its_values", expanding=True)),
)


def by_external_id(session: Session, *, organisation_id: int, ids: Collection[str]) -> Mapping[str, int]:
    """Give who has these numbers in the system the file comes from."""
    rows = session.execute(
        select(Person.external_id, Person.id).where(
            Person.organisation_id == organisation_id, Person.external_id.in_(list(ids))
        )
    )
    return {external_id: person_id for external_id, person_id in rows if external_id}


def by_name(session: Session, *, organisation_id: int, names: Collection[str]) -> Mapping[str, Sequence[int]]:
    """Give who has these very names, the earliest first."""
    rows = session.execute(
        select(Person.name, Person.id)
        .where(
            Person.organisation_id == organisation_id,
            Person.name.in_(list(names)),
            relations.is_known(Person.id),
        )
        .order_by(Person.id)
    )
    found: dict[str, list[int]] = {}
    for name, person_id in rows:
        if name:
            found.setdefault(name, []).append(person_id)
    return found


def beside(session: Session, *, organisation_id: int, name: str) -> Sequence[tuple[int, str]]:
    """Give those whose names stand beside this one in the alphabet, which reads no more of the index than that."""
    return [
        (person_id, found)
        for statement in (_FROM_HERE, _UP_TO_HERE)
        for person_id, found in session.execute(statement, {"house": organisation_id, "its_name": name})
        if found
    ]


_people = table_of(Person).c
_OF_THE_HOUSE = select(_people.id, _people.name).where(
    _people.organisation_id == bindparam("house"), relations.is_known(_people.id)
)
_FROM_HERE = (
    _OF_THE_HOUSE.where(_people.name >= bindparam("its_name")).order_by(_people.name).limit(NEIGHBOURS)
)
_UP_TO_HERE = (
    _OF_THE_HOUSE.where(_people.name < bindparam("its_name")).order_by(_people.name.desc()).limit(NEIGHBOURS)
)


def roster(session: Session, *, cohort_id: int) -> Iterator[tuple[int, str]]:
    """Give the names of those enrolled in a group, as they are read: whom a name without an address may mean."""
    rows = session.execute(
        select(Person.id, Person.name)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id, Person.name.is_not(None), relations.is_listed(Enrolment.id))
        .order_by(Enrolment.person_id)
        .execution_options(yield_per=CHUNK)
    )
    return ((person_id, name) for person_id, name in rows if name)
