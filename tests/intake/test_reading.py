"""Rows of one person become one sighting; what is wrong gets a reason and a line; a mapping reads anything else."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.intake.reading import DateOrder, Field, Mapping, Reading, Sighting, Unreadable, read
from coachfollow.rules.kinds import AttendanceState
from tests.intake.samples import at, read_bytes, workbook


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def read_text(path: Path, text: str, mapping: Mapping | None = None) -> Reading:
    return read_bytes(path, text.encode(), mapping=mapping)


def test_a_plain_list_may_say_much_about_a_person(path: Path) -> None:
    header = "Name;E-Mail;Employee ID;Minutes;Attendance;Coach;Manager;Team;Time zone;Language;Working week"
    row = (
        "Example, Anna;Anna@Example.org;4711;62;yes;carla@example.org;max@example.org;Sales / North;"
        'europe/berlin;DE_ch;"mon-thu 9:00-12:00,13:00-17:00"'
    )
    assert read_text(path, f"{header}\n{row}\n").sightings == (
        Sighting(
            line=2,
            name="Anna Example",
            email="anna@example.org",
            external_id="4711",
            minutes=62,
            status=AttendanceState.PRESENT,
            coach="carla@example.org",
            manager="max@example.org",
            team=("Sales", "North"),
            zone="Europe/Berlin",
            locale="de-CH",
            week="mon-thu 09:00-12:00,13:00-17:00",
        ),
    )


@pytest.mark.parametrize(
    ("rows", "people", "remark"),
    [
        ("Anna,a@example.org,,\nAnna,A@example.org,,", 1, "the same address"),
        ("Anna,,anna@corp.example,\nAnna,,ANNA@corp.example,", 1, "the same account"),
        ("Anna,a@example.org,,7\nAnna E.,,,7", 1, "the same id, once without an address"),
        ("Anna,,,\nanna ,,,", 1, "the same name and nothing else"),
        ("Änne Müller,,,\nMuller (Guest),,,\nMuller; Anne,,,", 3, "names that are alike are not the same"),
        ("Müller; Änne,,,\nAnne Muller,,,", 2, "a semicolon is no comma"),
        ("Anna,a@example.org,,\nAnna,b@example.org,,", 2, "one name, two addresses"),
        ("Anna,a@example.org,,\nAnna,,,", 2, "a name alone is not matched with an address here"),
        ("Anna,a@example.org,,\nAnna,,a@example.org,", 1, "the address is the account"),
        ("Anna,,,a\nBen,,,b", 2, "two ids"),
        ("Anna,,Presenter,\nBen,,Presenter,", 2, "what is no account does not make two people one"),
    ],
)
def test_rows_of_one_person_are_put_together(path: Path, rows: str, people: int, remark: str) -> None:
    reading = read_text(path, f"Name,Email,UPN,Employee ID\n{rows}\n")
    assert len(reading.sightings) == people, remark


def test_stays_are_kept_apart_and_minutes_are_added(path: Path) -> None:
    reading = read_text(path, "Name,Email,Minutes\nAnna,a@example.org,20\nAnna,a@example.org,25\n")
    assert [(seen.line, seen.minutes) for seen in reading.sightings] == [(2, 45)]


def test_a_stay_with_times_and_one_with_minutes_add_up_to_minutes(path: Path) -> None:
    rows = "a@example.org,2026-11-14 09:00,2026-11-14 09:40,\na@example.org,,,25\n"
    (seen,) = read_text(path, f"Email,Join Time,Leave Time,Duration\n{rows}").sightings
    assert (seen.intervals, seen.minutes) == ((), 65)


def test_times_go_before_the_minutes_that_are_stated(path: Path) -> None:
    row = "a@example.org,2026-11-14 09:00,2026-11-14 09:40,999\n"
    (seen,) = read_text(path, f"Email,Join Time,Leave Time,Duration\n{row}").sightings
    assert (seen.intervals, seen.minutes) == (((at(9, day=14), at(9, 40, day=14)),), None)


def test_what_a_later_row_adds_is_kept(path: Path) -> None:
    rows = "Anna,a@example.org,,\n,a@example.org,Organizer,c@example.org\n"
    (seen,) = read_text(path, f"Name,Email,Role,Coach\n{rows}").sightings
    assert (seen.name, seen.is_organiser, seen.coach) == ("Anna", True, "c@example.org")


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (
            "Anna,a@example.org,yes,\nBen,a@example.org,yes,",
            "a@example.org is “Anna” in line 2 and “Ben” here",
        ),
        (
            "Anna,a@example.org,yes,\nAnna,a@example.org,no,",
            "a@example.org is present in line 2 and absent here",
        ),
        (
            "Anna,a@example.org,,7\nAnna,b@example.org,,7",
            "a@example.org is a@example.org in line 2 and b@example.org",
        ),
    ],
)
def test_rows_that_contradict_each_other_make_one_sighting_and_a_note(
    path: Path, rows: str, sentence: str
) -> None:
    reading = read_text(path, f"Name,Email,Attendance,Employee ID\n{rows}\n")
    (note,) = reading.notes
    assert (len(reading.sightings), note.line, reading.problems) == (1, 3, ())
    assert note.sentence.startswith(sentence)
    assert note.sentence.endswith("; what line 2 says was taken.")


def test_the_lines_that_contradict_earlier_ones_are_known(path: Path) -> None:
    rows = "a@example.org,present\na@example.org,absent\nb@example.org,absent\na@example.org,present\n"
    assert read_text(path, f"Email,Status\n{rows}").contradicted == (3,)


def test_the_same_name_in_another_spelling_is_no_contradiction(path: Path) -> None:
    reading = read_text(path, 'Name,Email\n"Müller, Anna",a@example.org\nAnna Muller (EXT),a@example.org\n')
    assert reading.notes == ()


def test_a_name_with_an_unreadable_character_is_taken_with_a_note(path: Path) -> None:
    reading = read_bytes(path, b"Name,Email\nM\x81ller \xe4,a@example.org\n")
    (note,) = reading.notes
    assert note.line == 2
    assert "has a character that cannot be read; choose another encoding" in note.sentence
    assert len(reading.sightings) == 1


@pytest.mark.parametrize(
    ("header", "row", "column", "sentence"),
    [
        ("Name,Email", "Anna,anna@@example.org", "Email", "“anna@@example.org” is not a mail address"),
        (
            "Name,Minutes",
            "Anna,long",
            "Minutes",
            "“long” is not a duration; write minutes, or hours like 1:30:00.",
        ),
        ("Name,Present", "Anna,perhaps", "Present", "“perhaps” is not a state we know"),
        ("Name,Time zone", "Anna,Berlin", "Time zone", "did you mean Europe/Berlin?"),
        ("Name,Working week", "Anna,never", "Working week", "“never” needs both days and hours"),
        (
            "Name,Join Time,Leave Time",
            "Anna,early,late",
            "Join Time",
            "“early” is not a date and time that can be read",
        ),
        (
            "Name,Join Time,Leave Time",
            "Anna,,late",
            "Leave Time",
            "“late” is not a date and time that can be read",
        ),
        (
            "Name,Join Time,Leave Time",
            "Anna,2026-11-04 10:00,2026-11-04 09:00",
            "Leave Time",
            "“2026-11-04 09:00” is before “2026-11-04 10:00”, the time of joining.",
        ),
        (
            "Name,Email",
            f"{'x' * 301},anna@example.org",
            "Name",
            "is longer than the 300 characters a cell may have.",
        ),
        ("Name,Email,Note", ",,hello", "Name", "there is neither a name nor an address in this row."),
        ("Name,Coach,Manager", "Anna,carla,max", "Coach", "“carla” is not a mail address"),
    ],
)
def test_a_wrong_cell_leaves_the_row_out_with_its_line_and_reason(
    path: Path, header: str, row: str, column: str, sentence: str
) -> None:
    reading = read_text(path, f"{header}\n{row}\n")
    (problem,) = reading.problems
    assert (problem.line, problem.column) == (2, column)
    assert sentence in problem.sentence
    assert reading.sightings == ()
    assert reading.rows == 1


def test_several_wrong_cells_make_one_problem_for_the_line(path: Path) -> None:
    (problem,) = read_text(path, "Name,Email,Time zone\nAnna,anna,Berlin\n").problems
    assert "“anna” is not a mail address" in problem.sentence
    assert "“Berlin” is not a time zone" in problem.sentence


def test_the_day_somebody_joined_the_organisation_is_no_joining_of_the_meeting(path: Path) -> None:
    (seen,) = read_text(path, "Name,Joined\nAnna,2019-01-01\n").sightings
    assert (seen.intervals, seen.minutes) == ((), None)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Name,Email\n", "“list.csv” has a header in line 1, but nobody under it."),
        ("\n\n  \n", "“list.csv” has no rows."),
    ],
)
def test_a_file_without_anybody_is_refused(path: Path, text: str, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        read_text(path, text)


def test_columns_nobody_knows_are_asked_about(path: Path) -> None:
    reading = read_text(path, "Wer;Wie lange\nAnna;45\nBen;30\n")
    (question,) = reading.questions
    assert (question.kind, question.options) == ("columns", ("Wer", "Wie lange"))
    assert question.sentence == (
        "This file has no columns whose names we know. Which column holds the name, and which the address?"
    )
    assert question.samples == ("Anna | 45", "Ben | 30")
    assert (reading.layout, reading.sightings) == ("unknown", ())


def test_a_workbook_without_a_known_sheet_names_its_sheets(path: Path) -> None:
    reading = read_bytes(path, workbook({"Jan": [["Wer", "Was"], ["a", "b"]], "Feb": [["Wer"], ["c"]]}))
    assert reading.questions[0].sentence.startswith(
        "No sheet (“Jan”, “Feb”) has columns whose names we know."
    )


def test_a_mapping_reads_what_nobody_knows(path: Path) -> None:
    told = Mapping(
        columns={Field.NAME: "wer", Field.MINUTES: "Wie lange", Field.STATUS: "Da"},
        delimiter=";",
        encoding="cp1252",
    )
    reading = read_bytes(path, "Wer;Wie lange;Da\nÄnne;45;ja\n".encode("cp1252"), mapping=told)
    (seen,) = reading.sightings
    assert (reading.layout, seen.name, seen.minutes, seen.status) == (
        "mapped",
        "Änne",
        45,
        AttendanceState.PRESENT,
    )
    assert (reading.encoding, reading.delimiter) == ("cp1252", ";")


def test_chosen_columns_that_are_missing_are_named(path: Path) -> None:
    reading = read_text(
        path, "Wer;Was\nAnna;45\n", Mapping(columns={Field.NAME: "Wer", Field.EMAIL: "Adresse"})
    )
    assert reading.questions[0].sentence.startswith("The chosen columns “Adresse” are not in this file.")


def test_a_list_without_names_for_its_columns_offers_their_numbers(path: Path) -> None:
    text = "Anna,anna@example.org,45\nBen,ben@example.org,30\n"
    asked = read_text(path, text)
    assert asked.questions[0].options == ("Column 1", "Column 2", "Column 3")
    told = Mapping(columns={Field.NAME: "Column 1", Field.EMAIL: "Column 2", Field.MINUTES: "Column 3"})
    assert [(seen.name, seen.minutes) for seen in read_text(path, text, told).sightings] == [
        ("Anna", 45),
        ("Ben", 30),
    ]


def test_a_list_of_names_and_addresses_needs_no_header(path: Path) -> None:
    reading = read_text(path, 'anna@example.org,"Example, Anna"\n\nben@example.org,Ben Other\n')
    assert reading.layout == "pasted"
    assert [(seen.line, seen.name, seen.email) for seen in reading.sightings] == [
        (1, "Anna Example", "anna@example.org"),
        (3, "Ben Other", "ben@example.org"),
    ]


def test_a_reading_says_how_the_file_was_read(path: Path) -> None:
    reading = read_text(path, "Name;Join Time\nAnna;14/11/2026 09:00\n")
    assert reading.mapping == Mapping(
        columns={Field.NAME: "Name", Field.JOINED: "Join Time"}, date_order=DateOrder.DMY
    )
    assert (reading.encoding, reading.delimiter, reading.first_rows) == (
        "utf-8",
        ";",
        (("Anna", "14/11/2026 09:00"),),
    )


def test_a_mapping_is_kept_as_a_profile_and_comes_back(path: Path) -> None:
    mapping = read_text(path, "Name;Join Time\nAnna;14/11/2026 09:00\n").mapping
    assert Mapping.from_plain(json.loads(json.dumps(mapping.to_plain()))) == mapping
    assert Mapping.from_plain({}) == Mapping()


FIELDS = st.dictionaries(st.sampled_from(Field), st.text(max_size=10))


@given(FIELDS, st.none() | st.sampled_from(DateOrder), st.none() | st.sampled_from(",;|\t"))
def test_any_mapping_comes_back(
    columns: dict[Field, str], order: DateOrder | None, delimiter: str | None
) -> None:
    mapping = Mapping(columns=columns, date_order=order, delimiter=delimiter)
    assert Mapping.from_plain(json.loads(json.dumps(mapping.to_plain()))) == mapping


@pytest.mark.parametrize("plain", [{"columns": {"shoe size": "Schuhe"}}, {"date_order": "xyz"}])
def test_a_profile_of_something_else_is_refused(plain: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not a valid"):
        Mapping.from_plain(plain)


def test_a_profile_gives_way_to_what_the_dates_show(path: Path) -> None:
    told = Mapping(columns={Field.NAME: "Name", Field.JOINED: "Join Time"}, date_order=DateOrder.MDY)
    reading = read_text(path, "Name;Join Time\nAnna;14/11/2026 09:00\n", told)
    assert reading.date_order is DateOrder.DMY
    unclear = read_text(path, "Name;Join Time\nAnna;11/4/2026 09:00\n", told)
    assert unclear.sightings[0].intervals[0][0] == at(9)


def test_rows_in_the_other_order_are_problems_once_a_person_answered(path: Path) -> None:
    data = b"Name;Join Time\nAnna;14/11/2026 09:00\nBen;11/14/2026 09:00\n"
    assert read_bytes(path, data).questions[0].kind == "date_order"
    reading = read_bytes(path, data, date_order=DateOrder.DMY)
    assert [seen.name for seen in reading.sightings] == ["Anna"]
    assert [problem.line for problem in reading.problems] == [3]


def test_the_name_of_the_upload_stands_in_the_refusal(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path / "0001", name="Liste März.csv")
    assert refused.value.sentence == "“Liste März.csv” is not a file that can be read."


STATED = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 120)), min_size=1, max_size=8)


@given(STATED)
@settings(deadline=None)
def test_nobody_is_counted_twice_and_no_minute_is_lost(
    tmp_path_factory: pytest.TempPathFactory, stated: list[tuple[str, int]]
) -> None:
    lines = "".join(f"{name}@example.org,{minutes}\n" for name, minutes in stated)
    reading = read_bytes(tmp_path_factory.getbasetemp() / "upload", f"Email,Minutes\n{lines}".encode())
    assert sum(seen.minutes or 0 for seen in reading.sightings) == sum(minutes for _, minutes in stated)
    assert [seen.email for seen in reading.sightings] == list(
        dict.fromkeys(f"{name}@example.org" for name, _ in stated)
    )


def test_a_row_without_a_mark_among_marked_ones_is_asked_about_and_never_counted_as_present(
    path: Path,
) -> None:
    reading = read_text(path, "Name,Present?,Minutes\nAnna,x,\nBen,,\nCleo,no,\nDora,,70\n")
    assert [seen.name for seen in reading.sightings] == ["Anna", "Cleo", "Dora"]
    assert [(one.line, one.column, one.sentence) for one in reading.problems] == [
        (3, "Present?", "others have a mark here and this row has none; write present or absent.")
    ]


def test_a_column_of_marks_that_is_blank_throughout_says_nothing(path: Path) -> None:
    reading = read_text(path, "Name,Status\nAnna,\nBen,-\n")
    assert [seen.status for seen in reading.sightings] == [None, None]
    assert not reading.problems


@pytest.mark.parametrize(
    "header", ["Hours", "Duration (hours)", "Dauer (Stunden)", "Stunden", "Durée (heures)", "Horas"]
)
def test_a_column_of_hours_is_read_as_hours(path: Path, header: str) -> None:
    rows = (
        "Anna;a@example.org;3,5\nBen;b@example.org;0.5\nCleo;c@example.org;1:30\nDora;d@example.org;45 min\n"
    )
    reading = read_text(path, f"Name;Email;{header}\n{rows}")
    assert [seen.minutes for seen in reading.sightings] == [210, 30, 90, 45]
    assert reading.unread == ()


def test_hours_somebody_names_as_the_duration_are_hours_too(path: Path) -> None:
    mapping = Mapping(columns={Field.NAME: "Chi", Field.MINUTES: "Stunden"})
    assert read_text(path, "Chi;Stunden\nAnna;2\n", mapping).sightings[0].minutes == 120


def test_more_hours_than_a_day_has_are_no_duration(path: Path) -> None:
    (problem,) = read_text(path, "Name;Hours\nAnna;180\n").problems
    assert "“180” is not a duration" in problem.sentence


@pytest.mark.parametrize("header", ["Durée", "Duration", "Dauer"])
def test_part_of_a_number_in_a_column_without_a_unit_is_neither_hours_nor_minutes(
    path: Path, header: str
) -> None:
    rows = "Anna;2,5\nBen;3\nCleo;90\nDora;1:30\nEmil;62,5\n"
    reading = read_text(path, f"Name;{header}\n{rows}")
    assert [(seen.name, seen.minutes) for seen in reading.sightings] == [
        ("Cleo", 90),
        ("Dora", 90),
        ("Emil", 62),
    ]
    assert [(one.line, one.column, one.sentence) for one in reading.problems] == [
        (
            line,
            header,
            f"“{text}” may be hours or minutes here; name the column “Hours” or “Minutes”, or write 2.5 h.",
        )
        for line, text in ((2, "2,5"), (3, "3"))
    ]


@pytest.mark.parametrize("header", ["Durée (minutes)", "Minuten", "Duration (min)"])
def test_part_of_a_minute_is_read_where_the_column_says_minutes(path: Path, header: str) -> None:
    mapping = Mapping(columns={Field.NAME: "Name", Field.MINUTES: header})
    reading = read_text(path, f"Name;{header}\nAnna;2,5\n", mapping)
    assert [seen.minutes for seen in reading.sightings] == [2]


@pytest.mark.parametrize("header", ["Absent", "Abwesend", "Gefehlt", "Absente", "Nieobecny", "Assente"])
def test_a_mark_under_absent_says_that_somebody_was_not_there(path: Path, header: str) -> None:
    reading = read_text(path, f"Name,{header}\nAnna,\nBen,x\nCleo,no\nDora,absent\n")
    here, gone = AttendanceState.PRESENT, AttendanceState.ABSENT
    assert [seen.status for seen in reading.sightings] == [here, gone, here, gone]
    assert not reading.problems
    assert not reading.unread


def test_a_column_of_absence_that_is_blank_throughout_says_nothing(path: Path) -> None:
    reading = read_text(path, "Name,Absent\nAnna,\nBen,-\n")
    assert [seen.status for seen in reading.sightings] == [None, None]


@pytest.mark.parametrize(
    "text",
    [
        "Imię i nazwisko;E-mail;Obecność\nAnna Rossi;a@example.org;obecna\nBen Neri;b@example.org;nieobecny\n",
        "Nome;Cognome;Email;Presenza\nAnna;Rossi;a@example.org;presente\nBen;Neri;b@example.org;assente\n",
    ],
)
def test_a_list_in_polish_or_italian_says_who_was_absent(path: Path, text: str) -> None:
    reading = read_text(path, text)
    assert [(seen.name, seen.status) for seen in reading.sightings] == [
        ("Anna Rossi", AttendanceState.PRESENT),
        ("Ben Neri", AttendanceState.ABSENT),
    ]


def test_a_workbook_says_which_other_sheets_name_people(path: Path) -> None:
    people = [["Name", "Email"], ["Anna", "a@example.org"]]
    sheets = {"Cover": [["Training"]], "Day 1": people, "Prices": [["Item", "Price"]], "Day 2": people}
    reading = read_bytes(path, workbook(sheets))
    assert (reading.sheet, reading.other_sheets) == ("Day 1", ("Day 2",))
