"""What tests of commands share: the command itself, an environment with a migrated house, a mail server."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from click.testing import CliRunner, Result

from coachfollow import clock
from coachfollow.cli import main
from coachfollow.mail.postbox import Postbox
from tests import processes
from tests.databases import SQLite
from tests.ports import free_port

SATURDAY = 5


def last_working_day() -> date:
    """The working day before today, as commands go by the real clock: what is asked on its evening is due by now."""
    days = (clock.now().date() - timedelta(days=back) for back in (1, 2, 3))
    return next(day for day in days if day.weekday() < SATURDAY)


@dataclass(frozen=True, slots=True)
class Terminal:
    """Somebody at a terminal, with these settings in the environment."""

    environ: Mapping[str, str]

    def run(self, *arguments: object, code: int = 0) -> Result:
        """Run a command and expect this exit code; a defect is raised, a refusal is on standard error."""
        said = CliRunner().invoke(
            main, [str(one) for one in arguments], env=self.environ, catch_exceptions=False
        )
        assert said.exit_code == code, said.output
        return said

    def json(self, *arguments: object, code: int = 0) -> Any:
        """Run a command that reports with --json, and give its one document."""
        return json.loads(self.run(*arguments, "--json", code=code).stdout)


@pytest.fixture
def environ(sqlite: SQLite, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Settings with a migrated database and nobody in it yet; mails go to nobody."""
    with sqlite.migrated(tmp_path) as url:
        yield processes.environment(
            database_url=url,
            data_dir=tmp_path,
            mail_server="127.0.0.1",
            mail_port=free_port(),
            mail_tls="none",
        )


@pytest.fixture
def nobody_home(environ: Mapping[str, str]) -> Terminal:
    """A terminal beside a database that nobody has moved into."""
    return Terminal(environ)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that was moved into, to copy from: loading the programmes takes a while."""
    folder = tmp_path_factory.mktemp("furnished")
    Terminal(processes.environment(data_dir=folder)).run("migrate")
    return folder / "coachfollow.db"


@pytest.fixture
def terminal(nobody_home: Terminal, furnished: Path, tmp_path: Path) -> Terminal:
    """A terminal beside a house with the shipped programmes."""
    shutil.copyfile(furnished, tmp_path / "coachfollow.db")
    return nobody_home


@pytest.fixture
def letterbox(environ: Mapping[str, str], tmp_path: Path) -> Iterator[Path]:
    """The mail server of that environment; gives the folder in which it files mails."""
    folder = tmp_path / "mailbox"
    port = int(environ["COACHFOLLOW_MAIL_PORT"])
    server = Controller(Postbox(folder), hostname="127.0.0.1", port=port)
    server.start()
    yield folder
    server.stop()


@pytest.fixture
def group(terminal: Terminal) -> Terminal:
    """The same with a group whose one session took place on the last working day, and its coach."""
    terminal.run(
        *("cohort", "open", "spring", "--programme", "service-recovery-and-empowerment"),
        *("--session", f"{last_working_day()}T09:00/180", "--zone", "Europe/Berlin"),
        *("--coach", "cem@example.org", "--minutes", "60"),
    )
    return terminal


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short path: a Unix socket has room for a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="cf-") as folder:
        yield Path(folder)
