"""Says what a decision about a plan will change before it is taken, follow-up by follow-up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

from coachfollow.flow import changing
from coachfollow.rules import decisions, snapshots, worktime
from coachfollow.rules.changes import Course, Edit
from coachfollow.rules.kinds import CheckInState, StepKind, TouchpointState
from coachfollow.rules.levers import Add, Fit, Lever, Meet, Move, Pause, Prolong, Resume, Silence, Skip, Stop
from coachfollow.web import saying
from coachfollow.web.staff import consequences, words
from coachfollow.web.staff.scenes import Scene

NOT_YET = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One follow-up that changes: what it is, how it stands, how it will."""

    what: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Everything that a page says before a decision is confirmed."""

    title: str
    confirm: str
    rows: Sequence[Row]
    told: Sequence[str]
    warnings: Sequence[str]
    means: Sequence[str]
    undo: str


def of(scene: Scene) -> Preview:
    """Say what a decision changes."""
    title, confirm = _title(scene)
    told = list(consequences.told(scene))
    return Preview(
        title=title,
        confirm=confirm,
        rows=[row for edit in _edits(scene) if (row := _row(scene, edit)).was != row.becomes],
        told=told or [f"Nobody gets a mail about this. {scene.name} sees it on their own page."],
        warnings=list(consequences.warnings(scene)),
        means=list(consequences.means(scene)),
        undo=_undo(scene),
    )


def _title(scene: Scene) -> tuple[str, str]:
    """The heading, and what the button says that does it."""
    lever = scene.lever
    match lever:
        case Move():
            title, confirm = f"Move the {_one(scene)} to {_day(scene)}", "Move it"
        case Meet():
            title, confirm = (
                f"Meet on {saying.moment(lever.starts_at, scene.head.coach_zone)}",
                "Invite both of us",
            )
        case Prolong():
            title, confirm = f"Give more time until {saying.day(lever.until)}", "Give more time"
        case Skip():
            title, confirm = f"Leave out the {_one(scene)}", "Leave it out"
        case Add():
            title, confirm = f"Add a {_one(scene)} on {_day(scene)}", "Add it"
        case Pause():
            title, confirm = f"Pause until {saying.day(lever.until)}", "Pause"
        case Resume():
            title, confirm = "Let it go on now", "Go on"
        case Stop() | Silence():
            title, confirm = "Stop this follow-up", "Stop it for good"
        case Fit():
            title, confirm = "Move what lies outside working time", "Move it"
        case _:
            assert_never(lever)
    return title, confirm


def done(lever: Lever) -> str:
    """Say that it was done."""
    match lever:
        case Move():
            said = "Moved."
        case Meet():
            said = "The time is set; you both get an invitation."
        case Prolong():
            said = f"There is time until {saying.day(lever.until)} now."
        case Skip():
            said = "Excused. It is outside the numbers now."
        case Add():
            said = "Added."
        case Pause():
            said = f"Paused until {saying.day(lever.until)}. Nothing is sent before that day."
        case Resume():
            said = "It goes on; what was still to come has moved by the length of the pause."
        case Stop() | Silence():
            said = "Stopped. Nothing more is sent, and meetings leave both calendars."
        case Fit():
            said = "Everything to come lies in working time now."
        case _:
            assert_never(lever)
    return said


def _one(scene: Scene) -> str:
    return words.SHORT_KINDS[scene.kind(scene.change.edits[0].key)]


def _day(scene: Scene) -> str:
    return saying.day(scene.change.edits[0].after.dates.day)


def _edits(scene: Scene) -> Iterator[Edit]:
    """What changes; a pause shows the days on which things come if it lasts as long as planned."""
    if not isinstance(scene.lever, Pause):
        yield from scene.change.edits
        return
    paused = snapshots.after(scene.snapshot, scene.change)
    for edit in decisions.goes_on(paused, on=scene.lever.until, now=scene.now).edits:
        yield replace(edit, before=scene.snapshot.courses[edit.key])


def _row(scene: Scene, edit: Edit) -> Row:
    kind = scene.kind(edit.key)
    return Row(
        what=words.capital(words.SHORT_KINDS[kind]),
        was=_stands(scene, edit.before, kind) if edit.before else NOT_YET,
        becomes=_stands(scene, edit.after, kind),
    )


def _stands(scene: Scene, course: Course, kind: StepKind) -> str:
    """How a follow-up stands, in a few words."""
    dates = course.dates
    match course.state:
        case TouchpointState.PLANNED | TouchpointState.OPEN if kind is StepKind.CHECK_IN:
            said = _meeting(scene, course)
        case TouchpointState.PLANNED:
            said = f"{saying.short_day(dates.day)}, {dates.at:%H:%M}"
        case TouchpointState.OPEN:
            closes = worktime.local(dates.closes_at, scene.head.zone).date()
            said = f"open until {saying.short_day(closes)}"
        case TouchpointState.MISSED if kind is StepKind.CHECK_IN:
            meeting = course.meeting.state if course.meeting else None
            said = words.follow_up_state(course.state, kind, meeting)
        case TouchpointState.MISSED:
            said = f"closed without an answer ({saying.short_day(dates.day)})"
        case TouchpointState.EXCUSED:
            said = f"excused: {course.state_reason}"
        case TouchpointState.CANCELLED:
            said = "left out"
        case TouchpointState.COMPLETED:
            said = "done"
        case _:
            assert_never(course.state)
    return said


def _meeting(scene: Scene, course: Course) -> str:
    meeting = course.meeting
    if meeting and meeting.state is CheckInState.PLACED and meeting.starts_at:
        return f"{saying.moment(meeting.starts_at, scene.head.coach_zone)}, on your clock"
    return f"about {saying.short_day(course.dates.day)}, no time yet"


def _undo(scene: Scene) -> str:
    if not consequences.waits(scene):
        return "You can take this back for a day, as long as nothing else has changed."
    if changing.is_soon(scene.change, scene.now):
        return "The meeting is near, so calendars are told at once, and this cannot be taken back."
    minutes = changing.SECOND_THOUGHTS // timedelta(minutes=1)
    return f"Calendars are told {minutes} minutes after you confirm. Until then you can take it back."
