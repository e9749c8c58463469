"""Rings the bell for what somebody is waiting for at their screen; the ticker would ring, too, a little later."""

from coachfollow import bell
from coachfollow.extensions import installation


def ring(name: str) -> None:
    """Ask for a job to run now, after the commit; without Redis the worker looks by itself."""
    url = installation().settings.redis_url
    if url is not None:
        with bell.connect(url) as connection:
            bell.ring(connection, name)
