"""Finds what would give every meeting a time before anybody is invited: more coaches, a wider window, groups in turn.

Each way is guessed from the days alone and then tried by placing everything anew: what is proposed was seen to work.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from coachfollow.rules import simulating_meetings, simulating_people, slots_load, worktime
from coachfollow.rules.simulating_people import Memory
from coachfollow.rules.simulating_values import MOST_GROUPS, WIDEST, Meetings, Model, Way, WayKind
from coachfollow.rules.slots_values import Coach

SPARED = 0.01  # so few may still find no time: somebody back from leave whose coach is full by then
MOST_TIMES = 4  # as many coaches as there are
MORE = (0.0, 0.08, 0.25)  # than the guess, which knows nothing of the participants' hours


def ways(model: Model, meetings: Meetings) -> Sequence[Way]:
    """Give what would help where room is short: each the least of its kind that was seen to be enough."""
    if not meetings.crowded or not model.coaches:
        return ()
    memory: Memory = {}
    found = (
        _least(model, kind, values, change, memory=memory, meetings=meetings)
        for kind, values, change in (
            (WayKind.WINDOW, range(model.open_for + 1, WIDEST + 1), with_window),
            (WayKind.GROUPS, range(model.groups + 1, MOST_GROUPS + 1), with_groups),
            (
                WayKind.COACHES,
                range(len(model.coaches) + 1, MOST_TIMES * len(model.coaches) + 1),
                with_coaches,
            ),
        )
    )
    return [way for way in found if way is not None]


def with_window(model: Model, days: int) -> Model:
    """The same with so many days, at least, in which a meeting may be."""
    return replace(model, window=days)


def with_groups(model: Model, groups: int) -> Model:
    """The same people in so many groups that begin one after the other."""
    return replace(model, groups=groups)


def with_coaches(model: Model, coaches: int) -> Model:
    """The same with so many coaches; those who are added are like those there are."""
    return replace(model, coaches=like(model.coaches, coaches))


def like(coaches: Sequence[Coach], number: int) -> tuple[Coach, ...]:
    """So many coaches: these, and more like them, in turn."""
    free = max((coach.id for coach in coaches), default=0) + 1
    more = (replace(coaches[n % len(coaches)], id=free + n, busy=()) for n in range(number - len(coaches)))
    return (*coaches[:number], *more)


def _least(
    model: Model,
    kind: WayKind,
    values: range,
    change: Callable[[Model, int], Model],
    *,
    memory: Memory,
    meetings: Meetings,
) -> Way | None:
    """The least change of a kind that leaves hardly anybody without room, and fewer than now without a time.

    It is tried from the first that could.
    """
    spared = min(meetings.wanted * SPARED, meetings.crowded - 1)
    guess = _first(values, lambda value: _homeless(change(model, value), memory) <= spared)
    now = {WayKind.WINDOW: model.open_for, WayKind.GROUPS: model.groups, WayKind.COACHES: len(model.coaches)}[
        kind
    ]
    for value in _steps(guess, values):
        changed = change(model, value)
        sums = simulating_meetings.place(changed, simulating_people.invent(changed, memory=memory)).sums
        if sums.crowded <= spared and sums.unplaced < meetings.unplaced:
            return Way(kind=kind, value=value, more=value - now, unplaced=sums.unplaced)
    return None


def _first(values: range, suits: Callable[[int], bool]) -> int | None:
    """The least value that suits, if more never suits less; None where the most does not.

    It is looked for from below, in steps that double: usually a little is enough, and more is dearer to work out.
    """
    low, high = 0, 0
    while high < len(values) and not suits(values[high]):
        low, high = high + 1, 2 * high + 1
    if high >= len(values):
        high = len(values) - 1
        if low > high or not suits(values[high]):
            return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if suits(values[middle]) else (middle + 1, high)
    return values[low]


def _steps(guess: int | None, values: range) -> Iterator[int]:
    """The guess, and somewhat more where it was not enough."""
    if guess is not None:
        for more in MORE:
            value = guess + math.ceil(guess * more)
            if value <= values[-1]:
                yield value


def _homeless(model: Model, memory: Memory) -> int:
    """How many meetings find no day with a coach who has hours, whatever those of the participants."""
    return slots_load.load(
        _days(model, simulating_meetings.wishes(model, simulating_people.invent(model, memory=memory))),
        coaches=model.coaches,
        standing=model.standing,
    ).homeless


def _days(
    model: Model, wishes: Iterable[simulating_meetings.Wish]
) -> Mapping[int, Sequence[tuple[date, date]]]:
    coaches = {coach.id: coach for coach in model.coaches}
    found: dict[int, list[tuple[date, date]]] = {}
    for one in wishes:
        if one.person.coach is not None and coaches[one.person.coach].week is not None:
            wanted = simulating_meetings.as_wanted(one, 0, model, coaches)
            zone = coaches[one.person.coach].zone
            days = (worktime.local(at, zone).date() for at in (wanted.earliest, wanted.latest))
            first, last = days
            found.setdefault(one.person.coach, []).append((first, last))
    return found
