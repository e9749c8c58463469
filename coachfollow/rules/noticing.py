"""Notices in a plan's follow-ups and answers what says that somebody needs their coach."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from coachfollow.rules import attention
from coachfollow.rules.attention import Signs, Spot
from coachfollow.rules.kinds import (
    TO_COME,
    Audience,
    Barrier,
    CheckInState,
    PlanState,
    StepKind,
    TouchpointState,
)

_SETTLED = (TouchpointState.COMPLETED, TouchpointState.MISSED)


class Watched(NamedTuple):
    """A follow-up as far as attention goes, with its meeting if it is one."""

    id: int
    plan_id: int
    kind: StepKind
    audience: Audience
    state: TouchpointState
    due_at: datetime
    day: date
    undeliverable: bool
    meeting: CheckInState | None
    ends_at: datetime | None
    why_unplaced: str | None
    settled_at: datetime | None

    @property
    def spot(self) -> Spot:
        """Where it stands."""
        return Spot(self.id, self.day)

    def is_over(self, now: datetime) -> bool:
        """Whether it is a meeting that has taken place, or should have, and nobody said which."""
        if self.kind is not StepKind.CHECK_IN or self.state not in TO_COME:
            return False
        return self.meeting is CheckInState.PLACED and self.ends_at is not None and self.ends_at <= now

    def lacks_a_time(self, now: datetime) -> bool:
        """Whether it is a meeting that comes soon, or should have come by now, and has no time."""
        soon = self.due_at <= now + timedelta(days=attention.BOOKED_AHEAD_DAYS)
        unplaced = self.meeting in {None, CheckInState.UNPLACED}
        return self.kind is StepKind.CHECK_IN and self.state in TO_COME and soon and unplaced

    def lacks_a_plan(self, now: datetime) -> bool:
        """Whether it is the question for somebody's own plan, and they have taken a week over it."""
        long_open = self.state is TouchpointState.OPEN and not self.undeliverable
        long_open &= self.due_at <= now - timedelta(days=attention.UNPLANNED_DAYS)
        return self.kind is StepKind.COMMITMENT and long_open


class Unread(NamedTuple):
    """An answer its coach has not read yet."""

    plan_id: int
    barrier: Barrier | None
    audience: Audience
    is_shared: bool


def signs(
    dates: Sequence[Watched],
    unread: Sequence[Unread],
    *,
    plan_state: PlanState,
    is_silent: bool,
    back_at: datetime | None,
    is_unreachable: bool,
    misfits: Mapping[int, str],
    now: datetime,
) -> Signs:
    """Give the signs in a plan's follow-ups, by their days, and in what its coach has not read.

    `misfits` says by follow-up why a meeting that stands no longer fits; after `back_at`, when somebody last came
    back from a silence, what they missed counts anew.
    """
    misfit = next((one for one in dates if one.id in misfits), None)
    unbooked = next((one for one in dates if one.lacks_a_time(now)), None)
    settled = [one for one in dates if _was_asked(one, is_silent=is_silent) and _counts(one, back_at)]
    return Signs(
        plan_state=plan_state,
        is_unreachable=is_unreachable,
        is_silent=is_silent,
        unplanned=next((one.spot for one in dates if one.lacks_a_plan(now)), None),
        settled=[one.state for one in settled],
        last_missed=settled[-1].spot if settled and settled[-1].state is TouchpointState.MISSED else None,
        unmarked=[one.spot for one in dates if one.is_over(now)],
        unbooked=unbooked.spot if unbooked else None,
        why_unbooked=(unbooked.why_unplaced or "") if unbooked else "",
        misfit=misfit.spot if misfit else None,
        why_misfit=misfits[misfit.id] if misfit else "",
        barriers=[one.barrier for one in unread if one.barrier],
        unread=[one.audience for one in unread if one.is_shared],
    )


def _counts(one: Watched, back_at: datetime | None) -> bool:
    """Whether it was answered, or missed since the person last came back from a silence."""
    forgiven = back_at is not None and one.settled_at is not None and one.settled_at <= back_at
    return one.state in _SETTLED and not (one.state is TouchpointState.MISSED and forgiven)


def _was_asked(one: Watched, *, is_silent: bool) -> bool:
    """Whether it was a question that reached the participant, or a meeting that took place and ended no silence."""
    if one.kind is StepKind.CHECK_IN and (is_silent or one.state is TouchpointState.MISSED):
        return False
    return one.kind.wants_answer and one.audience is Audience.PARTICIPANT and not one.undeliverable
