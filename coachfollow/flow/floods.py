"""Keeps floods out by token buckets in the database: they hold without Redis and after a wipe."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.clock import LeaseTime
from coachfollow.errors import TooMany
from coachfollow.flow import sets
from coachfollow.models import RateBucket

HOUR = 3600.0
ANEW = 60.0  # a bucket from so far ahead was drawn from before a restart: the clock began anew


def spend(session: Session, *, key: str, per_hour: int, lease: LeaseTime) -> None:
    """Take one token from a bucket that refills over an hour; raises TooMany when it is empty. No commit."""
    full = {"level": float(per_hour), "at": lease.seconds}
    # there is a row to hold on to from the first time: two at once spend twice
    session.execute(sets.insert_new(session, RateBucket).values(key=key, **full))
    bucket = RateBucket.key == key
    level, at = session.execute(select(RateBucket.level, RateBucket.at).where(bucket).with_for_update()).one()
    if at > lease.seconds + ANEW:
        level, at = float(per_hour), lease.seconds
    passed = max(0.0, lease.seconds - at)
    level = min(float(per_hour), level + passed * per_hour / HOUR)
    if level < 1:
        raise TooMany(
            "That was asked for too often; please wait a little.",
            retry_after=int((1 - level) * HOUR / per_hour) + 1,
        )
    session.execute(update(RateBucket).where(bucket).values(level=level - 1, at=lease.seconds))
