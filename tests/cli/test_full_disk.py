"""A disk that is full, or a data folder that cannot be written, gets a sentence from commands, doctor and page."""

import errno
import os
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from coachfollow.cli import house, refusals
from coachfollow.cli.refusals import Sentence
from coachfollow.extensions import db
from coachfollow.flow import backups, checkup
from coachfollow.rules.health import Finding
from tests.cli.conftest import Terminal


@pytest.mark.parametrize("command", ["up", "migrate", "backup"])
def test_a_data_folder_that_cannot_be_made_gets_a_sentence(
    command: str, environ: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    there = {"COACHFOLLOW_DATA_DIR": f"{folder}", "COACHFOLLOW_DATABASE_URL": f"sqlite:///{folder}/own.db"}

    said = Terminal({**environ, **there}).run(command, code=1).stderr

    assert said.startswith(f"{folder}")
    assert said.endswith(f" cannot be written: Not a directory. {refusals.SHUT}\n")


@pytest.mark.parametrize(
    ("number", "advice"),
    [(errno.EROFS, refusals.SHUT), (errno.EACCES, refusals.SHUT), (errno.ENOSPC, refusals.FULL)],
)
def test_what_the_disk_does_not_take_is_said_with_what_to_do(number: int, advice: str) -> None:
    why = os.strerror(number)

    with pytest.raises(Sentence) as told, refusals.as_sentences():
        raise OSError(number, why, "/srv/data/running")

    assert told.value.message == f"/srv/data/running cannot be written: {why}. {advice}"


def test_any_other_trouble_with_files_stays_a_defect() -> None:
    with pytest.raises(FileNotFoundError), refusals.as_sentences():
        raise FileNotFoundError(errno.ENOENT, "No such file", "/srv/template")


def test_a_database_without_room_says_what_to_do_and_keeps_nothing(terminal: Terminal) -> None:
    with house.app_context(terminal.environ):
        pages = db.session.scalar(text("PRAGMA page_count"))
        db.session.execute(text(f"PRAGMA max_page_count = {pages}"))

        with pytest.raises(Sentence) as told, refusals.as_sentences():
            db.session.execute(text("CREATE TABLE large AS SELECT hex(zeroblob(1000000)) AS words"))
        db.session.rollback()

        left = db.session.scalar(text("SELECT count(*) FROM sqlite_master WHERE name = 'large'"))
    assert told.value.message == f"The database cannot be used: database or disk is full. {refusals.FULL}"
    assert left == 0


def test_a_copy_that_finds_no_room_gets_a_sentence_and_leaves_nothing(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk without a byte left SQLite speaks of its own files, and by its own exceptions."""
    failed = sqlite3.OperationalError("disk I/O error")
    failed.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"

    def no_room(*_: object) -> None:
        raise failed

    monkeypatch.setattr(backups, "_copy", no_room)
    said = terminal.run("backup", tmp_path / "copy.db", code=1).stderr

    assert said == f"The database cannot be used: disk I/O error. {refusals.FAULTY}\n"
    assert not list(tmp_path.glob("*copy.db*"))


def looked(terminal: Terminal) -> Finding:
    """What is found of the disk."""
    with house.app_context(terminal.environ):
        return checkup.disk()


def test_the_doctor_says_that_the_disk_has_room(terminal: Terminal) -> None:
    assert not looked(terminal).is_problem
    assert (
        "ok    The data folder can be written, and its disk has room."
        in terminal.run("doctor", code=1).stdout
    )


def test_the_doctor_says_that_the_disk_is_nearly_full(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3_400_000))

    said = terminal.run("doctor", code=1).stdout

    assert (
        f"WRONG The disk of the data folder {terminal.environ['COACHFOLLOW_DATA_DIR']} is nearly full" in said
    )
    assert "(3 MB left). Make room:" in said


def test_the_doctor_says_that_the_data_folder_cannot_be_written(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)

    found = looked(terminal)

    assert found.is_problem
    assert "cannot be written, so no mail leaves from this machine." in found.sentence


def test_a_data_folder_that_is_still_to_be_made_is_judged_by_where_it_will_be(
    environ: Mapping[str, str], tmp_path: Path
) -> None:
    to_come = Terminal({**environ, "COACHFOLLOW_DATA_DIR": f"{tmp_path / 'to' / 'come'}"})

    assert not looked(to_come).is_problem
