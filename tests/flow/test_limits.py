"""Nobody is nagged, whatever programmes they are in: a mail a day, three a week; what waits or joins says so."""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.extensions import lease_time
from coachfollow.flow import limiting, outbox, turns
from coachfollow.flow.claims import Place
from coachfollow.models import Event, MailPart, MailTurn, Message, SealedMail, Token
from coachfollow.rules.kinds import MessageKind, MessageState, TokenPurpose
from coachfollow.rules.limits import Limits
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, FIRST_MAIL, Stand, World, at_once

ANNA, BOSS = "anna@example.org", "boss@example.org"
HOUR = timedelta(hours=1)


def anna_is_in_two_groups(world: World) -> None:
    """Anna was at two trainings on one day; the first mails of both are due at FIRST_MAIL and not open yet."""
    world.bring_in(world.open_group("spring"), f"{ANNA}\n")
    world.bring_in(world.open_group("autumn"), f"{ANNA}\n")
    world.session.rollback()


def anna_is_in_three_groups(world: World) -> None:
    anna_is_in_two_groups(world)
    world.bring_in(world.open_group("winter"), f"{ANNA}\n")
    world.session.rollback()


@pytest.fixture
def twice(stand: Stand) -> World:
    return stand(anna_is_in_two_groups)


@pytest.fixture
def thrice(stand: Stand) -> World:
    return stand(anna_is_in_three_groups)


def events(world: World, name: str) -> list[str]:
    found = list(world.session.scalars(select(Event.facts).where(Event.name == name)))
    world.session.rollback()
    return found


def test_two_questions_of_one_day_come_in_one_mail_each_with_a_link_of_its_own(
    twice: World, office: PostOffice
) -> None:
    twice.drain(FIRST_MAIL)

    (mail,) = office.to(ANNA)
    assert str(mail["Subject"]) == "Your plan (and one more thing)"
    asked = twice.mails(to=ANNA, kind=MessageKind.COMMITMENT)
    assert [one.state for one in asked] == [MessageState.SENT, MessageState.SENT]
    links = twice.session.scalars(
        select(Token.touchpoint_id).where(Token.purpose == TokenPurpose.ANSWER)
    ).all()
    assert set(links) == {one.touchpoint_id for one in asked}
    assert len(links) == 2


def test_both_parts_of_a_mail_that_is_refused_have_failed(twice: World, office: PostOffice) -> None:
    office.at_dot = lambda _: "550 5.1.1 no such user"

    twice.drain(FIRST_MAIL)

    assert twice.outcomes() == ["failed", "failed"]


def test_a_mail_of_two_parts_that_was_put_off_is_tried_again_with_both(
    twice: World, office: PostOffice
) -> None:
    office.at_dot = lambda _: "451 4.7.1 not now"
    twice.drain(FIRST_MAIL)
    assert twice.outcomes() == ["queued", "queued"]
    office.reset()
    twice.lease_passes(HOUR)

    twice.drain(FIRST_MAIL + HOUR)

    assert len(office.to(ANNA)) == 1
    assert twice.outcomes() == ["sent", "sent"]


def test_a_part_whose_leader_is_stopped_leaves_by_itself(twice: World, office: PostOffice) -> None:
    office.at_dot = lambda _: "451 4.7.1 not now"
    twice.drain(FIRST_MAIL)
    office.reset()
    leader = twice.session.scalars(select(MailPart.leader_id)).one()
    outbox.cancel(twice.session, Message.id == leader, reason="answered", now=FIRST_MAIL)
    twice.session.commit()
    twice.lease_passes(HOUR)

    twice.drain(FIRST_MAIL + HOUR)

    assert twice.outcomes() == ["cancelled", "sent"]
    assert len(office.to(ANNA)) == 1


def test_a_mail_is_written_anew_when_one_of_its_parts_is_stopped(twice: World, office: PostOffice) -> None:
    office.at_dot = lambda _: "451 4.7.1 not now"
    twice.drain(FIRST_MAIL)
    office.reset()
    part = twice.session.scalars(select(MailPart.message_id)).one()
    outbox.cancel(twice.session, Message.id == part, reason="answered", now=FIRST_MAIL)
    twice.session.commit()
    assert twice.session.scalars(select(SealedMail.message_id)).all() == []
    twice.lease_passes(HOUR)

    twice.drain(FIRST_MAIL + HOUR)

    (mail,) = office.to(ANNA)
    assert str(mail["Subject"]) == "Your plan"


