"""Signing in by a mailed link: one browser, once, for a quarter of an hour; nobody learns who has an account."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from coachfollow.clock import LeaseTime
from coachfollow.errors import Closed, NotFound, TooMany
from coachfollow.flow import floods, houses, signin
from coachfollow.flow.signin import Entered
from coachfollow.models import Grant, Message, Person, RateBucket, Token
from coachfollow.queries import actors, links
from coachfollow.rules.access import ANONYMOUS
from coachfollow.rules.kinds import MessageState, Role, Scope, TokenPurpose
from tests import house
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, Stand, World

LENA, ANNA, BOSS, COACH = "lena@example.org", "anna@example.org", "boss@example.org", "coach@example.org"
BROWSER, ANOTHER = "a cookie of one browser", "a cookie of another"
LATER = AFTER + timedelta(minutes=14, seconds=59)


def lena_runs_trainings(world: World) -> None:
    """There is somebody with a role."""
    world.appoint(LENA, Role.LND)


@pytest.fixture
def lena(stand: Stand) -> World:
    return stand(lena_runs_trainings)


def ask(world: World, email: str = LENA, *, visitor: str = "192.0.2.1", now: datetime = AFTER) -> None:
    signin.ask(world.session, email=email, browser=BROWSER, visitor=visitor, now=now)


def token(office: PostOffice, world: World, *, now: datetime = AFTER) -> str:
    world.drain(now)
    words = office.to(LENA)[-1].get_body(("plain",)).get_content().split()  # type: ignore[union-attr]
    return str(next(word for word in words if "/sign-in/" in word)).rpartition("/")[2]


def enter(world: World, given: str, *, browser: str = BROWSER, now: datetime = LATER) -> Entered:
    return signin.enter(world.session, token=given, browser=browser, now=now)


def test_the_link_signs_in_the_browser_that_asked(lena: World, office: PostOffice) -> None:
    ask(lena, "  Lena@Example.org ")
    given = token(office, lena)
    links.check_sign_in(lena.session, token=given, now=LATER)

    entered = enter(lena, given)

    assert entered == Entered(person_id=lena.person(LENA), version=1)
    assert lena.events("signed in") == 1


@pytest.mark.parametrize(
    ("browser", "now", "sentence"),
    [
        (ANOTHER, LATER, signin.OTHER_BROWSER),
        (BROWSER, AFTER + signin.LIFE, signin.USED),
    ],
    ids=["another browser", "too late"],
)
def test_it_does_so_nowhere_else_and_not_for_long(
    lena: World, office: PostOffice, browser: str, now: datetime, sentence: str
) -> None:
    ask(lena)
    given = token(office, lena)

    with pytest.raises(Closed) as refused:
        enter(lena, given, browser=browser, now=now)

    assert refused.value.sentence == sentence
    assert lena.events("signed in") == 0


def test_it_does_so_once_even_when_two_are_quick(lena: World, office: PostOffice, ground: Ground) -> None:
    ask(lena)
    given = token(office, lena)

    def try_it(session: Session) -> bool:
        try:
            signin.enter(session, token=given, browser=BROWSER, now=LATER)
        except Closed:
            return False
        return True

    assert sorted(worlds.at_once(ground, *[try_it] * 4)) == [False, False, False, True]
    with pytest.raises(Closed):
        links.check_sign_in(lena.session, token=given, now=LATER)


def test_a_link_that_never_was_is_not_known(lena: World) -> None:
    with pytest.raises(NotFound):
        enter(lena, "no such token")
    with pytest.raises(NotFound):
        links.check_sign_in(lena.session, token="no such token", now=AFTER)


@pytest.mark.parametrize("purpose", [one for one in TokenPurpose if one is not TokenPurpose.SIGN_IN])
def test_a_link_for_something_else_signs_nobody_in(
    lena: World, office: PostOffice, purpose: TokenPurpose
) -> None:
    ask(lena)
    given = token(office, lena)
    lena.session.execute(update(Token).values(purpose=purpose))

    with pytest.raises(NotFound):
        enter(lena, given)
    with pytest.raises(NotFound):
        links.check_sign_in(lena.session, token=given, now=LATER)


def test_leaving_everywhere_ends_links_and_sessions_at_once(lena: World, office: PostOffice) -> None:
    ask(lena)
    given = token(office, lena)
    person_id = lena.person(LENA)
    assert actors.actor(lena.session, person_id=person_id, version=1, now=AFTER).person_id == person_id

    signin.leave_everywhere(lena.session, person_id=person_id, now=AFTER)

    with pytest.raises(Closed):
        enter(lena, given)
    assert actors.actor(lena.session, person_id=person_id, version=1, now=AFTER) == ANONYMOUS
    assert lena.events("signed out everywhere") == 1


def test_a_link_from_a_terminal_works_in_any_browser_once(lena: World) -> None:
    person = lena.session.get_one(Person, lena.person(LENA))

    url = signin.link_for(lena.session, person=person, now=AFTER)

    given = url.rpartition("/")[2]
    assert enter(lena, given, browser=ANOTHER).person_id == person.id
    with pytest.raises(Closed):
        enter(lena, given)


@pytest.mark.parametrize(
    ("email", "gets_one"),
    [
        (LENA, True),
        (BOSS, True),  # somebody's manager
        (COACH, True),  # coaches a plan
        (ANNA, False),  # a participant's links are in their mails
        ("nobody@example.org", False),
    ],
)
def test_who_has_something_to_sign_in_for_gets_a_mail_and_nobody_can_tell(
    lena: World, email: str, *, gets_one: bool
) -> None:
    lena.manages(BOSS, ANNA)
    lena.bring_in(lena.open_group(), f"Email;Coach\n{ANNA};{COACH}\n")

    ask(lena, email)

    assert len(lena.mails(to=email)) == gets_one
    assert lena.session.scalar(select(func.count()).select_from(RateBucket)) == 3


@pytest.mark.parametrize("email", [ANNA, "nobody@example.org"], ids=["no role", "unknown"])
def test_an_address_nobody_may_sign_in_with_costs_the_database_the_same(lena: World, email: str) -> None:
    """How long an answer takes tells whether an account exists, unless the same is done for both."""

    def done(email: str) -> list[str]:
        asked: list[str] = []

        def note(*facts: Any) -> None:
            asked.append(re.sub(r"ROLLBACK TO|RELEASE", "END OF", facts[2]))

        event.listen(lena.session.get_bind(), "before_cursor_execute", note)
        try:
            ask(lena, email)
        finally:
            event.remove(lena.session.get_bind(), "before_cursor_execute", note)
        return asked

    before = [lena.session.scalar(select(func.count()).select_from(table)) for table in (Token, Message)]
    unknown = done(email)
    after = [lena.session.scalar(select(func.count()).select_from(table)) for table in (Token, Message)]

    assert unknown == done(LENA)
    assert any("INSERT INTO messages" in statement for statement in unknown)
    assert after == before, "nothing of it stays"


@pytest.mark.parametrize("values", [{"left_on": date(2026, 3, 2)}, {"erased_at": AFTER}], ids=str)
def test_whoever_has_left_is_nobody(lena: World, values: dict[str, object]) -> None:
    person_id = lena.person(LENA)
    lena.session.execute(update(Person).where(Person.id == person_id).values(**values))
    lena.session.commit()

    ask(lena)

    assert lena.mails(to=LENA) == []
    assert actors.actor(lena.session, person_id=person_id, version=1, now=AFTER) == ANONYMOUS


def test_on_the_last_day_one_still_works_here(lena: World) -> None:
    person_id = lena.person(LENA)
    lena.session.execute(update(Person).where(Person.id == person_id).values(left_on=AFTER.date()))
    lena.session.commit()

    ask(lena)

    assert len(lena.mails(to=LENA)) == 1
    assert actors.actor(lena.session, person_id=person_id, version=1, now=AFTER).person_id == person_id


def test_a_role_that_has_ended_is_nothing_to_sign_in_for(lena: World) -> None:
    lena.session.execute(update(Grant).values(to_at=AFTER))
    lena.session.commit()

    ask(lena)

    assert lena.mails(to=LENA) == []
    actor = actors.actor(lena.session, person_id=lena.person(LENA), version=1, now=AFTER)
    assert actor.grants == frozenset()


def test_a_role_that_has_not_begun_allows_nothing_yet(lena: World) -> None:
    lena.session.execute(update(Grant).values(from_at=AFTER + DAY))
    lena.session.commit()

    def held(now: datetime) -> int:
        return len(actors.actor(lena.session, person_id=lena.person(LENA), version=1, now=now).grants)

    assert (held(AFTER), held(AFTER + DAY)) == (0, 1)


@pytest.mark.parametrize(
    ("times", "same_address", "same_visitor"),
    [(signin.PER_ADDRESS, True, False), (signin.PER_VISITOR, False, True)],
    ids=["an address", "a visitor"],
)
def test_a_flood_is_held_off_and_lets_go_after_a_while(
    lena: World, times: int, *, same_address: bool, same_visitor: bool
) -> None:
    def ask_as(number: int) -> None:
        email = LENA if same_address else f"x{number}@example.org"
        ask(lena, email, visitor="192.0.2.1" if same_visitor else f"192.0.2.{number}")

    for number in range(times):
        ask_as(number)
    with pytest.raises(TooMany) as refused:
        ask_as(times)
    lena.session.rollback()
    assert 0 < refused.value.retry_after <= floods.HOUR

    lena.lease_passes(timedelta(seconds=refused.value.retry_after))

    ask_as(times + 1)


def test_all_sign_ins_together_have_a_limit_too(lena: World) -> None:
    lease = LeaseTime(seconds=1000.0, boot="a boot")
    for _ in range(5):
        floods.spend(lena.session, key="all", per_hour=5, lease=lease)
    with pytest.raises(TooMany):
        floods.spend(lena.session, key="all", per_hour=5, lease=lease)
    floods.spend(lena.session, key="all", per_hour=5, lease=LeaseTime(seconds=1720.0, boot="a boot"))
    assert signin.ALTOGETHER > signin.PER_VISITOR > signin.PER_ADDRESS


def test_whoever_asks_twice_at_the_same_moment_spends_twice(world: World, ground: Ground) -> None:
    """Nobody has asked before: there is no bucket yet that one could hold on to."""

    def spend(session: Session) -> None:
        lease = LeaseTime(seconds=1000.0, boot="a boot")
        floods.spend(session, key="sign-in to somebody", per_hour=3, lease=lease)

    def spend_and_commit(session: Session) -> None:
        spend(session)
        session.commit()

    spend(world.session)  # not committed yet
    second = worlds.elsewhere(ground, spend_and_commit)
    with pytest.raises(TimeoutError):
        second.result(timeout=0.2)
    world.session.commit()
    second.result(timeout=10)

    assert world.session.scalars(select(RateBucket.level)).one() == 1


def test_the_same_address_in_two_organisations_is_two_people(lena: World) -> None:
    other = house.another(lena.session)
    other.appoint(LENA, Role.LND)

    ask(lena)

    assert len({mail.organisation_id for mail in lena.mails(to=LENA)}) == 2


def test_an_unsent_link_expires_with_its_token(lena: World, office: PostOffice) -> None:
    ask(lena)

    lena.drain(AFTER + signin.LIFE)

    assert office.arrived == []
    assert lena.mails(to=LENA)[0].state is MessageState.EXPIRED
    assert lena.session.scalars(select(Token.expires_at)).one() == AFTER + signin.LIFE


def test_a_grant_is_given_once_and_written_down(world: World) -> None:
    for _ in range(2):
        world.appoint(LENA, Role.LND, Role.OPERATOR)

    rows = world.session.execute(select(Grant.role, Grant.scope, Grant.scope_id).order_by(Grant.role)).all()
    assert [tuple(row) for row in rows] == [
        (Role.LND, Scope.ORGANISATION, world.organisation_id),
        (Role.OPERATOR, Scope.ORGANISATION, world.organisation_id),
    ]
    assert world.events("granted") == 2


def test_the_house_is_opened_once_with_a_place_for_each_connection(world: World, ground: Ground) -> None:
    with ground.told(mail_connections=3):
        settings = ground.installation.settings
        opened = [houses.open_house(world.session, settings=settings, now=AFTER + DAY).id for _ in range(2)]

    assert opened == [world.organisation_id] * 2
    assert world.events("organisation opened") == 1
