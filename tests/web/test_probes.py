"""Probes: alive without anything, ready with the database, and how it is doing in sentences for the operator."""

import shutil
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import text, update

from coachfollow.config import Settings
from coachfollow.extensions import db
from coachfollow.flow import outcomes
from coachfollow.models import Message
from coachfollow.queries import status
from coachfollow.rules.kinds import MessageState
from tests.databases import running_app
from tests.ports import free_port
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.test_matrix import enter
from tests.web.worlds import ANNA, ASKED, OLGA, World

MakeSettings = Callable[..., Settings]


def test_a_house_in_order_is_alive_and_ready(browser: Browser) -> None:
    assert browser.client.get("/healthz").text == "This process answers.\n"
    assert browser.client.get("/readyz").text == "Ready.\n"


@pytest.mark.parametrize("demo", ["no", "yes"])
def test_without_a_database_it_is_alive_and_not_ready(make_settings: MakeSettings, demo: str) -> None:
    address = f"postgresql://127.0.0.1:{free_port()}/nowhere"
    with running_app(make_settings(database_url=address, demo=demo)) as app:
        client = app.test_client()

        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.text == "The database does not answer (OperationalError).\n"


def test_without_a_database_pages_say_that_nothing_was_lost(make_settings: MakeSettings) -> None:
    address = f"postgresql://127.0.0.1:{free_port()}/nowhere"
    with running_app(make_settings(database_url=address, demo="yes")) as app:
        page = app.test_client().get("/")

    assert page.status_code == 503
    assert "Nothing was lost" in page.text
    assert "Traceback" not in page.text


def test_before_the_migration_it_is_not_ready(make_settings: MakeSettings, empty_database_url: str) -> None:
    with running_app(make_settings(database_url=empty_database_url)) as app:
        ready = app.test_client().get("/readyz")

    assert ready.status_code == 503
    assert "coachfollow migrate" in ready.text


def test_at_another_head_it_is_not_ready(app: Flask, browser: Browser) -> None:
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        db.session.commit()

    ready = browser.client.get("/readyz")

    assert ready.status_code == 503
    assert ready.text.startswith("The tables are at 0000")


def test_the_operator_reads_how_it_is_doing(world: World, browser: Browser, time: Clock) -> None:
    enter(world, browser, OLGA)
    browser.open("/status")
    assert "Something needs you" in browser.text
    assert "No worker has looked for due mails yet." in browser.text
    assert "waiting for their time" in browser.text

    with world.inside() as home:
        outcomes.beat(home.session, name="drain", now=time.now)
        outcomes.beat(home.session, name="tick", now=time.now)
        home.session.execute(update(Message).values(state=MessageState.SENT, settled_at=time.now))
        home.session.commit()
    browser.open("/status")

    assert "All is well" in browser.text


def test_the_operator_reads_that_the_disk_is_nearly_full(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    enter(world, browser, OLGA)
    browser.open("/status")

    assert "is nearly full (0 MB left). Make room:" in browser.text


def test_the_status_counts_and_names_nobody(world: World) -> None:
    with world.inside() as home:
        found = status.status(home.session, now=ASKED)
        home.session.rollback()

    assert found.signs.waiting > 0
    assert found.signs.oldest_due_at is not None
    assert not found.is_well
    assert ANNA not in repr(found)
    assert "Anna" not in repr(found)


def test_the_status_of_an_empty_database_says_what_to_do(
    make_settings: MakeSettings, empty_database_url: str
) -> None:
    with running_app(make_settings(database_url=empty_database_url)) as app, app.app_context():
        found = status.status(db.session(), now=ASKED)
        db.session.rollback()

    assert [finding.sentence for finding in found.findings] == [
        "The database has no tables yet. Run: coachfollow migrate"
    ]
