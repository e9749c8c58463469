"""A coach's calendar: meetings, what their people are asked that day, and when they are away themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from coachfollow.queries import diary, hours, worktimes
from coachfollow.queries.diary import Dated
from coachfollow.rules import days_off
from coachfollow.rules.wall import View
from coachfollow.web import policies
from coachfollow.web.staff import leafing
from coachfollow.web.staff.leafing import Leaf, Some

pages = Blueprint("diary", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of a day a sheet has room for, so that a page stays light whatever there is."""

    meetings: int
    wanting: int
    asked: int


ROOM: Mapping[View, Room] = {
    View.MONTH: Room(meetings=3, wanting=2, asked=6),
    View.WEEK: Room(meetings=12, wanting=8, asked=20),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a coach's day holds."""

    off: str
    meetings: Some[Dated]
    wanting: Some[Dated]
    asked: Some[Dated]


@pages.get("/calendar")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show a month or a week of the visitor's own people."""
    leaf = leafing.opened(hours.zone(g.session, person_id=g.actor.person_id))
    days = _days(leaf)
    return render_template(
        "staff/diary.html",
        leaf=leaf,
        days=days,
        is_empty=not any(
            one.off or one.meetings.count or one.wanting.count or one.asked.count for one in days.values()
        ),
    ), leaf.status


def _days(leaf: Leaf) -> Mapping[date, Day]:
    coach_id, room = g.actor.person_id, ROOM[leaf.sheet.view]
    dated = diary.of_coach(g.session, coach_id=coach_id, since=leaf.since, until=leaf.until, now=g.now)
    times = worktimes.of_person(g.session, person_id=coach_id, now=leaf.read_at)
    found = leafing.by_day(dated, at=lambda one: one.at, zone=leaf.zone)
    return {day: _day(found.get(day, ()), days_off.said(times, day), room) for day in leaf.sheet.days}


def _day(rows: Sequence[Dated], off: str, room: Room) -> Day:
    meetings = [one for one in rows if one.is_meeting]
    wanting = [one for one in rows if one.wants_a_time]
    asked = [one for one in rows if not one.is_meeting and not one.wants_a_time]
    return Day(
        off=off,
        meetings=leafing.some(meetings, room.meetings),
        wanting=leafing.some(wanting, room.wanting),
        asked=leafing.some(asked, room.asked),
    )
