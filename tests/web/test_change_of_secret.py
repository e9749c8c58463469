"""The secret is changed while people are at work: what they hold and what was sealed goes on to open."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from coachfollow.config import Settings
from coachfollow.extensions import installation
from coachfollow.flow import renewing
from coachfollow.models import Message, PersonKey, SealedMail
from coachfollow.rules.kinds import MessageKind
from tests.databases import running_app
from tests.house import DAY
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, ON_ONE, World

NOTE = "only after lunch, when it is quiet"
NEW = "another secret for tests, nowhere else"


@pytest.fixture
def alone(settings: Settings) -> Iterator[Flask]:
    """The same installation with the new secret alone."""
    with running_app(replace(settings, secret_key=NEW)) as app:
        yield app


@pytest.fixture
def after(settings: Settings) -> Iterator[Flask]:
    """The same installation with a new secret, which still knows the one before."""
    changed = replace(settings, secret_key=NEW, secret_key_previous=(settings.secret_key,))
    with running_app(changed) as app:
        yield app


def moved(browser: Browser, app: Flask) -> Browser:
    """The same browser, with its cookies and the page it shows, before another process of the installation."""
    other = Browser.of(app)
    other.client._cookies = browser.client._cookies
    other.page, other.path = browser.page, browser.path
    return other


def test_links_sessions_and_private_words_outlive_a_change_of_secret(
    world: World, time: Clock, after: Flask
) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=NOTE, share_note=True)
    links = world.links(ANNA, MessageKind.REFLECTION)
    ben = signed_in(world, BEN)
    time.now = ASKED + DAY / 24
    page = f"/plans/{world.plan(ANNA)}"
    assert NOTE in ben.open(page).text

    ben = moved(ben, after)
    assert NOTE in ben.open(page).text
    for door in ("a", "p", "s"):
        assert Browser.of(after).open(links[door]).status_code == 200, door


@ON_ONE
def test_a_form_that_was_open_during_a_change_of_secret_is_taken(
    world: World, browser: Browser, after: Flask
) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])

    browser = moved(browser, after)
    browser.send(applied="partly", note=NOTE)

    assert browser.path.endswith("/thanks")


def test_what_was_written_after_a_change_of_secret_opens_with_the_new_one_beside_the_old(
    world: World, time: Clock, after: Flask
) -> None:
    changed = World(after)
    with changed.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=NOTE, share_note=True)
    time.now = ASKED + DAY / 24

    assert NOTE in signed_in(changed, BEN).open(f"/plans/{world.plan(ANNA)}").text


def test_once_everything_is_sealed_anew_the_earlier_secret_can_go(
    world: World, time: Clock, after: Flask, alone: Flask
) -> None:
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=NOTE, share_note=True)
        row = home.session.scalars(select(Message).where(Message.kind == MessageKind.REFLECTION)).first()
        assert row is not None
        mail = installation().vault.seal_mail(b"waiting", message=row.public_id)
        home.session.add(SealedMail(message_id=row.id, raw=mail))
        home.session.commit()
        message_id, public_id = row.id, row.public_id
    time.now = ASKED + DAY / 24
    page = f"/plans/{world.plan(ANNA)}"
    ben = signed_in(World(alone), BEN)
    assert ben.client.get(page).status_code == 500

    with World(after).inside() as home:
        before = renewing.left(home.session)
        renewing.renew(home.session)
        assert (before > 1, renewing.left(home.session)) == (True, 0)

    assert NOTE in ben.open(page).text
    with World(alone).inside() as home:
        sealed = home.session.get_one(SealedMail, message_id).raw
        assert installation().vault.open_mail(sealed, message=public_id) == b"waiting"


@ON_ONE
def test_without_an_earlier_secret_nothing_is_sealed_anew(world: World, time: Clock) -> None:
    del time
    with world.inside() as home:
        home.reflect(ANNA, "first-question", now=ASKED, note=NOTE)
        before = home.session.scalars(select(PersonKey.wrapped_key)).all()
        renewing.renew(home.session)

        assert home.session.scalars(select(PersonKey.wrapped_key)).all() == before
        assert renewing.left(home.session) == 0
