"""An operator settles, sends again and takes back a mail by hand: asked first, with a reason, and written down."""

import pytest
from sqlalchemy import select, update

from coachfollow.models import Message, Person
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, OLGA, ON_ONE, World


@pytest.fixture
def olga(world: World) -> Browser:
    """The browser of whoever runs this."""
    return signed_in(world, OLGA)


def anna_s(world: World, state: MessageState) -> str:
    """Let Anna's question be in a state; gives its address."""
    with world.inside() as home:
        mail = home.session.scalars(
            select(Message)
            .join(Person, Person.id == Message.person_id)
            .where(Person.email == ANNA, Message.kind == MessageKind.REFLECTION)
        ).one()
        settled = None if state in {MessageState.QUEUED, MessageState.HANDING} else ASKED
        home.session.execute(
            update(Message).where(Message.id == mail.id).values(state=state, settled_at=settled)
        )
        public_id = mail.public_id
        home.session.commit()
    return f"/outbox/mail/{public_id}"


def test_what_we_cannot_tell_is_settled_in_plain_words(world: World, olga: Browser) -> None:
    mail = anna_s(world, MessageState.IN_DOUBT)
    olga.open(mail)
    assert "Say whether it arrived" in olga.text
    assert "in doubt" not in olga.page.text.lower()

    olga.open(f"{mail}/settle")
    assert "we cannot tell whether it arrived" in olga.text
    assert olga.send(verdict="failed", reason="").status_code == 422
    assert "Say why, in one line" in olga.text
    olga.send(verdict="failed", reason="the log says it was dropped")

    assert "Somebody found out what became of it It did not arrive. By Olga Brandt." in olga.text
    assert "The log says it was dropped." in olga.text
    assert "Send it again" in olga.text


@ON_ONE
def test_a_settlement_needs_a_verdict(world: World, olga: Browser) -> None:
    olga.open(anna_s(world, MessageState.IN_DOUBT) + "/settle")

    assert olga.send(reason="the log has it").status_code == 422
    assert olga.fields["reason"] == "the log has it"


@ON_ONE
@pytest.mark.parametrize("state", [MessageState.IN_DOUBT, MessageState.FAILED])
def test_a_mail_is_sent_again(world: World, olga: Browser, state: MessageState) -> None:
    olga.open(anna_s(world, state) + "/resend")
    assert ("gets it twice" in olga.text) is (state is MessageState.IN_DOUBT)

    olga.send(reason="the mail server was repaired")

    assert "It is back in the outbox" in olga.text
    assert "Put back into the outbox by hand By Olga Brandt." in olga.text


@ON_ONE
def test_a_mail_that_nobody_needs_any_more_says_so_instead_of_asking(world: World, olga: Browser) -> None:
    mail = anna_s(world, MessageState.FAILED)
    with world.inside() as home:
        home.session.execute(update(Message).values(expires_at=ASKED))
        home.session.commit()

    olga.open(f"{mail}/resend")

    assert "its time has passed, and a late mail would only confuse" in olga.text
    assert '<form method="post" class' not in olga.page.text


@ON_ONE
@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        pytest.param(MessageState.QUEUED, "This mail does not leave", id="it waits"),
        pytest.param(MessageState.HANDING, "It is being handed over just now", id="at the last moment"),
    ],
)
def test_a_mail_is_taken_back(world: World, olga: Browser, state: MessageState, sentence: str) -> None:
    olga.open(anna_s(world, state) + "/cancel")
    assert sentence in olga.text

    olga.send(reason="it went to the wrong group")

    assert "Taken back by hand By Olga Brandt." in olga.text


@ON_ONE
def test_taking_back_a_word_to_a_calendar_warns(world: World, olga: Browser) -> None:
    mail = anna_s(world, MessageState.QUEUED)
    with world.inside() as home:
        home.session.execute(update(Message).values(kind=MessageKind.CANCELLATION))
        home.session.commit()

    olga.open(f"{mail}/cancel")

    assert "somebody may wait there in vain" in olga.text


@ON_ONE
def test_what_cannot_be_done_is_said_on_the_mail_s_page(world: World, olga: Browser) -> None:
    mail = anna_s(world, MessageState.SENT)

    olga.open(f"{mail}/settle")

    assert olga.path == mail
    assert "Nothing was changed: what became of it is known." in olga.page.text


@ON_ONE
def test_there_is_no_other_deed(world: World, olga: Browser) -> None:
    assert olga.open(anna_s(world, MessageState.SENT) + "/burn").status_code == 404
