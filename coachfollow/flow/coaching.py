"""What a coach does: says when they can be booked, moves a meeting, says what came of it, reads what was shared."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import changing, checkins, history, keys, locking, outbox
from coachfollow.models import CheckIn, CoachProfile, FollowUpPlan, Message, Touchpoint
from coachfollow.queries import coached, hours
from coachfollow.rules import marking, worktime
from coachfollow.rules.kinds import MessageKind, Rhythm
from coachfollow.rules.levers import Mark, Meet
from coachfollow.rules.slots_values import Limits

LONGEST_LINK = 500


def mark(
    session: Session, *, check_in: CheckIn, held: bool, outcome: str, now: datetime, actor_id: int | None
) -> None:
    """Say that a meeting took place or did not, with one sentence of what came of it."""
    touchpoint = session.get_one(Touchpoint, check_in.touchpoint_id)
    plan = locking.plan(session, plan_id=touchpoint.plan_id)
    session.refresh(check_in)
    _refuse_settled(check_in, touchpoint)
    if held and not outcome.strip():
        raise Invalid("One sentence of what came of it is needed.", {"outcome": "What came of it?"})
    check_in.outcome = keys.key_for(session, person_id=plan.person_id).seal(outcome.strip())
    lever = Mark(follow_up=touchpoint.id, held=held)
    changing.carry_out(session, plan_id=plan.id, lever=lever, now=now, actor_id=actor_id)


def report(
    session: Session, *, touchpoint: Touchpoint, held: bool, outcome: str, now: datetime, actor_id: int | None
) -> None:
    """Say what became of the meeting of a follow-up, also where no time was ever found for it."""
    check_in = checkins.of(session, touchpoint=touchpoint, now=now)
    mark(session, check_in=check_in, held=held, outcome=outcome, now=now, actor_id=actor_id)


def arrange(
    session: Session, *, touchpoint: Touchpoint, starts_at: datetime, now: datetime, actor_id: int | None
) -> None:
    """Give the meeting of a follow-up a time its coach chose, also where none was ever found for it."""
    lever = Meet(follow_up=touchpoint.id, starts_at=starts_at)
    changing.carry_out(session, plan_id=touchpoint.plan_id, lever=lever, now=now, actor_id=actor_id)


def read(session: Session, *, plan_id: int, actor_id: int, now: datetime) -> None:
    """Say that the coach has read everything that was shared so far."""
    history.record_plans(session, coached.READ, at=now, where=FollowUpPlan.id == plan_id, actor_id=actor_id)
    session.commit()


def set_hours(
    session: Session,
    *,
    coach_id: int,
    week: str,
    link: str,
    minutes: int | None = None,
    limits: Limits | None = None,
    rhythm: Rhythm | None = None,
) -> None:
    """Say when a coach can be booked and where to meet; raises Invalid with the sentence of the rules.

    What is not given (length, limits, rhythm of the digest) stays as it was.
    """
    profile = session.get(CoachProfile, coach_id)
    if profile is None:
        profile = CoachProfile(person_id=coach_id, meeting_minutes=hours.MINUTES)
    said = _said(week, lasts=minutes or profile.meeting_minutes)
    if link and not _is_link(link):
        sentence = (
            f"A meeting link begins with https://, has no spaces and at most {LONGEST_LINK} characters."
        )
        raise Invalid(sentence, {"link": sentence})
    session.add(profile)
    profile.bookable_week, profile.meeting_link, profile.asked_at = said, link or None, None
    profile.meeting_minutes = minutes or profile.meeting_minutes
    if rhythm is not None:
        profile.rhythm = rhythm
    if limits is not None:
        profile.gap_minutes = limits.gap
        profile.meetings_a_day, profile.meetings_a_week = limits.a_day, limits.a_week
    session.commit()


def set_rhythm(session: Session, *, coach_id: int, rhythm: Rhythm, now: datetime) -> None:
    """Say how often a coach gets the list of what to look at; one that has not left is taken back."""
    profile = session.get(CoachProfile, coach_id)
    if profile is None:
        profile = CoachProfile(person_id=coach_id, meeting_minutes=hours.MINUTES)
        session.add(profile)
    profile.rhythm = rhythm
    theirs = (Message.person_id == coach_id) & (Message.kind == MessageKind.COACH_DIGEST)
    outbox.cancel(session, theirs, reason="the coach chose how often it comes", now=now)
    session.commit()


def _said(week: str, *, lasts: int) -> str:
    """The hours as they are kept; raises Invalid where they cannot be read, or hold no meeting."""
    try:
        parsed = worktime.parse_week(week)
    except ValueError as error:
        raise Invalid(f"These hours cannot be read: {error}.", {"week": str(error)}) from error
    day = date.min
    spans = [
        datetime.combine(day, span.end) - datetime.combine(day, span.start)
        for some in parsed.days
        for span in some
    ]
    if max(spans) < timedelta(minutes=lasts):
        sentence = f"No stretch of these hours is long enough for a meeting of {lasts} minutes."
        raise Invalid(sentence, {"week": sentence})
    return worktime.format_week(parsed)


def _refuse_settled(check_in: CheckIn, touchpoint: Touchpoint) -> None:
    """Raise Conflict for a meeting about which everything has been said."""
    problem = marking.settled(touchpoint.state, check_in.state)
    if problem is not None:
        raise Conflict(problem)


def _is_link(text: str) -> bool:
    """Whether it can stand in an invitation as it is."""
    return (
        text.startswith("https://") and text.isprintable() and " " not in text and len(text) <= LONGEST_LINK
    )
