"""Our own processes with every time scaled down alike: minutes of waiting pass in seconds."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from coachfollow.config import Settings
from coachfollow.flow import dispatch, handing, reconciling, relays
from coachfollow.mail.smtp import Relay
from coachfollow.rules import retry
from jobs import ticker, worker

REPLY_WITHIN = 1.0  # for 600 seconds
WAITS = tuple(timedelta(seconds=seconds) for seconds in (1, 2, 3, 4))
TIMES = (
    (reconciling, "MOST_LAPSES", 1000),  # here senders die of bullets, not of what they work on
    (dispatch, "BATCH", 20),  # each death leaves a batch that is then claimed one by one
    (dispatch, "BATCH_SECONDS", 1.0),
    (dispatch, "DRAIN_SECONDS", 1.25),
    (handing, "STALE_INTENT", 1.5),
    (retry, "_WAITS", WAITS),
)


@contextmanager
def down() -> Iterator[None]:
    """Scale this process's times down."""
    with ExitStack() as stack:
        for module, name, value in TIMES:
            stack.enter_context(patch.object(module, name, value))
        stack.enter_context(patch.object(relays, "relay", _impatient(relays.relay)))
        yield


def work() -> None:
    """Be a worker at the queue of mails."""
    with down():
        worker.main(["post"])


def tick() -> None:
    """Be a ticker."""
    with down():
        ticker.main()


def _impatient(relay: Callable[[Settings], Relay]) -> Callable[[Settings], Relay]:
    def impatient(settings: Settings) -> Relay:
        return replace(relay(settings), timeout=REPLY_WITHIN, reply_timeout=REPLY_WITHIN)

    return impatient
