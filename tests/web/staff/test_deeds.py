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


def several(world: World, state: MessageState, *, number: int = 3) -> list[str]:
    """Let some mails be in a state; gives what they are called."""
    with world.inside() as home:
        chosen = home.session.scalars(
            select(Message)
            .where(Message.organisation_id == home.organisation_id, Message.kind == MessageKind.REFLECTION)
            .order_by(Message.id)
            .limit(number)
        ).all()
        assert len(chosen) == number
        for mail in chosen:
            mail.state = state
            mail.settled_at = None if state in {MessageState.QUEUED, MessageState.HANDING} else ASKED
        names = [mail.public_id for mail in chosen]
        home.session.commit()
    return names


def states(world: World, names: list[str]) -> list[MessageState]:
    with world.inside() as home:
        rows = home.session.execute(
            select(Message.public_id, Message.state).where(Message.public_id.in_(names))
        )
        found = {row.public_id: row.state for row in rows}
    return [found[name] for name in names]


def test_several_mails_are_settled_at_once_and_the_others_stay(world: World, olga: Browser) -> None:
    *chosen, other = several(world, MessageState.IN_DOUBT)
    olga.open("/outbox/in_doubt")
    assert "Choose all on this page" in olga.text
    assert olga.page.text.count('name="mail"') == 3

    olga.open(f"/outbox/in_doubt/settle?mail={chosen[0]}&mail={chosen[1]}")
    assert "One answer goes for all of them" in olga.text
    assert olga.send(verdict="sent", reason="").status_code == 422
    olga.send(verdict="sent", reason="the log has both")

    assert olga.path == "/outbox/in_doubt"
    assert "Noted: what became of 2 mails is known now." in olga.text
    assert states(world, [*chosen, other]) == [MessageState.SENT, MessageState.SENT, MessageState.IN_DOUBT]


@ON_ONE
def test_all_of_a_page_are_chosen_without_script(world: World, olga: Browser) -> None:
    several(world, MessageState.IN_DOUBT)

    olga.open("/outbox/in_doubt?chosen=all")

    assert olga.page.text.count(" checked") == 3


@ON_ONE
def test_what_moved_on_or_cannot_be_sent_again_is_left_out_and_said(world: World, olga: Browser) -> None:
    possible, late, settled = several(world, MessageState.FAILED)
    with world.inside() as home:
        home.session.execute(update(Message).where(Message.public_id == late).values(expires_at=ASKED))
        home.session.execute(
            update(Message).where(Message.public_id == settled).values(state=MessageState.CANCELLED)
        )
        home.session.commit()

    olga.open(f"/outbox/failed/resend?mail={possible}&mail={late}&mail={settled}")
    assert "1 of the chosen mails has moved on since and is left out." in olga.text
    assert f"Mail {late[:8]} is not sent again: its time has passed" in olga.text
    olga.send(reason="the mail server was repaired")

    assert "1 mail back in the outbox" in olga.text
    assert states(world, [possible, late]) == [MessageState.QUEUED, MessageState.FAILED]


@ON_ONE
@pytest.mark.parametrize(
    ("state", "deed", "kind", "warning", "done"),
    [
        pytest.param(
            MessageState.IN_DOUBT,
            "resend",
            MessageKind.REFLECTION,
            "somebody gets it twice",
            "2 mails back in the outbox",
            id="again",
        ),
        pytest.param(
            MessageState.HANDING,
            "cancel",
            MessageKind.REFLECTION,
            "Each is stopped only if that can still be done",
            "2 mails taken back",
            id="at the last moment",
        ),
        pytest.param(
            MessageState.QUEUED,
            "cancel",
            MessageKind.CANCELLATION,
            "somebody may wait there in vain",
            "2 mails taken back",
            id="off a calendar",
        ),
    ],
)
def test_several_are_warned_of_together(
    world: World, olga: Browser, state: MessageState, deed: str, kind: MessageKind, warning: str, done: str
) -> None:
    chosen = several(world, state, number=2)
    with world.inside() as home:
        home.session.execute(update(Message).where(Message.public_id.in_(chosen)).values(kind=kind))
        home.session.commit()

    olga.open(f"/outbox/{state.value}/{deed}?mail={chosen[0]}&mail={chosen[1]}")
    assert warning in olga.text
    olga.send(reason="the server was down")

    assert done in olga.text


@ON_ONE
def test_several_are_done_all_or_none(world: World, olga: Browser) -> None:
    chosen = several(world, MessageState.QUEUED)
    olga.open("/outbox/queued/cancel?" + "&".join(f"mail={name}" for name in chosen))
    with world.inside() as home:
        home.session.execute(
            update(Message).where(Message.public_id == chosen[2]).values(state=MessageState.SENT)
        )
        home.session.commit()

    olga.send(reason="it went to the wrong group")

    assert "Nothing was changed: of mail" in olga.text
    assert states(world, chosen) == [MessageState.QUEUED, MessageState.QUEUED, MessageState.SENT]


@ON_ONE
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        pytest.param("/outbox/in_doubt/settle", "Choose the mails first", id="none chosen"),
        pytest.param("/outbox/sent/settle?mail=x", "what became of it is known", id="another state"),
    ],
)
def test_several_cannot_be_asked_about_in_vain(olga: Browser, address: str, sentence: str) -> None:
    olga.open(address)

    assert sentence in olga.page.text


@ON_ONE
def test_mails_of_others_are_not_dealt_with(world: World, olga: Browser) -> None:
    (name,) = several(world, MessageState.IN_DOUBT, number=1)
    with world.inside() as home:
        abroad = home.session.scalars(
            select(Message.public_id).where(Message.organisation_id != home.organisation_id)
        ).first()
        assert abroad is not None
        home.session.execute(
            update(Message).where(Message.public_id == abroad).values(state=MessageState.IN_DOUBT)
        )
        home.session.commit()

    olga.open(f"/outbox/in_doubt/settle?mail={name}&mail={abroad}")
    assert f'value="{name}"' in olga.page.text
    assert f'value="{abroad}"' not in olga.page.text
    forged = {"mail": abroad, "verdict": "sent", "reason": "the log has it"}
    olga.send("/outbox/in_doubt/settle", **forged)

    assert "There is no mail" in olga.text
    assert states(world, [name]) == [MessageState.IN_DOUBT]
