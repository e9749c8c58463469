"""A participant moves their meeting: once, only where it is free for both, and both read who chose the time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict
from coachfollow.flow import changing, placing, rearranging, undoing
from coachfollow.models import CheckIn, Person, PlanChange
from coachfollow.queries import own_times, plan_heads, wishes
from coachfollow.rules.kinds import MessageKind
from coachfollow.rules.levers import Meet
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.meetings import ANNA, COACH, calendar, move, train
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, Stand, World

PAUL = "paul@example.org"
WAIT = changing.SECOND_THOUGHTS


def both_meet_one_coach(world: World) -> None:
    """The meetings of Anna and Paul with their coach stand, one after the other, and calendars know of them."""
    train(world, ANNA, PAUL)
    world.bookable(COACH)
    placing.place_due(world.session, now=AFTER)
    for email, name in ((ANNA, "Anna Berg"), (COACH, "Carla Coach")):
        world.session.execute(update(Person).where(Person.email == email).values(name=name))
    world.session.commit()


@pytest.fixture
def placed(stand: Stand, office: PostOffice) -> World:
    world = stand(both_meet_one_coach)
    world.drain(AFTER)
    office.reset()
    return world


def stands(world: World, email: str = ANNA) -> datetime:
    about = world.touchpoint(email, "talk").id
    at = world.session.scalars(select(CheckIn.starts_at).where(CheckIn.touchpoint_id == about)).one()
    assert at is not None
    world.session.rollback()
    return at


def changes(world: World) -> int:
    return world.session.scalar(select(func.count()).select_from(PlanChange)) or 0


def asked(world: World, at: datetime, email: str = ANNA) -> Mapping[str, int | datetime]:
    """What choosing that time for somebody's meeting is told."""
    touchpoint = world.touchpoint(email, "talk")
    return {
        "plan_id": touchpoint.plan_id,
        "follow_up": touchpoint.id,
        "starts_at": at,
        "person_id": world.person(email),
    }


def choose(world: World, at: datetime, *, now: datetime = AFTER, email: str = ANNA) -> None:
    rearranging.choose(world.session, now=now, **asked(world, at, email))  # type: ignore[arg-type]


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_both_calendars_follow_and_each_reads_who_chose_the_time(placed: World, office: PostOffice) -> None:
    new = stands(placed) + DAY

    choose(placed, new)
    placed.drain(AFTER + WAIT)

    assert stands(placed) == new
    for email in (ANNA, COACH):
        (mail,) = office.to(email)
        entry = calendar(mail)
        assert (entry.method, entry.sequence, entry.starts_at) == ("REQUEST", 1, new)
        assert mail["References"] == mail["In-Reply-To"], "it stands with the invitation before it"
        assert mail["References"] not in {None, mail["Message-ID"]}
    (mine,), (coachs,) = office.to(ANNA), office.to(COACH)
    assert "You have chosen this time; it takes the place of any earlier one." in text(mine)
    assert "Anna Berg has chosen this time; it takes the place of any earlier one." in text(coachs)
    assert f"?meeting={placed.touchpoint(ANNA, 'talk').id}" in text(mine)
    assert f"/change/meet?follow_up={placed.touchpoint(ANNA, 'talk').id}" in text(coachs)
    assert "/p/" not in text(coachs)


def test_a_time_of_the_coachs_is_said_to_be_theirs_and_one_we_found_nobodys(
    placed: World, office: PostOffice
) -> None:
    move(placed, stands(placed) + DAY)
    placed.drain(AFTER)

    assert "Carla Coach has chosen this time" in text(office.to(ANNA)[0])
    assert "You have chosen this time" in text(office.to(COACH)[0])


def test_an_invitation_to_a_time_that_was_found_names_nobody(stand: Stand, office: PostOffice) -> None:
    world = stand(both_meet_one_coach)
    world.drain(AFTER)

    said = text(office.to(ANNA)[0])
    assert "has chosen this time" not in said
    assert "If this time does not suit you, choose another one" in said


