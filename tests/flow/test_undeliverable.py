"""Whose address does not exist is marked once and tried no more, and is written to again once that has changed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.flow import limiting, opening, postmaster, signin, unreachable
from coachfollow.models import Event, Message, Person, Touchpoint
from coachfollow.rules.kinds import MessageKind, MessageState, TouchpointState
from coachfollow.rules.limits import Limits
from tests.databases import statements
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, FIRST_MAIL, PLAN_FIRST, Stand, World

ANNA, BEN = "anna@example.org", "ben@example.org"
NOBODY = "550 5.1.1 nobody of that name"
LATER = FIRST_MAIL + DAY
NEXT_WEEK = AFTER + 8 * DAY  # the second question has come due


def two_are_trained(world: World) -> None:
    """Two people have been trained; nothing was sent yet."""
    world.train(ANNA, BEN)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(two_are_trained)


def refuse(office: PostOffice, words: str = NOBODY, *, who: str = ANNA) -> None:
    """Let the mail server know nobody of this address, or say something else about it."""
    office.at_envelope = lambda recipient: words if recipient == who else "250 OK"


def marked(world: World, email: str = ANNA) -> datetime | None:
    """Give since when somebody is marked."""
    found = world.session.scalars(select(Person.undeliverable_at).where(Person.email == email)).one()
    world.session.rollback()
    return found


def resend(world: World, mail: Message, *, now: datetime) -> None:
    """Send a mail again by hand."""
    postmaster.resend(
        world.session,
        organisation_id=world.organisation_id,
        public_ids=[mail.public_id],
        reason="they say it works",
        actor_id=None,
        now=now,
    )


def of_anna(world: World, state: MessageState) -> Sequence[Message]:
    return world.mails(to=ANNA, state=state)


def test_f13_whose_address_does_not_exist_is_marked_and_nobody_else(
    trained: World, office: PostOffice
) -> None:
    refuse(office)

    trained.drain(FIRST_MAIL)

    assert (marked(trained), marked(trained, BEN)) == (FIRST_MAIL, None)
    assert trained.events(unreachable.MARKED) == 1
    told = trained.session.scalars(select(Event).where(Event.name == unreachable.MARKED)).one()
    assert (told.person_id, told.plan_id) == (trained.person(ANNA), trained.plan(ANNA).id)
    assert told.facts == "{}", "an event holds no text"


@pytest.mark.parametrize(
    "words",
    [
        "550 5.1.2 no such domain",
        "553 5.1.3 that is no address",
        "551 5.1.6 moved away",
        "556 5.1.10 takes no mail",
    ],
)
def test_f13_the_code_says_that_nobody_is_there(trained: World, office: PostOffice, words: str) -> None:
    refuse(office, words)

    trained.drain(FIRST_MAIL)

    assert marked(trained) == FIRST_MAIL


@pytest.mark.parametrize(
    "words",
    [
        "550 5.7.1 we do not like you",
        "550 5.2.1 mailbox disabled",
        "552 5.2.2 mailbox full",
        "550 no such user here",
        "550 5.1.0 sender rejected",
        "550 5.1.8 bad sender",
        "553 5.1.7 bad sender",
        "450 4.1.1 nobody yet",
        "550 5.7.1 see 5.1.1",
    ],
)
def test_f13_what_may_be_about_us_marks_nobody(trained: World, office: PostOffice, words: str) -> None:
    refuse(office, words)

    trained.drain(FIRST_MAIL)

    assert marked(trained) is None
    assert trained.events(unreachable.MARKED) == 0


def test_f13_a_refusal_after_the_text_marks_nobody(trained: World, office: PostOffice) -> None:
    office.at_dot = lambda _: NOBODY

    trained.drain(FIRST_MAIL)

    assert trained.outcomes() == ["failed", "failed"]
    assert marked(trained) is None


def test_what_a_sender_settled_that_died_is_followed_up_by_the_next(
    trained: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(office)
    with monkeypatch.context() as dying:
        dying.setattr("coachfollow.flow.outcomes.follow_up", _dies)
        with pytest.raises(KeyboardInterrupt):
            trained.drain(FIRST_MAIL)
    trained.session.rollback()
    assert marked(trained) is None
    trained.lease_passes(timedelta(minutes=2))

    trained.drain(LATER)

    assert marked(trained) == LATER
    assert trained.events(unreachable.MARKED) == 1


def _dies(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_nothing_is_tried_any_more_and_each_mail_says_why(trained: World, office: PostOffice) -> None:
    tried: list[str] = []

    def nobody(recipient: str) -> str:
        tried.append(recipient)
        return NOBODY if recipient == ANNA else "250 OK"

    office.at_envelope = nobody
    trained.live(AFTER + 20 * DAY)

    assert tried.count(ANNA) == 1
    assert trained.events(unreachable.MARKED) == 1
    ended = of_anna(trained, MessageState.CANCELLED)
    assert {mail.reason for mail in ended} == {opening.CANNOT_REACH}
    assert [mail.kind for mail in ended] == [MessageKind.REMINDER] * 2, "of what comes later no mail is made"
    asked = trained.touchpoint(ANNA, "asked")
    assert (asked.undeliverable, asked.state_reason) == (True, opening.CANNOT_REACH)
    assert len(office.to(BEN)) > 2


def test_where_nobody_was_refused_or_is_marked_nothing_more_is_asked(
    trained: World, office: PostOffice
) -> None:
    with statements() as asked:
        trained.drain(FIRST_MAIL)

    assert office.recipients == [ANNA, BEN]
    assert not [one for one in asked if one.startswith("UPDATE people")]
    ends = [one for one in asked if one.startswith("SELECT") and "undeliverable_at <= " in one]
    assert len(ends) == 1, "the question that tells what failed"


def test_of_several_mails_in_one_batch_one_is_tried(trained: World, office: PostOffice) -> None:
    tried: list[str] = []

    def nobody(recipient: str) -> str:
        tried.append(recipient)
        return NOBODY if recipient == ANNA else "250 OK"

    office.at_envelope = nobody
    limiting.keep(trained.session, organisation_id=trained.organisation_id, limits=Limits(a_day=5, a_week=5))
    trained.open_mails(FIRST_MAIL)
    trained.session.execute(
        update(Message).where(Message.kind == MessageKind.REMINDER).values(send_at=FIRST_MAIL)
    )
    trained.session.commit()

    trained.drain(FIRST_MAIL)

    assert tried.count(ANNA) == 1
    assert len(of_anna(trained, MessageState.CANCELLED)) == 2
    assert office.recipients.count(BEN) == 3


def test_a_mail_that_opens_something_and_is_not_tried_says_so_there(
    trained: World, office: PostOffice
) -> None:
    trained.open_mails(FIRST_MAIL)
    trained.session.execute(update(Person).where(Person.email == ANNA).values(undeliverable_at=AFTER))
    trained.session.commit()

    trained.drain(FIRST_MAIL)

    assert office.recipients == [BEN]
    plan = trained.touchpoint(ANNA, "plan")
    assert (plan.state, plan.undeliverable) == (TouchpointState.OPEN, True)
    assert plan.state_reason == opening.CANNOT_REACH


def test_a_link_to_sign_in_goes_all_the_same_and_one_that_arrives_lifts_the_mark(
    trained: World, office: PostOffice
) -> None:
    trained.manages(ANNA, BEN)  # whoever manages somebody may sign in
    refuse(office)
    trained.drain(FIRST_MAIL)
    office.reset()

    signin.ask(trained.session, email=ANNA, browser="b" * 43, visitor="v", now=LATER)
    trained.drain(LATER)

    assert [mail["Subject"] for mail in office.to(ANNA)][1:] == ["Your plan"], (
        "what is still open comes after it"
    )
    assert marked(trained) is None
    assert trained.events(unreachable.LIFTED) == 1


def test_what_an_operator_sends_again_goes_and_lifts_the_mark(trained: World, office: PostOffice) -> None:
    refuse(office)
    trained.drain(FIRST_MAIL)
    (failed,) = of_anna(trained, MessageState.FAILED)
    office.reset()

    resend(trained, failed, now=LATER)
    assert marked(trained) == FIRST_MAIL, "not before it has arrived"
    trained.drain(LATER)

    assert office.recipients == [ANNA], "the question, and not once more by another name"
    assert marked(trained) is None
    assert not trained.touchpoint(ANNA, "plan").undeliverable
    trained.drain(FIRST_MAIL + 2 * DAY)
    assert len(office.to(ANNA)) == 2, "reminders go on"


def test_what_an_operator_sends_again_and_is_refused_again_is_told_once(
    trained: World, office: PostOffice
) -> None:
    refuse(office)
    trained.drain(FIRST_MAIL)
    (failed,) = of_anna(trained, MessageState.FAILED)

    resend(trained, failed, now=LATER)
    trained.drain(LATER)

    assert marked(trained) == FIRST_MAIL
    assert trained.events(unreachable.MARKED) == 1
    assert trained.touchpoint(ANNA, "plan").undeliverable


def test_the_newest_question_that_is_open_is_mailed_once_it_can_be(
    trained: World, office: PostOffice
) -> None:
    refuse(office)
    trained.live(NEXT_WEEK)
    office.reset()
    trained.session.execute(update(Touchpoint).values(closes_at=NEXT_WEEK + 9 * DAY))
    trained.session.commit()
    assert trained.touchpoint(ANNA, "asked").undeliverable

    unreachable.lift(trained.session, person_ids=[trained.person(ANNA)], now=NEXT_WEEK)
    trained.session.commit()
    assert trained.touchpoint(ANNA, "asked").undeliverable, "not before it has arrived"
    trained.drain(NEXT_WEEK)

    (mail,) = office.to(ANNA)
    assert mail["Subject"] == PLAN_FIRST
    assert trained.kinds(to=ANNA, state=MessageState.SENT) == [MessageKind.CURRENT_QUESTION]
    assert not trained.touchpoint(ANNA, "asked").undeliverable
    assert trained.touchpoint(ANNA, "plan").undeliverable, "of it nothing ever arrived"


def test_who_was_not_marked_is_asked_nothing_anew(trained: World, office: PostOffice) -> None:
    trained.drain(FIRST_MAIL)

    unreachable.lift(trained.session, person_ids=[trained.person(ANNA)], now=LATER)
    trained.session.commit()
    trained.drain(LATER)

    assert len(office.to(ANNA)) == 1
    assert trained.events(unreachable.LIFTED) == 0
