"""Reading a mail server's reply, and waiting before the next attempt."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import retry
from coachfollow.rules.retry import Verdict

MIDDLE = 0.5


@pytest.mark.parametrize(
    ("code", "verdict", "remark"),
    [
        (250, Verdict.ACCEPTED, "queued"),
        (251, Verdict.ACCEPTED, "will forward"),
        (421, Verdict.TEMPORARY, "shutting down"),
        (452, Verdict.TEMPORARY, "mailbox full"),
        (550, Verdict.PERMANENT, "no such user"),
        (554, Verdict.PERMANENT, "rejected"),
        (354, Verdict.TEMPORARY, "no final answer"),
        (0, Verdict.TEMPORARY, "no answer at all"),
        (-1, Verdict.TEMPORARY, "not even a number"),
        (999, Verdict.TEMPORARY, "odd"),
    ],
)
def test_a_reply_code_is_sorted(code: int, verdict: Verdict, remark: str) -> None:
    assert retry.verdict(code) is verdict, remark


@pytest.mark.parametrize(
    ("attempt", "minutes"), [(0, 1), (1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (1000, 60)]
)
def test_the_wait_grows_to_an_hour(attempt: int, minutes: int) -> None:
    assert retry.wait(attempt, jitter=MIDDLE) == timedelta(minutes=minutes)


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_the_jitter_spreads_a_wait_by_a_fifth_either_way(attempt: int, jitter: float) -> None:
    middle = retry.wait(attempt, jitter=MIDDLE)
    assert 0.8 * middle <= retry.wait(attempt, jitter=jitter) <= 1.2 * middle


def test_the_jitter_reaches_both_ends() -> None:
    assert retry.wait(1, jitter=0) == timedelta(seconds=48)
    assert retry.wait(1, jitter=1) == timedelta(seconds=72)
