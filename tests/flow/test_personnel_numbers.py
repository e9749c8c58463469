"""A personnel number belongs to one person: a file that says otherwise is answered with a sentence."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Invalid
from coachfollow.flow import attendance, people_files
from coachfollow.flow.people_files import Brought
from coachfollow.intake.people import PersonRow
from coachfollow.models import Person
from tests import house
from tests.house import AFTER, House


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    """A house."""
    return house.open_house(session, settings)


def row(line: int, email: str, number: str | None = None, *, name: str = "") -> PersonRow:
    return PersonRow(line=line, email=email, name=name or email.partition("@")[0], external_id=number)


def bring(home: House, *rows: PersonRow) -> Brought:
    return people_files.bring(home.session, organisation_id=home.organisation_id, rows=rows, now=AFTER)


def compare(home: House, rows: Sequence[PersonRow]) -> Brought:
    return people_files.compare(home.session, organisation_id=home.organisation_id, rows=rows, now=AFTER)


def test_two_rows_of_a_people_file_with_one_number_are_refused(home: House) -> None:
    with pytest.raises(Invalid, match=r"In lines 2 and 3 .*“17”"):
        bring(home, row(2, "anna@example.org", "17"), row(3, "ben@example.org", "17"))

    assert home.session.scalars(select(Person.email)).all() == []


def test_a_number_that_is_somebody_elses_is_refused(home: House) -> None:
    bring(home, row(2, "anna@example.org", "17"))

    with pytest.raises(Invalid, match=r"In line 5.*“17”.*anna@example\.org"):
        bring(home, row(5, "ben@example.org", "17"))


def test_a_number_may_go_over_to_somebody_whose_row_says_so(home: House) -> None:
    bring(home, row(2, "anna@example.org", "17"))

    bring(home, row(2, "anna@example.org", "17", name="Anna Berg"))

    assert home.session.scalars(select(Person.name)).all() == ["Anna Berg"]


def test_a_preview_counts_what_bringing_changes(home: House) -> None:
    bring(home, row(2, "anna@example.org"), row(3, "ben@example.org"))
    rows = (
        row(2, "anna@example.org", name="Anna Berg"),
        row(3, "ben@example.org"),
        row(4, "new@example.org"),
    )

    foreseen = compare(home, rows)

    assert foreseen == Brought(added=1, changed=1, unchanged=1)
    assert bring(home, *rows) == foreseen


def test_two_rows_of_a_list_with_one_number_are_one_person(home: House) -> None:
    text = "Name,Email,Employee ID\nAnna,anna@example.org,17\nBen,ben@example.org,17\n"
    batch = home.stage(home.group(), text)

    assert attendance.carry_out(home.session, batch_id=batch.id, now=AFTER).new_people == 1
