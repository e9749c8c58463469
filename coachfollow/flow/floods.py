"""Keeps floods out by token buckets in the database: they hold without Redis and after a wipe."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.clock import LeaseTime
from coachfollow.errors import TooMany
from coachfollow.flow import sets
from coachfollow.models import RateBucket

HOUR = 3600.0
ANEW = 60.0  # a bucket from so far ahead was drawn from before a restart: the clock began anew


def spend(session: Session, *, key: str, per_hour: int, lease: LeaseTime) -> None:
    """Take one token from a bucket that refills over an hour; raises TooMany when it is empty. No commit."""
    bucket = session.scalar(select(RateBucket).where(RateBucket.key == key).with_for_update())
    known = bucket is not None and bucket.at <= lease.seconds + ANEW
    level, at = (bucket.level, bucket.at) if bucket and known else (float(per_hour), lease.seconds)
    passed = max(0.0, lease.seconds - at)
    level = min(float(per_hour), level + passed * per_hour / HOUR)
    if level < 1:
        raise TooMany(
            "That was asked for too often; please wait a little.",
            retry_after=int((1 - level) * HOUR / per_hour) + 1,
        )
    values = {"level": level - 1, "at": lease.seconds}
    kept = sets.insert(session, RateBucket).values(key=key, **values)
    session.execute(kept.on_conflict_do_update(index_elements=["key"], set_=values))
