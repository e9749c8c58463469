"""Whoever gets another address is written to there, with what waits and what is still open."""

import pytest
from sqlalchemy import select

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import addresses, people_files, unreachable
from coachfollow.flow.people_files import Brought
from coachfollow.intake.people import PersonRow
from coachfollow.models import Event, Message, Person, SealedMail
from coachfollow.queries import matching
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, FIRST_MAIL, Stand, World

ANNA, BEN, RIGHT = "anna@example.org", "ben@example.org", "anna.berg@example.org"
LATER = FIRST_MAIL + DAY


def two_are_trained(world: World) -> None:
    """Two people have been trained; nothing was sent yet."""
    world.train(ANNA, BEN)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(two_are_trained)


@pytest.fixture
def lost(trained: World, office: PostOffice) -> World:
    """Nobody has the address of Anna, whose number is 17."""
    people_files.bring(
        trained.session, organisation_id=trained.organisation_id, rows=[row(ANNA)], now=FIRST_MAIL
    )
    office.at_envelope = lambda recipient: "550 5.1.1 nobody" if recipient == ANNA else "250 OK"
    trained.drain(FIRST_MAIL)
    return trained


def row(email: str, number: str | None = "17", *, line: int = 2) -> PersonRow:
    return PersonRow(line=line, email=email, name="Anna Berg", external_id=number)


def change(world: World, address: str, *, who: str = ANNA) -> str:
    return addresses.change(world.session, person_id=world.person(who), address=address, now=LATER)


def known(world: World) -> dict[str | None, bool]:
    """Everybody's address, and whether it is marked."""
    rows = world.session.execute(select(Person.email, Person.undeliverable_at))
    found = {email: since is not None for email, since in rows}
    world.session.rollback()
    return found


def test_another_address_lifts_the_mark_and_asks_what_is_open(lost: World, office: PostOffice) -> None:
    assert known(lost) == {ANNA: True, BEN: False}

    assert change(lost, " Anna.Berg@Example.org ") == RIGHT
    lost.drain(LATER)

    assert known(lost) == {RIGHT: False, BEN: False}
    (mail,) = office.to(RIGHT)
    assert mail["Subject"] == "Your plan"
    assert not lost.touchpoint(RIGHT, "plan").undeliverable
    assert (lost.events(addresses.CHANGED), lost.events(unreachable.LIFTED)) == (1, 1)
    facts = lost.session.scalars(select(Event.facts).where(Event.name == addresses.CHANGED)).all()
    assert facts == ["{}"], "an event holds no address"


def test_reminders_that_waited_go_to_the_new_address(lost: World, office: PostOffice) -> None:
    change(lost, RIGHT)

    lost.live(FIRST_MAIL + 5 * DAY, since=LATER)

    kinds = lost.kinds(to=RIGHT, state=MessageState.SENT)
    assert kinds[0] is MessageKind.CURRENT_QUESTION
    assert MessageKind.REMINDER in kinds
    assert ANNA not in office.recipients


def test_a_second_wrong_address_marks_them_again(lost: World, office: PostOffice) -> None:
    change(lost, RIGHT)
    office.at_envelope = lambda recipient: "550 5.1.1 nobody" if recipient == RIGHT else "250 OK"

    lost.drain(LATER)

    assert known(lost)[RIGHT]
    assert lost.touchpoint(RIGHT, "plan").undeliverable
    assert lost.events(unreachable.MARKED) == 2


def test_what_was_put_off_is_written_anew_to_the_new_address(trained: World, office: PostOffice) -> None:
    office.at_envelope = lambda recipient: "451 4.7.1 later" if recipient == ANNA else "250 OK"
    trained.drain(FIRST_MAIL)
    assert len(trained.session.scalars(select(SealedMail.message_id)).all()) == 1
    trained.session.rollback()
    office.reset()

    change(trained, RIGHT)
    trained.lease_passes(DAY)
    trained.drain(LATER)

    assert office.recipients == [RIGHT]
    assert office.to(RIGHT)[0]["To"].addresses[0].addr_spec == RIGHT


def test_a_refusal_of_the_address_of_before_says_nothing_of_today_s(lost: World, office: PostOffice) -> None:
    change(lost, RIGHT)
    failed = lost.mails(to=RIGHT, state=MessageState.FAILED)

    told = lost.session.scalars(select(Message.address).where(Message.id == failed[0].id)).all()
    assert told == [ANNA]
    lost.drain(LATER)
    assert not known(lost)[RIGHT]
    assert office.recipients.count(RIGHT) == 1


def test_lists_that_name_the_address_of_before_still_mean_them(lost: World) -> None:
    anna = lost.person(ANNA)

    change(lost, RIGHT)

    house = lost.organisation_id
    found = matching.by_email(lost.session, organisation_id=house, emails=[ANNA, RIGHT])
    assert found == {ANNA: anna, RIGHT: anna}
    change(lost, ANNA, who=RIGHT)
    assert known(lost) == {ANNA: False, BEN: False}


def test_an_address_is_one_and_nobody_elses(trained: World) -> None:
    with pytest.raises(Invalid, match="not a mail address"):
        change(trained, "anna at example")
    with pytest.raises(Conflict, match="somebody else"):
        change(trained, BEN)

    assert change(trained, ANNA) == ANNA
    assert trained.events(addresses.CHANGED) == 0


def test_a_people_file_gives_whoever_cannot_be_reached_another_address_by_their_number(
    lost: World, office: PostOffice
) -> None:
    rows, house = [row(RIGHT)], lost.organisation_id

    foreseen = people_files.compare(lost.session, organisation_id=house, rows=rows, now=LATER)
    lost.session.rollback()
    assert known(lost) == {ANNA: True, BEN: False}
    assert people_files.bring(lost.session, organisation_id=house, rows=rows, now=LATER) == foreseen

    assert foreseen == Brought(added=0, changed=1, unchanged=0, readdressed=1)
    assert known(lost) == {RIGHT: False, BEN: False}
    lost.drain(LATER)
    assert len(office.to(RIGHT)) == 1


def test_a_people_file_gives_nobody_else_another_address(trained: World) -> None:
    house = trained.organisation_id
    people_files.bring(trained.session, organisation_id=house, rows=[row(ANNA)], now=FIRST_MAIL)

    with pytest.raises(Invalid, match="“17” is that of"):
        people_files.bring(trained.session, organisation_id=house, rows=[row(RIGHT)], now=LATER)


def test_a_people_file_never_makes_two_people_one(lost: World) -> None:
    house = lost.organisation_id

    with pytest.raises(Invalid, match="“17” is that of"):
        people_files.bring(lost.session, organisation_id=house, rows=[row(BEN)], now=LATER)
    lost.session.rollback()
    with pytest.raises(Invalid, match="the same number"):
        people_files.bring(
            lost.session, organisation_id=house, rows=[row(ANNA), row(RIGHT, line=3)], now=LATER
        )