def test_a_third_question_waits_for_the_next_day_and_its_history_says_why(
    thrice: World, office: PostOffice
) -> None:
    thrice.drain(FIRST_MAIL)

    assert thrice.outcomes() == ["queued", "sent", "sent"]
    assert events(thrice, "mail kept") == ['{"kept": "2026-03-04", "limit": "day"}']

    thrice.drain(FIRST_MAIL + DAY)

    assert thrice.outcomes() == ["sent", "sent", "sent"]
    assert len(office.to(ANNA)) == 2


def test_a_second_drain_of_the_same_day_changes_nothing(thrice: World, office: PostOffice) -> None:
    thrice.drain(FIRST_MAIL)
    before = [(one.id, one.state, one.send_at) for one in thrice.mails(to=ANNA)]

    thrice.drain(FIRST_MAIL + HOUR)

    assert [(one.id, one.state, one.send_at) for one in thrice.mails(to=ANNA)] == before
    assert len(office.to(ANNA)) == 1


def test_a_manager_of_three_people_gets_one_card(world: World, office: PostOffice) -> None:
    cohort = world.open_group()
    people = [f"{name}@example.org" for name in ("anna", "ben", "cleo")]
    world.invite(cohort, "".join(f"{person}\n" for person in people))
    for person in people:
        world.manages(BOSS, person)
    world.session.commit()

    world.drain(datetime(2026, 2, 26, 16, 0, tzinfo=FIRST_MAIL.tzinfo))

    (mail,) = office.to(BOSS)
    assert world.outcomes(MessageKind.SPONSOR) == ["sent", "sent", "sent"]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]  # every mail of ours has one
    assert text.count("You get this mail from") == 1
    assert text.count(" goes for ") == len(people) - 1, "what goes for all of them stands there once"
    assert len(set(re.findall(r"/a/([\w-]+)\s", text))) == len(people)
    assert len(set(re.findall(r"/s/([\w-]+)\s", text))) == len(people)


def test_an_organisation_may_allow_more(thrice: World, office: PostOffice) -> None:
    limiting.keep(thrice.session, organisation_id=thrice.organisation_id, limits=Limits(a_day=2, a_week=5))

    thrice.drain(FIRST_MAIL)

    assert thrice.outcomes() == ["sent", "sent", "sent"]
    assert len(office.to(ANNA)) == 2


@pytest.mark.parametrize("away", [HOUR, DAY])
def test_g6_f03_after_an_outage_nobody_gets_a_burst(
    thrice: World, office: PostOffice, away: timedelta
) -> None:
    back = FIRST_MAIL + away
    thrice.drain(back)
    assert len(office.to(ANNA)) == 1

    thrice.live(back + 14 * DAY, since=back)

    days: dict[object, int] = {}
    for mail in thrice.session.scalars(select(MailTurn)).all():
        days[mail.day] = days.get(mail.day, 0) + 1
    assert max(days.values()) == 1


def test_g6_f03_after_three_days_what_is_too_late_has_expired_and_the_follow_up_says_so(
    twice: World, office: PostOffice
) -> None:
    twice.open_mails(FIRST_MAIL)

    twice.drain(FIRST_MAIL + 3 * DAY)

    assert twice.outcomes() == ["expired", "expired"]
    assert MessageKind.COMMITMENT not in twice.kinds(to=ANNA, state=MessageState.SENT)
    assert len(office.to(ANNA)) <= 1


def test_two_drains_at_once_keep_the_limit(ground: Ground, thrice: World) -> None:
    thrice.open_mails(FIRST_MAIL)
    ids = [one.id for one in thrice.mails(to=ANNA, kind=MessageKind.COMMITMENT)]
    thrice.session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(state=MessageState.CLAIMED, fence=0, lease_until=1e12)
    )
    thrice.session.commit()

    def decide(session: Session, one: int) -> int:
        place = Place(id=1, fence=0, before=0, failures=0, taken=lease_time(session))
        leaving = turns.share_out(session, place=place, ids=[one], now=FIRST_MAIL)
        session.commit()
        return len(leaving)

    found = at_once(ground, *(partial(decide, one=one) for one in ids))

    assert sum(found) == 1
