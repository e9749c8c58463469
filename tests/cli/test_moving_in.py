"""Setting up by commands: tables, the first people, programmes, groups, coaches; each refusal is a sentence."""

import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from coachfollow.cli import refusals
from coachfollow.config import TABLE
from coachfollow.intake import programme as template
from tests import processes
from tests.cli.conftest import Terminal


def test_the_first_migration_makes_a_house_with_programmes(tmp_path: Path) -> None:
    fresh = Terminal(processes.environment(data_dir=tmp_path / "new"))

    said = fresh.run("migrate").stdout

    assert "The tables were brought to this version." in said
    assert "programmes that come with Coachfollow were added" in said
    assert not (tmp_path / "new" / "backups").exists()
    assert (tmp_path / "new" / "coachfollow.db").stat().st_mode & 0o777 == 0o600
    assert {one["key"] for one in fresh.json("programme", "list")} == set(template.shipped())


def test_migrating_again_changes_nothing(terminal: Terminal) -> None:
    assert terminal.run("migrate").stdout == "The tables fit this version.\n"


def test_older_tables_are_copied_before_they_change(terminal: Terminal, tmp_path: Path) -> None:
    terminal.run("admin", "add", "ada@example.org")
    with closing(sqlite3.connect(tmp_path / "coachfollow.db")) as database:
        database.execute("UPDATE alembic_version SET version_num = '0000'")
        database.commit()

    terminal.run("migrate", code=1)  # from a revision that never was, nothing leads here

    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as database:
        assert database.execute("SELECT email FROM people").fetchall() == [("ada@example.org",)]
    assert copy.name.endswith("-0000.db")


def test_an_administrator_gets_a_link_that_works_once(terminal: Terminal) -> None:
    said = terminal.json("admin", "add", "Ada@Example.org", "--name", "Ada Moss", "--role", "operator")

    assert said["email"] == "ada@example.org"
    assert said["roles"] == ["operator"]
    assert said["link"].startswith("http://localhost:5000/sign-in/")
    assert "within 15 minutes" in terminal.run("admin", "add", "ada@example.org").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(
            ["admin", "add", "ada"],
            1,
            "“ada” is not a mail address: it must have an @-sign.",
            id="no address",
        ),
        pytest.param(
            ["admin", "add", "a@example.org", "--role", "king"], 2, "king is not one of", id="no role"
        ),
        pytest.param(["programme", "show", "x"], 1, "There is no programme “x”", id="no programme"),
        pytest.param(["cohort", "show", "x"], 1, "There is no group “x”", id="no group"),
        pytest.param(["plan", "show", "x@example.org"], 1, "Nobody here has the address", id="nobody"),
        pytest.param(
            ["coach", "hours", "x@example.org", "mon"], 1, "Nobody here has the address", id="no coach"
        ),
        pytest.param(["clock", "ahead", "1"], 1, "Only the demo's clock can be moved.", id="a real clock"),
        pytest.param(["clock", "ahead"], 1, "Say how far", id="neither days nor --next"),
        pytest.param(
            ["cohort", "open", "a", "--programme", "x", "--session", "2026-03-02T09:00/60"],
            1,
            "There is no programme “x”",
            id="a group of no programme",
        ),
        pytest.param(
            ["cohort", "open", "a", "--programme", "x", "--session", "tomorrow"],
            2,
            "write it like 2026-03-02T09:00/180",
            id="a session without a date",
        ),
        pytest.param(
            ["cohort", "open", "a", "--programme", "x", "--session", "2026-03-02T09:00+01:00/60"],
            2,
            "is not a session",
            id="a session in a zone of its own",
        ),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    terminal: Terminal, arguments: list[str], code: int, sentence: str
) -> None:
    said = terminal.run(*arguments, code=code)

    assert sentence in said.stderr
    assert said.stdout == ""


def test_before_moving_in_commands_say_what_to_do(nobody_home: Terminal, tmp_path: Path) -> None:
    said = nobody_home.run("cohort", "list", code=1).stderr
    assert said == "There is no organisation here yet. Run: coachfollow migrate\n"

    with closing(sqlite3.connect(tmp_path / "coachfollow.db")) as database:
        database.execute("DROP TABLE alembic_version")
    said = nobody_home.run("cohort", "list", code=1).stderr
    assert said == "The database has no tables yet. Run: coachfollow migrate\n"


def test_every_wrong_setting_is_named_at_once(terminal: Terminal) -> None:
    wrong = {"COACHFOLLOW_SECRET_KEY": "short", "COACHFOLLOW_ZONE": "Mars", "COACHFOLLOW_COLOUR": "red"}

    said = Terminal({**terminal.environ, **wrong}).run("cohort", "list", code=2).stderr

    assert said.startswith("3 settings are wrong:\n- COACHFOLLOW_")
    assert all(name in said for name in wrong)


