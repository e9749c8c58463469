"""What a mail asks, and what its buttons answer: one thing above them, and nothing that is not there yet."""

import email
import email.policy
from dataclasses import replace

import pytest

from coachfollow.mail.prepared import Wording, prepare
from coachfollow.rules.kinds import MessageKind
from tests.mail.examples import HOUSE, QUESTION, VALUES, facts

NO_PLAN = dict(VALUES) | {"commitment": "", "situation": "", "action": ""}
QUOTING = replace(QUESTION, body="Hello {{first_name}},\n\n**{{commitment}}**\n\nHow did it go?")
TWO = replace(QUESTION, question="Did you do it last week? Which time do you remember best?")


def mailed(
    kind: MessageKind, wording: Wording, *, locale: str = "en", has_plan: bool = True
) -> tuple[str, str]:
    """The subject and the plain text of a mail to somebody with or without a plan."""
    raw = prepare(kind, wording, HOUSE, locale).fill(facts(kind, values=VALUES if has_plan else NO_PLAN))
    read = email.message_from_bytes(raw, policy=email.policy.default)
    text = read.get_body(("plain",))
    assert text is not None
    return str(read["Subject"]), text.get_content().replace("\r\n", "\n")


def test_a_second_question_is_asked_below_the_buttons_that_answer_the_first() -> None:
    _, text = mailed(MessageKind.REFLECTION, TWO)

    first, last = text.index("Did you do it last week?\n"), text.index("4. The situation did not come up")
    further = text.index("And in a few words, on the page: Which time do you remember best?")
    assert first < last < further < text.index("Answer in a minute:")


@pytest.mark.parametrize(
    ("locale", "subject"),
    [("en", "First things first: your plan in one sentence"), ("de", "Zuerst dein Plan, in einem Satz")],
)
def test_a_mail_that_can_only_ask_for_the_plan_promises_nothing_else(locale: str, subject: str) -> None:
    assert mailed(MessageKind.REFLECTION, QUOTING, locale=locale, has_plan=False)[0] == subject
    assert mailed(MessageKind.REMINDER, QUOTING, locale=locale, has_plan=False)[0].endswith(subject)
    assert mailed(MessageKind.REFLECTION, QUOTING, locale=locale)[0] == QUOTING.subject


def test_a_reminder_says_that_the_easiest_answer_is_one_in_its_own_words() -> None:
    assert "in case you missed it. “Not yet” is an answer too." in mailed(MessageKind.REMINDER, QUESTION)[1]
    own = replace(QUESTION, choices=(("as_intended", "I decided"), ("not_yet", "I passed it on")))
    assert "“I passed it on” is an answer too." in mailed(MessageKind.REMINDER, own)[1]
    assert "is an answer too" not in mailed(MessageKind.REMINDER, QUOTING, has_plan=False)[1]


@pytest.mark.parametrize("kind", [MessageKind.REMINDER, MessageKind.CURRENT_QUESTION])
def test_a_reminder_of_the_plan_itself_has_one_way_to_write_it(kind: MessageKind) -> None:
    plan = Wording(subject="Your plan in one sentence", body="Hello {{first_name}},\n\nOne sentence will do.")

    _, text = mailed(kind, plan, has_plan=False)

    assert text.count("Write my plan:") == 1
    assert "Answer in a minute" not in text
    assert "is an answer too" not in text
    assert "First, my plan" not in text
