"""States and the moves between them, when a follow-up is done, when a mail is too late."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import lifecycle
from coachfollow.rules.kinds import MessageKind, MessageState, PlanState, TouchpointState

COMPLETED, MISSED, EXCUSED = TouchpointState.COMPLETED, TouchpointState.MISSED, TouchpointState.EXCUSED
PLANNED, OPEN, CANCELLED = TouchpointState.PLANNED, TouchpointState.OPEN, TouchpointState.CANCELLED

TABLES = [
    (PlanState, lifecycle.PLAN_MOVES),
    (TouchpointState, lifecycle.TOUCHPOINT_MOVES),
    (MessageState, lifecycle.MESSAGE_MOVES),
]


@pytest.mark.parametrize(
    ("current", "new", "allowed", "remark"),
    [
        (PlanState.DRAFT, PlanState.ACTIVE, True, "attended"),
        (PlanState.DRAFT, PlanState.STOPPED, True, "a no-show"),
        (PlanState.DRAFT, PlanState.FINISHED, False, "nothing finishes unbegun"),
        (PlanState.ACTIVE, PlanState.PAUSED, True, "on leave"),
        (PlanState.ACTIVE, PlanState.DRAFT, True, "a corrected list says that the person was absent"),
        (PlanState.PAUSED, PlanState.ACTIVE, True, "back again"),
        (PlanState.STOPPED, PlanState.ACTIVE, True, "was present after all"),
        (PlanState.STOPPED, PlanState.FINISHED, False, "what stopped did not finish"),
        (PlanState.ACTIVE, PlanState.ACTIVE, False, "staying is not a move"),
        (PLANNED, OPEN, True, "its time has come"),
        (PLANNED, COMPLETED, True, "committed at the door"),
        (OPEN, COMPLETED, True, "answered"),
        (OPEN, MISSED, True, "closed unanswered"),
        (OPEN, PLANNED, True, "moved by a pause"),
        (MISSED, COMPLETED, False, "no answer after the close"),
        (MISSED, EXCUSED, True, "excused afterwards"),
        (EXCUSED, OPEN, True, "reopened"),
        (CANCELLED, OPEN, False, "planned again first"),
        (MessageState.QUEUED, MessageState.CLAIMED, True, "taken by a drain"),
        (MessageState.QUEUED, MessageState.HANDING, False, "never without a claim"),
        (MessageState.CLAIMED, MessageState.QUEUED, True, "released, lease over, or a 4xx"),
        (MessageState.CLAIMED, MessageState.FAILED, True, "a 5xx before the dot, or poison"),
        (MessageState.CLAIMED, MessageState.SENT, False, "no dot without a committed intent"),
        (MessageState.HANDING, MessageState.SENT, True, "250"),
        (MessageState.HANDING, MessageState.QUEUED, True, "4xx, or the journal proves there was no dot"),
        (MessageState.HANDING, MessageState.CANCELLED, True, "asked again before the dot"),
        (MessageState.HANDING, MessageState.EXPIRED, False, "it may have left"),
        (MessageState.HANDING, MessageState.IN_DOUBT, True, "no evidence either way"),
        (MessageState.IN_DOUBT, MessageState.SENT, True, "by delivery notice"),
        (MessageState.IN_DOUBT, MessageState.QUEUED, True, "a person says: again"),
        (MessageState.SENT, MessageState.QUEUED, False, "never twice"),
        (MessageState.CANCELLED, MessageState.QUEUED, False, "final"),
    ],
)
def test_what_may_become_what(
    current: lifecycle.State, new: lifecycle.State, *, allowed: bool, remark: str
) -> None:
    assert lifecycle.may_become(current, new) is allowed, remark


@pytest.mark.parametrize(("states", "moves"), TABLES)
def test_every_state_has_its_moves_and_stays_among_its_kind(
    states: type[StrEnum], moves: Mapping[StrEnum, frozenset[StrEnum]]
) -> None:
    assert set(moves) == set(states)
    assert all(type(new) is states and new is not current for current in moves for new in moves[current])


def test_the_final_states_of_a_message_are_those_that_we_promise() -> None:
    final = {state for state, moves in lifecycle.MESSAGE_MOVES.items() if not moves}
    assert final == {MessageState.SENT, MessageState.FAILED, MessageState.CANCELLED, MessageState.EXPIRED}


@pytest.mark.parametrize(
    ("items", "threshold", "completed", "remark"),
    [
        ([], 0.8, True, "nothing was asked"),
        ([(COMPLETED, True)], 0.8, True, "everything is answered"),
        ([(COMPLETED, False)] * 4 + [(MISSED, False)], 0.8, True, "exactly the threshold"),
        ([(COMPLETED, False)] * 7 + [(MISSED, False)] * 3, 0.7, True, "no rounding error on the edge"),
        ([(COMPLETED, False)] * 3 + [(MISSED, False)], 0.8, False, "below it"),
        ([(COMPLETED, False)] * 9 + [(MISSED, True)], 0.8, False, "a mandatory one is missing"),
        ([(COMPLETED, False), (EXCUSED, True)], 0.8, True, "excused from the mandatory one"),
        ([(COMPLETED, False)] * 4 + [(MISSED, False), (EXCUSED, False)], 0.8, True, "excused is left out"),
        ([(EXCUSED, True), (CANCELLED, True)], 1.0, True, "nothing countable is left"),
        ([(COMPLETED, True), (PLANNED, False)], 0.8, False, "more is to come"),
        ([(COMPLETED, True), (OPEN, False)], 0.8, False, "one can still be answered"),
        ([(MISSED, False)], 0.0, True, "a programme that asks for nothing"),
    ],
)
def test_when_a_follow_up_is_done(
    items: list[tuple[TouchpointState, bool]], threshold: float, *, completed: bool, remark: str
) -> None:
    assert lifecycle.is_completed(items, threshold=threshold) is completed, remark


_items = st.lists(st.tuples(st.sampled_from(TouchpointState), st.booleans()))


@given(_items, st.floats(0, 1))
def test_excusing_a_miss_never_undoes_a_completion(
    items: list[tuple[TouchpointState, bool]], threshold: float
) -> None:
    excused = [(EXCUSED if state is MISSED else state, mandatory) for state, mandatory in items]
    before = lifecycle.is_completed(items, threshold=threshold)
    assert lifecycle.is_completed(excused, threshold=threshold) >= before


DUE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "closes_after", "expires_after", "remark"),
    [
        (MessageKind.REFLECTION, timedelta(days=14), timedelta(days=2), "two days late is stale"),
        (MessageKind.REMINDER, timedelta(hours=5), timedelta(hours=5), "never after the close"),
        (MessageKind.INVITATION, timedelta(days=14), timedelta(days=14), "right until the meeting closes"),
        (MessageKind.CANCELLATION, timedelta(days=14), timedelta(days=14), "and so is its cancellation"),
    ],
)
def test_when_a_mail_is_too_late_to_send(
    kind: MessageKind, closes_after: timedelta, expires_after: timedelta, remark: str
) -> None:
    found = lifecycle.expires_at(kind, due_at=DUE, closes_at=DUE + closes_after)
    assert found == DUE + expires_after, remark


@pytest.mark.parametrize(
    ("state", "plan", "days", "taken"),
    [
        (OPEN, PlanState.ACTIVE, -1, True),
        (OPEN, PlanState.ACTIVE, 1, False),
        (OPEN, PlanState.PAUSED, 1, True),  # nothing closes during a pause
        (COMPLETED, PlanState.PAUSED, 1, False),
        (MISSED, PlanState.PAUSED, 1, False),
        (OPEN, PlanState.STOPPED, -1, False),
    ],
)
def test_what_is_open_can_be_answered_until_it_closes_or_its_pause_ends(
    state: TouchpointState, plan: PlanState, days: int, *, taken: bool
) -> None:
    now = DUE + timedelta(days=days)
    assert lifecycle.takes_answer(state, closes_at=DUE, plan=plan, stopped_for=None, now=now) is taken
