"""Lays the steps of a programme along time: the weeks before and after the training, and a line to see them all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from coachfollow.intake.programme import Step
from coachfollow.intake.programme_editing import Survey
from coachfollow.rules.kinds import StepKind
from coachfollow.web.staff import programme_words

WIDTH, MARGIN, LANE, TOP = 960, 24, 18, 26  # in the units of the drawing
NEAREST = 14  # two dots that are nearer stand above each other
MOST_TICKS = 14
WEEK = 7
AFTER_ANSWERS = "When an answer comes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One step on the time line: what it goes by, and the step as far as it could be read."""

    name: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One step in the drawing."""

    name: str
    title: str
    kind: StepKind
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The drawing: its size, where the training stands, dots and the ticks of weeks with their words."""

    width: int
    height: float
    axis: float
    training: float
    dots: tuple[Dot, ...]
    ticks: tuple[tuple[float, str], ...]


def weeks(found: Survey) -> Sequence[tuple[str, Sequence[Entry]]]:
    """The steps by the part of time they fall in; all under no name where a step hangs in the air."""
    entries = [Entry(name=name, step=step) for name, step in found.steps.items()]
    if not found.days:
        return [("", entries)] if entries else []
    dated = [one for one in entries if one.name in found.days]
    dated.sort(key=lambda one: (found.days[one.name], one.step.rule.at))
    parts = groupby(dated, key=lambda one: programme_words.week(found.days[one.name]))
    waiting = [one for one in entries if one.name not in found.days]
    return [*((part, list(steps)) for part, steps in parts), *([(AFTER_ANSWERS, waiting)] if waiting else [])]


def drawn(found: Survey) -> Line | None:
    """The line of all steps; none where there are no dates to draw."""
    if not found.days:
        return None
    places = [(name, day) for name, days in found.days.items() for day in (days, *found.again[name])]
    days = [day for _, day in places]
    first, last = min(0, *days), max(WEEK, *days)
    scale = (WIDTH - 2 * MARGIN) / (last - first)

    def place(day: int) -> float:
        return round(MARGIN + (day - first) * scale, 1)

    stacked = _stacked([(name, place(day)) for name, day in sorted(places, key=lambda one: one[1])])
    lanes = 1 + max(lane for _, _, lane in stacked)
    axis = float(TOP + lanes * LANE)
    dots = tuple(
        Dot(
            name=name,
            title=programme_words.title(found.steps[name], found),
            kind=found.steps[name].rule.kind,
            x=x,
            y=axis - LANE * (lane + 0.7),
        )
        for name, x, lane in stacked
    )
    ticks = tuple((place(day), said) for day, said in _ticks(first, last))
    return Line(width=WIDTH, height=axis + 30, axis=axis, training=place(0), dots=dots, ticks=ticks)


def _stacked(places: Sequence[tuple[str, float]]) -> Sequence[tuple[str, float, int]]:
    """Each dot in the lowest lane in which nothing is near."""
    ends: list[float] = []
    found = []
    for name, x in places:
        lane = next((n for n, end in enumerate(ends) if x - end >= NEAREST), len(ends))
        ends[lane : lane + 1] = [x]
        found.append((name, x, lane))
    return found


def _ticks(first: int, last: int) -> Sequence[tuple[int, str]]:
    """The training, and as many weeks around it as can be read."""
    step = next(weeks for weeks in (1, 2, 4, 8, 13, 26, 52) if (last - first) / (weeks * WEEK) <= MOST_TICKS)
    after = [(day, f"week {day // WEEK}") for day in range(step * WEEK, last + 1, step * WEEK)]
    return [(0, "training"), *after]
