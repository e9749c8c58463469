"""Decisions about the rows of a staged file: who may be chosen, what can be taken back, once and for all."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import attendance, deciding, people
from coachfollow.models import Enrolment, Event, ImportBatch, ImportRow, Person
from tests import house
from tests.databases import statements
from tests.house import AFTER, OPENED, House


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


def suggested(home: House, batch: ImportBatch, line: int) -> list[str | None]:
    ids = json.loads(row(home, batch, line).suggestions)
    return [home.session.get_one(Person, one).email for one in ids]


@pytest.mark.parametrize(
    "written", ["Chloé Guest", "Guest, Chloé", "Guest Chloé", "chloé guest", "Chloe Gest"]
)
def test_somebody_of_the_organisation_is_suggested_though_the_group_does_not_have_them(
    home: House, written: str
) -> None:
    house.another(home.session).person("chloe@example.net", name="Chloé Guest")
    home.person("chloe.guest@example.org", name="Chloé Guest")
    home.person("zoe@example.org", name="Zoë Halm")

    batch = home.stage(home.group(), f"{written}\n")

    assert suggested(home, batch, 1) == ["chloe.guest@example.org"]
    assert row(home, batch, 1).person_id is None  # a person decides


def test_the_very_name_is_suggested_before_a_likely_one_of_the_group(home: House) -> None:
    cohort = home.group()
    home.attend(cohort, "Anna Bergh <anna.bergh@example.org>\n")
    home.person("anna@example.org", name="Anna Berg")

    batch = home.stage(cohort, "Anna Berg\n")

    assert suggested(home, batch, 1) == ["anna@example.org", "anna.bergh@example.org"]


def test_an_unknown_name_reads_a_few_people_however_many_there_are(home: House) -> None:
    many = [people.Newcomer(email=f"p{n}@example.org", name=f"Person {n:04}") for n in range(3000)]
    people.add_many(home.session, organisation_id=home.organisation_id, newcomers=many, now=OPENED)
    home.session.commit()
    cohort = home.group()

    with statements() as read:
        batch = home.stage(cohort, "Person O123\n")

    of_people = [text for text in read if "FROM people" in text and "people.name" in text]
    assert of_people
    assert all("LIMIT" in text or "people.name IN" in text or "JOIN enrolments" in text for text in of_people)
    assert len(json.loads(row(home, batch, 1).suggestions)) > 0


def test_a_guest_nobody_knows_is_taken_in_by_an_address(home: House) -> None:
    batch = home.stage(home.group(), "Chloé Guest\n")

    assert deciding.address(home.session, batch=batch, line=1, email=" Chloe@Example.org")
    done = attendance.carry_out(home.session, batch_id=batch.id, now=AFTER)

    assert (done.new_people, done.started, done.left_out) == (1, 1, 0)
    guest = home.session.scalars(select(Person).where(Person.email == "chloe@example.org")).one()
    assert guest.name == "Chloé Guest"


def test_an_address_that_is_somebodys_means_them_and_is_remembered(home: House) -> None:
    known = home.person("chloe@example.org", name="C. Guest-Martin")
    house.another(home.session).person("else@example.net", name="Chloé Guest")
    cohort = home.group()
    batch = home.stage(cohort, "Chloé Guest\nMax\n")

    assert not deciding.address(home.session, batch=batch, line=1, email="chloe@example.org")
    assert deciding.address(
        home.session, batch=batch, line=2, email="else@example.net"
    )  # another house's: a new one

    assert row(home, batch, 1).person_id == known
    assert row(home, batch, 2).person_id is None
    assert row(home, home.stage(cohort, "Chloe GUEST\n"), 1).person_id == known


def test_an_address_is_typed_for_one_row_only_and_has_to_be_one(home: House) -> None:
    batch = home.stage(home.group(), "Anna Berg <anna@example.org>\nAnna Bergh\n")

    with pytest.raises(Conflict, match="line 1 already"):
        deciding.address(home.session, batch=batch, line=2, email="anna@example.org")
    with pytest.raises(Invalid, match="“anna” is not a mail address"):
        deciding.address(home.session, batch=batch, line=2, email="anna")
