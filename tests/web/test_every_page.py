"""Every page of staff in a crowd: a dozen queries at most, light, and it reads well on a small phone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from coachfollow.models import Message
from coachfollow.queries import outbox
from coachfollow.rules.kinds import MessageState
from tests import everyday
from tests.databases import questions
from tests.keeping import Kept
from tests.web import worlds
from tests.web.looking import MOST_BYTES, SMALLEST, in_every_light
from tests.web.staff.people import addresses, signed_in
from tests.web.worlds import ANNA, BEN, GRETA, LENA, OLGA, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MOST_QUERIES = 12
CROWD = [f"{name}.{number}@example.org" for name in ("ida", "ole", "zoe") for number in range(40)]
WHO = {"coach": BEN, "manager": GRETA, "L&D": LENA, "operator": OLGA}


@pytest.fixture
def database_url(kept_sqlite: Kept, tmp_path: Path) -> str:
    """The small world of the other pages, with a hundred and twenty people more in Anna's group."""
    return kept_sqlite.stand(
        "a crowd for the pages", lambda url: worlds.build(url, data_dir=tmp_path, crowd=CROWD)
    )


def is_framed(answer: TestResponse) -> bool:
    """Whether it is a mail for the frame of a page: it runs no script, so that nothing can look into it."""
    return "sandbox" in answer.headers["Content-Security-Policy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A page that somebody may open, and what it took."""

    who: str
    address: str
    queries: int
    size: int


def previews(world: World) -> Iterator[str]:
    """Where it is shown what a decision about Anna's plan, or about mails, will change."""
    plan, question = f"/plans/{world.plan(ANNA)}", world.touchpoint(ANNA, "second-question")
    yield f"{plan}/change/skip?follow_up={question}&reason=away"
    yield f"{plan}/change/move?follow_up={question}&day=2026-03-30"
    yield f"{plan}/change/pause?until=2026-03-30"
    yield f"/outbox/queued/cancel?{'&'.join(f'mail={mail}' for mail in waiting(world))}"


def waiting(world: World) -> Sequence[str]:
    """What the mails that wait are called, as many as a page of them has."""
    with world.inside() as home:
        mails = select(Message.public_id).where(
            Message.organisation_id == home.organisation_id, Message.state == MessageState.QUEUED
        )
        return home.session.scalars(mails.limit(outbox.PAGE)).all()


def pages(world: World) -> Iterator[Opened]:
    """Open every page there is, as everybody: those that answer with a page."""
    weeks = ["/calendar?view=week", "/groups/calendar?view=week"]
    every = ["/", "/home", "/account", *weeks, *addresses(world, ANNA), *previews(world)]
    for who, person in WHO.items():
        browser = signed_in(world, person)
        for address in every:
            with questions() as said:
                answer = browser.client.get(address)
            if (
                answer.status_code == HTTPStatus.OK
                and answer.mimetype == "text/html"
                and not is_framed(answer)
            ):
                yield Opened(who=who, address=address, queries=len(said), size=len(answer.data))


def test_a_page_asks_a_dozen_times_at_most_and_is_light_whatever_there_is_to_show(world: World) -> None:
    opened = list(pages(world))

    assert len(opened) > len(WHO) * 10
    assert [one for one in opened if one.queries > MOST_QUERIES or one.size > MOST_BYTES] == []


@pytest.mark.browser
def test_every_page_of_staff_reads_well_for_everybody(world: World, site: str, chromium: "Browser") -> None:
    firsts = everyday.some(list({one.address: one for one in reversed(list(pages(world)))}.values()))
    wrong = {}
    for who, person in WHO.items():
        cookie = signed_in(world, person).client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        with chromium.new_context(viewport=SMALLEST) as context:
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
            page = context.new_page()
            for address in (one.address for one in firsts if one.who == who):
                page.goto(f"{site}{address}")
                if bad := in_every_light(page):
                    wrong[who, address] = bad

    assert wrong == {}
