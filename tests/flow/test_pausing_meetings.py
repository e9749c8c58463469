"""A pause frees the calendars, and the meeting is placed anew when the follow-up goes on."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.flow import placing, plans
from coachfollow.models import CheckIn, CheckInAttendee, Message
from coachfollow.rules import worktime
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState
from tests import house
from tests.house import AFTER, DAY, House

ANNA = "anna@example.org"
COACH = "coach@example.org"


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    """A house where Anna's meeting with her coach stands in both calendars."""
    home = house.open_house(session, settings)
    home.person(COACH, name="Carla Coach")
    home.bookable(COACH)
    home.attend(home.group(coaches=[COACH]), "Anna Berg <anna@example.org>\n")
    placing.place_due(session, now=AFTER)
    return home


def check_in(home: House) -> CheckIn:
    return home.session.scalars(select(CheckIn).execution_options(populate_existing=True)).one()


def pause(home: House, days: int) -> None:
    plans.pause(home.session, plan_id=home.plan(ANNA).id, until=(AFTER + days * DAY).date(), now=AFTER)


def delivered(home: House) -> None:
    for message in home.session.scalars(select(Message).where(Message.kind == MessageKind.INVITATION)):
        message.state = MessageState.SENT
    home.session.commit()


def test_a_paused_follow_up_has_no_meeting_in_the_calendars(home: House) -> None:
    delivered(home)

    pause(home, 30)

    assert check_in(home).state is CheckInState.UNPLACED
    kinds = home.session.scalars(select(Message.kind).where(Message.state == MessageState.QUEUED)).all()
    assert kinds == [MessageKind.CANCELLATION, MessageKind.CANCELLATION]


def test_an_invitation_that_never_left_is_not_cancelled_in_calendars(home: House) -> None:
    pause(home, 30)

    assert home.session.scalars(select(Message.state)).all() == [MessageState.CANCELLED] * 2


def test_the_meeting_is_placed_anew_near_its_new_day(home: House) -> None:
    delivered(home)
    pause(home, 7)
    later = AFTER + 7 * DAY
    plans.resume(home.session, plan_id=home.plan(ANNA).id, now=later)

    placing.place_due(home.session, now=later)

    meeting, touchpoint = check_in(home), home.touchpoint(ANNA, "meeting")
    assert meeting.state is CheckInState.PLACED
    assert meeting.starts_at == touchpoint.due_at
    assert worktime.local(touchpoint.due_at, "Europe/Berlin").date() == (AFTER + 21 * DAY).date()


def test_calendars_take_the_new_invitation_for_newer_than_the_cancellation(home: House) -> None:
    delivered(home)
    pause(home, 7)
    cancelled = set(home.session.scalars(select(CheckInAttendee.sequence)))
    plans.resume(home.session, plan_id=home.plan(ANNA).id, now=AFTER + 7 * DAY)

    placing.place_due(home.session, now=AFTER + 7 * DAY)

    assert min(home.session.scalars(select(CheckInAttendee.sequence))) > max(cancelled)
