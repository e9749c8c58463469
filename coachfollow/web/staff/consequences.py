"""Says who is told of a decision about a plan, what is taken back before it leaves, and what it means."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import assert_never

from coachfollow.flow import changing
from coachfollow.rules import slots_clashes
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import Audience, ChangeKind, PlanState, StepKind
from coachfollow.rules.levers import Add, Fit, Meet, Move, Pause, Prolong, Resume, Silence, Skip, Stop
from coachfollow.rules.snapshots import FollowUp
from coachfollow.web import saying
from coachfollow.web.staff import words
from coachfollow.web.staff.scenes import Scene

ODD: Mapping[str, str] = {
    slots_clashes.AWAY: "You are away then.",
    slots_clashes.NOT_OFFERED: "That is outside the hours you offer.",
    slots_clashes.NOT_WORKED: "That is outside the working time of {name}; better ask them first.",
}


def told(scene: Scene) -> Iterator[str]:
    """Say which mails go out because of it, and which are stopped."""
    for edit in scene.change.edits:
        yield from _calendars(scene, edit)
        if edit.asks_again:
            yield f"{scene.name} gets one mail with the question."
    yield from _stopped(scene)


def means(scene: Scene) -> Iterator[str]:
    """Say what follows from it that the dates alone do not tell."""
    match scene.lever:
        case Move() as lever:
            yield from _moved(scene, lever)
        case Meet() as lever:
            yield from _met(scene, lever)
        case Prolong():
            yield "An answer until then counts as on time."
        case Skip():
            yield f"It leaves the numbers, neither done nor missed. {scene.name} sees the reason."
        case Add() as lever:
            yield from _added(scene, lever)
        case Pause():
            yield f"Nothing is sent before that day. {scene.name} can let it go on sooner."
        case Resume():
            yield "Everything moves by the days of the pause, so nothing piles up."
        case Stop() | Silence():
            yield (
                "It is no black mark: what was done stays done, what was to come is not counted."
                " A question that was asked and is open closes without an answer."
            )
        case Fit():
            yield "What cannot be postponed within its time is left out, which is no black mark."
        case _:
            assert_never(scene.lever)
    yield from _end(scene)


def warnings(scene: Scene) -> Iterator[str]:
    """Say what speaks against a time that was chosen by hand; people may agree on it all the same."""
    lever, offer = scene.lever, scene.offer
    if not isinstance(lever, Meet) or offer is None:
        return
    ends_at = lever.starts_at + timedelta(minutes=scene.snapshot.meeting_minutes)
    found = slots_clashes.oddities(
        (lever.starts_at, ends_at),
        offered=offer.hours,
        leave=offer.leave,
        zone=scene.head.coach_zone,
        person=(scene.snapshot.week, scene.head.zone),
    )
    for oddity in found:
        yield ODD[oddity].format(name=scene.name)


def waits(scene: Scene) -> bool:
    """Whether a mail goes out because of it that waits a little, so that it can be taken back."""
    return any(True for edit in scene.change.edits for _ in _calendars(scene, edit))


def _calendars(scene: Scene, edit: Edit) -> Iterator[str]:
    if changing.has_a_new_time(edit):
        yield f"A calendar invitation goes to {scene.name} and to you. An earlier one is replaced."
    elif changing.is_freed(edit, scene.now):
        one = scene.follow_up(edit.key)
        if one and one.id in scene.foresight.told:
            yield f"A cancellation takes the meeting off the calendars of {scene.name} and yourself."
        else:
            yield "The meeting has not reached anybody's calendar, so nobody has to be told."


def _stopped(scene: Scene) -> Iterator[str]:
    kind = scene.change.kind
    about = {one.id for edit in scene.change.edits if (one := scene.follow_up(edit.key))}
    for mail in scene.foresight.waiting:
        if kind in changing.OF_THE_PLAN or (kind in changing.OF_ONE and mail.follow_up in about):
            day = saying.local_day(mail.send_at, scene.head.zone)
            yield f"Taken back before it leaves: {words.MAILS[mail.kind]} to {mail.to}, meant for {day}."


def _moved(scene: Scene, lever: Move) -> Iterator[str]:
    yield from _fitted(scene, lever)
    beside = [one for one in scene.snapshot.follow_ups if _is_beside(one, scene)]
    for one in beside:
        yield f"On that day there is something else already: {words.KINDS[one.kind]}."
    closes = saying.local_day(scene.change.edits[0].after.dates.closes_at, scene.head.zone)
    yield f"It stays open until {closes}. What comes later stays where it is."


def _is_beside(one: FollowUp, scene: Scene) -> bool:
    edit = scene.change.edits[0]
    same_day = one.course.dates.day == edit.after.dates.day and one.audience is Audience.PARTICIPANT
    return one.key != edit.key and one.is_to_come and same_day


def _fitted(scene: Scene, lever: Move | Add) -> Iterator[str]:
    """Say where the rules of working time changed what was asked for."""
    dates = scene.change.edits[0].after.dates
    if dates.day != lever.day:
        yield f"{saying.short_day(lever.day)} is no working day for {scene.name}, so it comes on the next one."
    if dates.at != lever.at:
        yield f"{lever.at:%H:%M} is outside their working hours, so it comes at {dates.at:%H:%M}."


def _met(scene: Scene, lever: Meet) -> Iterator[str]:
    if scene.head.zone != scene.head.coach_zone:
        there = saying.moment(lever.starts_at, scene.head.zone)
        yield f"For {scene.name} that is {there} ({saying.place(scene.head.zone)})."


def _added(scene: Scene, lever: Add) -> Iterator[str]:
    yield from _fitted(scene, lever)
    match scene.kind(scene.change.edits[0].key):
        case StepKind.CHECK_IN:
            lasts = scene.snapshot.meeting_minutes
            yield f"We look for {lasts} minutes that are free for both of you, near that day, and invite both."
        case StepKind.PROMPT:
            yield "It asks for nothing, and is not counted."
            if scene.head.silent_since is not None:
                yield f"No reminders are sent to {scene.name} now, and not this one either; let them go on first."
            elif scene.head.is_in_calendar:
                yield f"It comes in the calendar of {scene.name}, as they chose, and not by mail."
        case _:
            yield "It counts like every other question."


def _end(scene: Scene) -> Iterator[str]:
    before, after = scene.change.before.state, scene.change.after.state
    if before is after or scene.change.kind in {ChangeKind.PAUSED, ChangeKind.RESUMED, ChangeKind.STOPPED}:
        return
    match after:
        case PlanState.FINISHED:
            yield "Nothing more is to come after this: the follow-up is finished."
        case PlanState.STOPPED:
            yield "Nothing more is to come after this: the follow-up comes to its end."
        case _:
            yield "The follow-up runs again until this is settled."