def test_one_wrong_setting_is_one_sentence(terminal: Terminal) -> None:
    said = Terminal({**terminal.environ, "COACHFOLLOW_ZONE": "Mars"}).run("status", code=2).stderr

    assert said == "COACHFOLLOW_ZONE is not a time zone: 'Mars'; write it like Europe/Berlin.\n"


def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path, terminal: Terminal) -> None:
    url = f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}"

    said = Terminal({**terminal.environ, "COACHFOLLOW_DATABASE_URL": url}).run("status", code=1).stderr

    assert said == f"The database cannot be used: unable to open database file. {refusals.SHUT}\n"


def test_settings_may_come_from_a_file(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "settings.env"
    lines = [f"{name}={value}" for name, value in terminal.environ.items() if name.startswith("COACHFOLLOW_")]
    file.write_text("\n".join(["# the house", "", *lines, "COACHFOLLOW_ORGANISATION=\"A 'new' name\""]))
    file.chmod(0o600)
    for name in {line.partition("=")[0] for line in (*lines, "COACHFOLLOW_ORGANISATION=")}:
        monkeypatch.setenv(name, "")  # so that it is taken back after the test
        monkeypatch.delenv(name)
    bare = Terminal({})

    assert bare.json("--settings", file, "cohort", "list") == []


def test_a_line_that_is_no_setting_is_told_by_its_number(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("COACHFOLLOW_ZONE=UTC\nnonsense\n")

    said = terminal.run("--settings", file, "cohort", "list", code=2).stderr

    assert said == f"{file}, line 2 is not NAME=value.\n"


def test_a_file_of_settings_that_holds_a_secret_is_nobody_elses(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("COACHFOLLOW_ZONE=UTC\nCOACHFOLLOW_MAIL_PASSWORD=xyzzy\n")
    file.chmod(0o644)

    said = terminal.run("--settings", file, "cohort", "list", code=2).stderr

    assert said == (
        f"{file} holds secrets and is a file that others may read or change (mode 644);"
        f" make it its owner's alone: chmod 600 {file}.\n"
    )


def test_every_setting_is_listed_and_no_secret_shown(terminal: Terminal) -> None:
    rows = {row["variable"]: row for row in terminal.json("config")}

    assert set(rows) == {setting.variable for setting in TABLE}
    assert rows["COACHFOLLOW_SECRET_KEY"]["value"] == "(secret)"
    assert rows["COACHFOLLOW_MAIL_TLS"]["value"] == "none"
    assert rows["COACHFOLLOW_ZONE"] | {"meaning": ""} == {
        "variable": "COACHFOLLOW_ZONE",
        "value": None,
        "default": "UTC",
        "meaning": "",
    }
    text = terminal.run("config").stdout
    assert "COACHFOLLOW_MAIL_TLS=none\n" in text
    assert "COACHFOLLOW_ZONE (UTC)\n" in text
    assert "a secret for tests" not in text


def test_a_secret_in_a_file_is_shown_as_its_file(terminal: Terminal, tmp_path: Path) -> None:
    given = {**terminal.environ, "COACHFOLLOW_REDIS_URL_FILE": str(tmp_path / "redis")}

    assert f"COACHFOLLOW_REDIS_URL=(in {tmp_path / 'redis'})" in Terminal(given).run("config").stdout


def test_in_a_demo_the_clock_moves_ahead(environ: Mapping[str, str]) -> None:
    demo = Terminal({**environ, "COACHFOLLOW_DEMO": "yes"})
    demo.run("migrate")

    assert demo.json("clock", "ahead", "7")["events"] == 1
    assert demo.json("clock", "ahead", "--next")["events"] == 0
    assert "0 mails, 0 answers and meetings." in demo.run("clock", "ahead", "0.5").stdout


@pytest.mark.parametrize(
    ("arguments", "becomes"),
    [
        pytest.param(["work", "post"], ["jobs.worker", "post"], id="a worker"),
        pytest.param(
            ["work", "desk", "--no-redis"], ["jobs.worker", "desk", "--no-redis"], id="without Redis"
        ),
        pytest.param(
            ["work", "--no-redis"], ["jobs.worker", "--no-redis"], id="without Redis, at everything"
        ),
        pytest.param(["ticker"], ["jobs.ticker"], id="the ticker"),
    ],
)
def test_a_worker_takes_the_place_of_its_command(
    nobody_home: Terminal, arguments: list[str], becomes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda path, argv, _: started.append([path, *argv]))

    nobody_home.run(*arguments)

    assert started == [[sys.executable, sys.executable, "-P", "-m", *becomes]]
