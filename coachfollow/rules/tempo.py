"""The rhythm somebody chose: fewer or more reminders of their plan, a weekday, a time, a channel; and what it moves.

Nothing mandatory is left out: it thins or thickens reminders, which are in no number, and moves questions by days.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

from coachfollow.rules.cadence import StepRule
from coachfollow.rules.kinds import Channel, Pace, StepKind
from coachfollow.rules.worktime import Hours

OWN_DAY = frozenset({StepKind.PROMPT, StepKind.REFLECTION})
OWN_TIME = OWN_DAY | {StepKind.UNPROMPTED}
ROOM = timedelta(days=7)  # one more reminder comes halfway between two that are as far apart, or farther
NEAR = timedelta(days=3)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEK = len(WEEKDAYS)
_AHEAD = 8  # weeks: rosters and weeks that take turns come round within them

FEWER = "fewer reminders were asked for"
MORE = "halfway to the next reminder, because more were asked for"
CHOSEN = "another rhythm was chosen"
# why a reminder is done without a mail
IN_CALENDAR = "it stood in their calendar, as they chose, and was not mailed"


class Freedom(StrEnum):
    """What of their rhythm a programme lets people choose."""

    RHYTHM = "rhythm"
    WEEKDAY = "weekday"
    TIME = "time"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """What somebody chose for one follow-up; nothing means as the programme has it. Monday is weekday 0.

    The channel moves nothing: it says how reminders come, not when.
    """

    pace: Pace = Pace.NORMAL
    weekday: int | None = None
    at: time | None = None
    channel: Channel = Channel.MAIL


AS_PLANNED = Tempo()


def problems(own: Tempo, *, allowed: Collection[Freedom], week: Hours, today: date) -> Mapping[str, str]:
    """Say what somebody cannot choose, beside which field: what their programme keeps, hours they do not work."""
    found: dict[str, str] = {}
    chosen = {
        Freedom.RHYTHM: own.pace is not Pace.NORMAL,
        Freedom.WEEKDAY: own.weekday is not None,
        Freedom.TIME: own.at is not None,
        Freedom.CHANNEL: own.channel is not Channel.MAIL,
    }
    for one, is_chosen in chosen.items():
        if is_chosen and one not in allowed:
            found[one] = "This programme keeps it as it is."
    weeks = [today + timedelta(days=n) for n in range(_AHEAD * WEEK)]
    days = [day for day in weeks if own.weekday in {None, day.weekday()} and week.usual.on(day)]
    if not days and own.weekday is not None:
        found.setdefault(
            Freedom.WEEKDAY, f"You do not work on a {WEEKDAYS[own.weekday]}; choose another day."
        )
    if days and own.at is not None and not any(_works(week.usual, day, own.at) for day in days):
        found.setdefault(Freedom.TIME, "That is outside your working hours; choose another time.")
    return found


def _works(week: Hours, day: date, at: time) -> bool:
    return any(span.start <= at < span.end for span in week.on(day))


def timed(steps: Sequence[StepRule], tempo: Tempo) -> Sequence[StepRule]:
    """The steps at the time of day that was chosen, where it is theirs to choose."""
    if tempo.at is None:
        return steps
    return [replace(step, at=tempo.at) if step.kind in OWN_TIME else step for step in steps]


def on_weekday(steps: Sequence[StepRule], wanted: Mapping[str, date], tempo: Tempo) -> Mapping[str, date]:
    """The days that questions and reminders want, each on the next of the weekday that was chosen.

    One that would come with the next of its kind then, or after it, stays on its own day.
    """
    if tempo.weekday is None:
        return wanted
    found = dict(wanted)
    after: dict[StepKind, date] = {}
    own = [step for step in steps if step.key in wanted and step.kind in OWN_DAY and step.offset_days >= 0]
    for step in sorted(own, key=lambda step: wanted[step.key], reverse=True):
        day = next_weekday(wanted[step.key], tempo.weekday)
        if step.kind not in after or day < after[step.kind]:
            found[step.key] = day
        after[step.kind] = found[step.key]
    return found


def next_weekday(day: date, weekday: int | None) -> date:
    """This day, or the next that is such a weekday."""
    return day if weekday is None else day + timedelta(days=(weekday - day.weekday()) % WEEK)


def halfway(one: date, other: date, tempo: Tempo) -> date | None:
    """The day of one more reminder between two, if there is room for it."""
    if tempo.pace is not Pace.CLOSER or other - one < ROOM:
        return None
    day = next_weekday(one + (other - one) // 2, tempo.weekday)
    return day if min(day - one, other - day) >= NEAR else None


def reminders(days: tuple[int, ...], pace: Pace | None) -> tuple[int, ...]:
    """When a question is recalled: once less for whoever asked for fewer."""
    return days[:-1] if pace is Pace.LIGHTER else days
