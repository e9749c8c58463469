"""The bell, on a real Valkey with a real worker: our jobs run, nothing else does, a dead Redis harms nobody."""

import importlib
import inspect
import json
import logging
import pickle  # noqa: TID251  # what a hostile hand would use
import signal
import socket
import sys
import time
import zlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from redis import Redis
from rq import SimpleWorker
from rq.job import Job
from rq.registry import FailedJobRegistry

from coachfollow import bell
from tests.foundation import traps
from tests.foundation.traps import SPRUNG
from tests.ports import free_port

TRAP = "tests.foundation.traps.spring"


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    """A connection to an empty Valkey."""
    with bell.connect(redis_url) as connection:
        yield connection


@pytest.fixture
def drained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the drain and for what RQ changes around it; say how often it ran."""
    runs: list[str] = []
    post = ModuleType("jobs.post")
    monkeypatch.setattr(post, "drain", lambda: runs.append("drained"), raising=False)
    monkeypatch.setitem(sys.modules, "jobs.post", post)
    return runs


@pytest.fixture(autouse=True)
def tidy() -> Iterator[None]:
    """Take back what a worker does to its process: signals and log handlers."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    SPRUNG.clear()
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)
    for name in ("rq.worker", "rq.job"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True


class QuickWorker(SimpleWorker):
    """A worker that takes no commands by pub/sub: unsubscribing lasts a second."""

    def subscribe(self) -> None:
        """Stay alone."""


def work(connection: Redis, *, worker: type[SimpleWorker] = QuickWorker) -> None:
    """Let a worker of ours do what waits."""
    queue = bell.queue(connection, "post")
    worker([queue], connection=connection, serializer=bell.Strict, job_class=bell.BareJob).work(
        burst=True, logging_level="WARNING"
    )


def smuggle(connection: Redis, data: bytes, **fields: str) -> None:
    """Write a job into Redis past our own code, as somebody with access to it could."""
    connection.hset("rq:job:hostile", "data", data)
    for name, value in {"origin": "post", "status": "queued", **fields}.items():
        connection.hset("rq:job:hostile", name, value)
    connection.rpush("rq:queue:post", "hostile")


def call(name: str, *, instance: object = None, args: object = (), keywords: object = None) -> bytes:
    """Write a call as RQ's JSON serialiser does."""
    return zlib.compress(json.dumps([name, instance, args, keywords or {}]).encode())


HOSTILE = {
    "a function by its name": call(TRAP),
    "the shell": call("os.system", args=["true"]),
    "one of ours with an argument": call(bell.DRAIN, args=["data"]),
    "one of ours with a keyword": call(bell.DRAIN, keywords={"now": "1970"}),
    "a method of something": call(bell.DRAIN, instance=TRAP),
    "less than a function": call("jobs.post"),
    "not a call": zlib.compress(json.dumps({"func": TRAP}).encode()),
    "only a name": zlib.compress(json.dumps(bell.DRAIN).encode()),
    "nothing": zlib.compress(b"null"),
    "deeply nested": zlib.compress(b"[" * 100_000),
    "a pickled call": zlib.compress(pickle.dumps((TRAP, None, (), {}))),
    "a pickle that runs when it is read": zlib.compress(pickle.dumps(traps.Pickled())),
    "the same, not compressed": pickle.dumps(traps.Pickled()),
    "garbage": b"\x00\xff garbage",
    "empty": b"",
}


def test_f04_told_to_end_while_it_reads_a_ring_a_worker_ends(
    connection: Redis, drained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bell.ring(connection, bell.DRAIN, bell.DRAIN)
    read, untold = Job.restore, ["once"]

    def told(job: Job, raw_data: Mapping[Any, Any]) -> None:
        if untold:
            untold.clear()
            signal.raise_signal(signal.SIGTERM)
        read(job, raw_data)

    monkeypatch.setattr(Job, "restore", told)

    work(connection)

    assert drained == []


def test_a_job_of_ours_runs(connection: Redis, drained: list[str]) -> None:
    assert bell.ring(connection, bell.DRAIN)

    work(connection)

    assert drained == ["drained"]


def test_a_job_leaves_nothing_behind(connection: Redis, drained: list[str]) -> None:
    bell.ring(connection, bell.DRAIN)
    work(connection, worker=SimpleWorker)

    assert drained
    assert list(connection.scan_iter("rq:job:*")) == []


def test_each_job_waits_in_its_own_queue(connection: Redis) -> None:
    assert bell.ring(connection, bell.DRAIN, bell.PLACE)

    assert [bell.queue(connection, name).count for name in bell.QUEUES] == [1, 1]


def test_every_job_belongs_to_a_queue() -> None:
    assert {name.split(".")[1] for name in bell.JOBS} == set(bell.QUEUES)


def test_without_a_worker_a_queue_stops_growing(connection: Redis) -> None:
    for _ in range(bell.MOST_WAITING * 3):
        assert bell.ring(connection, bell.DRAIN)

    assert bell.queue(connection, "post").count == bell.MOST_WAITING


@pytest.mark.parametrize("name", sorted(bell.JOBS))
def test_every_listed_job_is_a_function_that_takes_nothing(name: str) -> None:
    module, _, function = name.rpartition(".")

    assert inspect.signature(getattr(importlib.import_module(module), function)).parameters == {}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_f10_what_is_not_ours_does_not_run_and_the_worker_lives(
    connection: Redis, drained: list[str], data: bytes
) -> None:
    smuggle(connection, data)
    bell.ring(connection, bell.DRAIN)

    work(connection)

    assert SPRUNG == []
    assert drained == ["drained"]


@pytest.mark.parametrize("which", ["success", "failure", "stopped"])
@pytest.mark.parametrize("data", [call(bell.DRAIN), call(TRAP)], ids=["on ours", "on a refused one"])
def test_a_callback_named_in_a_job_does_not_run(
    connection: Redis, drained: list[str], data: bytes, which: str
) -> None:
    smuggle(connection, data, **{f"{which}_callback_name": TRAP, f"{which}_callback_timeout": "60"})
    bell.ring(connection, bell.DRAIN)

    work(connection)

    assert SPRUNG == []
    assert drained[-1:] == ["drained"]


def test_a_failing_job_calls_back_nobody(
    connection: Redis, drained: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["jobs.post"], "drain", lambda: 1 / 0)
    smuggle(connection, call(bell.DRAIN), failure_callback_name=TRAP, failure_callback_timeout="60")

    work(connection)

    assert SPRUNG == drained == []
    assert FailedJobRegistry("post", connection=connection).count == 1


def test_a_webhook_named_in_a_job_is_not_called(connection: Redis, drained: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        hook = {"url": url, "on": ["finished"], "event": "finished", "events": ["finished"]}
        smuggle(connection, call(bell.DRAIN), webhooks=json.dumps([hook]))

        work(connection)

        assert drained == ["drained"]
        with pytest.raises(TimeoutError):
            listener.accept()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("created_at", "yesterday"),
        ("timeout", "soon"),
        ("result_ttl", "x"),
        ("status", "unheard of"),
        ("dependency_ids", "{"),
        ("retry_intervals", "["),
        ("meta", "x"),
    ],
)
def test_f10_a_job_whose_record_cannot_be_read_is_passed_over(
    connection: Redis, drained: list[str], field: str, value: str
) -> None:
    smuggle(connection, call(TRAP), **{field: value})
    bell.ring(connection, bell.DRAIN)

    work(connection)

    assert SPRUNG == []
    assert drained == ["drained"]


def test_a_job_without_a_record_is_passed_over(connection: Redis, drained: list[str]) -> None:
    connection.rpush("rq:queue:post", "nowhere")
    bell.ring(connection, bell.DRAIN)

    work(connection)

    assert drained == ["drained"]


def test_our_own_side_writes_nothing_but_our_jobs() -> None:
    with pytest.raises(ValueError, match="not one of our jobs"):
        bell.Strict.dumps((TRAP, None, (), {}))


def test_an_installation_without_redis_rings_no_bell() -> None:
    assert not bell.ring(None, bell.DRAIN)


def test_ringing_gives_up_soon_where_redis_is_down() -> None:
    with bell.connect(f"redis://127.0.0.1:{free_port()}") as connection:
        began = time.monotonic()

        assert not bell.ring(connection, bell.DRAIN)
        assert time.monotonic() - began < 5


def test_ringing_gives_up_soon_where_redis_does_not_answer() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as frozen,
        bell.connect(f"redis://127.0.0.1:{frozen.getsockname()[1]}") as connection,
    ):
        began = time.monotonic()

        assert not bell.ring(connection, bell.DRAIN)
        assert time.monotonic() - began < 5
