"""A world for the pages, a clock that tests move, and browsers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from coachfollow import clock
from tests.conftest import BOTH_DATABASES
from tests.databases import PostgreSQL, SQLite
from tests.web import worlds
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ASKED, World


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every page of these tests: it stands where the first question is open."""
    ours = Clock(ASKED)
    monkeypatch.setattr(clock, "now", ours.read)
    return ours


@pytest.fixture(scope="session")
def settled_sqlite(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with everybody in it, to copy from: moving in takes longer than most tests."""
    folder = tmp_path_factory.mktemp("world")
    with sqlite.migrated(folder) as url:
        worlds.build(url, data_dir=folder)
    return folder / "coachfollow.db"


@pytest.fixture(scope="session")
def settled_postgresql(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database with everybody in it, to copy from."""
    folder = tmp_path_factory.mktemp("world")
    with postgresql.migrated(folder) as url:
        worlds.build(url, data_dir=folder)
        yield url.rpartition("/")[2].partition("?")[0]


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database of each make with everybody in it; `ON_ONE` where the make does not matter."""
    settled = request.getfixturevalue(f"settled_{request.param}")
    if request.param == "sqlite":
        shutil.copyfile(settled, tmp_path / "coachfollow.db")
        yield f"sqlite:///{tmp_path / 'coachfollow.db'}"
    else:
        with request.getfixturevalue("postgresql").copied(settled) as url:
            yield url


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates that one test compiled, for the next: compiling them takes longer than showing a page."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(app: Flask, compiled: FileSystemBytecodeCache) -> Flask:
    """The app, with templates that are compiled once."""
    app.jinja_env.bytecode_cache = compiled
    return app


@pytest.fixture
def world(app: Flask) -> World:
    """The app with its people in it."""
    return World(app)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that has been nowhere."""
    return Browser.of(app)


@pytest.fixture
def another_browser(app: Flask) -> Browser:
    """A second one, of somebody else."""
    return Browser.of(app)
