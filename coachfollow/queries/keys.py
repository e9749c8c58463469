"""Reads the keys that open people's private texts; an erased person has none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coachfollow.extensions import among, installation
from coachfollow.models import Person, PersonKey, table_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TextKey:
    """What opens one person's texts: their public id, to which the key is bound, and the wrapped key."""

    person: str
    wrapped: bytes

    def seal(self, text: str) -> bytes | None:
        """Seal a text; nothing stays nothing."""
        vault = installation().vault
        return vault.seal_text(text, person=self.person, wrapped_key=self.wrapped) if text else None

    def check(self) -> None:
        """Raise vault.WrongKey where no secret opens the key itself."""
        self.seal("a private text")

    def open(self, sealed: bytes | None) -> str:
        """Open a text; nothing opens to nothing. Raises vault.WrongKey."""
        return self.open_all(sealed)[0]

    def open_all(self, *sealed: bytes | None) -> tuple[str, ...]:
        """Open several texts of the person, each as `open` does; the key is unwrapped once."""
        vault = installation().vault
        return vault.open_texts(sealed, person=self.person, wrapped_key=self.wrapped)


def keys_of(session: Session, *, person_ids: Collection[int]) -> Mapping[int, TextKey]:
    """Give the keys of those who have one, in one query; an erased person has none."""
    rows = session.execute(_keys(), {"ids": person_ids})
    return {person_id: TextKey(person=person, wrapped=wrapped) for person_id, person, wrapped in rows}


def any_key(session: Session) -> TextKey | None:
    """Give one of the keys there are."""
    person_id = session.scalar(select(PersonKey.person_id).limit(1))
    return None if person_id is None else keys_of(session, person_ids=[person_id])[person_id]


@cache
def _keys() -> Select[*tuple[Any, ...]]:
    keys, people = table_of(PersonKey), table_of(Person)
    return (
        select(keys.c.person_id, people.c.public_id, keys.c.wrapped_key)
        .join(people, people.c.id == keys.c.person_id)
        .where(among(keys.c.person_id, "ids"))
    )
