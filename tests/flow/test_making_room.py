"""A meeting without a time says what would help; others move for it only when their coach says so, all at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.errors import Conflict
from coachfollow.flow import coaching, exchanging, extending, placing, undoing
from coachfollow.models import CheckIn, CheckInAttendee, Cohort, PlanChange
from coachfollow.queries import placed_meetings, ways
from coachfollow.queries.ways import Way
from coachfollow.rules.kinds import CheckInState, MessageKind
from coachfollow.rules.slots_reasons import Reason
from coachfollow.rules.slots_values import Limits
from tests.flow.world import AFTER, DAY, Stand, World

PEOPLE = ("anna@example.org", "ben@example.org", "cleo@example.org", "dora@example.org")
COACH, OTHER = "coach@example.org", "other@example.org"
WAIT = timedelta(minutes=3)


def three_of_four_have_a_time(world: World) -> None:
    """Three Tuesdays lie in the window, and the coach takes one meeting on each."""
    world.bring_in(world.open_group(coaches=(COACH,)), "".join(f"{one}\n" for one in PEOPLE))
    coaching.set_hours(
        world.session, coach_id=world.person(COACH), week="tue 10:00-10:30", link="", limits=Limits()
    )
    placing.place_due(world.session, now=AFTER)


@pytest.fixture
def full(stand: Stand) -> World:
    return stand(three_of_four_have_a_time)


def meetings(world: World) -> dict[str, CheckIn]:
    world.session.rollback()
    found = {}
    for email in PEOPLE:
        about = world.touchpoint(email, "talk").id
        found[email] = world.session.scalars(select(CheckIn).where(CheckIn.touchpoint_id == about)).one()
    return found


def left(world: World) -> str:
    """Who found no time."""
    (email,) = (one for one, meeting in meetings(world).items() if meeting.state is CheckInState.UNPLACED)
    return email


def way(world: World, email: str) -> Way:
    found = ways.of(world.session, follow_up=world.touchpoint(email, "talk").id, now=AFTER)
    assert found is not None
    return found


def make_room(world: World, email: str, *, shown: str) -> None:
    about = world.touchpoint(email, "talk").id
    exchanging.make_room(
        world.session, follow_up=about, shown=shown, now=AFTER, actor_id=world.person(COACH), wait=WAIT
    )


def test_one_of_the_others_moves_near_its_time_and_everybody_is_told(full: World) -> None:
    anna = left(full)
    found = way(full, anna)
    mine, theirs = found.steps
    before = {one: meeting.starts_at for one, meeting in meetings(full).items()}

    make_room(full, anna, shown=found.mark)

    assert found.reason is Reason.TAKEN
    assert found.later == theirs.becomes  # the Tuesday after the window: nobody would have to move for it
    after = {one: meeting.starts_at for one, meeting in meetings(full).items()}
    (moved,) = (one for one in PEOPLE if before[one] not in {None, after[one]})
    assert (after[anna], after[moved]) == (mine.becomes, theirs.becomes)
    assert (theirs.was, theirs.becomes) == (mine.becomes, mine.becomes + 7 * DAY)
    assert [mail.n for mail in full.mails(to=moved, kind=MessageKind.INVITATION)] == [0, 1]
    assert [mail.send_at for mail in full.mails(to=anna, kind=MessageKind.INVITATION)] == [AFTER + WAIT]
    full.session.rollback()


def test_both_moves_are_taken_back_the_new_one_first(full: World) -> None:
    anna = left(full)
    before = {one: meeting.starts_at for one, meeting in meetings(full).items()}
    make_room(full, anna, shown=way(full, anna).mark)
    moved, placed = full.session.scalars(select(PlanChange).order_by(PlanChange.id)).all()
    coach = full.person(COACH)

    with pytest.raises(Conflict):  # its old place is taken
        undoing.undo(full.session, plan_id=moved.plan_id, change_id=moved.id, now=AFTER, actor_id=coach)
    full.session.rollback()
    for one in (placed, moved):
        undoing.undo(full.session, plan_id=one.plan_id, change_id=one.id, now=AFTER, actor_id=coach)

    assert {one: meeting.starts_at for one, meeting in meetings(full).items()} == before


def test_nothing_is_done_once_it_would_be_something_else(full: World) -> None:
    anna = left(full)
    shown = way(full, anna).mark
    full.session.rollback()
    make_room(full, anna, shown=shown)
    before = {one: meeting.starts_at for one, meeting in meetings(full).items()}

    for mark in (shown, "", "f" * 24):
        with pytest.raises(Conflict):
            make_room(full, anna, shown=mark)
        full.session.rollback()

    assert {one: meeting.starts_at for one, meeting in meetings(full).items()} == before


def test_a_calendar_that_said_yes_is_known(full: World) -> None:
    anna, coach = left(full), full.person(COACH)
    yes = full.person(next(one for one in PEOPLE if one != anna))
    said = update(CheckInAttendee).where(CheckInAttendee.person_id.in_([yes, coach]))
    full.session.execute(said.values(partstat="ACCEPTED"))
    full.session.commit()

    found = placed_meetings.movable(full.session, coaches=[coach], since=AFTER)

    assert [one.person.id for one in found if one.said_yes] == [yes]
    assert len(found) == 3
    full.session.rollback()


def test_a_coach_of_the_group_with_room_is_named(full: World) -> None:
    anna = left(full)
    full.session.rollback()
    full.person(OTHER, name="Olga Other")
    cohort = full.session.scalars(select(Cohort)).one()
    extending.add_coach(full.session, cohort=cohort, email=OTHER, now=AFTER)
    full.bookable(OTHER)

    found = way(full, anna)
    of_group, count = ways.of_group(full.session, cohort_id=cohort.id, now=AFTER)

    assert found.another_coach == "Olga Other"
    assert found.another_at is not None
    assert found.another_at.date() == found.day
    assert (count, [one.another_coach for one in of_group]) == (1, ["Olga Other"])
    full.session.rollback()
