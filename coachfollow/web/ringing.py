"""Rings the bell for what somebody is waiting for at their screen; the ticker would ring, too, a little later.

A page never waits for Redis: one that does not answer at once is left alone for a while.
"""

from flask import current_app

from coachfollow import bell, clock
from coachfollow.extensions import installation

PATIENCE = 0.5  # seconds; Redis answers within a thousandth of that
REST = 30.0  # seconds in which nobody asks a Redis again that did not answer
_RESTS_UNTIL = "coachfollow.bell_rests_until"  # on the stopwatch, for each app


def ring(name: str) -> None:
    """Ask for a job to run now, after the commit; without Redis the worker looks by itself."""
    url = installation().settings.redis_url
    known = current_app.extensions
    if url is None or clock.stopwatch() < known.get(_RESTS_UNTIL, 0.0):
        return
    with bell.connect(url, patience=PATIENCE) as connection:
        if not bell.ring(connection, name):
            known[_RESTS_UNTIL] = clock.stopwatch() + REST
