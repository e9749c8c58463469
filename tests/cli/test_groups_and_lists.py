"""From a roster to dates by commands: programmes, groups, people, attendance lists of odd makes, coaches, plans."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from coachfollow import clock
from tests.cli.conftest import Terminal, last_working_day
from tests.house import PROGRAMME
from tests.intake.samples import workbook

ROSTER = "Name;Email\nAnna Berg;anna@example.org\nBen Odu;ben@example.org\n"
ATTENDANCE = "Name;Email;Minutes\nAnna Berg;anna@example.org;170\nBen Odu;ben@example.org;20\nCarla;;170\n"
ODD = "Wer;Adresse;Weilte\nAnna Berg;anna@example.org;170\n"


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Path]:
    """The files somebody has on their disk."""
    texts = {"roster": ROSTER, "attendance": ATTENDANCE, "odd": ODD, "empty": ""}
    paths = {name: tmp_path / f"{name}.csv" for name in texts}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    return paths


def test_a_group_is_opened_listed_and_shown(group: Terminal) -> None:
    said = group.run("cohort", "show", "spring").stdout

    assert "Attended: 1 of 1 session, 60 minutes each" in said
    assert "whose hours are not known: coachfollow coach hours" in said
    assert [one["key"] for one in group.json("cohort", "list")] == ["spring"]
    assert f"spring  {last_working_day()}" in group.run("cohort", "list").stdout


def test_a_programme_is_checked_loaded_and_shown(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "service.yaml"
    file.write_text(PROGRAMME + "adapt: {no_opportunity: {later_days: 7}}\n", encoding="utf-8")

    assert terminal.json("programme", "check", file) == {
        "key": "service",
        "languages": ["en"],
        "steps": 7,
        "mistakes": [],
    }
    assert "is in order: service, 7 steps, in en." in terminal.run("programme", "check", file).stdout
    assert terminal.json("programme", "load", file) == {"key": "service", "version": 1, "is_new": True}
    assert "nothing to do" in terminal.run("programme", "load", file).stdout
    shown = terminal.run("programme", "show", "service").stdout
    assert "Service that listens: service, version 1" in shown
    assert "first-question   question" in shown
    assert "reminders after 2 working days" in shown
    document = terminal.json("programme", "show", "service")
    assert len(document["steps"]) == 7
    assert "Whoever had no opportunity yet is asked again 7 days later" in shown
    assert document["adapt"]["no_opportunity_days"] == 7
    assert "service " in terminal.run("programme", "list").stdout


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        pytest.param(b"key: service\nsteps: 7\n", "service.yaml:2: steps", id="every mistake, with its line"),
        pytest.param(b"key: caf\xe9\n", "is not a text in UTF-8", id="another encoding"),
    ],
)
def test_a_wrong_programme_is_refused(terminal: Terminal, tmp_path: Path, data: bytes, sentence: str) -> None:
    file = tmp_path / "service.yaml"
    file.write_bytes(data)

    assert sentence in terminal.run("programme", "check", file, code=1).stderr


def test_the_mistakes_of_a_programme_are_told_to_programs_too(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "service.yaml"
    file.write_text("key: service\nsteps: 7\n", encoding="utf-8")

    told = terminal.json("programme", "check", file, code=1)["mistakes"]

    assert {"file": str(file), "line": 2, "field": "steps"}.items() <= told[-1].items()
    assert terminal.run("programme", "check", file, code=1).stdout == ""


def test_people_are_brought_from_a_file(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Email;Name;Left\nanna@example.org;Anna Berg;13/4/2026\n;Nobody;\n", encoding="utf-8")

    said = terminal.run("people", "import", file).stdout

    assert said.startswith("1 added, 0 changed, 0 as they were.\nLine 3 was left out: ")
    assert terminal.json("people", "import", file)["brought"]["unchanged"] == 1


def test_a_date_that_can_be_read_twice_is_asked_about(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("Email;Name;Left\nanna@example.org;Anna Berg;3/4/2026\n", encoding="utf-8")

    assert "--date-order dmy or mdy" in terminal.run("people", "import", file, code=1).stderr
    terminal.run("people", "import", file, "--date-order", "dmy")


def test_a_roster_and_its_attendance_list_make_plans(group: Terminal, lists: dict[str, Path]) -> None:
    invited = group.json("attendance", "import", lists["roster"], "--cohort", "spring", "--roster")
    attended = group.json("attendance", "import", lists["attendance"], "--cohort", "spring", "--session", "1")

    assert invited["imported"] | {"rows": 2} == invited["imported"]
    assert (invited["imported"]["enrolled"], invited["imported"]["started"]) == (2, 0)
    assert (attended["imported"]["started"], attended["imported"]["shelved"]) == (1, 1)
    assert [(one["line"], one["name"]) for one in attended["left_out"]] == [(4, "Carla")]
    assert "Plans: 1 running, 1 not begun" in group.run("cohort", "show", "spring").stdout


def test_what_was_left_out_is_said(group: Terminal, lists: dict[str, Path]) -> None:
    said = group.run("attendance", "import", lists["attendance"], "--cohort", "spring")

    assert said.stdout.startswith(
        "3 rows: 2 new people, 2 enrolled, 1 follow-up started, 1 put aside, 0 corrections."
    )
    assert "Line 4, Carla, was left out: no mail address" in said.stdout


def test_what_is_told_of_a_list_ends_in_one_full_stop_and_counts_one_row_as_one(
    group: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "one.csv"
    file.write_text("Name;Email\nAnna Berg;anna\n", encoding="utf-8")

    said = group.run("attendance", "import", file, "--cohort", "spring")
    refused = group.run("attendance", "import", file, "--cohort", "spring", "--session", "2", code=1)

    assert said.stdout.startswith("1 row: 0 new people, 0 enrolled, 0 follow-ups started")
    assert said.stdout.endswith("“anna” is not a mail address: it must have an @-sign.\n")
    assert "This group has 1 session; there is no session 2." in refused.stderr


def test_a_preview_shows_every_row_and_changes_nothing(group: Terminal, lists: dict[str, Path]) -> None:
    arguments = ("attendance", "import", lists["attendance"], "--cohort", "spring", "--preview")

    said = group.run(*arguments).stdout
    document = group.json(*arguments)

    assert "line 2  new        Anna Berg  present       170 min" in said
    assert "2 new, 1 undecided. Nothing was changed." in said or "1 undecided, 2 new. Nothing" in said
    assert [row["fate"] for row in document["rows"]] == ["undecided", "new", "new"]
    assert "Plans: none yet" in group.run("cohort", "show", "spring").stdout


def test_a_preview_names_the_people_whom_a_name_may_mean(group: Terminal, tmp_path: Path) -> None:
    people, seen = tmp_path / "people.csv", tmp_path / "seen.csv"
    people.write_text("Email;Name\nchloe@example.org;Chloé Guest\n", encoding="utf-8")
    seen.write_text("Name\nChloé Guest\n", encoding="utf-8")
    group.run("people", "import", people)

    said = group.run("attendance", "import", seen, "--cohort", "spring", "--preview").stdout

    assert "say who it is, or leave the row out. Perhaps Chloé Guest <chloe@example.org>?" in said


def test_a_report_of_another_day_is_told_first_and_imported_all_the_same(
    group: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "report.csv"
    file.write_text(
        "Name;Email;Join Time;Leave Time\nAnna;anna@example.org;2020-05-14 09:00;2020-05-14 12:00\n",
        encoding="utf-8",
    )
    arguments = ("attendance", "import", file, "--cohort", "spring")

    said = group.run(*arguments, "--preview").stdout
    document = group.json(*arguments, "--preview")
    imported = group.json(*arguments)

    assert said.startswith("This report is of 14 May 2020; the session is on ")
    assert document["warnings"] == imported["warnings"] == [said.splitlines()[0]]
    assert imported["imported"]["started"] == 1


def test_a_preview_says_what_a_list_corrects(group: Terminal, lists: dict[str, Path], tmp_path: Path) -> None:
    group.run("attendance", "import", lists["attendance"], "--cohort", "spring")
    file = tmp_path / "corrected.csv"
    file.write_text("Email;Status\nanna@example.org;absent\nben@example.org;partial\n", encoding="utf-8")
    arguments = ("attendance", "import", file, "--cohort", "spring", "--preview")

    said = group.run(*arguments).stdout
    document = group.json(*arguments)

    assert "Anna Berg  absent" in said
    assert "was present 170 min" in said
    assert (
        "1 follow-up ends: not at the training after all.\n1 correction: 1 was present, is absent now."
        in said
    )
    assert document["effects"]["corrected"] == [{"before": "present", "after": "absent", "people": 1}]
    assert document["changes"][0] == "No follow-up begins."


def test_new_coaches_are_named_once_each_unless_their_rows_are_no_use(
    group: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "coaches.csv"
    file.write_text(
        "Name;Email;Coach\nAnna;anna@example.org;typo@example.org\nBen;ben@example.org;typo@example.org\n"
        "Carla;;third@example.org\nDora;dora@example.org;\n",
        encoding="utf-8",
    )
    arguments = ("attendance", "import", file, "--cohort", "spring")

    said = group.run(*arguments, "--preview").stdout

    assert said.startswith("New coach: typo@example.org\nline ")
    assert "third@example.org" not in said
    assert group.json(*arguments)["warnings"] == ["New coach: typo@example.org"]
    assert group.json(*arguments, "--preview")["warnings"] == []


def test_the_same_file_again_is_recognised_and_changes_nothing(
    group: Terminal, lists: dict[str, Path]
) -> None:
    arguments = ("attendance", "import", lists["attendance"], "--cohort", "spring")
    group.run(*arguments)

    assert "The very same file was imported on" in group.run(*arguments, "--preview").stdout
    assert (
        group.json(*arguments)["imported"] | {"started": 0, "enrolled": 0, "corrected": 0}
        == group.json(*arguments)["imported"]
    )


def test_unknown_columns_are_asked_about_named_and_remembered(
    group: Terminal, lists: dict[str, Path]
) -> None:
    arguments = ("attendance", "import", lists["odd"], "--cohort", "spring", "--preview")
    named = ("--map", "name=Wer", "--map", "email=Adresse", "--map", "minutes=Weilte")

    asked = group.run(*arguments, code=1).stderr
    assert "the columns are “Wer”, “Adresse”, “Weilte”" in asked
    assert "--map name=Participant --map email=Mail" in asked

    group.run(*arguments, *named, "--save-profile", "odd ones")
    assert "the columns are" in group.run(*arguments, code=1).stderr  # a preview remembers nothing either
    group.run(*arguments[:-1], *named, "--save-profile", "odd ones")
    assert "Anna Berg  present  170 min" in group.run(*arguments).stdout  # by the look of its header
    assert "Anna Berg  present  170 min" in group.run(*arguments, "--profile", "odd ones").stdout


@pytest.mark.parametrize(
    ("file", "options", "sentence"),
    [
        pytest.param("empty", [], "“empty.csv” is empty", id="an empty file"),
        pytest.param("odd", ["--map", "shoe=Wer"], "--map shoe=Wer is not NAME=COLUMN", id="no such field"),
        pytest.param(
            "odd", ["--profile", "x"], "There is no profile “x”. There are none yet.", id="no profile"
        ),
        pytest.param("roster", ["--session", "2"], "there is no session 2", id="no such session"),
        pytest.param(
            "roster", ["--save-profile", " "], "A profile needs a name", id="a profile without a name"
        ),
    ],
)
def test_a_list_that_cannot_be_taken_is_told(
    group: Terminal, lists: dict[str, Path], file: str, options: list[str], sentence: str
) -> None:
    said = group.run("attendance", "import", lists[file], "--cohort", "spring", *options, code=1)

    assert sentence in said.stderr


def test_ambiguous_dates_are_asked_about(group: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    file.write_text(
        "Full Name\tUser Action\tTimestamp\nAnna Berg\tJoined\t3/4/2026, 9:00:00\n"
        "Anna Berg\tLeft\t3/4/2026, 11:00:00\n",
        encoding="utf-16",
    )
    arguments = ("attendance", "import", file, "--cohort", "spring", "--preview")

    assert "--date-order dmy or --date-order mdy" in group.run(*arguments, code=1).stderr
    group.run(*arguments, "--date-order", "dmy")


def test_a_plan_is_shown_in_local_time_with_the_reasons(group: Terminal, lists: dict[str, Path]) -> None:
    group.run("attendance", "import", lists["attendance"], "--cohort", "spring")

    said = group.run("plan", "show", "anna@example.org").stdout
    document = group.json("plan", "show", "anna@example.org")

    assert said.startswith("Anna Berg: ")
    assert "; running; coach cem; times in UTC" in said
    assert "manager's card" in said
    assert len(document[0]["dates"]) == len(said.splitlines()) - 1


def test_a_plan_says_when_what_waits_will_really_leave(
    group: Terminal, lists: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    group.run("attendance", "import", lists["attendance"], "--cohort", "spring")
    night = datetime.combine(last_working_day() + timedelta(days=1), time(3), UTC)
    monkeypatch.setattr(clock, "now", lambda: night)

    said = group.run("plan", "show", "anna@example.org").stdout
    dates = group.json("plan", "show", "anna@example.org")[0]["dates"]

    first = next(one for one in dates if one["kind"] == "commitment")
    leaves_at = datetime.fromisoformat(first["leaves_at"])
    assert datetime.fromisoformat(first["due_at"]) < night < leaves_at
    assert (leaves_at.time(), leaves_at.weekday() < 5, first["left_at"]) == (time(9), True, None)
    assert f"{leaves_at:%Y-%m-%d %H:%M}" in said
    assert "; planned for " in said


def test_somebody_without_a_follow_up_is_told_so(group: Terminal) -> None:
    assert "has no follow-up yet" in group.run("plan", "show", "cem@example.org", code=1).stderr


def test_a_coach_says_when_they_can_be_booked(group: Terminal) -> None:
    link = ("--link", "https://meet.example.org/cem")

    assert (
        "can be booked mon-fri 09:00-12:00"
        in group.run("coach", "hours", "cem@example.org", "mon-fri 09:00-12:00", *link).stdout
    )
    assert "cannot be read" in group.run("coach", "hours", "cem@example.org", "always", code=1).stderr
    assert "hours are not known" not in group.run("cohort", "show", "spring").stdout


def test_mails_and_meetings_can_be_worked_off_by_hand(
    group: Terminal, lists: dict[str, Path], letterbox: Path
) -> None:
    group.run("attendance", "import", lists["attendance"], "--cohort", "spring")

    assert group.json("place").keys() == {"placed", "without_time"}
    assert "meetings got a time" in group.run("place").stdout
    drained = group.json("drain")
    assert drained["sent"] == len(list(letterbox.glob("*.eml")))
    assert "0 mails sent" in group.run("drain").stdout


def test_a_corrected_session_is_previewed_and_then_done(group: Terminal) -> None:
    begin = f"{last_working_day()}T10:00/120"

    seen = group.json("cohort", "correct", "spring", 1, begin, "--preview")
    assert (seen["done"], seen["people"], seen["moves"]) == (False, 0, [])
    assert (
        "Nothing has changed so far."
        in group.run("cohort", "correct", "spring", 1, begin, "--preview").stdout
    )

    assert group.json("cohort", "correct", "spring", 1, begin)["done"] is True
    assert "takes place then already" in group.run("cohort", "correct", "spring", 1, begin, code=1).stderr


def test_a_training_longer_ago_than_its_programme_lasts_is_said_before_anybody_is_in_it(
    terminal: Terminal, tmp_path: Path
) -> None:
    long_ago = last_working_day() - timedelta(days=300)
    opened = terminal.run(
        *("cohort", "open", "old", "--programme", "service-recovery-and-empowerment"),
        *("--session", f"{long_ago}T09:00/180", "--coach", "cem@example.org"),
    )
    file = tmp_path / "list.csv"
    file.write_text("Name;Email\nAnna Berg;anna@example.org\n", encoding="utf-8")
    preview = terminal.run("attendance", "import", file, "--cohort", "old", "--preview")

    said = "whoever begins now has nothing to come, and their follow-up stops at once."
    assert said in opened.stderr
    assert said in preview.stdout


def test_the_zone_of_a_coachs_hours_is_said(group: Terminal) -> None:
    said = group.run("coach", "hours", "cem@example.org", "mon-fri 09:00-12:00").stdout

    assert "can be booked mon-fri 09:00-12:00, by the clock of UTC." in said


def test_a_preview_names_the_columns_that_mean_nothing_to_us(group: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "lista.csv"
    file.write_text("Sukunimi,Email,Paikalla salissa\nVirtanen,anna@example.org,no\n")
    arguments = ("attendance", "import", file, "--cohort", "spring", "--preview")
    (warning,) = group.json(*arguments)["warnings"]
    assert warning == (
        "Not read: “Sukunimi” and “Paikalla salissa”. If one of them says who somebody is or whether they were there,"
        " call the column Name, Email, Status or Minutes and bring the list in again."
    )


def test_a_preview_says_what_else_of_a_file_does_not_count(group: Terminal, tmp_path: Path) -> None:
    arguments = ("attendance", "import", tmp_path / "days.xlsx", "--cohort", "spring", "--preview")
    people = [["Name", "Email", "Status"], ["Anna", "anna@example.org", "present"]]
    again = [["Anna", "anna@example.org", "absent"]]
    sheets = {"Day 1": [*people, *again], "Day 2": people, "Day 3": people}
    (tmp_path / "days.xlsx").write_bytes(workbook(sheets))
    others, contradicted = group.json(*arguments)["warnings"]
    assert others == (
        "Not read: the sheets “Day 2” and “Day 3”, which name people too."
        " A list is one sheet: save each as a file of its own and bring it in."
    )
    assert (
        contradicted == "Line 3 contradicts an earlier line about the same person: the earlier one was taken."
    )


def test_a_profile_stands_above_what_we_would_take_a_header_for(group: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "two addresses.csv"
    file.write_text("Name,Email,Mail at work\nAnna,anna@home.example,anna.b@example.org\n")
    arguments = ("attendance", "import", file, "--cohort", "spring")
    group.run(*arguments, "--map", "name=Name", "--map", "email=Mail at work", "--save-profile", "ours")
    file.write_text("Name,Email,Mail at work\nBen,ben@home.example,ben.b@example.org\n")
    (row,) = group.json(*arguments, "--preview")["rows"]
    assert row["email"] == "ben.b@example.org"
