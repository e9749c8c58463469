"""Who leaves questions unanswered is reminded no more, by the number their programme states."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import adapting
from coachfollow.rules.adapting import Settled
from coachfollow.rules.kinds import TouchpointState

DONE, MISSED = TouchpointState.COMPLETED, TouchpointState.MISSED
FIRST_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def a_day_apart(*states: TouchpointState) -> list[Settled]:
    return [Settled(state=state, at=FIRST_DAY + timedelta(days=n)) for n, state in enumerate(states)]


def day(n: int) -> datetime:
    return FIRST_DAY + timedelta(days=n)


@pytest.mark.parametrize(
    ("settled", "after", "back_at", "silent", "remark"),
    [
        (a_day_apart(MISSED, MISSED), 2, None, True, "two in a row"),
        (a_day_apart(MISSED, MISSED), 3, None, False, "the programme waits for a third"),
        (a_day_apart(MISSED, MISSED), None, None, False, "the programme states no such rule"),
        (a_day_apart(MISSED), 2, None, False, "one says nothing yet"),
        (a_day_apart(MISSED, DONE, MISSED), 2, None, False, "an answer between them"),
        (a_day_apart(DONE, MISSED, MISSED), 2, None, True, "what was before does not count"),
        (a_day_apart(MISSED, MISSED, MISSED), 2, day(1), False, "one since they came back"),
        (a_day_apart(MISSED, MISSED, MISSED, MISSED), 2, day(1), True, "two since they came back"),
        ([], 2, None, False, "nothing was asked yet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reminders_rest(
    settled: list[Settled], after: int | None, back_at: datetime | None, *, silent: bool, remark: str
) -> None:
    assert adapting.falls_silent(settled, after=after, back_at=back_at) is silent, remark


@given(
    states=st.lists(st.sampled_from([DONE, MISSED])),
    after=st.integers(adapting.FEWEST, adapting.MOST),
    back=st.none() | st.integers(-1, 12),
)
def test_an_answer_ends_every_row_and_coming_back_never_silences(
    states: list[TouchpointState], after: int, back: int | None
) -> None:
    back_at = None if back is None else day(back)
    settled = a_day_apart(*states)

    assert not adapting.falls_silent([*settled, *a_day_apart(DONE)], after=after, back_at=back_at)
    if adapting.falls_silent(settled, after=after, back_at=back_at):
        assert adapting.falls_silent(settled, after=after, back_at=None)
        assert not adapting.falls_silent(settled, after=after, back_at=settled[-1].at)
