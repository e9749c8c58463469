"""What an operator does to mails by hand: settled, sent again, taken back; all of them or none, and written down."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Update, select, update

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import postmaster, reconciling
from coachfollow.models import Event, FollowUpPlan, Message, SealedMail, Touchpoint
from coachfollow.rules import by_hand
from coachfollow.rules.by_hand import Deed
from coachfollow.rules.kinds import MessageKind, MessageState, PlanState, TouchpointState
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, FIRST_MAIL, World

ANNA, BEA = "anna@example.org", "bea@example.org"
LATER = FIRST_MAIL + timedelta(hours=1)
DEEDS: Mapping[Deed, Callable[..., int]] = {
    Deed.SETTLE: postmaster.settle,
    Deed.RESEND: postmaster.resend,
    Deed.CANCEL: postmaster.cancel,
}


def doubtful(world: World, office: PostOffice, *people: str) -> list[str]:
    """Let the connection break after the last dot of these people's mails; gives the mails' public ids."""
    world.train(*people)
    world.drain(FIRST_MAIL)
    world.session.execute(
        update(Message)
        .where(Message.state == MessageState.SENT)
        .values(state=MessageState.IN_DOUBT, server_reply=None)
    )
    world.session.execute(update(Touchpoint).values(undeliverable=False))
    world.session.commit()
    office.reset()
    return [mail.public_id for mail in world.mails(state=MessageState.IN_DOUBT)]


def do(world: World, deed: Deed, *mails: str, reason: str = "seen in the log", **facts: MessageState) -> int:
    """Do it as an operator without a name."""
    return DEEDS[deed](
        world.session,
        organisation_id=world.organisation_id,
        public_ids=mails,
        reason=reason,
        actor_id=None,
        now=LATER,
        **facts,
    )


def touchpoint(world: World) -> Touchpoint:
    """Anna's first follow-up as it stands."""
    mail = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    found = world.session.get_one(Touchpoint, mail.touchpoint_id, populate_existing=True)
    world.session.rollback()
    return found


@pytest.mark.parametrize("verdict", sorted(by_hand.VERDICTS))
def test_what_is_in_doubt_is_settled_with_a_reason_that_stands_on_the_mail(
    world: World, office: PostOffice, verdict: MessageState
) -> None:
    mails = doubtful(world, office, ANNA, BEA)

    assert do(world, Deed.SETTLE, *mails, verdict=verdict, reason=" seen in the log. ") == 2

    settled = world.mails(kind=MessageKind.COMMITMENT)
    assert {(mail.state, mail.reason) for mail in settled} == {(verdict, "seen in the log")}
    assert touchpoint(world).undeliverable is (verdict is MessageState.FAILED)
    assert world.session.scalars(select(SealedMail)).all() == []
    facts = world.session.scalars(select(Event.facts).where(Event.name == "mail settled by hand")).all()
    assert [json.loads(one) for one in facts] == [{"verdict": verdict.value}] * 2


def test_what_was_settled_stays_as_it_is(world: World, office: PostOffice) -> None:
    (mail,) = doubtful(world, office, ANNA)
    do(world, Deed.SETTLE, mail, verdict=MessageState.SENT)

    with pytest.raises(Conflict, match="what became of it is known"):
        do(world, Deed.SETTLE, mail, verdict=MessageState.FAILED)
    with pytest.raises(Conflict, match="can be sent again"):
        do(world, Deed.RESEND, mail)
    with pytest.raises(Conflict, match="it has come to its end"):
        do(world, Deed.CANCEL, mail)

    assert world.mail(to=ANNA, kind=MessageKind.COMMITMENT).state is MessageState.SENT


def test_a_prompt_that_did_arrive_has_done_its_work(world: World, office: PostOffice) -> None:
    (mail,) = doubtful(world, office, ANNA)
    prompt = select(Touchpoint.id).where(Touchpoint.kind == "reinforcement_prompt").limit(1)
    nudge = world.session.scalars(prompt).one()
    world.session.execute(update(Touchpoint).where(Touchpoint.id == nudge).values(state=TouchpointState.OPEN))
    doubted = update(Message).where(Message.state == MessageState.IN_DOUBT)
    world.session.execute(doubted.values(touchpoint_id=nudge, kind=MessageKind.PROMPT))
    world.session.commit()

    do(world, Deed.SETTLE, mail, verdict=MessageState.SENT)

    assert TouchpointState.COMPLETED in world.states(ANNA).values()


def test_what_is_sent_again_is_counted_and_leaves_with_the_next_drain(
    world: World, office: PostOffice
) -> None:
    (mail,) = doubtful(world, office, ANNA)

    assert do(world, Deed.RESEND, mail) == 1
    assert world.mails()[0].state is MessageState.QUEUED
    world.drain(LATER)

    sent = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (sent.state, sent.resends) == (MessageState.SENT, 1)
    assert [one["Message-ID"].partition("@")[0] for one in office.to(ANNA)] == [f"<{mail}"]


