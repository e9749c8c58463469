"""Puts away what nobody needs any more: files never confirmed, sign-in links long spent, full buckets."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.extensions import lease_time
from coachfollow.flow import attendance, floods
from coachfollow.models import ImportBatch, RateBucket, Token
from coachfollow.rules.kinds import ImportState, TokenPurpose

UNDECIDED = timedelta(days=14)  # a staged file holds names and addresses of people who may not be ours
SPENT = timedelta(days=1)


def tidy(session: Session, *, now: datetime) -> None:
    """Put away what is left over; harmless at any time, and when it never runs."""
    _withdraw_undecided(session, now)
    session.execute(
        delete(Token).where(Token.purpose == TokenPurpose.SIGN_IN, Token.expires_at <= now - SPENT)
    )
    # a bucket that nobody drew from for an hour is full again, as is one that does not exist
    session.execute(delete(RateBucket).where(RateBucket.at <= lease_time(session).seconds - floods.HOUR))
    session.commit()


def _withdraw_undecided(session: Session, now: datetime) -> None:
    undecided = session.scalars(
        select(ImportBatch).where(
            ImportBatch.state.in_([ImportState.STAGED, ImportState.FAILED]),
            ImportBatch.created_at <= now - UNDECIDED,
        )
    ).all()
    for batch in undecided:
        with suppress(Conflict):  # somebody has just confirmed it
            attendance.withdraw(session, batch=batch)
