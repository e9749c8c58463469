"""Counts what a coach's limits leave on a day and in a week."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coachfollow.rules import slots_time
from coachfollow.rules.slots_values import Coach, Meeting


@dataclass(slots=True)
class Room:
    """The limits of some coaches, and how much of them is used; days and weeks are those of each coach's clock."""

    coaches: Mapping[int, Coach]
    _days: Counter[tuple[int, int]] = field(default_factory=Counter)
    _weeks: Counter[tuple[int, int]] = field(default_factory=Counter)

    def count(self, meetings: Iterable[Meeting]) -> None:
        """Count meetings in."""
        for one in meetings:
            self.use(one.coach, slots_time.local_day(one.starts_at, self.coaches[one.coach].zone))

    def use(self, coach: int, day: int, *, by: int = 1) -> None:
        """Count one more on a day, or one less."""
        self._days[coach, day] += by
        self._weeks[coach, slots_time.week_of(day)] += by

    def on(self, coach: int, day: int) -> int | None:
        """How many more meetings a day holds; None where there is no limit."""
        limit = self.coaches[coach].a_day
        return None if limit is None else max(0, limit - self._days[coach, day])

    def within(self, coach: int, week: int) -> int | None:
        """How many more meetings a week holds; None where there is no limit."""
        limit = self.coaches[coach].a_week
        return None if limit is None else max(0, limit - self._weeks[coach, week])
