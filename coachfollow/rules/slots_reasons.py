"""Says why something found no time, and the cheapest ways out of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from coachfollow.rules import slots_moves, slots_offers
from coachfollow.rules.slots_board import Board
from coachfollow.rules.slots_moves import NOBODY, Others
from coachfollow.rules.slots_values import Coach, Meeting, Participant, Problem, Wanted

LATER = timedelta(days=21)  # so far beyond its window a time is looked for
RHYTHM = timedelta(days=15)  # in so long two people's weeks meet, if they ever do


class Reason(StrEnum):
    """Why there is no time, the most fundamental first."""

    NO_HOURS = "the coach has not said when they can be booked"
    OVER = "the days on which it should have been are over"
    NEVER = "the hours of the two never meet on these days"
    AWAY = "whenever their hours meet, one of the two is away or busy"
    FULL = "the coach has as many meetings on these days as they take"
    TAKEN = "all times that would suit both are taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Why something found no time, and what would help: each only where it does."""

    reason: Reason
    another_coach: Meeting | None = None
    later: Meeting | None = None
    moving: tuple[Meeting, ...] = ()  # the time it would have, and the new times of others


def explain(board: Board, wanted: Wanted, *, coaches: Sequence[int] = (), others: Others = NOBODY) -> Ways:
    """Say why, and what would help: another of these coaches, a later day, or others moved."""
    moved = slots_moves.fit(board, wanted, others=others) if others.movable else None
    return Ways(
        reason=reason(board, wanted),
        another_coach=_best(board, replace(wanted, coaches=tuple(coaches))),
        later=_best(board, replace(wanted, earliest=wanted.latest, latest=wanted.latest + LATER)),
        moving=moved.meetings if moved else (),
    )


def ever_meet(person: Participant, coach: Coach, *, since: datetime) -> bool:
    """Whether the hours of the two hold any meeting within about two weeks, were nobody busy."""
    problem = Problem(coaches={coach.id: coach}, people={person.id: person}, wanted=[])
    wanted = Wanted(
        id=0,
        plan=0,
        person=person.id,
        coaches=(coach.id,),
        ideal=since,
        earliest=since,
        latest=since + RHYTHM,
    )
    return any(True for _ in Board(problem).times(wanted, blocked=False))


def _best(board: Board, wanted: Wanted) -> Meeting | None:
    found = min(slots_offers.free(board, wanted), key=lambda one: (one[0], one[1].starts_at), default=None)
    return found[1] if found else None


def reason(board: Board, wanted: Wanted) -> Reason:
    """Why it has no time, as things stand on the board."""
    if not any(board.problem.coaches[coach].week for coach in wanted.coaches):
        return Reason.NO_HOURS
    if wanted.latest <= wanted.earliest:
        return Reason.OVER
    if not any(board.times(wanted, blocked=False)):
        return Reason.NEVER
    times = list(board.times(wanted))
    if not times:
        return Reason.AWAY
    return Reason.FULL if all(board.is_full(time) for time in times) else Reason.TAKEN
