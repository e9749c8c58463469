"""A manager who asks for no more cards: what was to come is excused, and nobody loses anything by it."""

import pytest
from sqlalchemy import select

from coachfollow.flow import answers, declining
from coachfollow.models import Event, Message
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import MessageKind, MessageState, PlanState, TouchpointState
from tests.flow.world import Stand
from tests.house import AFTER, DAY, House

ANNA, GRETA = "anna@example.org", "greta@example.org"


def anna_has_a_manager(home: House) -> None:
    """Anna's manager gets a card after a month."""
    home.manages(GRETA, ANNA)
    home.attend(home.group(), f"Anna Berg <{ANNA}>\n")


@pytest.fixture
def home(stand: Stand) -> House:
    return stand(anna_has_a_manager)


def decline(home: House, *, days: int) -> int:
    return declining.decline(
        home.session,
        plan_id=home.plan(ANNA).id,
        manager_id=home.person(GRETA),
        now=AFTER + days * DAY,
    )


def test_cards_to_come_are_excused_and_say_why(home: House) -> None:
    assert decline(home, days=2) == 1

    card = home.touchpoint(ANNA, "managers-card")
    assert (card.state, card.state_reason) == (TouchpointState.EXCUSED, declining.DECLINED)


def test_the_participants_own_questions_go_on(home: House) -> None:
    decline(home, days=2)

    assert home.touchpoint(ANNA, "first-question").state is TouchpointState.PLANNED
    assert home.plan(ANNA).state is PlanState.ACTIVE


def test_a_card_on_its_way_is_taken_back(home: House) -> None:
    home.pass_time(AFTER + 31 * DAY)

    decline(home, days=31)

    states = select(Message.state).where(Message.kind == MessageKind.SPONSOR)
    assert home.session.scalars(states).all() == [MessageState.CANCELLED]


def test_asking_twice_changes_nothing_more(home: House) -> None:
    decline(home, days=2)

    assert decline(home, days=3) == 0
    events = select(Event.name).where(Event.name == "manager declined")
    assert len(home.session.scalars(events).all()) == 1


def test_an_answered_card_stays_answered(home: House) -> None:
    home.pass_time(AFTER + 31 * DAY)
    talk = Answered(done=True, outcome="We agreed on Fridays.")
    home.session.commit()
    answers.record(
        home.session,
        touchpoint_id=home.touchpoint(ANNA, "managers-card").id,
        person_id=home.person(GRETA),
        answered=talk,
        now=AFTER + 31 * DAY,
    )

    assert decline(home, days=32) == 0
    assert home.touchpoint(ANNA, "managers-card").state is TouchpointState.COMPLETED


def test_a_former_manager_says_nothing_for_the_one_who_is(home: House) -> None:
    home.manages("ida@example.org", ANNA)

    assert decline(home, days=2) == 0
    assert home.touchpoint(ANNA, "managers-card").state is TouchpointState.PLANNED
