"""A manager's mails: complete, with a way out, and without the participant's own words."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.flow import letters
from coachfollow.models import Message, Token
from coachfollow.rules.kinds import MessageKind, TokenPurpose
from tests import house
from tests.house import AFTER, DAY, PROGRAMME, House

ANNA, GRETA = "anna@example.org", "greta@example.org"
REMINDED = PROGRAMME.replace("key: service", "key: reminded").replace(
    "kind: sponsor_moment\n    when: {days: 30}\n",
    "kind: sponsor_moment\n    when: {days: 30}\n    reminders: [2]\n",
)


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    """Anna wrote her plan; her manager got a card, and a reminder of it."""
    home = house.open_house(session, settings)
    home.publish(REMINDED)
    home.person(ANNA, name="Anna Berg")
    home.manages(GRETA, ANNA)
    home.attend(home.group(programme="reminded"), f"Anna Berg <{ANNA}>\n")
    home.pass_time(AFTER + DAY)
    home.commit_to(ANNA, "a guest complains", "listen first", now=AFTER + DAY)
    home.pass_time(AFTER + 35 * DAY)
    return home


def written(home: House, kind: MessageKind, to: str) -> EmailMessage:
    """Write the newest mail of a kind."""
    message_id = home.session.scalars(
        select(Message.id)
        .where(Message.kind == kind, Message.person_id == home.person(to))
        .order_by(Message.id.desc())
        .limit(1)
    ).one()
    mail = letters.write(home.session, message_ids=[message_id], now=AFTER + 35 * DAY)[0]
    letters.enter(home.session.connection(), [mail])
    home.session.commit()
    assert mail.problem is None
    return message_from_bytes(mail.raw, policy=policy.default)


def words(mail: EmailMessage) -> str:
    """Both bodies."""
    return "".join(str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text")


@pytest.mark.parametrize("kind", [MessageKind.SPONSOR, MessageKind.REMINDER])
def test_a_card_and_its_reminder_are_complete_and_can_be_left(home: House, kind: MessageKind) -> None:
    mail = written(home, kind, GRETA)

    assert "you are named as the manager" in words(mail)
    assert "you take part" not in words(mail)
    assert "/a/" in words(mail)
    assert "/s/" in words(mail)
    assert "/p/" not in words(mail)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/u/" in mail["List-Unsubscribe"]


@pytest.mark.parametrize("kind", [MessageKind.SPONSOR, MessageKind.REMINDER])
def test_a_manager_does_not_read_the_participants_plan(home: House, kind: MessageKind) -> None:
    said = words(written(home, kind, GRETA))

    assert "Talk with Anna Berg" in said
    assert "listen first" not in said
    assert "a guest complains" not in said


def test_a_mail_that_asks_nothing_makes_no_link_for_answering(home: House) -> None:
    before = set(home.session.scalars(select(Token.id)))

    mail = written(home, MessageKind.PROMPT, ANNA)

    purposes = home.session.scalars(select(Token.purpose).where(Token.id.not_in(before))).all()
    assert "listen first" in words(mail)
    assert sorted(purposes) == [TokenPurpose.PLAN, TokenPurpose.STOP]
