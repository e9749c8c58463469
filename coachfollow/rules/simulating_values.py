"""What a simulation is about, and what it finds, as values: people and coaches in; mails and meetings out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from coachfollow.rules import planning
from coachfollow.rules.adapting import NO_RULES, Rules
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Cause, MessageKind, StepKind
from coachfollow.rules.limits import Limits
from coachfollow.rules.slots_values import Coach, Meeting
from coachfollow.rules.worktime import WorkingTime

RESPONSE = 0.6  # the share of questions that is answered, where nobody says another
RESPONSES = (0.4, 0.6, 0.8)  # the shares that are compared
# of the answers, where nobody says another share: an assumption of ours, see docs/decisions.md
NO_OPPORTUNITY, AS_INTENDED = 0.15, 0.5
WIDEST = 42  # days: a meeting that comes six weeks late is about something else
MOST_GROUPS = 12
USUAL = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of people: where they live, when they work there; `share` is how many of all, against other kinds."""

    zone: str
    hours: WorkingTime
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """People, coaches and a programme that are to be simulated; the same model gives the same story.

    Groups begin `every` days after each other; `window` is how many days after its day a meeting may be, at least.
    `away` is the share of people who have one or two weeks off while it lasts; `a_manager` how many people one
    manager leads, 0 for no managers; `no_opportunity` and `as_intended` the shares of answers that say so, to which
    the programme `adapts`. `standing` is what the coaches' calendars hold already, with people of negative numbers.
    """

    steps: tuple[StepRule, ...]
    sessions: Sessions
    participants: int
    kinds: tuple[Kind, ...]
    coaches: tuple[Coach, ...]
    seed: int
    silent_after: int | None = None
    adapts: Rules = NO_RULES
    no_opportunity: float = NO_OPPORTUNITY
    as_intended: float = AS_INTENDED
    groups: int = 1
    every: int = 7
    window: int
    notice: timedelta
    ahead: timedelta
    limits: Limits = USUAL
    away: float = 0.2
    a_manager: int = 8
    standing: Sequence[Meeting] = ()

    @property
    def open_for(self) -> int:
        """How many days after its day a meeting may be, as the programme and the house have it."""
        meetings = [step for step in self.steps if step.kind is StepKind.CHECK_IN]
        days = [planning.OPEN_DAYS if step.open_days is None else step.open_days for step in meetings]
        return max([self.window, *days])


class WayKind(StrEnum):
    """What could be changed, the least trouble first."""

    WINDOW = "window"
    GROUPS = "groups"
    COACHES = "coaches"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One change that was tried: what it would then be, by how much that is more, and how many still find no time."""

    kind: WayKind
    value: int
    more: int
    unplaced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoachWeek:
    """One coach's week: the meetings whose day lies in it, those that take place in it, and how many it holds."""

    coach: int
    monday: date
    wanted: int
    used: int
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week of all coaches together."""

    monday: date
    wanted: int
    used: int
    room: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meetings:
    """What became of the meetings that were wanted; `reasons` says why some have no time."""

    wanted: int
    placed: int
    unplaced: int
    reasons: Mapping[str, int]
    crowded: int  # of those without a time, how many more room would help
    by_coach: Sequence[CoachWeek]
    weeks: Sequence[Week]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailed:
    """The mails of one day, by what they are for."""

    day: date
    mails: int
    kinds: Mapping[MessageKind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What becomes of every question, and every meeting that has a time, where so large a share of it is answered."""

    response: float
    asked: int
    on_time: int
    late: int
    missed: int
    not_sent: int  # no day was left for the mail
    silent: int  # people of whom reminders rested at some time
    mails: int
    busiest: date | None
    busiest_mails: int
    waited: int  # mails that left on another day than they were meant for
    merged: int  # mails that left as a part of another
    over: int  # people with more to get than the limits allow, at some time
    adapted: Mapping[Cause, int]  # how often an answer moved something, by what it said


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Mails by day for one share of answers, and its numbers."""

    answers: Answers
    days: Sequence[Mailed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """All that was found: `story` for the response that was asked for, `answers` for each of several."""

    people: int
    managers: int
    first: date
    last: date
    left_out: int  # follow-ups that leave or closed days leave no place for
    meetings: Meetings
    story: Story
    answers: Sequence[Answers]
