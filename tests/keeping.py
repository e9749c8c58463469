"""Databases and apps that stay from test to test, put back before each: most of what a test costs is making them.

An app that stays keeps its engine, and the engine its compiled statements and, on PostgreSQL, its connections; its
templates stay compiled, too.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from flask import Flask
from jinja2 import BytecodeCache
from sqlalchemy import Engine

from coachfollow.app import create_app
from coachfollow.config import Settings
from coachfollow.extensions import Installation, db
from coachfollow.vault import Vault
from tests.databases import SQLite, quick

EMPTY = "empty"


class Store(Protocol):
    """States of a database, kept by name; whoever is connected has been asked to `leave` it before."""

    name: str
    url: str

    def save(self, name: str) -> None:
        """Keep the database as it is now."""

    def restore(self, name: str) -> None:
        """Put the database back to what it was."""


class Files:
    """The states of a SQLite database: copies of its file."""

    name = "sqlite"

    def __init__(self, sqlite: SQLite, folder: Path) -> None:
        self._folder = folder
        with sqlite.migrated(folder):
            shutil.move(folder / "coachfollow.db", self._file(EMPTY))
        self._path = folder / "kept.db"
        self.url = f"sqlite:///{self._path}"

    def save(self, name: str) -> None:
        """Keep a copy."""
        shutil.copyfile(self._path, self._file(name))

    def restore(self, name: str) -> None:
        """Copy it back, to a new file; what a journal still held belongs to the one before."""
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self._file(name), self._path)

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.saved"


def leave(engine: Engine) -> None:
    """Let go of a file, as it will be exchanged; rows of PostgreSQL are put back under whoever is connected."""
    if engine.dialect.name == "sqlite":
        engine.dispose()


@dataclass(frozen=True, slots=True)
class Kept:
    """The database of one make that tests share, and which of its states there are."""

    store: Store
    built: set[str] = field(default_factory=lambda: {EMPTY})

    def fresh(self) -> str:
        """Put the database back to its tables alone; gives its address."""
        self.store.restore(EMPTY)
        return self.store.url

    def stand(self, name: str, build: Callable[[str], None]) -> str:
        """Put the database back to what was built on it under this name, built the first time; gives its address."""
        if name not in self.built:
            build(self.fresh())
            self.store.save(name)
            self.built.add(name)
        self.store.restore(name)
        return self.store.url


@dataclass(frozen=True, slots=True)
class Apps:
    """Apps that stay, one for all tests with the same settings; what a template was compiled to serves them all."""

    templates: BytecodeCache
    kept: dict[Settings, Flask] = field(default_factory=dict)

    @contextmanager
    def lend(self, settings: Settings) -> Iterator[Flask]:
        """Lend the app for these settings; what a test changes in its configuration is forgotten after it."""
        app = self._for(settings)
        app.extensions["coachfollow"] = Installation(settings=settings, vault=Vault(settings.secret_keys))
        config, suppressed = dict(app.config), app.extensions["mail"].suppress
        try:
            yield app
        finally:
            app.config.clear()
            app.config.update(config)
            app.extensions["mail"].suppress = suppressed
            with app.app_context():
                leave(db.engine)

    def close(self) -> None:
        """Let go of whatever is still connected."""
        for app in self.kept.values():
            with app.app_context():
                db.engine.dispose()

    def _for(self, settings: Settings) -> Flask:
        alike = replace(settings, data_dir=Path())  # each test has a folder of its own
        if alike not in self.kept:
            self.kept[alike] = create_app(settings)
            self.kept[alike].testing = True
            self.kept[alike].jinja_env.bytecode_cache = self.templates
        return self.kept[alike]


@contextmanager
def folder(temporary: Path) -> Iterator[Path]:
    """A folder of our own, in memory where there is room."""
    with tempfile.TemporaryDirectory(dir=quick(temporary), prefix="coachfollow-kept-") as path:
        yield Path(path)
