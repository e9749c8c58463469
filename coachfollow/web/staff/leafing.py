"""Opens a calendar where the address says: which sheet, in whose zone, and how much of a day there is room for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Generic, TypeVar

from flask import g, request

from coachfollow.queries import worktimes
from coachfollow.rules import wall, worktime
from coachfollow.rules.wall import Sheet, View

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """The sheet that is open, as its reader's clock has it, and what was wrong with the address if anything was."""

    sheet: Sheet
    zone: str
    today: date
    problem: str

    @property
    def since(self) -> datetime:
        """The instant at which the sheet begins."""
        return _midnight(self.sheet.first, self.zone)

    @property
    def until(self) -> datetime:
        """The instant at which it is over."""
        return _midnight(self.sheet.last + timedelta(days=1), self.zone)

    @property
    def read_at(self) -> datetime:
        """The moment for which working times reach this sheet: what lies long before it is not read."""
        return self.since + worktimes.BACK

    @property
    def status(self) -> int:
        """How the page answers."""
        return 422 if self.problem else 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Some(Generic[T]):
    """As much of a list as there is room for, and how many more there are."""

    rows: Sequence[T]
    more: int

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.rows) + self.more


def opened(zone: str) -> Leaf:
    """Open the sheet that this request asks for; today's month where it asks for none, or for none there is."""
    today = worktime.local(g.now, zone).date()
    view = View.WEEK if request.args.get("view") == View.WEEK else View.MONTH
    asked = request.args.get("from", "").strip()
    day = _day(asked) if asked else today
    problem = "" if day else f"“{asked[:40]}” is not a day we know. Write it like {today.isoformat()}."
    return Leaf(sheet=wall.sheet(view, day or today), zone=zone, today=today, problem=problem)


def by_day(rows: Iterable[T], *, at: Callable[[T], datetime], zone: str) -> Mapping[date, Sequence[T]]:
    """Put what happens on its day, by the clock of a zone."""
    found: defaultdict[date, list[T]] = defaultdict(list)
    for row in rows:
        found[worktime.local(at(row), zone).date()].append(row)
    return found


def some(rows: Sequence[T], most: int) -> Some[T]:
    """Keep so many at most; one more is shown rather than counted."""
    shown = rows if len(rows) <= most + 1 else rows[:most]
    return Some(rows=shown, more=len(rows) - len(shown))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if wall.is_known(day) else None


def _midnight(day: date, zone: str) -> datetime:
    return worktime.resolve(datetime.combine(day, time()), zone)
