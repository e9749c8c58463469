"""Jobs of the queue `post`: always short, so that nothing waits behind them for long."""

from coachfollow.flow import dispatch
from jobs import house


def drain() -> None:
    """Open, close and send whatever is due."""
    with house.opened() as here:
        dispatch.drain(here.session, now=here.now)
