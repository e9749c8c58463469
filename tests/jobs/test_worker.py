"""A worker: it does our jobs and no others, with Redis or without, and says why it does not start."""

import importlib
import inspect
import logging
import secrets
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import NoPermissionError
from sqlalchemy import select

from coachfollow import bell
from coachfollow.models import Heartbeat
from jobs import desk, house, post, worker
from tests import processes


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with bell.connect(redis_url) as connection:
        yield connection


def has_drained(folder: Path) -> bool:
    """Whether a drain wrote down that it ran; read beside the worker, without our code."""
    with closing(sqlite3.connect(folder / "coachfollow.db")) as database:
        return bool(database.execute("SELECT 1 FROM heartbeats WHERE name = 'drain'").fetchall())


@pytest.mark.parametrize("name", sorted(bell.JOBS))
def test_every_bell_has_its_job_which_takes_nothing(name: str) -> None:
    module, _, function = name.rpartition(".")
    job = getattr(importlib.import_module(module), function)

    assert not inspect.signature(job).parameters
    assert job in worker.JOBS[module.partition(".")[2]]


def test_a_worker_without_redis_has_the_same_jobs() -> None:
    names = {f"{job.__module__}.{job.__name__}" for jobs in worker.JOBS.values() for job in jobs}

    assert names == bell.JOBS
    assert tuple(worker.JOBS) == bell.QUEUES


@pytest.mark.usefixtures("at_work")
def test_a_drain_looks_for_what_is_due_and_says_that_it_did() -> None:
    post.drain()

    with house.opened() as here:
        assert here.session.scalars(select(Heartbeat.name)).all() == ["drain"]


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("job", [desk.place, desk.import_files, desk.tidy, desk.travel])
def test_the_desk_has_nothing_to_do_in_an_empty_house(job: Callable[[], None]) -> None:
    job()


@pytest.mark.usefixtures("at_work")
def test_each_job_has_a_database_session_of_its_own() -> None:
    with house.opened() as first:
        pass
    with house.opened() as second:
        assert second.session is not first.session


@pytest.mark.usefixtures("at_work")
def test_the_bell_wakes_a_worker(connection: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bell.ring(connection, bell.DRAIN, bell.PLACE)
    monkeypatch.setattr(worker, "MOST_JOBS", 1)  # it leaves after one, for a fresh process

    worker.serve("post", redis_url, log_level="WARNING")

    with house.opened() as here:
        assert here.session.scalars(select(Heartbeat.name)).all() == ["drain"]
    assert bell.queue(connection, "post").count == 0
    assert bell.queue(connection, "desk").count == 1


@pytest.mark.usefixtures("at_work")
def test_a_redis_user_with_no_more_rights_than_the_handbook_gives_is_enough(
    connection: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (processes.TREE / "docs" / "operating.md").read_text(encoding="utf-8")
    name, *rights = page.partition("`user ")[2].partition("`")[0].split()
    connection.execute_command("ACL", "SETUSER", name, "reset", *rights)  # type: ignore[no-untyped-call]
    theirs = redis_url.replace("//", f"//{name}:PASSWORD@")
    monkeypatch.setattr(worker, "MOST_JOBS", 1)

    with Redis.from_url(theirs) as as_them:
        bell.ring(as_them, bell.DRAIN)
        worker.serve("post", theirs, log_level="WARNING")

        with pytest.raises(NoPermissionError):
            as_them.flushall()
    assert bell.queue(connection, "post").count == 0


def test_it_does_not_wait_a_minute_for_a_redis_that_is_back() -> None:
    assert worker.Worker.max_connection_wait_time <= 5


def test_without_redis_jobs_run_in_turn_until_told_to_stop() -> None:
    stop = threading.Event()
    runs: list[str] = []

    def first() -> None:
        runs.append("first")

    def second() -> None:
        runs.append("second")
        if len(runs) == 4:
            stop.set()

    worker.loop([first, second], every=0.001, stop=stop)

    assert runs == ["first", "second", "first", "second"]


def test_a_failing_job_keeps_no_other_from_running(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    log = logging.getLogger(secrets.token_hex(4))  # earlier tests may have switched off those that were there
    log.addHandler(caplog.handler)
    monkeypatch.setattr(worker, "log", log)

    def failing() -> None:
        raise OSError("the disk is full")

    worker.loop([failing, stop.set], every=0.001, stop=stop)

    assert "the disk is full" in caplog.text
    assert "tried again at the next turn" in caplog.text


@pytest.mark.parametrize(
    "arguments",
    [["post"], ["post", "--no-redis"], ["--no-redis"]],
    ids=["with Redis", "without Redis", "without Redis, at everything"],
)
def test_as_a_process_it_works_and_ends_when_told(
    arguments: list[str], environ: Mapping[str, str], connection: Redis, tmp_path: Path
) -> None:
    bell.ring(connection, bell.DRAIN)
    with processes.started("jobs.worker", *arguments, environ=environ) as process:
        processes.until(lambda: has_drained(tmp_path))
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=10)

    assert process.returncode == 0
    assert said.count("\n") <= 1  # not a line for each ring, which comes every few seconds
    assert "__main__" not in said  # a log tells whose line it is


def test_whoever_reaches_redis_can_send_a_worker_no_command(
    environ: Mapping[str, str], connection: Redis, tmp_path: Path
) -> None:
    """RQ's workers end, or give up their job, at a word by pub/sub."""
    bell.ring(connection, bell.DRAIN)
    with processes.started("jobs.worker", "post", environ=environ):
        processes.until(lambda: has_drained(tmp_path))

        assert connection.pubsub_channels() == []
        assert bell.listeners(connection)["post"] == 1


def test_as_a_process_it_says_why_it_does_not_start(environ: Mapping[str, str]) -> None:
    wrong = {**environ, f"{processes.PREFIX}SECRET_KEY": "short"}
    with processes.started("jobs.worker", "post", environ=wrong) as process:
        said, _ = process.communicate(timeout=processes.WITHIN)

    assert process.returncode == 2
    assert "COACHFOLLOW_SECRET_KEY is shorter" in said


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize(
    ("settings", "arguments", "code", "sentence"),
    [
        pytest.param({"REDIS_URL": ""}, ["post"], 2, "--no-redis", id="no Redis, and not told to do without"),
        pytest.param({}, [], 2, "Say which queue", id="no queue, though there is Redis"),
        pytest.param({}, ["kitchen"], 2, "invalid choice", id="no such queue"),
        pytest.param(
            {"DATABASE_URL": "sqlite:///{folder}/empty.db"},
            *(["desk"], 1, "Run: coachfollow migrate"),
            id="tables of another version",
        ),
    ],
)
def test_it_says_why_it_does_not_start(
    settings: dict[str, str],
    arguments: list[str],
    code: int,
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"{processes.PREFIX}{name}", value.format(folder=tmp_path))

    with pytest.raises(SystemExit) as ended:
        worker.main(arguments)

    assert ended.value.code == code
    assert sentence in capsys.readouterr().err
