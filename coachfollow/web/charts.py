"""Works out where the shapes of a chart stand, from small numbers; the macros of `_charts.html` draw them.

Positions are percentages of the drawing, so that it fits any width without script and its words keep their size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, pairwise

WHOLE = 100.0
ROOM_FOR_A_NUMBER = 7.0  # a narrower part says its number in the legend only
TOP_LINES = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_LABELS, FEW_LABELS = 6, 4  # the longer, the fewer
FILLED = 0.8  # of its step; the rest parts it from the next column


class Tone(StrEnum):
    """What a colour stands for; words and numbers beside it say the same."""

    DONE = "done"
    LATE = "late"
    WAITING = "waiting"
    MISSED = "missed"
    EXCUSED = "excused"
    PAUSED = "paused"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a whole."""

    label: str
    count: int
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part on the bar: where it begins and how wide it is; `shows_count` where a number fits in."""

    part: Part
    x: float
    width: float
    share: float

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return _round(self.x + self.width / 2)

    @property
    def shows_count(self) -> bool:
        """Whether its number fits in."""
        return self.width >= ROOM_FOR_A_NUMBER


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A whole and its parts, side by side on one bar."""

    total: int
    segments: Sequence[Segment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One thing that is measured: its share from 0 to 1, None where there is nothing to measure yet."""

    label: str
    share: float | None
    note: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A measured share as a bar; `reaches` says whether it is at the target, None without a share or a target."""

    measured: Measured
    width: float
    reaches: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Shares one below the other, on one scale, against a target if there is one."""

    bars: Sequence[Bar]
    target: float | None
    target_x: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One point of a line; `labelled` where its label stands below it."""

    label: str
    share: float
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Shares over time: dots, strokes between neighbours (none across a gap), marks on both axes, a target.

    `shares` are the numbers themselves, each in its place: None where nothing is known.
    """

    shares: Sequence[tuple[str, float | None]]

    dots: Sequence[Dot]
    strokes: Sequence[tuple[Dot, Dot]]
    across: Sequence[Tick]
    up: Sequence[Tick]
    target: float | None
    target_y: float | None


def stack(parts: Sequence[Part]) -> Stack:
    """Lay parts side by side; those of nothing are left out, and the rest fills the bar."""
    some = [part for part in parts if part.count > 0]
    total = sum(part.count for part in some)
    ends = list(accumulate((part.count for part in some), initial=0))
    edges = [_round(WHOLE * end / total) for end in ends] if total else []
    segments = [
        Segment(part=part, x=left, width=_round(right - left), share=part.count / total)
        for part, (left, right) in zip(some, pairwise(edges), strict=True)
    ]
    return Stack(total=total, segments=segments)


def bars(measured: Sequence[Measured], *, target: float | None = None) -> Bars:
    """Lay shares one below the other, each as wide as it is large."""
    return Bars(
        bars=[_bar(one, target=target) for one in measured],
        target=target,
        target_x=None if target is None else _along(target),
    )


def line(
    shares: Sequence[tuple[str, float | None]], *, target: float | None = None, most: int = MOST_LABELS
) -> Line:
    """Lay shares out from left to right in even steps; None leaves a gap, as nothing is known there."""
    places = [_place(index, len(shares)) for index in range(len(shares))]
    dots = [
        None if share is None else Dot(label=label, share=share, x=x, y=_height(share))
        for (label, share), x in zip(shares, places, strict=True)
    ]
    return Line(
        shares=shares,
        dots=[dot for dot in dots if dot],
        strokes=[(one, next_one) for one, next_one in pairwise(dots) if one and next_one],
        across=_labels([label for label, _ in shares], places, most=most),
        up=[Tick(at=_height(share), label=percent(share)) for share in TOP_LINES],
        target=target,
        target_y=None if target is None else _height(target),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One day or week: how much there was, and where its column stands."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """How much there was, side by side in time, with marks on both axes."""

    columns: Sequence[Column]
    across: Sequence[Tick]
    up: Sequence[Tick]


def columns(counts: Sequence[tuple[str, int]], *, below: Sequence[str] = ()) -> Columns:
    """Lay counts out from left to right in even steps, the largest as high as the drawing.

    What stands `below` is the labels, unless it is said: on a phone there is room for six letters.
    """
    most = max((count for _, count in counts), default=0)
    step = WHOLE / len(counts) if counts else WHOLE
    places = [_round(step * index) for index in range(len(counts))]
    heights = [WHOLE * count / most if most else 0.0 for _, count in counts]
    return Columns(
        columns=[
            Column(
                label=label,
                count=count,
                x=x,
                y=_round(WHOLE - height),
                width=_round(step * FILLED),
                height=_round(height),
            )
            for (label, count), x, height in zip(counts, places, heights, strict=True)
        ],
        across=_labels(below or [label for label, _ in counts], places, most=FEW_LABELS),
        up=[Tick(at=_height(share), label=f"{share * most:,.0f}") for share in (0.0, 0.5, 1.0)]
        if most
        else [],
    )


def percent(share: float | None) -> str:
    """0.826 as “83 %”, nothing to measure as a dash."""
    return "–" if share is None else f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def _bar(one: Measured, *, target: float | None) -> Bar:
    if one.share is None:
        return Bar(measured=one, width=0.0, reaches=None)
    return Bar(
        measured=one,
        width=_along(one.share),
        reaches=None if target is None else one.share >= target,
    )


def _labels(labels: Sequence[str], places: Sequence[float], *, most: int = MOST_LABELS) -> list[Tick]:
    """At most so many labels, evenly apart, the first among them: more would lie on each other on a phone."""
    every = -(-len(labels) // most) or 1
    return [
        Tick(at=place, label=label)
        for index, (label, place) in enumerate(zip(labels, places, strict=True))
        if index % every == 0
    ]


def _place(index: int, count: int) -> float:
    return WHOLE / 2 if count == 1 else _round(WHOLE * index / (count - 1))


def _along(share: float) -> float:
    return _round(WHOLE * min(max(share, 0.0), 1.0))


def _height(share: float) -> float:
    """From the top, as drawings count."""
    return _round(WHOLE - _along(share))


def _round(number: float) -> float:
    return round(number, 2)
