"""What Anna's coach may decide about her plan, and how the plan stands."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta

from coachfollow.flow import changing, placing, undoing
from coachfollow.queries import snapshots
from coachfollow.rules import changes
from coachfollow.rules.changes import Course, Footing, Key, Meeting
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState, StopReason
from coachfollow.rules.levers import Add, Lever, Meet, Move, Pause, Prolong, Skip, Stop
from coachfollow.rules.snapshots import Snapshot
from tests.flow.world import AFTER, DAY, World

ANNA, BEN, COACH = "anna@example.org", "ben@example.org", "coach@example.org"
ASKED = AFTER + 7 * DAY  # the question is open, and a reminder waits
MEETING = AFTER + 14 * DAY


def anna_is_asked(world: World) -> None:
    """Anna has been asked a week after her training; her meeting with the coach is in the outbox."""
    world.person(COACH, name="Carla Coach")
    world.bookable(COACH)
    world.bring_in(world.open_group(coaches=[COACH]), f"{ANNA}\n{BEN}\n")
    world.pass_time(ASKED)
    placing.place_due(world.session, now=ASKED)


def lever(world: World, name: str) -> Lever:
    """Something that a coach may decide about Anna's plan on that day."""
    question, meeting = world.touchpoint(ANNA, "asked"), world.touchpoint(ANNA, "talk")
    nudge, day = world.touchpoint(ANNA, "last-nudge"), (ASKED + 21 * DAY).date()
    offered: Mapping[str, Lever] = {
        "move": Move(follow_up=nudge.id, day=day, at=time(10)),
        "meet": Meet(follow_up=meeting.id, starts_at=MEETING + DAY),
        "more": Prolong(follow_up=question.id, until=day),
        "skip": Skip(follow_up=question.id, excuse=Excuse.AWAY),
        "skip the meeting": Skip(follow_up=meeting.id, excuse=Excuse.TALKED),
        "add": Add(step=question.step_id, day=day, at=time(10)),
        "pause": Pause(until=day),
        "stop": Stop(reason=StopReason.LEAVE),
    }
    found = offered[name]
    world.session.rollback()
    return found


EVERY = ["move", "meet", "more", "skip", "skip the meeting", "add", "pause", "stop"]


def decide(world: World, name: str | Lever, *, now: datetime = ASKED, wait: bool = True) -> int:
    """Let Anna's coach decide something."""
    return changing.carry_out(
        world.session,
        plan_id=world.plan(ANNA).id,
        lever=lever(world, name) if isinstance(name, str) else name,
        now=now,
        actor_id=world.person(COACH),
        wait=changing.SECOND_THOUGHTS if wait else timedelta(),
    )


def undo(world: World, change_id: int, *, now: datetime = ASKED, actor: str = COACH) -> None:
    undoing.undo(
        world.session,
        plan_id=world.plan(ANNA).id,
        change_id=change_id,
        now=now,
        actor_id=world.person(actor),
    )


def snapshot(world: World) -> Snapshot:
    found = snapshots.of(world.session, plan_id=world.plan(ANNA).id, now=ASKED)
    world.session.rollback()
    return found


def stands(world: World) -> tuple[Footing, Mapping[Key, Course]]:
    """How the plan stands, but for what was added and taken back, and whether a meeting has a row yet."""
    now = snapshot(world)
    no_meeting = Meeting(state=CheckInState.UNPLACED)
    return now.footing, {
        key: replace(course, meeting=None) if course.meeting == no_meeting else course
        for key, course in now.courses.items()
        if course.state_reason != changes.TAKEN_BACK
    }


def waiting(world: World) -> list[tuple[MessageKind, str, datetime]]:
    """What is in the outbox about Anna."""
    plan_id = world.plan(ANNA).id
    return sorted(
        (mail.kind, str(mail.person_id), mail.send_at)
        for mail in world.mails(state=MessageState.QUEUED)
        if mail.plan_id == plan_id and mail.expires_at > ASKED  # what is too late is not posted again
    )
