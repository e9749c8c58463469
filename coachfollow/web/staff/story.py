"""Tells a plan's past as one time line: what was sent, answered, moved and why, and what can still be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from coachfollow.queries.coached import READ
from coachfollow.queries.shared import Shared
from coachfollow.queries.timelines import Dated, Happened
from coachfollow.rules import taking_back
from coachfollow.rules.kinds import StepKind, TouchpointState
from coachfollow.web.staff import sentences

# true and seldom of use: they stand in the time line only when everything is asked for
QUIET = frozenset({"follow-up opened", "mail cancelled", "answers read"})
MEETING_MOVED = "check-in moved"  # by either of the two
ADAPTED = "follow-up adapted"
# told to the coach alone: what moves in the minute of an answer would tell the answer (law 10)
MOVES = frozenset(
    {
        ADAPTED,
        "follow-up moved",
        "follow-up added",
        "follow-up prolonged",
        MEETING_MOVED,
        "check-in cancelled",
        "change undone",
    }
)
ANSWERED = frozenset({"answered", "answer changed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened; an answer, an outcome or a button stands beneath it."""

    at: datetime
    said: str
    by: str
    answer: Shared | None
    outcome: str
    undo: int | None
    missed: Dated | None
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What only a plan's coach may read beside the dates, by follow-up; nothing for anybody else."""

    answers: Mapping[int, Shared]
    outcomes: Mapping[int, str]
    undoable: frozenset[int] = frozenset()
    adapted: Mapping[int, str] = field(default_factory=dict)  # by change
    missed: Mapping[int, Dated] = field(default_factory=dict)


def lines(
    events: Sequence[Happened], *, participant: str, told: Told, with_everything: bool, own_zone: str = ""
) -> Sequence[Line]:
    """Tell what happened, the latest first; an answer stands with the latest word about it.

    A meeting's time is said by the clock of its participant, and by the reader's where that shows another.
    """
    answers, outcomes = dict(told.answers), dict(told.outcomes)
    found: list[Line] = []
    for one in events:
        if _is_quiet(one) and not with_everything:
            continue
        about, change = one.touchpoint_id or 0, _fact(one, "change")
        found.append(
            Line(
                at=one.at,
                said=told.adapted.get(change or 0) or _said(one, own_zone),
                by=one.actor if one.actor and (one.actor != participant or one.name == MEETING_MOVED) else "",
                answer=answers.pop(about, None) if one.name in ANSWERED else None,
                outcome=outcomes.pop(about, "") if one.name == "check-in held" else "",
                missed=told.missed.get(about) if one.name == "follow-up closed" else None,
                undo=change if change in told.undoable else None,
                is_done=one.name in ANSWERED
                or one.name in {"check-in held", "plan finished", "plan written"},
            )
        )
    return found


def without_moves(events: Sequence[Happened]) -> Sequence[Happened]:
    """What whoever is not the coach may read: neither moves nor the mails that tell calendars of them."""
    return [one for one in events if one.name not in MOVES and not (one.mail and one.mail.is_calendar)]


def _is_quiet(one: Happened) -> bool:
    reminded = one.name == "follow-up closed" and one.kind is StepKind.PROMPT
    written = one.name in ANSWERED and one.kind is StepKind.COMMITMENT  # “the plan was written” says the same
    return one.name in QUIET or reminded or written


def _said(one: Happened, own_zone: str) -> str:
    if one.name == "follow-up closed" and one.state is TouchpointState.MISSED:
        return sentences.unanswered(one)
    return sentences.happened(one, own_zone=own_zone)


def newest_decision(events: Sequence[Happened], *, actor_id: int, now: datetime) -> int | None:
    """Give the newest decision of somebody that was not taken back; nothing once a day has passed."""
    undone = {_fact(one, "undoes") for one in events}
    for one in events:
        change = _fact(one, "change")
        if change is None or change in undone or _fact(one, "undoes") is not None or one.name == ADAPTED:
            continue
        recent = one.at >= now - taking_back.WITHIN
        return change if one.actor_id == actor_id and recent else None
    return None


def read_at(events: Sequence[Happened], *, actor_id: int) -> datetime | None:
    """Give when somebody last said that they had read everything."""
    return next((one.at for one in events if one.name == READ and one.actor_id == actor_id), None)


def _fact(one: Happened, name: str) -> int | None:
    value = one.facts.get(name)
    return value if isinstance(value, int) else None
