"""A card that is open belongs to whoever manages somebody now: nobody else hears of it any more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from coachfollow.flow import leavers, opening, relations
from coachfollow.models import Person, Reporting
from coachfollow.rules.kinds import MessageKind, MessageState, TouchpointState
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, ANNA, BEFORE, DAY, MOMENTS, Stand, World

OLD, NEW = "old.boss@example.org", "new.boss@example.org"
CARD = """steps:
  - key: talk-after
    kind: sponsor_moment
    when: {days: 7}
    reminders: [2, 4]
    texts:
      en: {subject: After, question: "Did you talk?", body: "Talk with {{participant}}."}
      de: {subject: Nachher, question: "Haben Sie gesprochen?", body: "{{participant}}"}
"""
CHANGED = AFTER + 8 * DAY


def one_with_a_manager(world: World) -> None:
    """Anna was trained, and her manager holds a card that is open."""
    world.publish(MOMENTS.replace("steps:\n", CARD, 1), now=BEFORE)
    world.manages(OLD, ANNA)
    world.bring_in(world.open_group(), f"{ANNA}\n")
    world.live(CHANGED)


@pytest.fixture
def asked(stand: Stand, office: PostOffice) -> World:
    world = stand(one_with_a_manager)
    office.reset()
    return world


def give_to(world: World, manager: str, *, now: datetime = CHANGED) -> None:
    relations.set_managers(world.session, managers={world.person(ANNA): world.person(manager)}, now=now)
    world.session.commit()


def test_the_new_manager_is_asked_once_and_the_former_one_no_more(asked: World, office: PostOffice) -> None:
    give_to(asked, NEW)
    asked.live(CHANGED + 10 * DAY, since=CHANGED)

    assert [mail["Subject"] for mail in office.to(NEW)] == ["After"]
    assert office.to(OLD) == []
    stopped = asked.mails(to=OLD, state=MessageState.CANCELLED)
    assert {(mail.kind, mail.reason) for mail in stopped} == {
        (MessageKind.REMINDER, "somebody else manages them now")
    }


def test_a_manager_who_is_the_same_as_before_goes_on_being_reminded(asked: World, office: PostOffice) -> None:
    give_to(asked, OLD)
    asked.live(CHANGED + 10 * DAY, since=CHANGED)
    assert [mail["Subject"] for mail in office.to(OLD)] == ["Reminder: After", "Reminder: After"]


def test_whoever_manages_them_again_is_asked_again(asked: World, office: PostOffice) -> None:
    give_to(asked, NEW)
    give_to(asked, OLD, now=CHANGED + timedelta(minutes=1))
    asked.live(CHANGED + 10 * DAY, since=CHANGED)
    assert [mail["Subject"] for mail in office.to(OLD)] == ["After"]
    assert office.to(NEW) == []


def test_who_cannot_be_reached_is_not_asked(asked: World, office: PostOffice) -> None:
    asked.session.execute(
        update(Person).where(Person.id == asked.person(NEW)).values(undeliverable_at=CHANGED)
    )
    give_to(asked, NEW)
    asked.live(CHANGED + 10 * DAY, since=CHANGED)
    assert office.to(NEW) == office.to(OLD) == []


def test_a_card_that_is_over_stays_with_whom_it_was(asked: World, office: PostOffice) -> None:
    over = asked.touchpoint(ANNA, "talk-after").closes_at
    give_to(asked, NEW, now=over)
    asked.live(over + DAY, since=over)
    assert office.to(NEW) == []


def test_a_manager_who_has_left_is_reminded_of_nothing(asked: World, office: PostOffice) -> None:
    asked.session.execute(update(Person).where(Person.id == asked.person(OLD)).values(left_on=CHANGED.date()))
    asked.session.commit()
    leavers.stop_theirs(asked.session, now=CHANGED)
    assert asked.mails(to=OLD, state=MessageState.CANCELLED) == []  # their last day is not over

    leavers.stop_theirs(asked.session, now=CHANGED + DAY)
    asked.live(CHANGED + 10 * DAY, since=CHANGED + DAY)

    assert office.to(OLD) == []
    assert {mail.reason for mail in asked.mails(to=OLD, state=MessageState.CANCELLED)} == {leavers.GONE}

    give_to(asked, NEW, now=CHANGED + 2 * DAY)
    asked.live(CHANGED + 10 * DAY, since=CHANGED + 2 * DAY)
    assert [mail["Subject"] for mail in office.to(NEW)] == ["After"]


def closed(world: World) -> tuple[TouchpointState, str | None]:
    """What becomes of the card once its time is over."""
    over = world.touchpoint(ANNA, "talk-after").closes_at
    world.live(over + DAY, since=CHANGED + DAY)
    world.session.expire_all()
    card = world.touchpoint(ANNA, "talk-after")
    return card.state, card.state_reason


EXCUSED = (TouchpointState.EXCUSED, opening.NO_MANAGER)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("what", ["left_on", "undeliverable_at", "email"])
def test_a_card_that_nobody_can_answer_any_more_is_excused(asked: World, what: str) -> None:
    """As it would be if nobody could be asked when it opens."""
    gone = {"left_on": CHANGED.date(), "undeliverable_at": CHANGED, "email": None}
    asked.session.execute(update(Person).where(Person.id == asked.person(OLD)).values({what: gone[what]}))
    asked.session.commit()

    assert closed(asked) == EXCUSED


@pytest.mark.usefixtures("office")
def test_a_card_of_somebody_whom_nobody_manages_any_more_is_excused(asked: World) -> None:
    asked.session.execute(update(Reporting).values(to_at=CHANGED))
    asked.session.commit()

    assert closed(asked) == EXCUSED


@pytest.mark.usefixtures("office")
def test_a_card_whose_new_manager_says_nothing_is_missed(asked: World) -> None:
    give_to(asked, NEW)

    assert closed(asked) == (TouchpointState.MISSED, None)
