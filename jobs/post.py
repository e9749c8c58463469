"""Jobs of the queue `post`: always short, so that nothing waits behind them for long."""

from coachfollow import clock
from coachfollow.flow import dispatch, wakeups
from jobs import house


def tick() -> None:
    """Write down that the ticker rang: whoever runs this is told when it falls silent."""
    with house.opened() as here:
        wakeups.note(here.session, now=clock.now())


def drain() -> None:
    """Open, close and send whatever is due."""
    with house.opened() as here:
        dispatch.drain(here.session, now=here.now)
