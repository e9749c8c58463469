"""The calendar of an L&D team: sessions of its groups, and how many follow-ups come to each of them when."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from coachfollow.queries import choices, hours, outlook, sight, worktimes
from coachfollow.queries.labels import Directory
from coachfollow.queries.outlook import Asked, Comes, Meets
from coachfollow.rules import days_off
from coachfollow.rules.access import Action
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.wall import View
from coachfollow.web import policies
from coachfollow.web.staff import asked_for, leafing, targets
from coachfollow.web.staff.leafing import Leaf, Some
from coachfollow.web.staff.numbers import MOST_CHOICES

pages = Blueprint("outlook", __name__)

NAMES = ("group", "coach")

# what a day is told of, in this order: one of it, several
WORDS: Mapping[str, tuple[str, str]] = {
    "meetings": ("meeting", "meetings"),
    "questions": ("question", "questions"),
    "reminders": ("reminder", "reminders"),
    "cards": ("manager’s card", "managers’ cards"),
}
_TOLD_AS: Mapping[StepKind, str] = {
    StepKind.CHECK_IN: "meetings",
    StepKind.COMMITMENT: "questions",
    StepKind.REFLECTION: "questions",
    StepKind.UNPROMPTED: "questions",
    StepKind.PROMPT: "reminders",
    StepKind.SPONSOR: "cards",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much of a day a sheet has room for, so that a page stays light whatever there is."""

    sessions: int
    groups: int


ROOM: Mapping[View, Room] = {View.MONTH: Room(sessions=3, groups=6), View.WEEK: Room(sessions=12, groups=20)}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfGroup:
    """What comes to one group on one day."""

    group: str
    public_id: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What comes on a day: to everybody, and group by group."""

    off: str
    sessions: Some[Meets]
    counts: Mapping[str, int]
    groups: Some[OfGroup]


@pages.get("/groups/calendar")
@policies.allowed(Action.IMPORT, targets.any_group)
def show() -> ResponseReturnValue:
    """Show a month or a week of the groups that are the visitor's to run."""
    area = sight.area(g.actor, Action.IMPORT)
    known = choices.choices(g.session, organisation_id=g.actor.organisation_id, area=area)
    leaf = leafing.opened(hours.zone(g.session, person_id=g.actor.person_id))
    words = {name: value for name in NAMES if (value := request.args.get(name, "").strip())}
    asked = Asked(
        organisation_id=g.actor.organisation_id,
        area=area,
        since=leaf.since,
        until=leaf.until,
        cohort_id=asked_for.named(known.groups, words.get("group")),
        coach_id=asked_for.named(known.coaches, words.get("coach")),
    )
    days = _days(leaf, asked)
    return render_template(
        "staff/outlook.html",
        leaf=leaf,
        days=days,
        is_empty=not any(one.off or one.sessions.count or one.groups.count for one in days.values()),
        words=words,
        told=WORDS,
        most=MOST_CHOICES,
        choices=_choices(known),
    ), leaf.status


def _choices(known: Directory) -> Mapping[str, Sequence[choices.Choice]]:
    return {"group": choices.offered(known.groups), "coach": choices.offered(known.coaches)}


def _days(leaf: Leaf, asked: Asked) -> Mapping[date, Day]:
    """Closed days and holidays are the reader's own; their leave is not the groups' matter."""
    room = ROOM[leaf.sheet.view]
    times = replace(worktimes.of_person(g.session, person_id=g.actor.person_id, now=leaf.read_at), leave=())
    met = leafing.by_day(
        outlook.sessions(g.session, asked=asked), at=lambda one: one.starts_at, zone=leaf.zone
    )
    come = leafing.by_day(outlook.to_come(g.session, asked=asked), at=lambda one: one.at, zone=leaf.zone)
    return {
        day: Day(
            off=days_off.said(times, day),
            sessions=leafing.some(met.get(day, ()), room.sessions),
            counts=_counts(come.get(day, ())),
            groups=leafing.some(_groups(come.get(day, ())), room.groups),
        )
        for day in leaf.sheet.days
    }


def _groups(rows: Sequence[Comes]) -> Sequence[OfGroup]:
    groups: dict[tuple[str, str], list[Comes]] = {}
    for one in rows:
        groups.setdefault((one.group, one.public_id), []).append(one)
    return [
        OfGroup(group=group, public_id=public_id, counts=_counts(theirs))
        for (group, public_id), theirs in groups.items()
    ]


def _counts(rows: Sequence[Comes]) -> Mapping[str, int]:
    counted = Counter[str]()
    for one in rows:
        counted[_TOLD_AS[one.kind]] += one.count
    return {name: counted[name] for name in WORDS if counted[name]}
