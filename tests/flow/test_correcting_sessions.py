"""A session's date is corrected: what counts from it moves, what was asked stays, and the preview is what is done."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select, update

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import away, changing, placing, reanchoring
from coachfollow.flow.cohorts import Meeting
from coachfollow.flow.reanchoring import Correction
from coachfollow.models import CheckIn, CheckInAttendee, Cohort, Message, Touchpoint, TrainingSession
from coachfollow.queries import letters
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState, TouchpointState
from coachfollow.rules.levers import Move
from tests.flow.world import AFTER, DAY, FIRST_MAIL, TRAINING, World

ANNA, BEN = "anna@example.org", "ben@example.org"
WEEK_LATER = TRAINING + 7 * DAY


def on(day: date, at: time = time(9)) -> Meeting:
    return Meeting(begins=datetime.combine(day, at), minutes=180)


def group(world: World) -> Cohort:
    return world.session.scalars(select(Cohort)).one()


def correct(world: World, meeting: Meeting, *, position: int = 1, shown: str | None = None) -> Correction:
    return reanchoring.correct(
        world.session, cohort=group(world), position=position, meeting=meeting, now=AFTER, shown=shown
    )


def foresee(world: World, meeting: Meeting, *, position: int = 1) -> Correction:
    found = reanchoring.foresee(
        world.session, cohort=group(world), position=position, meeting=meeting, now=AFTER
    )
    world.session.rollback()
    return found


def test_all_that_is_to_come_moves_with_the_session(world: World) -> None:
    world.train(ANNA, BEN)

    done = correct(world, on(WEEK_LATER))

    for one in (ANNA, BEN):
        asked = world.touchpoint(one, "asked")
        assert (asked.local_date, asked.why) == (WEEK_LATER + 7 * DAY, "7 days after the training")
    session = world.session.scalars(select(TrainingSession)).one()
    assert (session.local_date, session.ends_at - session.starts_at) == (WEEK_LATER, timedelta(hours=3))
    assert world.events("follow-up moved") == done.follows.moved == 12
    assert world.events("session corrected") == 1


def test_what_is_shown_writes_nothing_and_is_what_is_done(world: World) -> None:
    world.train(ANNA)
    before = world.touchpoint(ANNA, "asked").local_date

    seen = foresee(world, on(WEEK_LATER))
    assert world.touchpoint(ANNA, "asked").local_date == before

    done = correct(world, on(WEEK_LATER), shown=seen.follows.mark)
    assert [one.edits for one in done.follows.changed] == [one.edits for one in seen.follows.changed]


def test_what_changed_meanwhile_is_shown_anew(world: World) -> None:
    world.train(ANNA)
    seen = foresee(world, on(WEEK_LATER))
    world.session.execute(update(Touchpoint).values(state=TouchpointState.COMPLETED))
    world.session.commit()

    with pytest.raises(Conflict, match="changed meanwhile"):
        correct(world, on(WEEK_LATER), shown=seen.follows.mark)

    world.session.rollback()
    assert world.session.scalars(select(TrainingSession.local_date)).one() == TRAINING


def test_what_was_asked_never_moves(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    before = world.touchpoint(ANNA, "plan").local_date

    reanchoring.correct(
        world.session, cohort=group(world), position=1, meeting=on(WEEK_LATER), now=FIRST_MAIL + DAY
    )

    assert world.touchpoint(ANNA, "plan").local_date == before
    assert world.touchpoint(ANNA, "nudge").local_date == WEEK_LATER + 3 * DAY


def test_corrected_there_and_back_again_everything_stands_where_it_stood(world: World) -> None:
    world.train(ANNA, BEN)
    stand = select(Touchpoint.id, Touchpoint.due_at, Touchpoint.closes_at, Touchpoint.why, Touchpoint.state)
    before = world.session.execute(stand.order_by(Touchpoint.id)).all()

    correct(world, on(WEEK_LATER))
    correct(world, on(TRAINING))

    assert world.session.execute(stand.order_by(Touchpoint.id)).all() == before


def test_what_a_coach_had_moved_keeps_its_distance(world: World) -> None:
    world.train(ANNA)
    asked, day = world.touchpoint(ANNA, "asked"), TRAINING + 8 * DAY
    lever = Move(follow_up=asked.id, day=day, at=asked.local_time)
    changing.carry_out(world.session, plan_id=asked.plan_id, lever=lever, now=AFTER, actor_id=None)

    correct(world, on(WEEK_LATER))

    assert world.touchpoint(ANNA, "asked").local_date == day + 7 * DAY


def test_a_placed_meeting_leaves_both_calendars_and_is_placed_anew(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    numbers = select(func.sum(CheckInAttendee.sequence))
    before = world.session.scalar(numbers) or 0

    assert correct(world, on(WEEK_LATER)).follows.freed == 1

    meeting = world.session.scalars(select(CheckIn)).one()
    assert (meeting.state, meeting.reason) == (
        CheckInState.UNPLACED,
        "the date of the training was corrected",
    )
    assert (world.session.scalar(numbers) or 0) == before + 2
    assert world.kinds(to=ANNA, state=MessageState.CANCELLED) == [MessageKind.INVITATION]


def test_whoever_has_the_meeting_in_their_calendar_is_told_and_the_mail_can_be_written(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    world.session.execute(update(Message).values(state=MessageState.SENT))
    world.session.commit()

    told = foresee(world, on(WEEK_LATER)).follows.told
    assert [(one.name, one.is_coach) for one in told] == [("coach", True), ("Anna", False)]

    correct(world, on(WEEK_LATER))
    mails = world.mails(kind=MessageKind.CANCELLATION)
    written = letters.gatherings(world.session, attendee_ids=[one.attendee_id or 0 for one in mails])
    assert len(mails) == len(written) == 2


def test_what_would_have_been_days_ago_is_left_out_but_the_plan_is_asked_for(world: World) -> None:
    world.train(ANNA)

    done = correct(world, on(TRAINING - 30 * DAY))

    states = world.states(ANNA)
    assert (states["plan"], states["nudge"], states["asked"]) == (
        TouchpointState.PLANNED,
        TouchpointState.CANCELLED,
        TouchpointState.CANCELLED,
    )
    assert done.follows.left_out == world.events("follow-up left out") == 3
    assert states["half-a-year-later"] is TouchpointState.PLANNED


def test_who_was_there_after_all_begins_with_the_corrected_dates(world: World) -> None:
    cohort = world.open_group()
    world.invite(cohort, f"{ANNA}\n{BEN}\n")
    world.attend(cohort, f"{ANNA}\n")

    correct(world, on(WEEK_LATER))
    world.attend(cohort, f"{ANNA}\n{BEN}\n")

    asked = world.touchpoint(BEN, "asked")
    assert (asked.state, asked.local_date) == (TouchpointState.PLANNED, WEEK_LATER + 7 * DAY)


def test_a_later_hour_of_the_same_day_moves_no_follow_up(world: World) -> None:
    world.train(ANNA)
    assert correct(world, on(TRAINING, time(13))).follows.moved == 0
    assert world.session.scalars(select(TrainingSession.starts_at)).one().hour == 12


@pytest.mark.parametrize(
    ("position", "day", "refusal", "sentence"),
    [
        (3, TRAINING, NotFound, "no session 3; it has 2"),
        (1, TRAINING, Conflict, "takes place then already"),
        (1, TRAINING + 9 * DAY, Invalid, "their order has to stay"),
        (2, TRAINING - DAY, Invalid, "their order has to stay"),
    ],
    ids=["unknown", "unchanged", "behind the next", "before the one before"],
)
def test_what_cannot_be_gets_a_sentence(
    world: World, position: int, day: date, refusal: type[Exception], sentence: str
) -> None:
    world.open_group(days=(TRAINING, TRAINING + 7 * DAY))
    with pytest.raises(refusal, match=sentence):
        correct(world, on(day), position=position)


def test_what_a_leave_had_left_out_comes_when_the_new_day_lies_outside_it_and_the_other_way_round(
    world: World,
) -> None:
    world.train(ANNA)
    leave = Leave(first=TRAINING + 6 * DAY, last=TRAINING + 30 * DAY)
    away.go(world.session, person_id=world.plan(ANNA).person_id, leave=leave, now=AFTER, actor_id=None)
    assert world.states(ANNA)["asked"] is TouchpointState.EXCUSED

    correct(world, on(TRAINING + 60 * DAY))
    assert world.states(ANNA)["asked"] is TouchpointState.PLANNED

    correct(world, on(TRAINING))
    assert world.states(ANNA)["asked"] is TouchpointState.EXCUSED
