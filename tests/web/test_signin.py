"""Signing in by a mailed link: once, within 15 minutes, in the browser that asked; the same answer to everybody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.flow import floods, signin
from coachfollow.models import Message, Person, RateBucket
from coachfollow.rules.kinds import MessageKind
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, GRETA, LENA, OLGA, ON_ONE, World


def ask(browser: Browser, email: str, **arguments: str) -> None:
    browser.open("/sign-in", **arguments)
    browser.send(email=email)


def link(world: World, person: str, time: Clock) -> str:
    return world.links(person, MessageKind.SIGN_IN, now=time.now)["sign-in"]


def sign_in(world: World, browser: Browser, person: str, time: Clock) -> None:
    ask(browser, person)
    browser.open(link(world, person, time))
    browser.send()


def test_a_mailed_link_signs_in_after_one_press(world: World, browser: Browser, time: Clock) -> None:
    ask(browser, f"  {LENA.upper()} ")
    assert "a link is on its way to it" in browser.text

    browser.open(link(world, LENA, time))
    assert "One press, and you are signed in." in browser.text
    assert browser.client.get("/account").status_code == 302, "opening the link signs nobody in"
    browser.send()

    assert browser.page.status_code == 200
    assert browser.client.get("/account").status_code == 200


@pytest.mark.parametrize("email", [ANNA, "nobody@example.org"], ids=["no role", "unknown"])
def test_whoever_may_not_sign_in_gets_the_same_answer_and_no_mail(
    world: World, browser: Browser, another_browser: Browser, email: str
) -> None:
    ask(browser, email)
    ask(another_browser, LENA)

    assert browser.text == another_browser.text
    assert world.mails(email, MessageKind.SIGN_IN) == 0
    assert world.mails(LENA, MessageKind.SIGN_IN) == 1


@ON_ONE
def test_what_is_no_address_is_said_to_be_none(world: World, browser: Browser) -> None:
    del world
    ask(browser, "lena")

    assert browser.page.status_code == 422
    assert "Write it like anna@example.org." in browser.text
    assert browser.fields["email"] == "lena"


def test_the_link_works_in_the_browser_that_asked_only(
    world: World, browser: Browser, another_browser: Browser, time: Clock
) -> None:
    ask(browser, LENA)
    address = link(world, LENA, time)

    another_browser.open(address)
    another_browser.send()

    assert another_browser.page.status_code == 410
    assert "in the browser where you asked for it" in another_browser.text
    browser.open(address)
    assert browser.send().status_code == 200, "it was not spent by the wrong browser"


def test_the_link_works_once(world: World, browser: Browser, time: Clock) -> None:
    ask(browser, LENA)
    address = link(world, LENA, time)
    browser.open(address)
    form = browser.page
    browser.send()
    browser.client.post("/sign-out")
    browser.open("/sign-in")

    browser.page = form
    assert browser.open(address).status_code == 410
    assert "has been used or is too old" in browser.text


@ON_ONE
def test_a_form_that_was_open_when_the_link_was_used_signs_nobody_in(
    world: World, browser: Browser, time: Clock
) -> None:
    ask(browser, LENA)
    browser.open(link(world, LENA, time))
    with world.inside() as home:
        token = browser.path.rpartition("/")[2]
        nonce = nonce_of(browser)
        signin.enter(home.session, token=token, browser=nonce, now=time.now)

    assert browser.send().status_code == 410


def nonce_of(browser: Browser) -> str:
    with browser.client.session_transaction() as session:
        return str(session["browser"])


@ON_ONE
def test_the_link_works_for_a_quarter_of_an_hour(world: World, browser: Browser, time: Clock) -> None:
    ask(browser, LENA)
    address = link(world, LENA, time)
    time.ahead(minutes=15)

    assert browser.open(address).status_code == 410


def test_an_address_is_not_bombed_with_mails(world: World, browser: Browser) -> None:
    for _ in range(signin.PER_ADDRESS):
        ask(browser, LENA)

    ask(browser, LENA)

    assert browser.page.status_code == 429
    assert 0 < int(browser.page.headers["Retry-After"]) <= 1201
    assert world.mails(LENA, MessageKind.SIGN_IN) == signin.PER_ADDRESS
    with world.inside() as home:
        home.session.execute(update(RateBucket).values(at=RateBucket.at - floods.HOUR))  # an hour passes
        home.session.commit()
    ask(browser, LENA)
    assert browser.page.status_code == 200


def test_the_limit_tells_nobody_who_is_known(
    world: World, browser: Browser, another_browser: Browser
) -> None:
    del world
    for _ in range(signin.PER_ADDRESS + 1):
        ask(browser, LENA)
        ask(another_browser, "nobody@example.org")

    assert browser.page.status_code == another_browser.page.status_code == 429
    assert browser.text == another_browser.text


@pytest.mark.parametrize(
    ("first", "second", "one_visitor"),
    [
        ("192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("unix:", "unix:", True),
    ],
    ids=["the same", "a neighbour", "one household", "another household", "a link-local one", "a socket"],
)
@ON_ONE
def test_a_visitor_is_told_by_their_network(
    world: World, browser: Browser, first: str, second: str, *, one_visitor: bool
) -> None:
    for address in (first, second):
        environ = {"REMOTE_ADDR": address}
        page = browser.client.get("/sign-in", environ_overrides=environ)
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        form = {"csrf_token": token, "email": f"{address[:2]}{address[-1]}@example.org"}
        assert browser.client.post("/sign-in", data=form, environ_overrides=environ).status_code == 302

    with world.inside() as home:
        keys = home.session.scalars(select(RateBucket.key).where(RateBucket.key.like("sign-in from %"))).all()
        assert len(keys) == (1 if one_visitor else 2)


@ON_ONE
def test_after_signing_in_one_is_where_one_wanted_to_go(world: World, browser: Browser, time: Clock) -> None:
    browser.open("/status")
    assert browser.path == "/sign-in?next=/status"
    browser.send(email=OLGA)
    browser.open(link(world, OLGA, time))

    browser.send()

    assert browser.path == "/status"


@ON_ONE
def test_a_stranger_does_not_say_where_one_goes(world: World, browser: Browser, time: Clock) -> None:
    ask(browser, OLGA, next="//evil.example.com/")
    browser.open(link(world, OLGA, time))
    token = browser.page.text.partition('name="csrf_token" value="')[2].partition('"')[0]

    response = browser.client.post(browser.path, data={"csrf_token": token})

    assert response.location == "/home"


def test_a_session_ends_when_one_signs_out(world: World, browser: Browser, time: Clock) -> None:
    sign_in(world, browser, OLGA, time)
    browser.open("/account")

    browser.send("/sign-out")

    assert "You are signed out." in browser.text
    assert browser.client.get("/account").status_code == 302


def test_signing_out_everywhere_ends_every_session_and_every_link(
    world: World, browser: Browser, another_browser: Browser, time: Clock
) -> None:
    plan_link = world.links(ANNA, MessageKind.REFLECTION)["p"]
    with world.inside() as home:
        anna = home.session.get_one(Person, home.person(ANNA))
        address = signin.link_for(home.session, person=anna, now=time.now)
    for one in (browser, another_browser):
        one.open("/sign-in")
    browser.open(address)
    browser.send()
    another_browser.open(plan_link)
    browser.open("/account")

    browser.send("/sign-out-everywhere")

    assert another_browser.open(another_browser.path).status_code == 410
    assert another_browser.open(plan_link).status_code == 410


@ON_ONE
def test_a_session_that_idles_for_twelve_hours_is_over(world: World, browser: Browser, time: Clock) -> None:
    sign_in(world, browser, OLGA, time)
    time.ahead(hours=11)
    assert browser.client.get("/account").status_code == 200
    time.ahead(hours=11)
    assert browser.client.get("/account").status_code == 200
    time.ahead(hours=13)

    assert browser.client.get("/account").status_code == 302


@ON_ONE
def test_a_session_is_over_after_seven_days_however_busy(world: World, browser: Browser, time: Clock) -> None:
    sign_in(world, browser, OLGA, time)
    for _ in range(14):
        time.ahead(hours=11.9)
        assert browser.client.get("/account").status_code == 200
    time.ahead(hours=2)

    assert browser.client.get("/account").status_code == 302


@ON_ONE
def test_signing_in_leaves_nothing_of_the_session_before(world: World, browser: Browser, time: Clock) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    with browser.client.session_transaction() as session:
        session["planted"] = "by somebody else"

    sign_in(world, browser, OLGA, time)

    with browser.client.session_transaction() as session:
        assert not {"planted", "links", "browser", "next"} & set(session)


@ON_ONE
def test_a_link_handed_over_by_a_command_works_in_any_browser(
    world: World, browser: Browser, time: Clock
) -> None:
    with world.inside() as home:
        person = home.session.get_one(Person, home.person(OLGA))
        address = signin.link_for(home.session, person=person, now=time.now)

    browser.open(address)
    browser.send()

    assert browser.client.get("/status").status_code == 200


@ON_ONE
def test_a_manager_without_a_role_may_sign_in(world: World, browser: Browser, time: Clock) -> None:
    sign_in(world, browser, GRETA, time)

    assert browser.client.get("/account").status_code == 200


@ON_ONE
def test_whoever_left_is_signed_out(world: World, browser: Browser, time: Clock) -> None:
    sign_in(world, browser, OLGA, time)
    with world.inside() as home:
        home.session.execute(
            update(Person).where(Person.email == OLGA).values(left_on=datetime(2026, 3, 1, tzinfo=UTC).date())
        )
        home.session.commit()

    assert browser.client.get("/account").status_code == 302


@ON_ONE
def test_a_mail_says_nothing_more_once_its_link_is_old(world: World, browser: Browser, time: Clock) -> None:
    ask(browser, LENA)
    with world.inside() as home:
        row = home.session.scalars(select(Message).where(Message.kind == MessageKind.SIGN_IN)).one()

        assert row.expires_at == time.now + timedelta(minutes=15)
