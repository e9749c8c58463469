"""An answer is stored once: the first is the first on both databases, a second changes it."""

import pytest
from sqlalchemy import select

from coachfollow.models import Answer, Event
from tests.flow.world import Stand
from tests.house import AFTER, DAY, House


def anna_was_asked(home: House) -> None:
    """Anna was asked her first question."""
    home.attend(home.group(), "Anna Berg <anna@example.org>\n")
    home.pass_time(AFTER + 8 * DAY)


@pytest.fixture
def home(stand: Stand) -> House:
    return stand(anna_was_asked)


def test_g5_the_first_answer_is_the_first(home: House) -> None:
    home.reflect("anna@example.org", "first-question", now=AFTER + 8 * DAY)

    assert home.session.scalars(select(Answer.version)).all() == [1]
    assert home.session.scalars(select(Event.name).where(Event.name.like("answer%"))).all() == ["answered"]


def test_g5_a_second_answer_changes_the_first(home: House) -> None:
    home.reflect("anna@example.org", "first-question", now=AFTER + 8 * DAY)
    home.reflect("anna@example.org", "first-question", now=AFTER + 9 * DAY)

    assert home.session.scalars(select(Answer.version)).all() == [2]
    names = select(Event.name).where(Event.name.like("answer%")).order_by(Event.id)
    assert home.session.scalars(names).all() == ["answered", "answer changed"]
