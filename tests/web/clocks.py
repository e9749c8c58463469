"""A clock that tests move."""

from datetime import datetime, timedelta


class Clock:
    """Business time as pages read it; moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def ahead(self, **length: float) -> None:
        """Move it, as timedelta counts."""
        self.now += timedelta(**length)

    def read(self, *, shift: timedelta = timedelta(0)) -> datetime:
        """Stand in for `coachfollow.clock.now`."""
        return self.now + shift
