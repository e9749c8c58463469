"""A file of people brings teams, managers, zones and weeks; a wrong row is left out with its reason."""

from datetime import date
from pathlib import Path

import pytest

from coachfollow.intake.people import PeopleReading, PersonRow, read_people
from coachfollow.intake.reading import DateOrder, Unreadable
from tests.intake.samples import workbook

HEADER = "Email;Name;Employee ID;Team;Manager;Time zone;Language;Working week;Left on"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def people(path: Path, text: str, date_order: DateOrder | None = None) -> PeopleReading:
    path.write_bytes(text.encode())
    return read_people(path, name="people.csv", date_order=date_order)


def test_a_row_says_who_somebody_is_and_where_they_work(path: Path) -> None:
    row = (
        "Anna@Example.org;Example, Anna;4711;Sales / North / Key accounts;max@example.org;europe/berlin;de;"
        '"mon-thu 09:00-17:00; fri 09:00-12:00";31.12.2026'
    )
    assert people(path, f"{HEADER}\n{row}\n").rows == (
        PersonRow(
            line=2,
            email="anna@example.org",
            name="Anna Example",
            external_id="4711",
            team=("Sales", "North", "Key accounts"),
            manager="max@example.org",
            zone="Europe/Berlin",
            locale="de",
            week="mon-thu 09:00-17:00; fri 09:00-12:00",
            left_on=date(2026, 12, 31),
        ),
    )


def test_an_address_is_enough(path: Path) -> None:
    assert people(path, "E-Mail\nanna@example.org\n").rows == (
        PersonRow(line=2, email="anna@example.org", name=""),
    )


def test_a_workbook_will_do(path: Path) -> None:
    sheets = {
        "Notes": [["x"]],
        "People": [["First name", "Surname", "Email", "Left"], ["Anna", "Example", "a@b.org"]],
    }
    path.write_bytes(workbook(sheets))
    (row,) = read_people(path, name="people.xlsx").rows
    assert (row.name, row.email, row.left_on) == ("Anna Example", "a@b.org", None)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        (";Anna", "Email", "there is no mail address in this row."),
        ("anna;Anna", "Email", "“anna” is not a mail address"),
        ("first@example.org;Again", "Email", "first@example.org already stands in line 2, which was taken."),
        ("a@example.org;;;;A@example.org", "Manager", "a@example.org cannot be their own manager"),
        ("a@example.org;;;;max", "Manager", "“max” is not a mail address"),
        ("a@example.org;;;;;Berlin", "Time zone", "did you mean Europe/Berlin?"),
        ("a@example.org;;;;;;German", "Language", "“German” is not a language"),
        ("a@example.org;;;;;;;whenever", "Working week", "“whenever” needs both days and hours"),
        ("a@example.org;;;;;;;;soon", "Left on", "“soon” is not a date; write it like 2026-11-04."),
    ],
)
def test_a_wrong_row_is_left_out_with_its_line_and_reason(
    path: Path, row: str, column: str, sentence: str
) -> None:
    reading = people(path, f"{HEADER}\nfirst@example.org;First\n{row}\n")
    (problem,) = reading.problems
    assert (problem.line, problem.column) == (3, column)
    assert sentence in problem.sentence
    assert [person.email for person in reading.rows] == ["first@example.org"]


def test_dates_of_leaving_that_can_be_read_both_ways_are_asked_about(path: Path) -> None:
    text = "Email,Left on\na@example.org,4/11/2026\nb@example.org,\nc@example.org\n"
    reading = people(path, text)
    assert ([question.kind for question in reading.questions], reading.rows) == (["date_order"], ())
    assert people(path, text, DateOrder.MDY).rows[0].left_on == date(2026, 4, 11)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "Name,Team\nAnna,Sales\n",
            "has no header row with a column Email. It may have Email, and if you like",
        ),
        ("a@example.org,Anna\n", "has no header row with a column Email"),
        ("Email,Name\n", "has a header in line 1, but nobody under it."),
        ("\n", "has no header row with a column Email"),
    ],
)
def test_a_file_without_people_is_refused(path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        people(path, text)
    assert sentence in refused.value.sentence


def test_whose_holidays_somebody_has_is_read_from_country_and_region(path: Path) -> None:
    reading = people(path, "Email,Country,Region\nanna@x.org,Germany,BY\nben@x.org,GB,\ncem@x.org,,\n")
    assert [row.region for row in reading.rows] == ["DE-BY", "GB", None]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("Atlantis,", "“Atlantis” is no country whose holidays we know; write a code like DE, GB or IN."),
        ("DE,Texas", "“Texas” is no part of DE with holidays of its own"),
        (",BY", "“BY” needs a country beside it, such as DE."),
    ],
)
def test_a_region_we_do_not_know_leaves_the_row_out(path: Path, cells: str, sentence: str) -> None:
    (problem,) = people(path, f"Email,Country,Region\nanna@x.org,{cells}\n").problems
    assert problem.line == 2
    assert sentence in problem.sentence
