"""Lets the invented people of the demo act: each answers, pauses, stops or keeps silent as is their habit.

What they do and when follows from the question alone, so that the same demo tells the same story.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.flow import answers, coaching, demo_people, demo_words, mailbox, plans
from coachfollow.flow.demo_people import Habit
from coachfollow.models import CheckIn
from coachfollow.queries import invented, links
from coachfollow.queries.invented import Over, Waiting
from coachfollow.rules import worktime
from coachfollow.rules.asking import Answered
from coachfollow.rules.words import Applied, Barrier, StepKind, StopReason, TokenPurpose

PAUSES_AT, PAUSE_DAYS = "day-14", 15
STOPS_AT = "day-30"
ANSWER_PATH = "/a/"
LATEST = timedelta(hours=1)  # before it closes

_MOSTLY = 0.93
_BARRIERS = (Barrier.NO_TIME, Barrier.DID_NOT_REMEMBER, Barrier.NO_OPPORTUNITY, Barrier.TOOLS)


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
    for deed in sorted(deeds, key=lambda one: (one.at, one.waiting.touchpoint_id)):
        _do(session, deed)
    over = invented.over(session, now=now)
    marked = [one for one in over if _marked_at(one) <= now]
    for meeting in marked:
        _mark(session, meeting, habits)
    return len(deeds) + len(marked)


def _deed(one: Waiting, habits: Mapping[str, Habit]) -> _Deed | None:
    habit = habits.get(one.email, Habit.SILENT)
    moment = _moment(one, habit)
    if moment is None:
        return None
    return _Deed(at=min(moment, one.closes_at - LATEST), waiting=one, habit=habit)


def _moment(one: Waiting, habit: Habit) -> datetime | None:
    """When somebody gets round to it; None while, or because, they do not."""
    chance = _chance(one, "when")
    hours = timedelta(minutes=chance.randint(20, 420))
    mostly = chance.random() < _MOSTLY
    match habit:
        case Habit.PROMPT | Habit.READER | Habit.AWAY | Habit.STOPPING:
            return one.asked_at + hours if mostly else None
        case Habit.LATE:
            return one.asked_at + timedelta(days=chance.randint(5, 8)) + hours
        case Habit.REMINDED:
            return one.reminded_at + hours if one.reminded_at else None
        case _:
            return None


def _do(session: Session, deed: _Deed) -> None:
    one = deed.waiting
    if deed.habit is Habit.AWAY and one.step == PAUSES_AT and not one.is_after_pause:
        until = worktime.local(deed.at, one.zone).date() + timedelta(days=PAUSE_DAYS)
        plans.pause(session, plan_id=one.plan_id, until=until, now=deed.at, actor_id=one.person_id)
    elif deed.habit is Habit.STOPPING and one.step == STOPS_AT:
        reason = StopReason.NO_INTEREST
        plans.stop(session, plan_id=one.plan_id, reason=reason, now=deed.at, actor_id=one.person_id)
    else:
        answers.record(
            session,
            touchpoint_id=_by_link(session, deed) if deed.habit is Habit.READER else one.touchpoint_id,
            person_id=one.person_id,
            answered=_answered(one),
            now=deed.at,
        )


def _by_link(session: Session, deed: _Deed) -> int:
    """Open the mail, follow its link, and find there which question it is about."""
    for line in mailbox.letters(recipient=deed.waiting.email, limit=1):
        for link in mailbox.letter(line.id).links:
            _, found, token = link.partition(ANSWER_PATH)
            if found:
                purpose = TokenPurpose.ANSWER
                allowed = links.find(session, token=token.partition("?")[0], purpose=purpose, now=deed.at)
                if allowed.touchpoint_id == deed.waiting.touchpoint_id:
                    return allowed.touchpoint_id
    return deed.waiting.touchpoint_id  # somebody emptied the mailbox


def _answered(one: Waiting) -> Answered:
    match one.kind:
        case StepKind.COMMITMENT:
            return _commitment(one)
        case StepKind.SPONSOR:
            return _talk(one)
        case _:
            return _reflection(one)


def _commitment(one: Waiting) -> Answered:
    plan = demo_words.PLANS[one.plan_id % len(demo_words.PLANS)]
    return Answered(
        situation=plan.situation,
        action=plan.action,
        reason=plan.reason,
        rating=_chance(one, "rating").randint(2, 5),
    )


def _reflection(one: Waiting) -> Answered:
    """What somebody says of their plan: it goes better with time."""
    chance = _chance(one, "reflection")
    progress = min(1.0, max(0.1, _days(one.step) / 60))
    applied = chance.choices(
        [Applied.AS_INTENDED, Applied.PARTLY, Applied.NOT_YET, Applied.NO_OPPORTUNITY],
        [0.2 + progress, 0.5, 0.45 * (1.2 - progress), 0.15],
    )[0]
    used = applied in {Applied.AS_INTENDED, Applied.PARTLY}
    return Answered(
        applied=applied,
        times=chance.randint(1, 3 + round(4 * progress)) if used else 0,
        rating=min(10, chance.randint(3, 5) + round(3 * progress)),
        barrier=None if applied is Applied.AS_INTENDED else chance.choice(_BARRIERS),
        note=chance.choice(demo_words.NOTES) if chance.random() < 1 / 3 else "",
        share_note=chance.random() < 1 / 2,
    )


def _days(step: str) -> int:
    """How long after the training a step of this name comes: `day-14`; the unprompted check comes last."""
    number = step.rpartition("-")[2]
    return int(number) if number.isdigit() else 180


def _talk(one: Waiting) -> Answered:
    return Answered(done=True, outcome=_chance(one, "talk").choice(demo_words.TALKS))


def _marked_at(one: Over) -> datetime:
    """A coach writes down what came of a meeting within a day."""
    return one.ended_at + timedelta(minutes=random.Random(one.check_in_id).randint(5, 1200))


def _mark(session: Session, one: Over, habits: Mapping[str, Habit]) -> None:
    held = habits.get(one.email) is not Habit.SILENT
    outcome = demo_words.OUTCOMES[one.check_in_id % len(demo_words.OUTCOMES)] if held else "Nobody came."
    check_in = session.get_one(CheckIn, one.check_in_id)
    coaching.mark(
        session,
        check_in=check_in,
        held=held,
        outcome=outcome,
        now=_marked_at(one),
        actor_id=check_in.coach_id,
    )


def _chance(one: Waiting, about: str) -> random.Random:
    return random.Random(f"{about} {one.touchpoint_id} {one.person_id}")
