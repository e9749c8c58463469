"""Whether a decision about a plan can still be taken back, and if not, why: nothing that has left is unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coachfollow.rules import changes
from coachfollow.rules.changes import Change
from coachfollow.rules.kinds import ChangeKind, CheckInState, TouchpointState
from coachfollow.rules.snapshots import Snapshot

WITHIN = timedelta(days=1)

AGAIN = "That has been taken back already."
NOT_YOURS = "Only whoever decided this can take it back."
OVER = "That was too long ago to take it back. What is still to come can be changed instead."
CHOOSE_AGAIN = "A rhythm is not taken back: the one from before can be chosen again."
NEVER = {ChangeKind.UNDONE: AGAIN, ChangeKind.TEMPO: CHOOSE_AGAIN}
MOVED_ON = "Something about this follow-up has changed since, so this cannot be taken back any more."
PASSED = (
    "The day it had before has passed, so this cannot be taken back. What is to come can be changed instead."
)
GIVEN_AWAY = "The time of that meeting is taken by another one now. Please choose a new time."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision as it was written down; `left` names who has got a mail because of it."""

    id: int
    change: Change
    at: datetime
    actor_id: int | None
    is_taken_back: bool
    left: Sequence[str] = ()


def too_late(decision: Decision, *, snapshot: Snapshot, actor_id: int | None, now: datetime) -> str | None:
    """Say why a decision cannot be taken back any more; None where it can."""
    if not _is_theirs(decision, actor_id):
        return NOT_YOURS
    if decision.is_taken_back or decision.change.kind in NEVER:
        return NEVER.get(decision.change.kind, AGAIN)
    if decision.left:
        return _has_left(decision.left)
    back = changes.inverse(decision.change, now=now)
    return _over(decision, back, now) or _moved_on(back, snapshot)


def _is_theirs(decision: Decision, actor_id: int | None) -> bool:
    """What a plan adapted to, nobody decided: whoever may change the plan may take it back."""
    if decision.change.kind is ChangeKind.ADAPTED:
        return True
    return decision.actor_id is not None and decision.actor_id == actor_id


def _over(decision: Decision, back: Change, now: datetime) -> str | None:
    """A decision has its day; an adaptation until something would be due at once, on a day that has passed."""
    if decision.change.kind is not ChangeKind.ADAPTED:
        return OVER if now - decision.at > WITHIN else None
    after = (edit.after for edit in back.edits)
    lies_behind = any(one.state is TouchpointState.PLANNED and one.dates.due_at <= now for one in after)
    return PASSED if lies_behind else None


def _moved_on(back: Change, snapshot: Snapshot) -> str | None:
    if not changes.fits(back, footing=snapshot.footing, courses=snapshot.courses):
        return MOVED_ON
    return GIVEN_AWAY if _collides(back, snapshot) else None


def _has_left(names: Sequence[str]) -> str:
    to = " and ".join(dict.fromkeys(names))
    return f"It is too late to take this back: the mail about it to {to} has left. You can change it anew."


def _collides(back: Change, snapshot: Snapshot) -> bool:
    """Whether a meeting would return to a time that is another's by now."""
    own = {one.key: one for one in snapshot.follow_ups}
    for edit in back.edits:
        meeting = edit.after.meeting
        if meeting is None or meeting.state is not CheckInState.PLACED or edit.key not in own:
            continue
        if meeting.starts_at is None or meeting.ends_at is None:
            continue
        if snapshot.is_taken(own[edit.key], starts_at=meeting.starts_at, ends_at=meeting.ends_at):
            return True
    return False
