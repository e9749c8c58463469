"""Decisions about the rows of a staged file: who may be chosen, what can be taken back, once and for all."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import attendance, deciding
from coachfollow.models import Enrolment, Event, ImportBatch, ImportRow, Person
from tests import house
from tests.house import AFTER, House


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    """A house with one group."""
    return house.open_house(session, settings)


def public_id(home: House, person_id: int) -> str:
    return home.session.get_one(Person, person_id).public_id


def row(home: House, batch: ImportBatch, line: int) -> ImportRow:
    found = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.line == line)
    return home.session.scalars(found.execution_options(populate_existing=True)).one()


def test_a_row_cannot_be_given_to_somebody_of_another_organisation(home: House) -> None:
    stranger = house.another(home.session).person("stranger@example.net")
    batch = home.stage(home.group(), "Anna Berg\n")

    with pytest.raises(NotFound):
        deciding.identify(home.session, batch=batch, line=1, person=public_id(home, stranger))

    assert row(home, batch, 1).person_id is None


def test_a_row_that_was_left_out_can_be_taken_in_again(home: House) -> None:
    batch = home.stage(home.group(), "Anna Berg <anna@example.org>\n")
    deciding.leave_out(home.session, batch=batch, line=1)

    deciding.take_in(home.session, batch=batch, line=1)

    assert not row(home, batch, 1).skipped


def test_a_row_that_says_the_same_again_stays_left_out(home: House) -> None:
    cohort = home.group()
    home.attend(cohort, "Anna Berg <anna@example.org>\n")
    batch = home.stage(cohort, "Anna Berg <anna@example.org>\nBerg, Anna\n")

    with pytest.raises(Conflict):
        deciding.take_in(home.session, batch=batch, line=2)


def test_a_new_row_that_turns_out_to_be_somebody_known_makes_nobody_new(home: House) -> None:
    known = home.person("anna.berg@example.org", name="Anna Berg")
    cohort = home.group()
    batch = home.stage(cohort, "Anna Berg <a.berg@home.example>\n")

    deciding.identify(home.session, batch=batch, line=1, person=public_id(home, known))
    done = attendance.carry_out(home.session, batch_id=batch.id, now=AFTER)

    assert done.new_people == 0
    enrolled = home.session.scalars(select(Enrolment.person_id).where(Enrolment.cohort_id == cohort.id)).all()
    assert enrolled == [known]


def test_two_rows_for_one_person_are_one_participant(home: House) -> None:
    known = home.person("anna.berg@example.org", name="Anna Berg")
    cohort = home.group()
    home.attend(cohort, "Anna Berg <anna.berg@example.org>\n")
    batch = home.stage(cohort, "Anna Berg <anna.berg@example.org>\nA. Bergh\n")

    with pytest.raises(Conflict):
        deciding.identify(home.session, batch=batch, line=2, person=public_id(home, known))


def test_a_file_is_confirmed_once(home: House) -> None:
    batch = home.stage(home.group(), "Anna Berg <anna@example.org>\n")
    attendance.confirm(home.session, batch=batch)

    with pytest.raises(Conflict):
        attendance.confirm(home.session, batch=batch)


def test_a_file_whose_plan_was_carried_out_elsewhere_is_not_made_live_twice(home: House) -> None:
    batch = home.stage(home.group(), "Anna Berg <anna@example.org>\n")
    attendance.carry_out(home.session, batch_id=batch.id, now=AFTER)

    with pytest.raises(Conflict):
        attendance.carry_out(home.session, batch_id=batch.id, now=AFTER)

    made_live = home.session.scalars(select(Event).where(Event.name == "file imported")).all()
    assert len(made_live) == 1


def test_an_address_that_was_said_to_be_somebodys_is_remembered(home: House) -> None:
    known = home.person("anna.berg@example.org", name="Anna Berg")
    cohort = home.group()
    batch = home.stage(cohort, "Anna Berg <a.berg@home.example>\n")
    deciding.identify(home.session, batch=batch, line=1, person=public_id(home, known))

    again = home.stage(cohort, "A. B. <a.berg@home.example>\n")

    assert row(home, again, 1).person_id == known
