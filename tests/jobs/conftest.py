"""What tests of jobs share: an environment with a migrated SQLite file, and a job's app made from it."""

import logging
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from coachfollow.extensions import db
from jobs import house
from tests import processes
from tests.databases import SQLite


@pytest.fixture
def environ(sqlite: SQLite, tmp_path: Path, redis_url: str) -> Iterator[Mapping[str, str]]:
    """The environment of a worker, with a database of its own."""
    with sqlite.migrated(tmp_path) as url:
        yield processes.environment(database_url=url, data_dir=tmp_path, redis_url=redis_url, tick_seconds=1)


@pytest.fixture
def at_work(environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process be a worker for a while: its app is made from that environment, and let go of at the end."""
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    house.app.cache_clear()
    yield
    with house.app().app_context():
        db.engine.dispose()
    house.app.cache_clear()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for name in ("rq.worker", "rq.job"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
