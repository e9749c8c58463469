"""Decides when an invented person gets round to what they were asked: their habit, the weeks' mood, and chance.

Chance follows from the question and the person alone, so that the same demo tells the same story. The story has a
turn in it: people begin with a will, the busy weeks around day 30 get in the way, and most come back to it.
"""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from coachfollow.flow import demo_people
from coachfollow.flow.demo_people import Habit
from coachfollow.queries.invented import Over, Unread, Waiting
from coachfollow.rules.kinds import StepKind

LATEST = timedelta(hours=1)  # before a question closes
LAST_DAY = 180  # of the step without a number in its name: the unprompted check
FADED, BACK = 21, 28  # days after the training

# how many of the willing answer a question that comes so many days after the training
_WILLING: Mapping[int, float] = {
    0: 0.97,
    2: 0.93,
    7: 0.9,
    14: 0.85,
    30: 0.58,
    60: 0.74,
    90: 0.88,
    LAST_DAY: 0.8,
}

_SURE = frozenset({Habit.AWAY, Habit.STOPPING, Habit.RETURNING})  # their stories hang on it

Span = tuple[timedelta, timedelta]

# how long coaches take to write down what came of a meeting, and to read what they are told; the one whom a visitor
# may be leaves something to do
_VISITORS = demo_people.address("Samuel Adeyemi")
_WRITES_UP: Mapping[str, Span] = {
    _VISITORS: (timedelta(days=2), timedelta(days=4)),
    demo_people.address("Laura Penn"): (timedelta(hours=20), timedelta(days=7)),
}
_READS: Mapping[str, Span] = {_VISITORS: (timedelta(days=4), timedelta(days=9))}
_SOON = (timedelta(minutes=5), timedelta(hours=20))
_IN_SOME_DAYS = (timedelta(hours=6), timedelta(days=4))


def moment(one: Waiting, habit: Habit) -> datetime | None:
    """When somebody gets round to a question; None while, or because, they do not."""
    found = _moment(one, habit)
    return min(found, one.closes_at - LATEST) if found else None


def marked_at(one: Over) -> datetime:
    """When its coach writes down what came of a meeting."""
    return one.ended_at + _within(_WRITES_UP.get(one.coach, _SOON), f"marked {one.step} {one.email}")


def read_at(one: Unread) -> datetime:
    """When a coach reads what was told: within some days, so that there is always a little to read."""
    return one.told_at + _within(_READS.get(one.coach, _IN_SOME_DAYS), f"read {one.plan_id} {one.told_at:%j}")


def comes(one: Over, habit: Habit) -> bool:
    """Whether somebody comes to a meeting."""
    return habit is not Habit.SILENT and not (habit is Habit.FADING and one.day > FADED)


def chance(one: Waiting, about: str) -> random.Random:
    """Chance about one thing of one question to one person."""
    return random.Random(f"{about} {one.step} {one.plan_id} {one.email}")


def day(one: Waiting) -> int:
    """How long after the training a question comes, by its step: `day-14`; the first and the last say no number."""
    number = one.step.rpartition("-")[2]
    if number.isdigit():
        return int(number)
    return 0 if one.kind is StepKind.COMMITMENT else LAST_DAY


def _within(span: Span, about: str) -> timedelta:
    soonest, latest = span
    return soonest + random.Random(about).random() * (latest - soonest)


def _moment(one: Waiting, habit: Habit) -> datetime | None:
    lot = chance(one, "when")
    later = timedelta(minutes=lot.randint(20, 420))
    is_willing = lot.random() < _willing(one)
    since = _since(one, habit, lot)
    return since + later if since and (is_willing or habit in _SURE) else None


def _since(one: Waiting, habit: Habit, lot: random.Random) -> datetime | None:
    """What somebody of a habit needs before they answer: the mail, some days, a reminder; None for never."""
    match habit:
        case Habit.PROMPT | Habit.READER | Habit.AWAY | Habit.STOPPING:
            return one.asked_at
        case Habit.LATE:
            return one.asked_at + timedelta(days=lot.randint(5, 8))
        case Habit.REMINDED:
            return one.reminded_at
        case Habit.FADING if day(one) <= FADED:
            return one.asked_at
        case Habit.RETURNING if day(one) == 0 or day(one) >= BACK:  # the first meeting brought them back
            return one.asked_at
    return None


def _willing(one: Waiting) -> float:
    """How many of the willing answer; a manager's card is as any day."""
    return _WILLING.get(day(one), 0.8) if one.is_own else 0.82
