"""Tells coaches what there is to look at: once a week or a day, in their own morning, and never without need."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.flow import coach_lists, outbox, sets
from coachfollow.models import CoachDay
from coachfollow.queries import digests, worktimes
from coachfollow.queries.digests import Reader
from coachfollow.rules import digesting, worktime
from coachfollow.rules.kinds import MessageKind

LOOK_BACK = timedelta(days=8)  # a week, wherever its day begins
AT_ONCE = 20  # coaches whose people are read together: what they need fits into memory

Due = tuple[Reader, date]


def send_due(session: Session, *, now: datetime) -> int:
    """Queue the digests whose morning has come; gives how many. A day is looked at once, however often this runs."""
    posted = 0
    for some in sets.chunks(list(_due(session, now)), AT_ONCE):
        posted += _post(session, some, now)
        session.commit()
    return posted


def _due(session: Session, now: datetime) -> Iterator[Due]:
    readers = digests.readers(session, now=now)
    done = digests.looked_at(session, since=now.date() - LOOK_BACK)
    latest = dict(sorted(done))  # of each the last day
    times = worktimes.of_people(session, ids=[one.person_id for one in readers], now=now) if readers else {}
    for one in readers:
        day = digesting.due_on(one.rhythm, hours=times[one.person_id], zone=one.zone, now=now)
        if day is not None and latest.get(one.person_id, date.min) < digesting.looks_since(one.rhythm, day):
            yield one, day


def _post(session: Session, due: Sequence[Due], now: datetime) -> int:
    """Post what these are told; whoever was looked at by somebody else meanwhile is left out."""
    lists = coach_lists.of_digests(session, [one for one, _ in due], now=now)
    days = [{"person_id": one.person_id, "day": day} for one, day in due]
    taken = set(
        session.scalars(sets.insert_new(session, CoachDay).values(days).returning(CoachDay.person_id))
    )
    mails = [
        {
            "organisation_id": one.organisation_id,
            "person_id": one.person_id,
            "plan_id": None,
            "touchpoint_id": None,
            "attendee_id": None,
            "kind": MessageKind.COACH_DIGEST,
            "send_at": now,
            "expires_at": worktime.end_of_day(day, one.zone),
        }
        for one, day in due
        if one.person_id in taken and lists[one.person_id]
    ]
    return outbox.post(session, mails, now=now)
