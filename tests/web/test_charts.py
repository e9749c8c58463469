"""Charts: parts fill their bar, shares keep to their scale, and a gap stays a gap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.web import charts
from coachfollow.web.charts import Measured, Part, Tone
from tests.web.clocks import Clock

CLOSE = 0.02  # positions are rounded to hundredths of a percent

counts = st.integers(min_value=0, max_value=100_000)
parts = st.lists(st.builds(Part, label=st.text(), count=counts, tone=st.sampled_from(Tone)), max_size=9)
shares = st.one_of(st.none(), st.floats(min_value=0, max_value=1))
weeks = st.lists(st.tuples(st.text(max_size=8), shares), max_size=60)


@pytest.fixture(autouse=True)
def time() -> Clock | None:
    """Positions need no clock."""
    return None


@given(parts)
def test_the_parts_fill_the_bar_without_gaps_and_add_up(some: list[Part]) -> None:
    stack = charts.stack(some)

    assert stack.total == sum(part.count for part in some)
    assert [one.part for one in stack.segments] == [part for part in some if part.count]
    end = 0.0
    for one in stack.segments:
        assert one.x == pytest.approx(end, abs=CLOSE)
        end = one.x + one.width
    assert not stack.segments or end == pytest.approx(100, abs=CLOSE)
    assert sum(one.share for one in stack.segments) == pytest.approx(1 if stack.segments else 0)


def test_a_number_stands_in_its_part_where_there_is_room() -> None:
    wide, narrow = charts.stack(
        [
            Part(label="done", count=95, tone=Tone.DONE),
            Part(label="missed", count=5, tone=Tone.MISSED),
        ]
    ).segments

    assert (wide.x, wide.width, wide.middle, wide.shows_count) == (0, 95, 47.5, True)
    assert (narrow.x, narrow.width, narrow.middle, narrow.shows_count) == (95, 5, 97.5, False)


@pytest.mark.parametrize(
    ("share", "target", "drawn", "remark"),
    [
        (0.84, 0.8, (84, True), "above the target"),
        (0.8, 0.8, (80, True), "at the target"),
        (0.58, 0.8, (58, False), "below the target"),
        (0.58, None, (58, None), "no target to reach"),
        (None, 0.8, (0, None), "nothing measured yet is no failure"),
        (1.2, 0.8, (100, True), "never beyond the edge"),
    ],
)
def test_a_bar_is_as_wide_as_its_share(
    share: float | None, target: float | None, drawn: tuple[float, bool | None], remark: str
) -> None:
    bars = charts.bars([Measured(label="one", share=share)], target=target)

    assert (bars.bars[0].width, bars.bars[0].reaches) == drawn, remark
    assert bars.target_x == (None if target is None else 100 * target)


@given(weeks)
def test_dots_go_from_left_to_right_within_the_drawing(shares: list[tuple[str, float | None]]) -> None:
    line = charts.line(shares)

    places = [dot.x for dot in line.dots]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for dot in line.dots for place in (dot.x, dot.y))
    assert len(line.dots) == sum(share is not None for _, share in shares)
    assert len(line.across) <= charts.MOST_LABELS


def test_a_gap_is_not_drawn_over() -> None:
    line = charts.line([("1", 0.5), ("2", 0.6), ("3", None), ("4", 0.7)], target=0.8)

    assert [(one.label, other.label) for one, other in line.strokes] == [("1", "2")]
    assert [dot.label for dot in line.dots] == ["1", "2", "4"]
    assert [dot.y for dot in line.dots] == [50, 40, 30]
    assert line.target_y == 20


def test_one_week_stands_in_the_middle() -> None:
    assert [dot.x for dot in charts.line([("1", 0.5)]).dots] == [50]


@pytest.mark.parametrize(
    ("share", "said"),
    [(None, "–"), (0, "0\u00a0%"), (0.826, "83\u00a0%"), (1, "100\u00a0%")],
)
def test_a_share_is_said_in_whole_percent(share: float | None, said: str) -> None:
    assert charts.percent(share) == said
