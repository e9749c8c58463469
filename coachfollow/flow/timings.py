"""Adds up how long attempts took, in the database: the workers are many, end often, and live on many hosts."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from coachfollow.flow import sets
from coachfollow.models import AttemptTime
from coachfollow.rules import timing


def add(session: Session, lengths: Sequence[float]) -> None:
    """Add how many seconds each of these attempts took. No commit.

    Call it last in a transaction: all workers add to the same few rows, always in the same order.
    """
    rows = [
        {"up_to_ms": bound, "attempts": count, "seconds": seconds}
        for bound, (count, seconds) in timing.histogram(lengths).items()
    ]
    if not rows:
        return
    added = sets.insert(session, AttemptTime).values(rows)
    session.execute(
        added.on_conflict_do_update(
            index_elements=["up_to_ms"],
            set_={
                "attempts": AttemptTime.attempts + added.excluded.attempts,
                "seconds": AttemptTime.seconds + added.excluded.seconds,
            },
        )
    )
