"""From the link in a mail to a stored answer: one question, in one click, without a login."""

from coachfollow.models import Answer, Message
from coachfollow.rules.words import Applied, Barrier, MessageKind, MessageState, TouchpointState
from sqlalchemy import select

from tests.web.browsers import Browser
from tests.web.conftest import Clock
from tests.web.worlds import ANNA, ASKED, CARD, DAY, GRETA, PAUL, World


def test_one_click_opens_the_question_and_the_token_leaves_the_address(
    world: World, browser: Browser
) -> None:
    links = world.links(ANNA, MessageKind.REFLECTION)

    page = browser.open(links["a"])

    assert page.status_code == 200
    assert browser.path == f"/answer/{world.touchpoint(ANNA, 'first-question')}?v=as_intended"
    assert "Did you do it?" in browser.text
    assert "When a guest complains, I will listen before I explain" in browser.text
    assert "Open until" in browser.text
