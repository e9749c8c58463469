"""What programs read: plain JSON of whatever our values hold; what people read: columns."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.cli import output


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Value:
    day: date
    inner: "Value | None" = None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(datetime(2026, 3, 2, 9, tzinfo=UTC), "2026-03-02T09:00:00+00:00", id="a moment"),
        pytest.param(time(9, 30), "09:30:00", id="a time of day"),
        pytest.param(Colour.RED, "red", id="a member of a closed set"),
        pytest.param({Colour.RED: 1}, {"red": 1}, id="as a key too"),
        pytest.param((1, None, True), [1, None, True], id="a tuple"),
        pytest.param(
            Value(date(2026, 3, 2), Value(date(2026, 3, 3))),
            {"day": "2026-03-02", "inner": {"day": "2026-03-03", "inner": None}},
            id="a value within a value",
        ),
        pytest.param(1 + 2j, "(1+2j)", id="anything else as its words"),
    ],
)
def test_values_become_what_json_holds(value: object, expected: object) -> None:
    assert json.loads(json.dumps(output.plain(value))) == expected


@given(st.lists(st.tuples(st.text("ab", max_size=5), st.text("cd", max_size=5), st.text("xy")), max_size=5))
def test_columns_begin_at_the_same_place(rows: list[tuple[str, ...]]) -> None:
    lines = output.columns(rows)

    assert len(lines) == len(rows)
    widths = [max((len(row[column]) for row in rows), default=0) for column in (0, 1)]
    for line, row in zip(lines, rows, strict=True):
        padded = f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}"
        assert line == padded.rstrip()
