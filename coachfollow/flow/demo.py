"""Moves the demo's time on, event by event: the clock, the people, the meetings, the mails, and again."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.errors import Conflict, Forbidden, Invalid
from coachfollow.extensions import installation
from coachfollow.flow import demo_acting, digests, dispatch, leavers, misfits, placing
from coachfollow.models import ClockShift
from coachfollow.queries import clockwork

FARTHEST = timedelta(days=400)
PATIENCE = 200  # looks at an outbox that another drain is emptying
BLINK = 0.05  # seconds between them

THE_ROW = 1

NOT_A_DEMO = "Only the demo's clock can be moved."
ON_ITS_WAY = "Somebody is moving time already. Wait until it has arrived, or halt it on its page."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """How far time went, and what happened meanwhile."""

    now: datetime
    events: int = 0
    acted: int = 0
    sent: int = 0


def step(session: Session, *, until: datetime | None = None, days: float | None = None) -> Stepped:
    """Move time to a moment or by so many days, stopping at every event on the way; raises Forbidden, Invalid."""
    now = _at_rest(session)
    until = until or now + timedelta(days=days or 0)
    if not now < until <= now + FARTHEST:
        raise Invalid(
            f"Time moves ahead only, by {FARTHEST.days} days at most at once.", {"days": "From 1 on."}
        )
    done = Stepped(now=now)
    while (moment := clockwork.next_event(session, after=done.now)) is not None and moment < until:
        done = _and(done, turn(session, moment))
    return _and(done, turn(session, until))


def step_to_next(session: Session) -> Stepped:
    """Move time to the next event; where nothing is to come, it stays as it is."""
    now = _at_rest(session)
    moment = clockwork.next_event(session, after=now)
    return Stepped(now=now) if moment is None else turn(session, moment)


def set_clock(session: Session, *, now: datetime) -> None:
    """Set business time to any moment, also back: only while the world is built, when nobody else looks."""
    ahead = (now - clock.now()).total_seconds()
    session.merge(ClockShift(id=THE_ROW, seconds=ahead))
    session.commit()


def _advance(session: Session, moment: datetime) -> None:
    """Move business time to a moment, unless somebody else has moved it farther meanwhile."""
    ahead = (moment - clock.now()).total_seconds()
    session.execute(update(ClockShift).where(ClockShift.seconds < ahead).values(seconds=ahead))
    session.commit()


def own_time(session: Session) -> datetime:
    """Give business time where it may be moved; raises Forbidden anywhere but in the demo."""
    if not installation().settings.demo:
        raise Forbidden(NOT_A_DEMO)
    return clockwork.now(session)


def turn(session: Session, moment: datetime) -> Stepped:
    """Move time to one event: first what people did up to it, each at their own time, then what is due at it.

    The clock moves between the two: the demo's own worker looks at it, and would close what people still answer.
    """
    acted = demo_acting.act(session, now=moment)
    _advance(session, moment)
    leavers.stop_theirs(session, now=moment)
    placing.place_due(session, now=moment)
    misfits.find(session, now=moment)
    digests.send_due(session, now=moment)
    return Stepped(now=moment, events=1, acted=acted, sent=_send(session, moment))


def _at_rest(session: Session) -> datetime:
    now = own_time(session)
    if clockwork.journey(session).heading_for is not None:
        raise Conflict(ON_ITS_WAY)
    return now


def _and(done: Stepped, more: Stepped) -> Stepped:
    return Stepped(
        now=more.now,
        events=done.events + more.events,
        acted=done.acted + more.acted,
        sent=done.sent + more.sent,
    )


def _send(session: Session, moment: datetime) -> int:
    """Drain until nothing due is left; the demo's own worker may be at it too, so wait for its turn."""
    sent = dispatch.drain(session, now=moment).sent
    for _ in range(PATIENCE):
        is_waiting = clockwork.is_mail_waiting(session, now=moment)
        session.rollback()  # SQLite's one writer is not held while we rest: the other drain needs it
        if not is_waiting:
            break
        clock.rest(BLINK)
        sent += dispatch.drain(session, now=moment).sent
    return sent
