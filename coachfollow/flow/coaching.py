"""What a coach does with a meeting that was due: it was held, or not, with one sentence of what came of it."""

from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import checkins, keys, plans
from coachfollow.models import CheckIn, CoachProfile, FollowUpPlan, Touchpoint
from coachfollow.rules import worktime
from coachfollow.rules.words import CheckInState, TouchpointState


def mark(
    session: Session, *, check_in: CheckIn, held: bool, outcome: str, now: datetime, actor_id: int | None
) -> None:
    """Say that a meeting took place or did not, with one sentence of what came of it."""
    touchpoint = session.get_one(Touchpoint, check_in.touchpoint_id)
    if check_in.state not in {CheckInState.PLACED, CheckInState.UNPLACED}:
        raise Conflict("This meeting has been settled already.")
    if held and not outcome.strip():
        raise Invalid("One sentence of what came of it is needed.", {"outcome": "What came of it?"})
    plan = session.get_one(FollowUpPlan, touchpoint.plan_id)
    check_in.state = CheckInState.HELD if held else CheckInState.NOT_HELD
    check_in.outcome = keys.key_for(session, person_id=plan.person_id).seal(outcome.strip())
    touchpoint.state = TouchpointState.COMPLETED if held else TouchpointState.MISSED
    touchpoint.settled_at = now
    checkins.record(session, "check-in held" if held else "check-in not held", check_in, now, actor_id)
    session.flush()
    plans.finish(session, plan_ids=[plan.id], now=now)
    session.commit()


def set_hours(session: Session, *, coach_id: int, week: str, link: str) -> None:
    """Say when a coach can be booked and where to meet; raises Invalid with the sentence of the rules."""
    try:
        said = worktime.format_week(worktime.parse_week(week))
    except ValueError as error:
        raise Invalid(f"These hours cannot be read: {error}.", {"week": str(error)}) from error
    if link and not link.startswith("https://"):
        raise Invalid("A meeting link begins with https://.", {"link": "It begins with https://."})
    profile = session.get(CoachProfile, coach_id)
    if profile is None:
        profile = CoachProfile(person_id=coach_id, meeting_minutes=checkins.MINUTES)
        session.add(profile)
    profile.bookable_week, profile.meeting_link, profile.asked_at = said, link or None, None
    session.commit()
