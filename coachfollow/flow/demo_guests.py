"""Lets a visitor of the demo be one of its people for a while: with one press, without a mail."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Forbidden, NotFound
from coachfollow.extensions import installation
from coachfollow.flow import demo_people, history
from coachfollow.flow.demo_people import Invented
from coachfollow.flow.signin import Entered
from coachfollow.models import Person


class Guest(StrEnum):
    """As whom somebody may look around."""

    EMPLOYEE = "employee"
    COACH = "coach"
    LND = "lnd"
    OPERATOR = "operator"

    @property
    def person(self) -> Invented:
        """Who that is."""
        return _PEOPLE[self]


# The coach coaches the employee, so that what one of them does is seen by the other. Neither writes German.
# The employee answers late: somebody who is them for a while can be quicker, and their story goes on without.
_PEOPLE = {
    Guest.EMPLOYEE: demo_people.named("Daniel Price"),
    Guest.COACH: demo_people.named("Samuel Adeyemi"),
    Guest.LND: demo_people.LND,
    Guest.OPERATOR: demo_people.OPERATOR,
}


def enter(session: Session, *, guest: Guest, now: datetime) -> Entered:
    """Sign in as one of the demo's people; raises Forbidden anywhere else."""
    if not installation().settings.demo:
        raise Forbidden("Only the demo lets you in without a mail.")
    person = session.scalar(select(Person).where(Person.email == guest.person.email))
    if person is None:
        raise NotFound("This person has not moved in yet.")
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