def test_what_was_refused_reaches_somebody_the_second_time(world: World, office: PostOffice) -> None:
    world.train(ANNA)
    office.at_dot = lambda recipient: f"550 5.1.1 no {recipient} here"
    world.drain(FIRST_MAIL)
    office.reset()
    assert touchpoint(world).undeliverable

    do(world, Deed.RESEND, world.mails()[0].public_id)
    assert not touchpoint(world).undeliverable
    world.drain(LATER)

    assert office.recipients == [ANNA]


def test_a_mail_that_was_set_aside_after_five_deaths_gets_five_more_lives(
    world: World, office: PostOffice
) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    world.session.execute(
        update(Message)
        .where(Message.kind == MessageKind.COMMITMENT)
        .values(state=MessageState.FAILED, lapses=reconciling.MOST_LAPSES, settled_at=FIRST_MAIL)
    )
    world.session.commit()

    do(world, Deed.RESEND, world.mails()[0].public_id)
    world.drain(LATER)

    assert office.recipients == [ANNA]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        pytest.param(
            update(Message).values(expires_at=LATER), "its time has passed", id="it would come too late"
        ),
        pytest.param(
            update(Touchpoint).values(state=TouchpointState.COMPLETED), "no longer open", id="answered since"
        ),
        pytest.param(
            update(FollowUpPlan).values(state=PlanState.PAUSED), "paused or over", id="they take a break"
        ),
        pytest.param(
            update(Message).where(Message.n == 0).values(kind=MessageKind.INVITATION, n=-1),
            "has changed",
            id="a newer invitation",
        ),
    ],
)
def test_what_nobody_wants_any_more_is_not_sent_again(
    world: World, office: PostOffice, changed: Update, sentence: str
) -> None:
    (mail,) = doubtful(world, office, ANNA)
    world.session.execute(changed)
    world.session.commit()

    with pytest.raises(Conflict, match=sentence):
        do(world, Deed.RESEND, mail)

    assert world.mails()[0].state is MessageState.IN_DOUBT


def test_a_mail_that_is_cancelled_never_leaves_and_its_follow_up_says_so(
    world: World, office: PostOffice
) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)

    assert do(world, Deed.CANCEL, world.mails()[0].public_id) == 1
    world.drain(LATER)

    assert office.recipients == []
    assert world.mails()[0].state is MessageState.CANCELLED
    assert touchpoint(world).undeliverable
    assert world.events("mail cancelled by hand") == 1


def test_a_mail_that_is_being_handed_over_is_stopped_at_the_last_moment(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    mail = world.mails(to=ANNA)[0]
    world.session.execute(
        update(Message).where(Message.id == mail.id).values(state=MessageState.HANDING, hold_until=9e9)
    )
    world.session.commit()

    do(world, Deed.CANCEL, mail.public_id)

    stopped_mail = world.mails(to=ANNA)[0]
    assert (stopped_mail.state, stopped_mail.unwanted) == (MessageState.HANDING, True)
    assert not touchpoint(world).undeliverable


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "two\nlines"])
def test_without_a_reason_nothing_happens(world: World, office: PostOffice, reason: str) -> None:
    (mail,) = doubtful(world, office, ANNA)

    with pytest.raises(Invalid, match="Say why"):
        do(world, Deed.SETTLE, mail, verdict=MessageState.SENT, reason=reason)

    assert world.mails()[0].state is MessageState.IN_DOUBT


def test_all_of_them_or_none(world: World, office: PostOffice) -> None:
    mails = doubtful(world, office, ANNA, BEA)

    with pytest.raises(NotFound, match="There is no mail nowhere"):
        do(world, Deed.SETTLE, *mails, "nowhere", verdict=MessageState.SENT)

    assert world.outcomes() == [MessageState.IN_DOUBT] * 2


def test_a_verdict_is_one_of_two(world: World, office: PostOffice) -> None:
    (mail,) = doubtful(world, office, ANNA)

    with pytest.raises(Invalid, match="Say whether it arrived"):
        do(world, Deed.SETTLE, mail, verdict=MessageState.EXPIRED)


def test_another_organisation_s_mails_are_not_there(world: World, office: PostOffice) -> None:
    (mail,) = doubtful(world, office, ANNA)

    with pytest.raises(NotFound):
        postmaster.cancel(
            world.session,
            organisation_id=world.organisation_id + 1,
            public_ids=[mail],
            reason="curious",
            actor_id=None,
            now=LATER + DAY,
        )


def test_every_state_has_its_deeds_and_no_end_that_is_known_has_any() -> None:
    assert {state for state in MessageState if not by_hand.deeds(state)} == {
        MessageState.SENT,
        MessageState.CANCELLED,
        MessageState.EXPIRED,
    }
