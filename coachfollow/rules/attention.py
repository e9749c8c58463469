"""Which of a coach's people need them today, and why: the reasons that cannot wait come first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coachfollow.rules.kinds import Audience, Barrier, PlanState, TouchpointState

IN_A_ROW = 2
BOOKED_AHEAD_DAYS = 14  # so long before its day, a meeting should have a time
UNPLANNED_DAYS = 7  # so long somebody may take to write their plan; a week has five working days for most


class Need(StrEnum):
    """Why somebody needs their coach, the most pressing first."""

    UNREACHABLE = "unreachable"
    MARK_MEETING = "mark_meeting"
    SILENT = "silent"
    MISSED_TWICE = "missed_twice"
    NO_PLAN = "no_plan"
    NO_LONGER_FITS = "no_longer_fits"
    BARRIER = "barrier"
    NOTHING_BOOKED = "nothing_booked"
    UNREAD = "unread"


_RANK = {need: rank for rank, need in enumerate(Need)}


@dataclass(frozen=True, slots=True)
class Spot:
    """One follow-up, and its day."""

    follow_up: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason: the follow-up it is about if it is one, and what its sentence names (a number, a cause, codes)."""

    need: Need
    spot: Spot | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What is known of one plan today.

    `is_unreachable` says that the mail server knows nobody of its person's address.
    `settled` are the questions that were answered or missed, the latest last, and `last_missed` is the latest
    of them if it was missed; in a silence nothing reminds of any, and a meeting that was held ends no row.
    `unplanned` is the question for their own plan,
    open for a week. `unmarked` are meetings that are over and not
    marked; `unbooked` is a meeting without a time, whether its day comes or has passed, and `misfit` one that stands
    in calendars and no longer fits.
    """

    plan_state: PlanState
    is_unreachable: bool = False
    settled: Sequence[TouchpointState] = ()
    last_missed: Spot | None = None
    is_silent: bool = False
    unplanned: Spot | None = None
    unmarked: Sequence[Spot] = ()
    unbooked: Spot | None = None
    why_unbooked: str = ""
    misfit: Spot | None = None
    why_misfit: str = ""
    barriers: Sequence[Barrier] = ()
    unread: Sequence[Audience] = ()  # who wrote each note, the participant or their manager


def reasons(signs: Signs) -> tuple[Reason, ...]:
    """Why this person needs their coach, the most pressing first; nobody is chased during a pause.

    An address that does not exist is mended at any time: it is a break of ours, not of theirs.
    """
    found = [Reason(need=Need.MARK_MEETING, spot=spot) for spot in signs.unmarked]
    if signs.is_unreachable and signs.plan_state in {PlanState.ACTIVE, PlanState.PAUSED}:
        found.append(Reason(need=Need.UNREACHABLE))
    if signs.plan_state is PlanState.ACTIVE:
        found += _of_a_running_plan(signs)
    if signs.barriers:
        found.append(Reason(need=Need.BARRIER, detail=",".join(dict.fromkeys(signs.barriers))))
    if signs.unread:
        found.append(Reason(need=Need.UNREAD, detail=",".join(signs.unread)))
    return tuple(sorted(found, key=lambda reason: _RANK[reason.need]))


def urgency(found: Sequence[Reason]) -> tuple[int, int]:
    """The place in the order of those who need their coach: the smaller the sooner."""
    return min((_RANK[reason.need] for reason in found), default=len(_RANK)), -len(found)


def _of_a_running_plan(signs: Signs) -> list[Reason]:
    found: list[Reason] = []
    count = missed_in_a_row(signs.settled)
    if signs.is_silent or count >= IN_A_ROW:
        need = Need.SILENT if signs.is_silent else Need.MISSED_TWICE
        found.append(Reason(need=need, spot=signs.last_missed, detail=str(count or "")))
    if signs.unplanned is not None:
        found.append(Reason(need=Need.NO_PLAN, spot=signs.unplanned))
    if signs.misfit is not None:
        found.append(Reason(need=Need.NO_LONGER_FITS, spot=signs.misfit, detail=signs.why_misfit))
    if signs.unbooked is not None:
        found.append(Reason(need=Need.NOTHING_BOOKED, spot=signs.unbooked, detail=signs.why_unbooked))
    return found


def missed_in_a_row(settled: Sequence[TouchpointState]) -> int:
    """How many of the latest questions went unanswered, one after the other."""
    count = 0
    for state in reversed(settled):
        if state is not TouchpointState.MISSED:
            break
        count += 1
    return count
