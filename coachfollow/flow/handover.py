"""Hands a coach's participants to others: one preview of who goes to whom, then one transaction that does it.

A meeting to come leaves both calendars and is placed anew with the new coach: as a follow-up of its own, so that what
the old coach is told stays what it was about.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import checkins, cohorts, history, locking, outbox, sets
from coachfollow.flow.foreseeing import MEANWHILE
from coachfollow.models import CheckIn, Coaching, Cohort, Grant, Person, Touchpoint
from coachfollow.queries import handovers, placed_meetings
from coachfollow.queries.handovers import Coached, Whose
from coachfollow.queries.placed_meetings import Hearer
from coachfollow.rules.changes import COACH_CHANGED
from coachfollow.rules.kinds import CheckInState, TouchpointState

NOBODY = "nobody else coaches them"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One participant who goes to another coach."""

    plan: Coached
    coach_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who goes to whom, and what follows from it."""

    handed: Sequence[Handed]
    names: Mapping[int, str]  # of the coaches who take over
    meetings: Sequence[int]  # follow-ups whose meeting leaves the calendars
    told: Sequence[Hearer]
    mark: str

    @property
    def shares(self) -> Sequence[tuple[str, int]]:
        """How many participants each of them gets, by name."""
        counted = Counter(self.names[one.coach_id] for one in self.handed)
        return sorted(counted.items())


def foresee(session: Session, *, whose: Whose, to: int | None, now: datetime) -> Handover:
    """Say who would coach a coach's participants; nothing is written.

    Without `to` they are shared out evenly over those who coach the same group. Raises Conflict where nobody is left
    to take over, or nobody has to.
    """
    plans = handovers.coached(session, whose)
    if not plans and (whose.plan is not None or not handovers.is_named(session, whose)):
        raise Conflict("They coach nobody here whose follow-up is still to come.")
    if to == whose.coach_id:
        raise Conflict("Somebody else has to take over.")
    loads = handovers.loads(session, cohort_ids={one.cohort_id for one in plans}, but=whose.coach_id, now=now)
    handed = _shared(plans, loads, to)
    coming = handovers.coming(session, plan_ids=[one.plan_id for one in plans], now=now)
    standing = [one.touchpoint_id for one in coming if one.is_placed]
    facts = [(one.plan.plan_id, one.coach_id) for one in handed]
    digest = sha256(repr((whose, facts, coming)).encode())
    return Handover(
        handed=handed,
        names=handovers.names(session, ids={one.coach_id for one in handed}),
        meetings=[one.touchpoint_id for one in coming],
        told=placed_meetings.hearers(session, touchpoint_ids=standing) if standing else [],
        mark=digest.hexdigest()[:24],
    )


def hand_over(
    session: Session,
    *,
    whose: Whose,
    to: int | None,
    now: datetime,
    actor_id: int | None = None,
    shown: str | None = None,
) -> Handover:
    """Hand participants over; whoever hands over all of a group coaches it no more. Raises as `foresee` does.

    `shown` is the mark of what was previewed: if something has become another, nothing is done.
    """
    locking.plans(session, plan_ids=[one.plan_id for one in handovers.coached(session, whose)])
    found = foresee(session, whose=whose, to=to, now=now)
    if shown not in {None, found.mark}:
        raise Conflict(MEANWHILE)
    house = session.get_one(Person, whose.coach_id).organisation_id
    _name(session, found, now)
    for some in sets.chunks(found.handed):
        _coach(session, some, now)
    for ids in sets.chunks(found.meetings):
        renew(session, ids, reason=COACH_CHANGED, now=now)
    _leave(session, whose, house, now, actor_id)
    rows = [
        {
            "organisation_id": house,
            "actor_id": actor_id,
            "person_id": one.plan.person_id,
            "cohort_id": one.plan.cohort_id,
            "plan_id": one.plan.plan_id,
            "facts": {"was": whose.coach_id, "becomes": one.coach_id},
        }
        for one in found.handed
    ]
    history.record_all(session, "coach changed", at=now, rows=rows)
    session.commit()
    return found


def renew(session: Session, touchpoint_ids: Sequence[int], *, reason: str, now: datetime) -> None:
    """Let meetings to come be looked for anew: the old ones are off the calendars and stay where they are told of.

    The caller holds their plans, and commits.
    """
    rows = [
        (check_in, touchpoint)
        for check_in, touchpoint in session.execute(
            select(CheckIn, Touchpoint)
            .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
            .where(Touchpoint.id.in_(list(touchpoint_ids)))
            .order_by(Touchpoint.id)
        )
    ]
    outbox.cancel_about(session, touchpoint_ids=touchpoint_ids, reason=reason, now=now)
    standing = [(one, touchpoint) for one, touchpoint in rows if one.state is CheckInState.PLACED]
    checkins.uninvite(session, standing, now=now, send_at=now)
    last = handovers.last_numbers(session, plan_ids={touchpoint.plan_id for _, touchpoint in rows})
    anew = [_values(touchpoint) for _, touchpoint in rows]
    for check_in, touchpoint in rows:
        check_in.state, check_in.reason = CheckInState.CANCELLED, reason
        place = touchpoint.plan_id, touchpoint.step_id
        last[place] += 1
        touchpoint.n = last[place]
        touchpoint.state, touchpoint.state_reason = TouchpointState.CANCELLED, reason
        touchpoint.settled_at = now
    session.flush()
    session.connection().execute(insert(Touchpoint), anew)


def who_is_told(found: Handover) -> str:
    """Say who gets a mail about it."""
    placed = len({one.person_id for one in found.told if not one.is_coach})
    others = "read who coaches them now in their next mail, and on their page."
    if not found.told:
        return (
            f"Nobody gets a mail about this: no meeting of theirs stands in a calendar. Participants {others}"
        )
    who = f"{placed} participant{'' if placed == 1 else 's'} and the coach until now"
    return (
        f"{who} get a mail that takes the meeting out of the calendar; an invitation with the new time names the new"
        f" coach. The others {others}"
    )


def _shared(
    plans: Sequence[Coached], loads: Mapping[int, Mapping[int, int]], to: int | None
) -> Sequence[Handed]:
    """Each to the one named, or to whoever has fewest in the group by then; nobody coaches themselves."""
    load = {cohort_id: dict(counted) for cohort_id, counted in loads.items()}
    found = []
    for one in plans:
        here = load.get(one.cohort_id, {})
        able = [coach for coach in ([to] if to is not None else here) if coach != one.person_id]
        if not able:
            sentence = f"{one.name} in “{one.cohort}” would be left alone: {NOBODY}. Name who takes over."
            raise Conflict(sentence)
        coach = min(able, key=lambda coach: (here.get(coach, 0), coach))
        here[coach] = here.get(coach, 0) + 1
        found.append(Handed(plan=one, coach_id=coach))
    return found


def _name(session: Session, found: Handover, now: datetime) -> None:
    """Whoever takes over coaches the group from now on, if they did not already."""
    for coach_id, cohort_id in sorted({(one.coach_id, one.plan.cohort_id) for one in found.handed}):
        cohorts.name_coach(
            session,
            cohort=session.get_one(Cohort, cohort_id),
            coach=session.get_one(Person, coach_id),
            now=now,
        )


def _coach(session: Session, handed: Sequence[Handed], now: datetime) -> None:
    current = Coaching.plan_id.in_([one.plan.plan_id for one in handed]) & Coaching.to_at.is_(None)
    session.execute(update(Coaching).where(current).values(to_at=now))
    rows = [{"plan_id": one.plan.plan_id, "coach_id": one.coach_id, "from_at": now} for one in handed]
    session.connection().execute(insert(Coaching), rows)


def _values(touchpoint: Touchpoint) -> Mapping[str, object]:
    """The same follow-up once more."""
    its_own = {"id", "outcome"}
    return {
        column.key: getattr(touchpoint, column.key)
        for column in Touchpoint.__table__.columns
        if column.key not in its_own
    }


def _leave(session: Session, whose: Whose, house: int, now: datetime, actor_id: int | None) -> None:
    """Who hands over one participant stays; who hands over all of them coaches there no more."""
    if whose.plan is not None:
        return
    session.execute(update(Grant).where(handovers.held(whose)).values(to_at=now))
    history.record(
        session,
        "coach left",
        at=now,
        organisation_id=house,
        person_id=whose.coach_id,
        cohort_id=whose.cohort_id,
        actor_id=actor_id,
    )
