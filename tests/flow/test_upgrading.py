"""A group takes the newest version of its programme: what is to come follows it, what was asked stays as it was."""

import pytest
from sqlalchemy import func, select

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import away, placing, upgrading
from coachfollow.flow.upgrading import Upgrade
from coachfollow.models import CheckIn, Cohort, FollowUpPlan, ProgrammeVersion, Step, StepText, Touchpoint
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import CheckInState, TouchpointState
from tests.flow.world import AFTER, DAY, FIRST_MAIL, MOMENTS, TRAINING, World

ANNA, BEN = "anna@example.org", "ben@example.org"

LATER = """\
  - key: later
    kind: reflection
    when: {days: 60}
    texts:
      en: {subject: Two months on, question: "Do you still?", body: "**{{commitment}}**"}
      de: {subject: Zwei Monate, question: "Noch immer?", body: "**{{commitment}}**"}
"""


def newer(world: World, *changes: tuple[str, str]) -> None:
    """Publish the programme once more, with something replaced in its file."""
    text = MOMENTS
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    world.publish(text, now=AFTER)


def everything_else(world: World) -> None:
    """The nudge comes two days later, the last one is gone, a question is new, another is worded anew."""
    last = MOMENTS[MOMENTS.index("  - key: last-nudge") : MOMENTS.index("  - key: half-a-year-later")]
    newer(world, ("when: {days: 3}", "when: {days: 5}"), ("How is it going?", "How was it?"), (last, LATER))


def group(world: World) -> Cohort:
    return world.session.scalars(select(Cohort)).one()


def upgrade(world: World, *, shown: str | None = None) -> Upgrade:
    return upgrading.upgrade(world.session, cohort=group(world), now=FIRST_MAIL + DAY, shown=shown)


def version_of(world: World, email: str, step: str) -> int:
    """The number of the version to which a follow-up belongs."""
    return world.session.scalars(
        select(ProgrammeVersion.number)
        .join(Step, Step.version_id == ProgrammeVersion.id)
        .where(Step.id == world.touchpoint(email, step).step_id)
    ).one()


def test_what_is_to_come_follows_the_new_version_and_what_was_asked_stays(world: World) -> None:
    world.train(ANNA, BEN)
    world.open_mails(FIRST_MAIL)
    everything_else(world)

    seen = upgrading.foresee(world.session, cohort=group(world), now=FIRST_MAIL + DAY)
    world.session.rollback()
    assert (seen.follows.moved, seen.follows.added, seen.follows.left_out) == (2, 2, 2)
    assert "later" not in world.states(ANNA)

    done = upgrade(world, shown=seen.follows.mark)

    assert (done.was, done.becomes) == (1, 2)
    nudge, gone = world.touchpoint(ANNA, "nudge"), world.touchpoint(ANNA, "last-nudge")
    assert nudge.local_date == TRAINING + 6 * DAY  # a Monday: the fifth day is a Sunday
    assert (gone.state, gone.state_reason) == (TouchpointState.CANCELLED, "the programme was changed")
    assert world.touchpoint(BEN, "later").local_date == TRAINING + 62 * DAY
    assert [version_of(world, ANNA, step) for step in ("plan", "nudge", "asked", "later")] == [1, 2, 2, 2]
    assert (
        world.session.scalars(select(FollowUpPlan.programme_version_id)).all()
        == [group(world).programme_version_id] * 2
    )
    assert world.events("group upgraded") == 1
    assert world.events("follow-up added") == world.events("follow-up left out") == 2
    subject = select(StepText.subject).where(
        StepText.step_id == world.touchpoint(ANNA, "asked").step_id, StepText.locale == "en"
    )
    assert world.session.scalars(subject).one() == "How was it?"


def test_taken_twice_nothing_is_lost_or_doubled_and_what_was_lost_comes_back(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    everything_else(world)
    upgrade(world)
    with pytest.raises(Conflict, match="newest version of its programme already"):
        upgrade(world)
    world.session.rollback()

    newer(world, ("Say what you will do.", "Say what you are going to do."))
    assert upgrade(world).becomes == 3

    states = world.states(ANNA)
    assert (states["last-nudge"], states["later"]) == (TouchpointState.PLANNED, TouchpointState.CANCELLED)
    assert [version_of(world, ANNA, step) for step in ("plan", "last-nudge", "later")] == [1, 3, 2]
    assert world.session.scalar(select(func.count(Touchpoint.id))) == 8


def test_who_was_there_after_all_begins_with_the_new_version(world: World) -> None:
    cohort = world.open_group()
    world.invite(cohort, f"{ANNA}\n{BEN}\n")
    world.attend(cohort, f"{ANNA}\n")
    everything_else(world)
    upgrade(world)
    assert world.states(BEN)["later"] is TouchpointState.CANCELLED

    world.attend(cohort, f"{ANNA}\n{BEN}\n")

    states = world.states(BEN)
    assert (states["later"], states["asked"], states["last-nudge"]) == (
        TouchpointState.PLANNED,
        TouchpointState.PLANNED,
        TouchpointState.CANCELLED,
    )
    assert version_of(world, BEN, "asked") == 2


def test_what_a_leave_had_left_out_and_still_does_is_nobodys_news(world: World) -> None:
    world.train(ANNA)
    person_id = world.plan(ANNA).person_id
    long = Leave(first=TRAINING + 6 * DAY, last=TRAINING + 30 * DAY)
    away.go(world.session, person_id=person_id, leave=long, now=AFTER, actor_id=person_id)
    assert world.states(ANNA)["asked"] is TouchpointState.EXCUSED
    before, follow_ups = world.events("follow-up excused"), len(world.states(ANNA))
    newer(world, ("when: {days: 7}", "when: {days: 8}"))

    done = upgrade(world)

    assert (done.follows.moved, done.follows.left_out, done.follows.unchanged) == (0, 0, follow_ups)
    assert world.states(ANNA)["asked"] is TouchpointState.EXCUSED
    assert world.events("follow-up excused") == before


def test_a_version_that_counts_from_a_session_there_is_not_is_refused(world: World) -> None:
    world.train(ANNA)
    newer(world, ("when: {days: 3}", "when: {days: 3, session: 4}"))
    with pytest.raises(Invalid, match="does not fit a group of 1 session:"):
        upgrade(world)


TALK = MOMENTS[MOMENTS.index("  - key: talk") : MOMENTS.index("  - key: last-nudge")]
COACH = "coach@example.org"


def meeting(world: World) -> CheckIn:
    """Anna's only meeting, as it stands now."""
    world.session.rollback()
    return world.session.scalars(select(CheckIn)).one()


def test_a_meeting_that_a_later_version_has_again_is_placed_again(world: World) -> None:
    cohort = world.open_group(coaches=[COACH])
    world.bookable(COACH)
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    newer(world, (TALK, ""))
    upgrade(world)
    assert meeting(world).state is CheckInState.CANCELLED
    newer(world, ("How is it going?", "How was it?"))

    upgrade(world)

    assert world.states(ANNA)["talk"] is TouchpointState.PLANNED
    assert meeting(world).state is CheckInState.UNPLACED
    placing.place_due(world.session, now=FIRST_MAIL + DAY)
    assert meeting(world).state is CheckInState.PLACED
