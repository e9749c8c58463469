"""Finds meetings that no longer fit, writes each down once, and tells the coach at once of those that are near."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.flow import coach_lists, history, locking, outbox, sets
from coachfollow.queries import clashes, digests, worktimes
from coachfollow.queries.clashes import Clash
from coachfollow.queries.digests import Reader, Told
from coachfollow.rules import moments
from coachfollow.rules.kinds import MessageKind
from coachfollow.rules.moments import Moment, Person

FOUND, TOLD = "meeting no longer fits", "coach told that it no longer fits"
AT_ONCE = 50  # coaches whose meetings are read together


def find(session: Session, *, now: datetime) -> int:
    """Write down what no longer fits, once for each time of a meeting; gives how many coaches are told at once.

    Nothing is moved: choosing another time is for the coach. What is near counts when it is found, and when it has
    come near without being repaired.
    """
    told = 0
    for some in sets.chunks(digests.readers(session, now=now), AT_ONCE):
        fresh = list(_fresh(session, some, now))
        session.rollback()  # nobody waits for us while we go from coach to coach
        for reader, found, near in fresh:
            told += _tell(session, reader, found, near, now)
            session.commit()
    return told


Fresh = tuple[Reader, Sequence[Clash], Sequence[Clash]]


def _fresh(session: Session, readers: Sequence[Reader], now: datetime) -> Iterator[Fresh]:
    """The coaches of whose misfits something is still to be written down: what no longer fits, and what is near."""
    found = clashes.of_coaches(session, coach_ids=[one.person_id for one in readers], now=now)
    near = coach_lists.near(session, readers, found, now=now)
    before = _before(session, [one for theirs in found.values() for one in theirs])
    for one in readers:
        theirs, soon = found.get(one.person_id, ()), near.get(one.person_id, ())
        if _new(before, FOUND, theirs) or _new(before, TOLD, soon):
            yield one, theirs, soon


def _tell(
    session: Session, reader: Reader, found: Sequence[Clash], near: Sequence[Clash], now: datetime
) -> int:
    locking.calendars(session, people=[reader.person_id])
    before = _before(session, found)  # once more, held: somebody else may be at the same
    _record(session, FOUND, reader, _new(before, FOUND, found), now)
    fresh = _new(before, TOLD, near)
    if not fresh:
        return 0
    _record(session, TOLD, reader, fresh, now)
    last = max(one.starts_at for one in fresh)
    mail = {
        "organisation_id": reader.organisation_id,
        "person_id": reader.person_id,
        "plan_id": None,
        "touchpoint_id": None,
        "attendee_id": None,
        "kind": MessageKind.MISFIT,
        "send_at": _at_work(session, reader, now, until=last),
        "expires_at": last,
    }
    return outbox.post(session, [mail], now=now)


def _at_work(session: Session, reader: Reader, now: datetime, *, until: datetime) -> datetime:
    """The next moment at which the coach works; now, where they do not work before the meeting."""
    hours = worktimes.of_person(session, person_id=reader.person_id, now=now)
    found = moments.next_moment(now, Person(zone=reader.zone, hours=hours), latest=until)
    return found.at if isinstance(found, Moment) else now


def _before(session: Session, found: Sequence[Clash]) -> Told:
    plans = {one.plan_id for one in found}
    return digests.told(session, names=[FOUND, TOLD], plan_ids=plans) if plans else frozenset()


def _new(before: Told, name: str, found: Sequence[Clash]) -> Sequence[Clash]:
    """Those of which the event has not been written down for the time at which they stand."""
    return [one for one in found if (name, one.follow_up, one.starts_at.isoformat()) not in before]


def _record(session: Session, name: str, reader: Reader, found: Sequence[Clash], now: datetime) -> None:
    rows = [
        {
            "organisation_id": reader.organisation_id,
            "plan_id": one.plan_id,
            "touchpoint_id": one.follow_up,
            "facts": {"starts_at": one.starts_at.isoformat()},
        }
        for one in found
    ]
    history.record_all(session, name, at=now, rows=rows)
