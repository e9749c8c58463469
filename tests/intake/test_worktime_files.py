"""Files of rosters and of leave: what is taken, and what each line that is not taken is told."""

from datetime import date
from pathlib import Path

import pytest

from coachfollow.intake import worktime_files
from coachfollow.intake.words import Unreadable
from coachfollow.rules.absences import Leave


def written(folder: Path, text: str) -> Path:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_day_may_go_on_in_later_lines_and_empty_hours_are_free(tmp_path: Path) -> None:
    text = (
        "\ufeffPerson;Date;Hours\nAnna@example.org;2026-03-02;13:00-17:00\nanna@example.org;2026-03-02;08:00–12:00\n"
        "\nben@example.org;2026-03-03\n"
    )
    reading = worktime_files.read_roster(written(tmp_path, text), name="list.csv")
    assert [(one.line, one.email, one.day, one.hours) for one in reading.rows] == [
        (2, "anna@example.org", date(2026, 3, 2), "08:00-12:00,13:00-17:00"),
        (5, "ben@example.org", date(2026, 3, 3), ""),
    ]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("anna,2026-03-02,09:00-17:00", "person", "“anna” is not a mail address"),
        ("anna@example.org,2.3.26,09:00-17:00", "date", "“2.3.26” is not a day"),
        ("anna@example.org,2026-03-02,early", "hours", "“early” are not hours"),
        ("anna@example.org,2026-03-02,22:00-06:00", "hours", "ends before it starts"),
        ("anna@example.org,2026-03-02,08:00-10:00", "hours", "overlap"),
    ],
)
def test_a_mistake_in_a_roster_is_told_with_its_line(
    tmp_path: Path, row: str, column: str, sentence: str
) -> None:
    text = f"person,date,hours\nanna@example.org,2026-03-02,09:00-12:00\n{row}\n"
    reading = worktime_files.read_roster(written(tmp_path, text), name="list.csv")
    (problem,) = reading.problems
    assert (problem.line, problem.column) == (3, column)
    assert sentence in problem.sentence
    assert len(reading.rows) == (0 if column == "hours" else 1), "a day with a mistake is left out whole"


def test_leave_may_begin_and_end_at_noon(tmp_path: Path) -> None:
    text = 'person,first,last,half days\nanna@example.org,2026-03-02,2026-03-04,"from noon, Until noon"\n'
    (row,) = worktime_files.read_leave(written(tmp_path, text), name="list.csv").rows
    assert row.leave == Leave(first=date(2026, 3, 2), last=date(2026, 3, 4), from_noon=True, until_noon=True)


@pytest.mark.parametrize(
    ("row", "column", "sentence"),
    [
        ("anna@example.org,2026-03-04,2026-03-02,", "last", "the last day lies before the first"),
        ("anna@example.org,2026-03-04,soon,", "last", "“soon” is not a day"),
        ("anna@example.org,2026-03-02,2026-03-04,evenings", "half days", "“evenings” is not known here"),
    ],
)
def test_a_mistake_in_leave_is_told_with_its_line(
    tmp_path: Path, row: str, column: str, sentence: str
) -> None:
    text = f"person,first,last,half days\n{row}\n"
    (problem,) = worktime_files.read_leave(written(tmp_path, text), name="list.csv").problems
    assert (problem.line, problem.column) == (2, column)
    assert sentence in problem.sentence


def test_a_file_without_these_columns_is_not_taken(tmp_path: Path) -> None:
    path = written(tmp_path, "name,hours\nAnna,09:00-17:00\n")
    with pytest.raises(Unreadable, match="has to name the columns person, date, hours"):
        worktime_files.read_roster(path, name="list.csv")
