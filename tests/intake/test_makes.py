"""Every report is read to the same people and times, whatever its make, encoding, delimiter and date order."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from coachfollow.intake.reading import DateOrder, Field, Reading, Unreadable
from coachfollow.intake.reading import Mapping as Told
from tests.intake import samples
from tests.intake.samples import Rows, Stay, at, attendees, read_bytes, written

STAYS: Mapping[str, tuple[Stay, ...]] = {person.name: person.stays for person in attendees(day=14)}
MINUTES = {"Anna Müller": 120, "Ben Other": 75, "Chloé Guest": 30}
MEETING = (at(9, day=14), at(13, 50, 10, day=14))

IN_DETAIL = ("teams-log", "teams-2021", "teams", "zoom", "zoom-usage")
WITH_MEETING = ("teams-2021", "teams", "zoom", "zoom-users", "zoom-usage")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload.csv"


def rows_of(make: str, order: DateOrder, *, day: int = 14) -> Rows:
    return samples.MAKES[make](attendees(day=day), order)


def times(reading: Reading) -> dict[str, object]:
    return {seen.name: seen.intervals or seen.minutes for seen in reading.sightings}


def expected_of(make: str) -> dict[str, object]:
    if make not in IN_DETAIL:
        return dict(MINUTES)
    open_until_the_end = {"Anna Müller": (MEETING,)} if make == "teams-log" else {}
    return {**STAYS, **open_until_the_end}


@pytest.mark.parametrize("make", samples.MAKES)
@pytest.mark.parametrize("encoding", samples.ENCODINGS)
def test_a_report_is_read_in_every_encoding(path: Path, make: str, encoding: str) -> None:
    reading = read_bytes(path, written(rows_of(make, DateOrder.DMY), encoding=encoding))
    assert (reading.layout, times(reading)) == (make, expected_of(make))
    assert not reading.problems
    assert not reading.notes


@pytest.mark.parametrize("make", samples.MAKES)
@pytest.mark.parametrize("delimiter", samples.DELIMITERS)
def test_a_report_is_read_with_every_delimiter(path: Path, make: str, delimiter: str) -> None:
    reading = read_bytes(path, written(rows_of(make, DateOrder.DMY), delimiter=delimiter, encoding="utf-8"))
    assert (reading.layout, reading.delimiter, times(reading)) == (make, delimiter, expected_of(make))


@pytest.mark.parametrize("make", samples.MAKES)
@pytest.mark.parametrize("order", DateOrder)
def test_a_report_is_read_in_every_order_of_dates(path: Path, make: str, order: DateOrder) -> None:
    reading = read_bytes(path, written(rows_of(make, order)))
    assert times(reading) == expected_of(make)
    assert reading.meeting == (MEETING if make in WITH_MEETING else None)


@pytest.mark.parametrize("make", IN_DETAIL)
@pytest.mark.parametrize("order", [DateOrder.DMY, DateOrder.MDY])
def test_dates_that_can_be_read_both_ways_are_asked_about_and_then_read(
    path: Path, make: str, order: DateOrder
) -> None:
    data = written(rows_of(make, order, day=4))
    asked = read_bytes(path, data)
    assert [question.kind for question in asked.questions] == ["date_order"]
    assert not asked.sightings
    answered = read_bytes(path, data, date_order=order)
    assert answered.sightings[0].intervals[0][0] == at(9)
    assert answered.date_order is order


@pytest.mark.parametrize("make", samples.MAKES)
def test_a_report_saved_as_a_workbook_is_read_the_same(path: Path, make: str) -> None:
    data = samples.workbook({"Notes": [["nothing here"]], "Report": rows_of(make, DateOrder.MDY)})
    reading = read_bytes(path, data)
    assert (reading.layout, reading.sheet, times(reading)) == (make, "Report", expected_of(make))


@pytest.mark.parametrize("make", samples.MAKES)
def test_reading_the_same_file_twice_gives_the_same(path: Path, make: str) -> None:
    data = written(rows_of(make, DateOrder.DMY))
    assert read_bytes(path, data) == read_bytes(path, data)


def test_the_lines_are_those_of_the_file(path: Path) -> None:
    reading = read_bytes(path, written(rows_of("teams", DateOrder.DMY)))
    assert [seen.line for seen in reading.sightings] == [11, 12, 13]
    assert reading.rows == 3


def test_teams_tells_who_organised(path: Path) -> None:
    reading = read_bytes(path, written(rows_of("teams", DateOrder.DMY)))
    assert [seen.name for seen in reading.sightings if seen.is_organiser] == ["Anna Müller"]
    assert reading.sightings[0].upn == "anna.mueller@example.org"


def test_teams_without_its_third_section_gives_the_minutes_it_states(path: Path) -> None:
    rows = samples.teams_without_activities(attendees(day=14), DateOrder.DMY)
    assert times(read_bytes(path, written(rows))) == MINUTES


def test_minutes_that_teams_states_are_never_more_than_the_time_between(path: Path) -> None:
    rows = samples.teams_without_activities(attendees(day=14), DateOrder.DMY)
    rows[10][3] = "5h 0m 0s"  # two devices at once are counted twice by Teams
    assert times(read_bytes(path, written(rows)))["Anna Müller"] == MINUTES["Anna Müller"]


def test_teams_with_its_summary_cut_away_is_still_teams(path: Path) -> None:
    rows = rows_of("teams", DateOrder.DMY)[9:]
    reading = read_bytes(path, written(rows))
    assert (reading.layout, times(reading)) == ("teams", STAYS)


def test_somebody_whom_only_the_activities_of_teams_name_was_there_too(path: Path) -> None:
    rows = rows_of("teams", DateOrder.DMY)
    rows.append(
        ["Late Comer", "14/11/26, 10:00:00", "14/11/26, 10:30:00", "30m", "late@example.org", "Attendee"]
    )
    reading = read_bytes(path, written(rows))
    assert reading.sightings[-1].email == "late@example.org"
    assert reading.sightings[-1].intervals == ((at(10, day=14), at(10, 30, day=14)),)


def test_an_activity_of_teams_that_cannot_be_read_leaves_the_minutes_standing(path: Path) -> None:
    rows = rows_of("teams", DateOrder.DMY)
    rows[-1][1:3] = ["sometime", "later"]
    assert times(read_bytes(path, written(rows)))["Chloé Guest"] == MINUTES["Chloé Guest"]


def test_a_name_that_two_people_have_gets_no_activities_of_either(path: Path) -> None:
    rows = samples.teams_without_activities(attendees(day=14), DateOrder.DMY)
    twins = [["Sam Same", *rows[10][1:4], f"sam{number}@example.org", "", ""] for number in (1, 2)]
    sections = [
        ["3. In-Meeting activities"],
        ["Name", "Join time", "Leave time", "Duration", "Email", "Role"],
    ]
    rejoin = ["Sam Same", "14/11/26, 10:00:00", "14/11/26, 10:30:00", "30m", "", ""]
    reading = read_bytes(path, written([*rows[:10], *twins, *sections, rejoin]))
    assert [(seen.email, seen.minutes) for seen in reading.sightings] == [
        ("sam1@example.org", 120),
        ("sam2@example.org", 120),
        (None, None),
    ]


def test_sections_of_teams_that_tell_nothing_of_stays_are_passed_over(path: Path) -> None:
    rows = [*rows_of("teams", DateOrder.DMY), ["4. Reactions"], ["Name", "Applause"], ["Zed Nobody", "3"]]
    assert "Zed Nobody" not in times(read_bytes(path, written(rows)))


def test_new_columns_of_teams_do_no_harm(path: Path) -> None:
    rows = rows_of("teams", DateOrder.DMY)
    rows[9] += ["Engagement: Camera On", "Engagement: Unmute"]
    for row in rows[10:13]:
        row += ["Yes", "12"]
    assert times(read_bytes(path, written(rows))) == STAYS


LANGUAGES = {
    "German": "Name|Erster Beitritt|Letztes Verlassen|Dauer in der Besprechung|E-Mail|Teilnehmer-ID (UPN)|Rolle",
    "French": "Nom|Première connexion|Dernière déconnexion|Durée de la réunion|Adresse e-mail|UPN|Rôle",
    "Spanish": "Nombre|Primera unión|Última salida|Duración de la reunión|Correo electrónico|UPN|Función",
    "Dutch": "Naam|Eerste deelname|Laatst verlaten|Duur in vergadering|E-mail|Deelnemer-id (UPN)|Rol",
    "Italian": "Nome|Primo accesso|Ultima uscita|Durata della riunione|E-mail|ID partecipante (UPN)|Ruolo",
    "Polish": "Nazwa|Pierwsze dołączenie|Ostatnie wyjście|Czas trwania|Adres e-mail|Identyfikator (UPN)|Rola",
    "Chinese": "姓名|首次加入|最后离开|会议持续时间|电子邮件|与会者 ID (UPN)|角色",
}


@pytest.mark.parametrize("header", LANGUAGES.values(), ids=LANGUAGES)
def test_teams_is_read_in_another_language(path: Path, header: str) -> None:
    rows = rows_of("teams", DateOrder.DMY)[:13]
    rows[0], rows[8], rows[9] = ["1. Zusammenfassung"], ["2. Teilnehmer"], header.split("|")
    reading = read_bytes(path, written(rows))
    assert (reading.layout, times(reading)) == ("teams", MINUTES)


def test_teams_in_a_language_we_do_not_know_is_read_with_the_columns_somebody_chose(path: Path) -> None:
    rows = rows_of("teams", DateOrder.DMY)
    rows[0], rows[8] = ["1. 摘要"], ["2. 与会者"]
    rows[9] = [
        "姓名",
        "首次加入",
        "最后离开",
        "会议持续时间",
        "电子邮件",
        "角色",
    ]  # an older one, without accounts
    rows[10:13] = [[*row[:5], row[6]] for row in rows[10:13]]
    rows[14:16] = [["3. 会议中活动"], ["姓名", "加入时间", "离开时间", "持续时间", "电子邮件", "角色"]]
    asked = read_bytes(path, written(rows))
    assert asked.questions[0].options == tuple(rows[9])
    fields = [Field.NAME, Field.JOINED, Field.LEFT, Field.MINUTES, Field.EMAIL]
    told = Told(columns=dict(zip(fields, rows[9], strict=False)))
    reading = read_bytes(path, written(rows), mapping=told)
    assert (reading.layout, times(reading)) == ("mapped", MINUTES)


def test_a_log_pairs_two_devices_and_ignores_a_leaving_without_a_joining(path: Path) -> None:
    rows = [
        ["Full Name", "User Action", "Timestamp"],
        ["Anna Example", "Left", "14/11/2026, 08:30:00"],
        ["Anna Example", "Joined", "14/11/2026, 09:00:00"],
        ["Anna Example", "Joined", "14/11/2026, 09:10:00"],
        ["Anna Example", "Left", "14/11/2026, 09:20:00"],
        ["Anna Example", "Left", "14/11/2026, 10:00:00"],
    ]
    assert times(read_bytes(path, written(rows))) == {
        "Anna Example": ((at(9, day=14), at(10, day=14)), (at(9, 10, day=14), at(9, 20, day=14)))
    }


def test_an_entry_of_a_log_that_is_neither_joining_nor_leaving_is_a_problem(path: Path) -> None:
    rows = [*rows_of("teams-log", DateOrder.DMY), ["Anna Example", "Muted", "14/11/26, 09:00:00"]]
    (problem,) = read_bytes(path, written(rows)).problems
    assert (problem.line, problem.column) == (9, "User Action")
    assert problem.sentence.startswith("“Muted” is neither joining nor leaving")


def test_who_had_not_left_when_the_report_was_made_left_when_the_meeting_ended(path: Path) -> None:
    rows = rows_of("teams-2021", DateOrder.DMY)
    rows[-1][2:4] = ["", ""]
    assert times(read_bytes(path, written(rows)))["Chloé Guest"] == ((at(9, 50, 12, day=14), MEETING[1]),)


def test_zoom_does_not_count_who_only_waited(path: Path) -> None:
    assert "Wanda Waiting" not in times(read_bytes(path, written(rows_of("zoom", DateOrder.DMY))))


ZOOM = {
    "German": "Name (Originalname)|Benutzer-E-Mail|Beitrittszeit|Verlassenszeit|Dauer (Minuten)|Gast||Im Warteraum",
    "French": "Nom (nom d’origine)|Adresse e-mail de l’utilisateur|Heure d’arrivée|Heure de départ"
    "|Durée (minutes)|Invité||En salle d’attente",
    "Spanish": "Nombre (nombre original)|Correo electrónico del usuario|Hora de entrada|Hora de salida"
    "|Duración (minutos)|Invitado||En sala de espera",
}


@pytest.mark.parametrize("header", ZOOM.values(), ids=ZOOM)
def test_zoom_is_read_in_another_language(path: Path, header: str) -> None:
    rows = rows_of("zoom", DateOrder.DMY)
    rows[3] = header.split("|")
    reading = read_bytes(path, written(rows[3:], delimiter=",", encoding="utf-8"))
    emails = [person.email or None for person in attendees()]
    assert (reading.layout, times(reading)) == ("zoom", expected_of("zoom"))
    assert [seen.email for seen in reading.sightings] == emails


def test_the_host_of_a_usage_report_is_not_taken_for_a_participant(path: Path) -> None:
    reading = read_bytes(path, written(rows_of("zoom-usage", DateOrder.DMY)))
    assert {seen.email for seen in reading.sightings} == {
        "anna.mueller@example.org",
        "ben.other@example.org",
        None,
    }
    assert not any(seen.team for seen in reading.sightings)


def test_a_usage_report_of_two_meetings_is_refused_with_both_names(path: Path) -> None:
    rows = rows_of("zoom-usage", DateOrder.DMY)
    rows[-1][1] = "888 1111 1111"
    with pytest.raises(
        Unreadable, match="more than one meeting: 999 0000 0000, and from line 5 on 888 1111 1111"
    ):
        read_bytes(path, written(rows))


def test_a_call_over_midnight_without_dates_is_not_negative(path: Path) -> None:
    rows = [["First name", "Last name", "Email", "Time joined", "Time exited"]]
    rows.append(["Anna", "Example", "anna@example.org", "11:30 PM", "12:15 AM"])
    assert times(read_bytes(path, written(rows))) == {"Anna Example": 45}


def test_a_leaving_time_without_a_date_is_the_next_one_after_joining(path: Path) -> None:
    rows = [["Name", "Join time", "Leave time"], ["Anna Example", "14/11/2026, 23:30:00", "00:15:00"]]
    rows.append(["Ben Other", "14/11/2026, 22:30:00", "23:00:00"])
    assert times(read_bytes(path, written(rows))) == {
        "Anna Example": ((at(23, 30, day=14), at(0, 15, day=15)),),
        "Ben Other": ((at(22, 30, day=14), at(23, 0, day=14)),),
    }


def test_real_dates_in_the_cells_of_a_workbook_are_never_asked_about(path: Path) -> None:
    rows: list[list[object]] = [["Name", "Join time", "Leave time"], ["Anna Example", at(9), at(10)]]
    reading = read_bytes(path, samples.workbook({"A": rows}))
    assert times(reading) == {"Anna Example": ((at(9), at(10)),)}
    assert isinstance(reading.sightings[0].intervals[0][0], datetime)
