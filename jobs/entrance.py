"""What every process here does first: read the settings, or say all that is wrong with them, and set up logging."""

import logging
import os
import signal
import sys
import threading
from typing import NoReturn

from coachfollow.config import Settings, load
from coachfollow.errors import Misconfigured

MISCONFIGURED = 2


def settings() -> Settings:
    """Read the settings and set up logging, before RQ does; leaves with exit code 2 where they cannot be used."""
    try:
        found = load(os.environ)
    except Misconfigured as error:
        leave(str(error), code=MISCONFIGURED)
    logging.basicConfig(
        level=found.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    return found


def until_told() -> threading.Event:
    """Give what is set when the process is told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def leave(sentence: str, *, code: int) -> NoReturn:
    """End the process, saying why."""
    sys.stderr.write(f"{sentence}\n")
    sys.exit(code)
