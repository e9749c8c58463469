"""Where the steps of a programme want to fall: anchored on a session, another step or an answer, never drifting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from coachfollow.rules import worktime
from coachfollow.rules.kinds import Audience, DayKind, StepKind
from coachfollow.rules.worktime import Hours

STEP, ANSWER = "step:", "answer:"  # anchors that are another step, and the answer to one
ANSWERED = frozenset({StepKind.COMMITMENT, StepKind.REFLECTION})  # what a step can wait for

_NEVER_ANSWERED: Mapping[StepKind, str] = {
    StepKind.PROMPT: "wants no answer",
    StepKind.CHECK_IN: "is a meeting; only a question or the plan of one's own is answered",
    StepKind.SPONSOR: "the manager answers, not the participant",
    StepKind.UNPROMPTED: "is the last of all",
}
_MANY = 5  # digits: no training has so many sessions, and int() refuses endless numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """One step of a programme, as far as its dates are concerned.

    The anchor is “session” (the cohort's anchor session), “session:first”, “session:last”, “session:2”
    (counted from 1), “step:<key>” or “answer:<key>”; open_days None means the default, reminders are working days
    after.
    Which days the offset counts says `day_kind`: working days are those of whoever the plan belongs to.
    """

    key: str
    kind: StepKind
    audience: Audience
    anchor: str
    offset_days: int
    at: time
    open_days: int | None
    reminders: tuple[int, ...]
    mandatory: bool
    day_kind: DayKind = DayKind.CALENDAR


@dataclass(frozen=True, slots=True)
class Sessions:
    """The local days of a cohort's sessions in order, and the index of the one that anchors.

    Answers are the local days on which somebody answered a step, as far as that is known.
    """

    days: tuple[date, ...]
    anchor: int
    answers: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """How far from which session or answer a step wants to fall, whatever stands in between; negative is before."""

    anchor: str
    days: int
    working_days: int = 0


def distances(steps: Sequence[StepRule]) -> dict[str, Distance]:
    """How far each step is from the session or answer it hangs on in the end; ValueError for a broken anchor."""
    rules = {step.key: step for step in steps}
    return {step.key: _distance(_trail(step, rules)) for step in steps}


def wanted_days(steps: Sequence[StepRule], *, sessions: Sessions, hours: Hours) -> dict[str, date]:
    """The day each step wants, a working day or not; ValueError for a broken anchor.

    What hangs on an answer that is not there yet wants no day. A step counts from the day the one before it wants,
    not from where a day off moved that: what moves one step moves no other.
    """
    rules = {step.key: step for step in steps}
    wanted = ((step.key, _wanted_day(_trail(step, rules), sessions, hours)) for step in steps)
    return {key: day for key, day in wanted if day is not None}


def after_answer(steps: Sequence[StepRule], key: str) -> frozenset[str]:
    """The steps that hang on the answer to this one; ValueError for a broken anchor."""
    rules = {step.key: step for step in steps}
    return frozenset(step.key for step in steps if _trail(step, rules)[-1].anchor == f"{ANSWER}{key}")


def eves(steps: Sequence[StepRule], *, sessions: Sessions) -> dict[str, date]:
    """The session day that each step before a session leads up to; ValueError for a broken anchor."""
    rules = {step.key: step for step in steps}
    roots = ((step.key, _trail(step, rules)[-1]) for step in steps if step.offset_days < 0)
    return {key: _session_day(root, sessions) for key, root in roots if not root.anchor.startswith(ANSWER)}


def _wanted_day(trail: Sequence[StepRule], sessions: Sessions, hours: Hours) -> date | None:
    root = trail[-1]
    if root.anchor.startswith(ANSWER):
        answered = sessions.answers.get(root.anchor.removeprefix(ANSWER))
        if answered is None:
            return None
        day = answered
    else:
        day = _session_day(root, sessions)
    for step in reversed(trail):
        if step.day_kind is DayKind.WORKING:
            day = worktime.add_working_days(hours, day, step.offset_days)
        else:
            day += timedelta(days=step.offset_days)
    return day


def _session_day(root: StepRule, sessions: Sessions) -> date:
    index = _session_index(root.anchor, anchor=sessions.anchor, count=len(sessions.days))
    if index is None or not 0 <= index < len(sessions.days):
        raise ValueError(_no_such_session(root, count=len(sessions.days)))
    return sessions.days[index]


def _distance(trail: Sequence[StepRule]) -> Distance:
    found = Distance(anchor=trail[-1].anchor, days=0)
    for step in trail:
        if step.day_kind is DayKind.WORKING:
            found = replace(found, working_days=found.working_days + step.offset_days)
        else:
            found = replace(found, days=found.days + step.offset_days)
    return found


def _trail(
    step: StepRule, rules: Mapping[str, StepRule], through: tuple[str, ...] = (STEP,)
) -> tuple[StepRule, ...]:
    """The step, the step it follows, and so on to the one that follows a session or an answer."""
    trail = [step]
    while trail[-1].anchor.startswith(through):
        follows = rules.get(trail[-1].anchor.partition(":")[2])
        if follows is None:
            raise ValueError(f"step {trail[-1].key} follows “{trail[-1].anchor}”, but there is no such step")
        if follows in trail:
            raise ValueError(_circle(trail[trail.index(follows) :]))
        trail.append(follows)
    return tuple(trail)


def _circle(steps: Sequence[StepRule]) -> str:
    through = " and ".join(step.key for step in steps[1:])
    return f"step {steps[0].key} depends on itself" + (f" through {through}" if through else "")


def _session_index(name: str, *, anchor: int, count: int) -> int | None:
    match name.split(":"):
        case ["session"]:
            return anchor
        case ["session", "first"]:
            return 0
        case ["session", "last"]:
            return count - 1
        case ["session", number] if number.isascii() and number.isdigit() and len(number) < _MANY:
            return int(number) - 1
    return None


def _no_such_session(step: StepRule, *, count: int) -> str:
    sessions = "1 session" if count == 1 else f"{count} sessions"
    return f"step {step.key} follows “{step.anchor}”, but the group has {sessions}"


def anchor_problems(steps: Sequence[StepRule]) -> tuple[str, ...]:
    """Say which steps hang in the air: anchors that no group can have, steps that follow themselves."""
    rules = {step.key: step for step in steps}
    found: dict[str, None] = {}
    for step in steps:
        try:
            root = _trail(step, rules, (STEP, ANSWER))[-1]
        except ValueError as problem:
            found[str(problem)] = None
        else:
            found |= dict.fromkeys((*_spelling(root), *_unanswered(step, rules)))
    return tuple(found)


def _unanswered(step: StepRule, rules: Mapping[str, StepRule]) -> tuple[str, ...]:
    """Why this step cannot wait for the answer it waits for, itself or through the steps before it."""
    root = _trail(step, rules)[-1]
    if not root.anchor.startswith(ANSWER):
        return ()
    answered = rules[root.anchor.removeprefix(ANSWER)]
    if answered.kind not in ANSWERED:
        why = _NEVER_ANSWERED[answered.kind]
        return (f"step {root.key} waits for the answer to {answered.key}, which {why}",)
    if step.audience is Audience.MANAGER:
        return (f"step {step.key} would tell a manager who has answered; count it from a session or a step",)
    if step.kind is StepKind.COMMITMENT:
        return (f"step {step.key} asks everybody for a plan; it cannot wait for an answer",)
    return ()


def _spelling(step: StepRule) -> tuple[str, ...]:
    index = _session_index(step.anchor, anchor=0, count=1)
    if index is not None and index >= 0:
        return ()
    known = "session, session:first, session:last, session:2, step:<key> or answer:<key>"
    return (f"step {step.key} follows “{step.anchor}”, which is not an anchor; use {known}",)


def session_problems(steps: Sequence[StepRule], *, count: int) -> tuple[str, ...]:
    """Say which steps follow a session that a group of so many sessions does not have."""
    return tuple(
        _no_such_session(step, count=count)
        for step in steps
        if not step.anchor.startswith((STEP, ANSWER))
        and (_session_index(step.anchor, anchor=0, count=count) or 0) >= count
    )
