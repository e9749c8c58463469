"""The outbox as an operator sees it: states, times and the server's words; never a text and never an address."""

import pytest
from sqlalchemy import select

from coachfollow.flow import history
from coachfollow.models import Message, Person
from coachfollow.rules.kinds import MessageKind, MessageState
from coachfollow.web.staff import posting
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, LENA, OLGA, ON_ONE, World


@pytest.fixture
def olga(world: World) -> Browser:
    """The browser of whoever runs this."""
    return signed_in(world, OLGA)


def refused_mail(world: World) -> str:
    """Let the mail server refuse one of Anna's mails; gives its public id."""
    with world.inside() as home:
        mail = home.session.scalars(
            select(Message)
            .join(Person, Person.id == Message.person_id)
            .where(Person.email == ANNA, Message.kind == MessageKind.REFLECTION)
        ).one()
        mail.state, mail.settled_at, mail.attempts = MessageState.FAILED, ASKED, 3
        mail.server_reply = f"550 5.1.1 <{ANNA}>: <b>no such user</b>"
        mail.address, mail.first_tried_at = ANNA, ASKED
        history.record(
            home.session,
            "mail failed",
            at=ASKED,
            organisation_id=home.organisation_id,
            message_id=mail.id,
        )
        home.session.commit()
        return mail.public_id


def counted(olga: Browser, state: MessageState) -> int:
    """How many mails the page says are in a state."""
    row = olga.text.partition(posting.MEANINGS[state])[2]
    return int(row.split()[0])


def test_mails_are_counted_by_state(world: World, olga: Browser) -> None:
    refused_mail(world)

    olga.open("/outbox")

    assert counted(olga, MessageState.FAILED) == 1
    assert counted(olga, MessageState.IN_DOUBT) == 0
    assert f"refused {posting.MEANINGS[MessageState.FAILED]} 1" in olga.text


def test_a_refused_mail_shows_the_servers_words_and_its_history(world: World, olga: Browser) -> None:
    mail = refused_mail(world)

    olga.open("/outbox/failed")
    assert "550 5.1.1 <…@example.org>: <b>no such user</b>" in olga.text
    assert "<b>" not in olga.page.text.partition("<main")[2]

    olga.open(f"/outbox/mail/{mail}")
    assert "Question, to somebody at example.org" in olga.text
    assert "It could not be delivered, for good" in olga.text
    assert "550 5.1.1 <…@example.org>" in olga.text
    assert ANNA not in olga.page.text
    assert "Anna" not in olga.text


@ON_ONE
def test_mails_of_another_organisation_are_not_counted(world: World, olga: Browser) -> None:
    olga.open("/outbox")
    with world.inside() as home:
        ours = select(Message.id).where(
            Message.organisation_id == home.organisation_id, Message.state == MessageState.QUEUED
        )
        queued = len(home.session.scalars(ours).all())

    assert counted(olga, MessageState.QUEUED) == queued


@ON_ONE
@pytest.mark.parametrize("state", ["lost", "QUEUED", "mail"])
def test_there_are_no_other_states(olga: Browser, state: str) -> None:
    assert olga.open(f"/outbox/{state}").status_code == 404


@ON_ONE
def test_an_empty_state_says_so(olga: Browser) -> None:
    olga.open("/outbox/in_doubt")

    assert "None." in olga.text


@ON_ONE
def test_the_team_of_training_has_no_business_there(world: World) -> None:
    assert signed_in(world, LENA).open("/outbox").status_code == 403