def test_in_german_it_is_said_in_german(placed: World, office: PostOffice) -> None:
    german = Person.email.in_([ANNA, COACH])
    placed.session.execute(update(Person).where(german).values(locale="de"))
    placed.session.commit()

    choose(placed, stands(placed) + DAY)
    placed.drain(AFTER + WAIT)

    assert "Du hast diese Zeit gewählt; sie ersetzt jede frühere." in text(office.to(ANNA)[0])
    assert "Anna Berg hat diese Zeit gewählt; sie ersetzt jede frühere." in text(office.to(COACH)[0])
    assert "Eine andere Zeit wählen:" in text(office.to(ANNA)[0])


def test_who_thinks_again_at_once_sends_one_mail(placed: World, office: PostOffice) -> None:
    at = stands(placed)

    choose(placed, at + DAY)
    choose(placed, at + 2 * DAY, now=AFTER + WAIT / 2)
    placed.drain(AFTER + 2 * WAIT)

    assert [calendar(mail).starts_at for mail in office.to(COACH)] == [at + 2 * DAY]


def test_a_doubled_click_moves_once(placed: World, ground: Ground) -> None:
    given = asked(placed, stands(placed) + DAY)
    placed.session.rollback()

    def click(session: Session) -> None:
        rearranging.choose(session, now=AFTER, **given)  # type: ignore[arg-type]

    worlds.at_once(ground, *[click] * 3)

    assert changes(placed) == 1
    assert len(placed.mails(to=ANNA, kind=MessageKind.INVITATION)) == 2


def test_of_two_who_want_the_same_time_one_is_told_that_it_is_taken(placed: World, ground: Ground) -> None:
    at = stands(placed) + DAY
    wishes = [asked(placed, at, email) for email in (ANNA, PAUL)]
    placed.session.rollback()

    def told(wish: Mapping[str, int | datetime], session: Session) -> str:
        try:
            rearranging.choose(session, now=AFTER, **wish)  # type: ignore[arg-type]
        except Conflict as refused:
            session.rollback()
            return refused.sentence
        return ""

    first, second = wishes
    said = worlds.at_once(ground, lambda session: told(first, session), lambda session: told(second, session))

    assert sorted(said) == ["", rearranging.TAKEN]
    assert sorted([stands(placed), stands(placed, PAUL)]).count(at) == 1


def test_neither_within_two_hours_nor_once_it_has_begun(placed: World) -> None:
    at = stands(placed)

    for before in (timedelta(minutes=119), timedelta(), -timedelta(minutes=10), -DAY):
        with pytest.raises(Conflict, match="within two hours" if before > timedelta() else "has begun"):
            choose(placed, at + DAY, now=at - before)
        placed.session.rollback()
    choose(placed, at + DAY, now=at - timedelta(hours=2))

    assert stands(placed) == at + DAY


def test_a_decision_of_the_coachs_is_not_taken_back_over_the_participants(placed: World) -> None:
    at, touchpoint = stands(placed), placed.touchpoint(ANNA, "talk")
    first = changing.carry_out(
        placed.session,
        plan_id=touchpoint.plan_id,
        lever=Meet(follow_up=touchpoint.id, starts_at=at + DAY),
        now=AFTER,
        actor_id=placed.person(COACH),
        wait=WAIT,
    )
    choose(placed, at + 2 * DAY)

    with pytest.raises(Conflict):
        undoing.undo(
            placed.session,
            plan_id=touchpoint.plan_id,
            change_id=first,
            now=AFTER,
            actor_id=placed.person(COACH),
        )
    placed.session.rollback()
    assert stands(placed) == at + 2 * DAY


def last_offered(world: World) -> datetime:
    """The latest of the times that Anna may choose."""
    head = plan_heads.of(world.session, public_id=world.plan(ANNA).public_id)
    offered = own_times.of(
        world.session, head=head, follow_up=world.touchpoint(ANNA, "talk").id, now=AFTER
    ).times
    world.session.rollback()
    return max(offered)


def test_however_often_somebody_moves_their_meeting_it_stays_within_its_window_of_before(
    placed: World,
) -> None:
    talk = placed.touchpoint(ANNA, "talk")
    window = max(talk.due_at + wishes.WINDOW + DAY, talk.closes_at)
    for _ in range(4):
        choose(placed, last_offered(placed))
    assert stands(placed) < window
    with pytest.raises(Conflict):
        choose(placed, window + 2 * DAY)

    move(placed, window + 3 * DAY)  # their coach may, and then it counts from there
    assert last_offered(placed) > window + 3 * DAY
