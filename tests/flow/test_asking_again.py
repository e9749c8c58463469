"""The open question goes by mail to the address we know, once, and not as often as somebody likes."""

import pytest
from sqlalchemy import select, update

from coachfollow.errors import TooMany
from coachfollow.extensions import lease_time
from coachfollow.flow import asking_again, floods, plans
from coachfollow.models import Message, RateBucket
from coachfollow.rules.kinds import MessageKind, MessageState, StopReason
from tests.flow.world import Stand
from tests.house import AFTER, DAY, House

ANNA = "anna@example.org"
NOW = AFTER + 8 * DAY


def anna_was_asked(home: House) -> None:
    """Anna was asked her first question."""
    home.attend(home.group(), f"Anna Berg <{ANNA}>\n")
    home.pass_time(NOW)


@pytest.fixture
def home(stand: Stand) -> House:
    return stand(anna_was_asked)


def ask(home: House, *, visitor: str = "192.0.2.1") -> None:
    asking_again.mail_current(
        home.session,
        plan_id=home.plan(ANNA).id,
        person_id=home.person(ANNA),
        visitor=visitor,
        now=NOW,
    )


def mails(home: House) -> list[tuple[int | None, int]]:
    rows = select(Message.touchpoint_id, Message.n).where(Message.kind == MessageKind.CURRENT_QUESTION)
    return [(touchpoint_id, n) for touchpoint_id, n in home.session.execute(rows.order_by(Message.n))]


def test_the_open_question_is_mailed(home: House) -> None:
    ask(home)

    assert mails(home) == [(home.touchpoint(ANNA, "first-question").id, 1)]


def test_one_that_is_on_its_way_is_not_mailed_again(home: House) -> None:
    ask(home)
    ask(home)

    assert len(mails(home)) == 1


def test_one_that_left_may_be_mailed_again(home: House) -> None:
    ask(home)
    home.session.execute(update(Message).values(state=MessageState.SENT))
    home.session.commit()

    ask(home)

    assert [n for _, n in mails(home)] == [1, 2]


def test_nothing_is_mailed_where_nothing_is_asked(home: House) -> None:
    plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=NOW)

    ask(home)

    assert mails(home) == []


def test_a_person_is_not_bombed_with_mails(home: House) -> None:
    for _ in range(asking_again.PER_PERSON):
        ask(home)

    with pytest.raises(TooMany) as refused:
        ask(home, visitor="198.51.100.7")

    assert 0 < refused.value.retry_after <= floods.HOUR / asking_again.PER_PERSON + 1


def test_after_a_while_it_may_be_asked_again(home: House) -> None:
    for _ in range(asking_again.PER_PERSON):
        ask(home)
    home.session.execute(update(RateBucket).values(at=RateBucket.at - floods.HOUR))  # an hour passes
    home.session.commit()

    ask(home)


def test_a_visitor_cannot_go_through_everybody(home: House) -> None:
    home.session.add(
        RateBucket(
            key="question from 192.0.2.1",
            level=0.5,
            at=lease_time(home.session).seconds,
        )
    )
    home.session.commit()

    with pytest.raises(TooMany):
        ask(home)
