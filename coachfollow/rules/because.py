"""Says why a follow-up comes on its day once it was moved: each reason stands there once, the first one first."""

import re
from datetime import date

from coachfollow.rules import worktime
from coachfollow.rules.worktime import Hours

_MOVED = ", moved from "  # as `worktime.moved` begins: a second move takes the place of the first
_RESTED = re.compile(r", (\d+) days? later because of a pause")
_AGAIN = ", again after a pause"


def moved(why: str, *, week: Hours, wanted: date, day: date) -> str:
    """Add that it comes on a working day instead of the one that was wanted."""
    return f"{why.split(_MOVED, maxsplit=1)[0]}, {worktime.moved(week, wanted, day)}"


def rested(why: str, *, days: int, week: Hours, wanted: date, day: date) -> str:
    """Add that a pause moved it by so many days, and to a working day if need be; two pauses count as one."""
    bare = why.split(_MOVED, maxsplit=1)[0]
    earlier = _RESTED.search(bare)
    days += int(earlier[1]) if earlier else 0
    said = f"{_RESTED.sub('', bare)}, {days} {'day' if days == 1 else 'days'} later because of a pause"
    return said if day == wanted else moved(said, week=week, wanted=wanted, day=day)


def asked_again(why: str) -> str:
    """Add that it had been asked before a pause, and is asked again after it."""
    bare = why.split(_MOVED, maxsplit=1)[0].removesuffix(_AGAIN)
    return f"{bare}{_AGAIN}"
