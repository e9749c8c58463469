"""A demo whose first start was interrupted says so and starts over; a whole one is left as it is."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from coachfollow.cli import demo
from coachfollow.config import Settings
from tests.databases import running_app

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
KEPT = {"settings.env", "running"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a demo that ran."""
    for name in (
        "coachfollow.db",
        "coachfollow.db-wal",
        "settings.env",
        "running",
        "mailbox/1.eml",
        "files/a.csv",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("something")
    return tmp_path


def test_half_a_world_is_removed_and_that_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / demo.UNFINISHED).touch()

    demo._start_over(folder)

    assert {path.name for path in folder.iterdir()} == KEPT
    assert "interrupted before its world was whole" in capsys.readouterr().out


def test_a_whole_world_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(folder.rglob("*"))

    demo._start_over(folder)

    assert sorted(folder.rglob("*")) == before
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_an_interruption_leaves_the_mark(
    make_settings: Callable[..., Settings], empty_database_url: str, tmp_path: Path
) -> None:
    """A world that cannot be built stands for one whose building was stopped."""
    settings = make_settings(database_url=empty_database_url, demo="yes")
    with running_app(settings) as app, app.app_context(), pytest.raises(OperationalError):
        demo._build(tmp_path, NOW)

    assert (tmp_path / demo.UNFINISHED).exists()


def test_the_demo_may_be_told_which_day_it_is() -> None:
    morning = demo._moment(datetime(2026, 3, 10))  # noqa: DTZ001  # as the terminal gives it

    assert morning == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    assert demo._moment(None).tzinfo is UTC


def test_a_demo_may_be_kept_in_a_folder_of_its_own(tmp_path: Path) -> None:
    with demo._folder(5000, tmp_path / "kept") as folder:
        (folder / "something").touch()

    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == ["something"]
