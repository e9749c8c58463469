"""Says what keeps somebody from working on a day that is not simply their weekend."""

from datetime import date

from coachfollow.rules.absences import Leave
from coachfollow.rules.worktime import WorkingTime

CLOSED = "closed"


def said(times: WorkingTime, day: date) -> str:
    """Why a day is off, or half of it: the house before the person, leave before holidays; nothing on usual days."""
    if any(closure.covers(day) for closure in times.closures):
        return CLOSED
    away = next((leave for leave in times.leave if leave.covers(day)), None)
    if away is not None:
        return _away(away, day)
    return times.holidays.get(day, "") if day not in times.roster else ""


def _away(leave: Leave, day: date) -> str:
    if leave.from_noon and day == leave.first:
        return "away from noon"
    if leave.until_noon and day == leave.last:
        return "away until noon"
    return "away"
