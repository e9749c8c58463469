"""What people said of themselves: counted over five or more, and never so that fewer could be worked out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import applying
from coachfollow.rules.applying import Applying
from coachfollow.rules.measuring import MINIMUM_GROUP

ANSWERED = st.dictionaries(
    st.integers(1, 4),
    st.lists(st.integers(0, 9), min_size=1, max_size=5),
    max_size=4,
).map(lambda found: {p: {10 * p + n: many for n, many in enumerate(groups)} for p, groups in found.items()})


def enough(hidden: list[int]) -> bool:
    """Whether a difference tells of nobody, or of so many that nobody stands out."""
    return sum(hidden) == 0 or sum(hidden) >= MINIMUM_GROUP


@given(ANSWERED)
def test_no_difference_of_what_is_shown_tells_of_fewer_than_five(answered: dict[int, dict[int, int]]) -> None:
    found = applying.hidden(answered)
    sums = {programme: sum(groups.values()) for programme, groups in answered.items()}

    if not found.whole:
        assert enough([n for programme, n in sums.items() if programme in found.programmes])
    for programme, groups in answered.items():
        hidden = [n for group, n in groups.items() if group in found.groups]
        if programme in found.programmes:
            assert found.groups >= groups.keys(), "else the groups would add up to what is hidden"
        else:
            assert enough(hidden)
            assert sums[programme] == 0 or sums[programme] >= MINIMUM_GROUP


@given(ANSWERED)
def test_whatever_is_shown_is_of_five_or_more_or_of_nobody(answered: dict[int, dict[int, int]]) -> None:
    found = applying.hidden(answered)
    shown = [n for groups in answered.values() for group, n in groups.items() if group not in found.groups]

    assert all(n == 0 or n >= MINIMUM_GROUP for n in shown)


@pytest.mark.parametrize(
    ("answered", "groups", "remark"),
    [
        ({1: {11: 6, 12: 7}}, set(), "all are large enough"),
        ({1: {11: 6, 12: 3}}, {11, 12}, "the small one would be the difference to the programme"),
        ({1: {11: 6, 12: 3, 13: 2}}, {12, 13}, "two small ones are five together"),
        ({1: {11: 9}, 2: {21: 3}, 3: {31: 8}}, {21, 31}, "a small programme takes the next one with it"),
        ({1: {11: 3}}, {11}, "four or fewer in all: nothing is shown"),
    ],
)
def test_groups_are_hidden(answered: dict[int, dict[int, int]], groups: set[int], remark: str) -> None:
    assert applying.hidden(answered).groups == groups, remark


def test_the_rate_is_of_those_who_answered() -> None:
    said = Applying(as_intended=2, partly=1, not_yet=1) + Applying(no_opportunity=2)

    assert (said.answered, said.rate) == (6, 0.5)
    assert Applying().rate is None
