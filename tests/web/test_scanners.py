"""Mail scanners open every link, and so may anybody who was forwarded one: opening changes nothing at all."""

import hashlib
import logging
import string

import pytest
from sqlalchemy import select, update

from coachfollow import vault
from coachfollow.extensions import db
from coachfollow.flow import signin
from coachfollow.models import Base, Person, Token
from coachfollow.rules.kinds import MessageKind, TokenPurpose
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, LENA, ON_ONE, World

ALPHABET = string.ascii_letters + string.digits + "-_"
DOORS = ["a", "p", "s", "u", "sign-in"]


def links(world: World, time: Clock) -> dict[str, str]:
    """A live link for each door."""
    with world.inside() as home:
        person = home.session.get_one(Person, home.person(LENA))
        sign_in = signin.link_for(home.session, person=person, now=time.now)
    return {**world.links(ANNA, MessageKind.REFLECTION), "sign-in": sign_in}


def everything(world: World) -> str:
    """A fingerprint of every row of every table."""
    found = hashlib.sha256()
    with world.inside() as home:
        for table in Base.metadata.sorted_tables:
            rows = home.session.execute(select(table).order_by(*table.primary_key)).all()
            found.update(repr((table.name, rows)).encode())
    return found.hexdigest()


def test_no_link_changes_anything_by_being_opened(world: World, browser: Browser, time: Clock) -> None:
    doors = links(world, time)
    before = everything(world)

    for link in doors.values():
        for method in ("GET", "HEAD", "OPTIONS"):
            for _ in range(3):
                assert browser.client.open(link, method=method, follow_redirects=True).status_code == 200

    assert everything(world) == before


def test_old_links_and_closed_questions_change_nothing_either(
    world: World, browser: Browser, time: Clock
) -> None:
    doors = links(world, time)
    time.ahead(days=500)
    before = everything(world)

    statuses = {door: browser.open(link).status_code for door, link in doors.items()}

    assert statuses == {"a": 410, "p": 410, "s": 410, "u": 200, "sign-in": 410}
    assert everything(world) == before


@pytest.mark.parametrize("door", DOORS)
@ON_ONE
def test_a_token_with_one_character_changed_is_unknown(
    world: World, browser: Browser, time: Clock, door: str
) -> None:
    link = links(world, time)[door].partition("?")[0]
    start, token = link[: -len("x" * 32)], link[-32:]

    for place, letter in enumerate(token):
        other = ALPHABET[(ALPHABET.index(letter) + 1) % len(ALPHABET)]
        spoilt = token[:place] + other + token[place + 1 :]
        assert browser.client.get(start + spoilt).status_code == 404


@pytest.mark.parametrize(
    "change", [str.lower, str.upper, lambda token: token[:-1], lambda token: token + "A"]
)
@ON_ONE
def test_a_token_is_taken_to_the_letter(world: World, browser: Browser, time: Clock, change: object) -> None:
    assert callable(change)
    link = links(world, time)["p"]

    assert browser.client.get(link[:-32] + change(link[-32:])).status_code == 404


@ON_ONE
def test_a_link_for_one_thing_never_does_another(world: World, browser: Browser, time: Clock) -> None:
    doors = {door: link.partition("?")[0] for door, link in links(world, time).items()}
    same_right = {("s", "u"), ("u", "s")}  # the page that stops, and the one click that does
    browser.open("/sign-in")
    form = {"csrf_token": browser.page.text.partition('name="csrf_token" value="')[2].partition('"')[0]}

    for door, link in doors.items():
        for other in DOORS:
            if other != door and (door, other) not in same_right:
                address = f"/{other}/{link[-32:]}"
                assert browser.client.get(address).status_code == 404, address
                assert browser.client.post(address, data=form).status_code in {404, 405}, address


@ON_ONE
def test_a_reply_token_opens_no_page(world: World, browser: Browser, time: Clock) -> None:
    doors = links(world, time)
    with world.inside() as home:
        home.session.execute(update(Token).values(purpose=TokenPurpose.REPLY))
        home.session.commit()

    assert {browser.client.get(link).status_code for link in doors.values()} == {404}


@ON_ONE
def test_no_table_holds_a_live_token(world: World, time: Clock) -> None:
    tokens = [link.partition("?")[0][-32:] for link in links(world, time).values()]

    with world.inside() as home:
        dump = repr(
            [
                row
                for table in Base.metadata.sorted_tables
                for row in home.session.execute(select(table)).all()
            ]
        )
    assert not [token for token in tokens if token in dump]


def test_a_link_of_somebody_erased_is_closed(world: World, browser: Browser, time: Clock) -> None:
    doors = links(world, time)
    with world.inside() as home:
        home.session.execute(update(Person).where(Person.email == ANNA).values(erased_at=time.now))
        home.session.commit()

    assert {browser.open(doors[door]).status_code for door in ("a", "p", "s")} == {410}


@ON_ONE
def test_pages_read_only(world: World) -> None:
    """A page that tried to write would be refused by the database itself."""
    with world.app.test_request_context("/sign-in"):
        world.app.preprocess_request()
        db.session.add(Token(hash="x", purpose=TokenPurpose.PLAN, person_id=1, person_version=1))
        with pytest.raises(Exception, match="readonly"):
            db.session.flush()
        db.session.rollback()


@pytest.mark.parametrize("breaks", [False, True], ids=["all well", "something breaks"])
def test_no_log_holds_a_live_link(
    *,
    breaks: bool,
    world: World,
    browser: Browser,
    time: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    doors = links(world, time)
    caplog.set_level(logging.DEBUG)
    if breaks:
        monkeypatch.setattr(vault, "token_hash", _break)

    for link in doors.values():
        answered = browser.client.get(link, follow_redirects=True)
        assert answered.status_code == (500 if breaks else 200)

    assert ("the disk is full" in caplog.text) == breaks
    assert [link for link in doors.values() if link.rpartition("/")[2] in caplog.text] == []


def _break(_: str) -> bytes:
    raise OSError("the disk is full")
