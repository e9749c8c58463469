"""The steps of a histogram: each length falls into one, and none is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import timing

LENGTHS = st.floats(0, 1e7)


@pytest.mark.parametrize(
    ("seconds", "step", "remark"),
    [
        (0.0, 5, "nothing is quicker than the first step"),
        (0.005, 5, "a bound belongs to its step"),
        (0.0051, 10, "just over it"),
        (600.0, 600_000, "as long as we wait for a reply"),
        (601.0, timing.ENDLESS_MS, "longer than that"),
        (1e7, timing.ENDLESS_MS, "four months"),
    ],
)
def test_a_length_falls_into_its_step(seconds: float, step: int, remark: str) -> None:
    assert timing.step(seconds) == step, remark


@given(st.lists(LENGTHS))
def test_none_is_lost(lengths: list[float]) -> None:
    found = timing.histogram(lengths)

    assert sum(count for count, _ in found.values()) == len(lengths)
    assert sum(seconds for _, seconds in found.values()) == pytest.approx(sum(lengths))
    assert list(found) == sorted(found)
