"""Says which follow-ups an answer moves, adds or leaves out: nothing that was sent, and nothing overtakes another.

What the unprompted check counts from, the last question, stays where it is: the silence before the check is the
programme's.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from coachfollow.rules import planning, redating, worktime
from coachfollow.rules.changes import Course, Edit, Key
from coachfollow.rules.kinds import Audience, StepKind, TouchpointState
from coachfollow.rules.redating import Dates
from coachfollow.rules.snapshots import FollowUp, Snapshot
from coachfollow.rules.worktime import Hours

# Everybody may read these: they say nothing of why (law 10)
MOVED = "moved within its window"
UNSENT = "not sent"

APART = timedelta(days=2)  # so far from the next mail what was moved stays, or people get two at a time
ROOM = 2  # questions: the last one stays
MAILED = frozenset({StepKind.PROMPT, StepKind.REFLECTION, StepKind.UNPROMPTED})


def ask_later(snapshot: Snapshot, *, days: int, now: datetime) -> tuple[Edit, ...]:
    """Let the next question come after so many days, if it would come sooner."""
    questions, wanted = _questions(snapshot, now), snapshot.today(now) + timedelta(days=days)
    if len(questions) < ROOM or questions[0].course.dates.day >= wanted:
        return ()
    return _moved(snapshot, questions[0], wanted, now)


def ask_again(snapshot: Snapshot, about: Key, *, days: int, now: datetime) -> tuple[Edit, ...]:
    """Ask the same once more after so many days, in place of the next reminder, where the next question is far."""
    questions, wanted = _questions(snapshot, now), snapshot.today(now) + timedelta(days=days)
    is_near = not questions or questions[0].course.dates.day < wanted + timedelta(days=days)
    if is_near or about[0] not in snapshot.steps:  # asked by a version that is not the plan's any more
        return ()
    until = questions[0].course.dates.due_at
    prompts = [one for one in _coming(snapshot, now, {StepKind.PROMPT}) if one.course.dates.due_at < until]
    return _in_place_of(snapshot, about, prompts[0], wanted, now) if prompts else ()


def stretch(snapshot: Snapshot, *, days: int, now: datetime) -> tuple[Edit, ...]:
    """Let the next question come so many days later."""
    questions = _questions(snapshot, now)
    if len(questions) < ROOM:
        return ()
    return _moved(snapshot, questions[0], questions[0].course.dates.day + timedelta(days=days), now)


def meet_sooner(snapshot: Snapshot, *, within: int, now: datetime) -> tuple[Edit, ...]:
    """Look for an earlier time of the next meeting, if it is far; one that stands in calendars if it is very far.

    It comes in half as many days, and as many at least after the one before.
    """
    meetings = [one for one in snapshot.follow_ups if one.kind is StepKind.CHECK_IN and one.is_to_come]
    if not meetings or not snapshot.has_coach:
        return ()
    one = min(meetings, key=lambda one: one.course.dates.due_at)
    course, today = one.course, snapshot.today(now)
    near = today + timedelta(days=2 * within if course.has_a_time else within)
    earliest = [today + timedelta(days=-(-within // 2))]
    earliest += [day + timedelta(days=within) for day in _held_on(snapshot)]
    day = worktime.next_working_day(snapshot.week, max(earliest))
    if course.state is not TouchpointState.PLANNED or course.dates.day <= max(near, day):
        return ()
    dates = redating.moved(course.dates, day=day, week=snapshot.week, zone=one.zone)
    # it reads like one that never had a time
    reason = course.meeting.reason if course.meeting else None
    after = replace(course, dates=dates, why=MOVED).unplaced(reason)
    return (Edit(key=one.key, before=course, after=after),)


def _questions(snapshot: Snapshot, now: datetime) -> Sequence[FollowUp]:
    return _coming(snapshot, now, {StepKind.REFLECTION})


def _coming(snapshot: Snapshot, now: datetime, kinds: Collection[StepKind]) -> Sequence[FollowUp]:
    """What of these kinds the person is still to get, in the order of its days."""
    found = [
        one
        for one in snapshot.follow_ups
        if one.kind in kinds
        and one.audience is Audience.PARTICIPANT
        and one.course.state is TouchpointState.PLANNED
        and one.course.dates.due_at > now
    ]
    return sorted(found, key=lambda one: one.course.dates.due_at)


def _moved(snapshot: Snapshot, one: FollowUp, wanted: date, now: datetime) -> tuple[Edit, ...]:
    """One question later, as far as what comes after it leaves room."""
    course = one.course
    mails = _coming(snapshot, now, MAILED)
    after = mails[mails.index(one) + 1 :]
    day = _day(wanted, after, week=snapshot.week)
    if day <= course.dates.day:
        return ()
    dates = redating.moved(course.dates, day=day, week=snapshot.week, zone=one.zone)
    course = replace(course, dates=_closed_by(dates, after), why=MOVED)
    return (Edit(key=one.key, before=one.course, after=course),)


def _in_place_of(
    snapshot: Snapshot, about: Key, prompt: FollowUp, wanted: date, now: datetime
) -> tuple[Edit, ...]:
    asked = next(one for one in snapshot.follow_ups if one.key == about)
    others = [mail for mail in _coming(snapshot, now, MAILED) if mail.key != prompt.key]
    after = [mail for mail in others if mail.course.dates.day >= wanted]
    day = _day(wanted, after, week=snapshot.week)
    if day <= snapshot.today(now) or any(abs(mail.course.dates.day - day) < APART for mail in others):
        return ()
    step = snapshot.steps[about[0]]
    dates = redating.fresh(
        day=day,
        at=asked.course.dates.at,
        open_days=step.open_days or planning.OPEN_DAYS,
        week=snapshot.week,
        zone=asked.zone,
    )
    n = 1 + max(one.key[1] for one in snapshot.follow_ups if one.key[0] == about[0])
    added = Course(state=TouchpointState.PLANNED, dates=_closed_by(dates, after), why=MOVED)
    unsent = replace(prompt.course, state=TouchpointState.EXCUSED, settled_at=now, state_reason=UNSENT)
    return (
        Edit(key=(about[0], n), before=None, after=added),
        Edit(key=prompt.key, before=prompt.course, after=unsent),
    )


def _day(wanted: date, after: Sequence[FollowUp], *, week: Hours) -> date:
    """The working day that was wanted, or the last one before it that leaves room for what comes after."""
    day = worktime.next_working_day(week, wanted)
    latest = after[0].course.dates.day - APART if after else day
    return day if day <= latest else worktime.previous_working_day(week, latest)


def _closed_by(dates: Dates, after: Sequence[FollowUp]) -> Dates:
    """The next question closes the one before it, as when a plan is made."""
    questions = [one for one in after if one.kind is not StepKind.PROMPT]
    if not questions:
        return dates
    return replace(dates, closes_at=min(dates.closes_at, questions[0].course.dates.due_at))


def _held_on(snapshot: Snapshot) -> Sequence[date]:
    """The days on which the two have met."""
    return [
        one.course.dates.day
        for one in snapshot.follow_ups
        if one.kind is StepKind.CHECK_IN and one.course.state is TouchpointState.COMPLETED
    ]
