"""Which state may follow which, when a follow-up counts as done, and when a mail is too late to send."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar, assert_never

from coachfollow.rules.kinds import (
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)

State = TypeVar("State", PlanState, TouchpointState, MessageState)

STALE_AFTER = timedelta(days=2)

# what somebody's finishing depends on: not what their manager is asked, nor reminders, nor the last question
THEIRS = frozenset({StepKind.COMMITMENT, StepKind.REFLECTION, StepKind.CHECK_IN})

ANSWERABLE = frozenset({TouchpointState.OPEN, TouchpointState.COMPLETED})

PLAN_MOVES: Mapping[PlanState, frozenset[PlanState]] = {
    # A no-show stays a draft, and may turn out to have been there after all.
    PlanState.DRAFT: frozenset({PlanState.ACTIVE, PlanState.STOPPED}),
    # Back to draft: a corrected list says that the person was absent.
    PlanState.ACTIVE: frozenset({PlanState.DRAFT, PlanState.PAUSED, PlanState.FINISHED, PlanState.STOPPED}),
    # An answer given during a pause may be the last one.
    PlanState.PAUSED: frozenset({PlanState.DRAFT, PlanState.ACTIVE, PlanState.FINISHED, PlanState.STOPPED}),
    # A coach adds a step, or reopens an excused one.
    PlanState.FINISHED: frozenset({PlanState.ACTIVE}),
    # The person changes their mind, or was present after all.
    PlanState.STOPPED: frozenset({PlanState.ACTIVE}),
}

TOUCHPOINT_MOVES: Mapping[TouchpointState, frozenset[TouchpointState]] = {
    # Completed before it opens: a commitment by QR code at the door. Missed unopened: an outage outlived it.
    TouchpointState.PLANNED: frozenset(
        {
            TouchpointState.OPEN,
            TouchpointState.COMPLETED,
            TouchpointState.MISSED,
            TouchpointState.EXCUSED,
            TouchpointState.CANCELLED,
        }
    ),
    # Planned again: a pause or a coach moved its date, or a meeting found its time after its day.
    TouchpointState.OPEN: frozenset(
        {
            TouchpointState.PLANNED,
            TouchpointState.COMPLETED,
            TouchpointState.MISSED,
            TouchpointState.EXCUSED,
            TouchpointState.CANCELLED,
        }
    ),
    # A meeting was marked held by mistake.
    TouchpointState.COMPLETED: frozenset({TouchpointState.OPEN}),
    # A coach excuses it afterwards, or gives it more time; an answer never slips in after the close.
    # Planned: a stop had closed it, and the plan goes on.
    TouchpointState.MISSED: frozenset(
        {TouchpointState.PLANNED, TouchpointState.OPEN, TouchpointState.EXCUSED}
    ),
    TouchpointState.EXCUSED: frozenset({TouchpointState.PLANNED, TouchpointState.OPEN}),
    # The plan goes on after a stop.
    TouchpointState.CANCELLED: frozenset({TouchpointState.PLANNED}),
}

MESSAGE_MOVES: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.QUEUED: frozenset({MessageState.CLAIMED, MessageState.CANCELLED, MessageState.EXPIRED}),
    # Queued: released, lease over, or a 4xx. Failed: a 5xx, or poison after five lapses.
    MessageState.CLAIMED: frozenset(
        {
            MessageState.HANDING,
            MessageState.QUEUED,
            MessageState.FAILED,
            MessageState.CANCELLED,
            MessageState.EXPIRED,
        }
    ),
    # Queued: a 4xx, the dot never left, or a resend. Cancelled: asked once more before the dot.
    MessageState.HANDING: frozenset(
        {
            MessageState.SENT,
            MessageState.FAILED,
            MessageState.QUEUED,
            MessageState.IN_DOUBT,
            MessageState.CANCELLED,
        }
    ),
    # Settled by a delivery notice, or by a person (audited).
    MessageState.IN_DOUBT: frozenset({MessageState.SENT, MessageState.FAILED, MessageState.QUEUED}),
    MessageState.SENT: frozenset(),
    MessageState.FAILED: frozenset(),
    MessageState.CANCELLED: frozenset(),
    MessageState.EXPIRED: frozenset(),
}


def may_become(current: State, new: State) -> bool:
    """Whether this state may follow that one; staying as it is is not a move."""
    match current:
        case PlanState():
            return new in PLAN_MOVES[current]
        case TouchpointState():
            return new in TOUCHPOINT_MOVES[current]
        case MessageState():
            return new in MESSAGE_MOVES[current]
        case _:
            assert_never(current)


def was_stopped(plan: PlanState, reason: StopReason | None) -> bool:
    """Whether a plan was stopped by a decision; what merely came to its end below its bar was not."""
    return plan is PlanState.STOPPED and reason is not StopReason.ENDED


def takes_answer(
    state: TouchpointState,
    *,
    closes_at: datetime,
    plan: PlanState,
    stopped_for: StopReason | None,
    now: datetime,
) -> bool:
    """Whether a follow-up can be answered, or its answer changed: open, not over, its plan not stopped.

    Nothing is over during a pause: what was open can be answered until it goes on. A plan that came to its end below
    its bar is still asked its unprompted check.
    """
    rests = plan is PlanState.PAUSED and state is TouchpointState.OPEN
    return state in ANSWERABLE and (now < closes_at or rests) and not was_stopped(plan, stopped_for)


def is_completed(items: Sequence[tuple[TouchpointState, bool]], *, threshold: float) -> bool:
    """Whether a follow-up reached its programme's bar; items are (state, mandatory) of what was `THEIRS`.

    Nothing is judged before the last item is settled, so that one early answer out of one does not finish
    a plan of ten. Excused and cancelled items are left out; with nothing left to count it is completed.
    """
    states = [state for state, _ in items]
    if TouchpointState.PLANNED in states or TouchpointState.OPEN in states:
        return False
    if (TouchpointState.MISSED, True) in items:
        return False
    completed, missed = states.count(TouchpointState.COMPLETED), states.count(TouchpointState.MISSED)
    return not completed + missed or completed / (completed + missed) >= threshold


def ending(
    items: Sequence[tuple[TouchpointState, bool]], *, threshold: float
) -> tuple[PlanState, StopReason | None]:
    """How a plan ends that has nothing more to come: finished, or stopped because it came to its end.

    Where nothing was ever asked, nothing was achieved: the list came when everything had passed.
    """
    if items and is_completed(items, threshold=threshold):
        return PlanState.FINISHED, None
    return PlanState.STOPPED, StopReason.ENDED


def expires_at(kind: MessageKind, *, due_at: datetime, closes_at: datetime) -> datetime:
    """The moment from which a mail is no longer sent: two days late is stale, and never after the close.

    A calendar entry is right or wrong, not stale: it is worth sending until its touchpoint closes.
    """
    return closes_at if kind.is_calendar else min(due_at + STALE_AFTER, closes_at)
