"""What can be decided about one plan by hand, each decision as a value."""

from dataclasses import dataclass
from datetime import date, datetime, time

from coachfollow.rules.cadence import Sessions
from coachfollow.rules.changes import Change
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import StopReason
from coachfollow.rules.tempo import Tempo


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Ask or remind on another day, at another time, on the person's clock."""

    follow_up: int
    day: date
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Meet:
    """Meet at this instant."""

    follow_up: int
    starts_at: datetime
    is_own: bool = False  # the participant chose it, not the coach


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Say that a meeting took place, or that it did not."""

    follow_up: int
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prolong:
    """Let a question be answered until the end of this day, also one that has closed."""

    follow_up: int
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """Leave a follow-up out of the numbers, for this reason."""

    follow_up: int
    excuse: Excuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """One more of a step of the programme, on a day of its own."""

    step: int
    day: date
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Hold everything until this day, on which it goes on."""

    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Go on; everything moves by the days of the pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """End the plan for this reason; none is a black mark."""

    reason: StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Send nothing more of a plan that has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Let everything to come lie in working time, as it is known now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """Let another rhythm date what is still to come; the sessions it counts from are those of the group."""

    was: Tempo
    becomes: Tempo
    sessions: Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class Restart:
    """Start again what this stop had ended; `agreed` where somebody does it for its person, who asked for it."""

    stop: Change
    agreed: bool = False


Lever = Move | Meet | Prolong | Skip | Add | Pause | Resume | Stop | Silence | Fit
