"""Gives people the key of their private texts, made when the first is written."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.extensions import installation
from coachfollow.flow import sets
from coachfollow.models import Person, PersonKey
from coachfollow.queries.keys import TextKey


def key_for(session: Session, *, person_id: int) -> TextKey:
    """Give a person's key, made on their first private text. No commit."""
    public_id = session.scalars(select(Person.public_id).where(Person.id == person_id)).one()
    fresh = installation().vault.new_person_key(person=public_id)
    session.execute(sets.insert_new(session, PersonKey).values(person_id=person_id, wrapped_key=fresh))
    wrapped = session.scalars(select(PersonKey.wrapped_key).where(PersonKey.person_id == person_id)).one()
    return TextKey(person=public_id, wrapped=wrapped)
