"""Rings the bell every few seconds; imports neither the app nor the tables, so that nothing of theirs can stop it.

It writes nothing but rings and remembers nothing: several at once are harmless, and so is none for a while.
"""

import itertools
import random
import threading
from collections.abc import Sequence

from coachfollow import bell
from jobs import entrance

DESK_EVERY = 3  # ticks from one look at the desk to the next
TELL_EVERY, TELL_AT = 15, 2  # about five minutes, when nothing else of the desk is rung: few rings may wait
TIDY_EVERY = 180  # about an hour
JITTER = 0.25

NO_REDIS = (
    "There is nothing to ring: COACHFOLLOW_REDIS_URL is not set. Without Redis, let the workers look by"
    " themselves: coachfollow work post --no-redis, and the same with desk."
)


def rings(tick: int, *, connections: int = 1) -> Sequence[str]:
    """Name the jobs to ring at this tick, counted from 0: most of them at the first; a drain for each connection."""
    names = [bell.TICK, *[bell.DRAIN] * connections]
    if tick % DESK_EVERY == 0:
        names += [bell.PLACE, bell.IMPORT]
    if tick % TELL_EVERY == TELL_AT:
        names.append(bell.TELL)
    if tick % TIDY_EVERY == 0:
        names.append(bell.TIDY)
    return names


def pause(every: float) -> float:
    """Seconds to the next tick: spread out, so that several tickers do not ring together for ever."""
    return every * random.uniform(1 - JITTER, 1 + JITTER)


def run(redis_url: str, *, every: float, stop: threading.Event, connections: int = 1) -> None:
    """Ring about every so many seconds until told to stop."""
    with bell.connect(redis_url) as connection:
        for tick in itertools.count():
            # best effort: Redis away is logged there and passed over
            bell.ring(
                connection,
                *rings(tick, connections=connections),
                most=max(bell.MOST_WAITING, connections + 1),
            )
            if stop.wait(pause(every)):
                return


def main() -> None:
    """Start the ticker."""
    settings = entrance.settings()
    if settings.redis_url is None:
        entrance.leave(NO_REDIS, code=entrance.MISCONFIGURED)
    run(
        settings.redis_url,
        every=settings.tick_seconds,
        stop=entrance.until_told(),
        connections=settings.mail_connections,
    )


if __name__ == "__main__":
    main()
