"""Lets the invented people of the demo act: each answers, pauses, stops or keeps silent as is their habit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import Session

from coachfollow.errors import Refusal
from coachfollow.flow import (
    answers,
    coaching,
    demo_answers,
    demo_moods,
    demo_people,
    demo_words,
    mailbox,
    plans,
)
from coachfollow.flow.demo_people import Habit
from coachfollow.models import CheckIn
from coachfollow.queries import invented, links
from coachfollow.queries.invented import Over, Waiting
from coachfollow.rules import worktime
from coachfollow.rules.kinds import StopReason, TokenPurpose

PAUSES_AT, PAUSE_DAYS = "day-14", 15
STOPS_AT = "day-30"
ANSWER_PATH = "/a/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Deed:
    """What somebody does, and when."""

    at: datetime
    waiting: Waiting
    habit: Habit


def act(session: Session, *, now: datetime) -> int:
    """Let everybody do what they would have done by now, at the time they would have; gives how many acted."""
    habits = demo_people.habits()
    deeds = [deed for one in invented.waiting(session) if (deed := _deed(one, habits)) and deed.at <= now]
    done = [
        _unless_refused(session, partial(_do, session, deed))
        for deed in sorted(deeds, key=lambda one: (one.at, one.waiting.touchpoint_id))
    ]
    marked = [
        _unless_refused(session, partial(_mark, session, one, habits))
        for one in invented.over(session, now=now)
        if demo_moods.marked_at(one) <= now
    ]
    _read(session, now)
    return sum(done) + sum(marked)


def _unless_refused(session: Session, act: Callable[[], None]) -> bool:
    """Let somebody act; a visitor, or the demo's own worker, may have been quicker."""
    try:
        act()
    except Refusal:
        session.rollback()
        return False
    return True


def _deed(one: Waiting, habits: Mapping[str, Habit]) -> _Deed | None:
    habit = habits.get(one.email, Habit.SILENT)
    at = demo_moods.moment(one, habit)
    return _Deed(at=at, waiting=one, habit=habit) if at else None


def _do(session: Session, deed: _Deed) -> None:
    one = deed.waiting
    if deed.habit is Habit.AWAY and one.step == PAUSES_AT and not one.is_after_pause:
        until = worktime.local(deed.at, one.zone).date() + timedelta(days=PAUSE_DAYS)
        plans.pause(session, plan_id=one.plan_id, until=until, now=deed.at, actor_id=one.person_id)
    elif deed.habit is Habit.STOPPING and one.step == STOPS_AT:
        reason = StopReason.NO_INTEREST
        plans.stop(session, plan_id=one.plan_id, reason=reason, now=deed.at, actor_id=one.person_id)
    else:
        if deed.habit is Habit.READER:
            _follow_link(session, deed)
        answers.record(
            session,
            touchpoint_id=one.touchpoint_id,
            person_id=one.person_id,
            answered=demo_answers.answered(one),
            now=deed.at,
        )


def _follow_link(session: Session, deed: _Deed) -> None:
    """Open the newest mail and follow its link; raises what a link says that no longer opens its question."""
    for line in mailbox.letters(recipient=deed.waiting.email, limit=1):
        for link in mailbox.letter(line.id).links:
            _, found, token = link.partition(ANSWER_PATH)
            if found:
                purpose = TokenPurpose.ANSWER
                allowed = links.find(session, token=token.partition("?")[0], purpose=purpose, now=deed.at)
                if allowed.touchpoint_id == deed.waiting.touchpoint_id:
                    return


def _read(session: Session, now: datetime) -> None:
    """Coaches read what they were told."""
    for one in invented.unread(session):
        at = demo_moods.read_at(one)
        if at <= now:
            coaching.read(session, plan_id=one.plan_id, actor_id=one.coach_id, now=at)


def _mark(session: Session, one: Over, habits: Mapping[str, Habit]) -> None:
    held = demo_moods.comes(one, habits.get(one.email, Habit.SILENT))
    outcome = demo_words.OUTCOMES[one.check_in_id % len(demo_words.OUTCOMES)] if held else "Nobody came."
    check_in = session.get_one(CheckIn, one.check_in_id)
    coaching.mark(
        session,
        check_in=check_in,
        held=held,
        outcome=outcome,
        now=demo_moods.marked_at(one),
        actor_id=check_in.coach_id,
    )
