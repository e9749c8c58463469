"""Whether a decision about a plan can still be taken back, and if not, why: nothing that has left is unsaid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coachfollow.rules import changes
from coachfollow.rules.changes import Change
from coachfollow.rules.kinds import ChangeKind, CheckInState
from coachfollow.rules.snapshots import Snapshot

WITHIN = timedelta(days=1)

AGAIN = "That has been taken back already."
NOT_YOURS = "Only whoever decided this can take it back."
OVER = "That was too long ago to take it back. What is still to come can be changed instead."
MOVED_ON = "Something about this follow-up has changed since, so this cannot be taken back any more."
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
    if decision.actor_id is None or decision.actor_id != actor_id:
        return NOT_YOURS
    if decision.is_taken_back or decision.change.kind is ChangeKind.UNDONE:
        return AGAIN
    if decision.left:
        return _has_left(decision.left)
    if now - decision.at > WITHIN:
        return OVER
    back = changes.inverse(decision.change, now=now)
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
