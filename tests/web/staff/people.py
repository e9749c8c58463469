"""Signed-in browsers, the ways staff send files, and what the addresses of their pages name."""

import io
from collections.abc import Iterator

from sqlalchemy import select
from werkzeug.test import TestResponse

from coachfollow import clock
from coachfollow.models import Cohort, Person
from tests.web import matrix_staff
from tests.web.browsers import Browser
from tests.web.worlds import LENA, World


def signed_in(world: World, person: str) -> Browser:
    """A browser in which somebody is signed in."""
    browser = Browser.of(world.app)
    with world.inside() as home:
        found = home.session.scalars(select(Person).where(Person.email == person)).one()
        ours = {"person": found.id, "version": found.version}
    with browser.client.session_transaction() as session:
        session.update(ours, since=clock.now().isoformat(), seen=clock.now().isoformat())
    return browser


def at_a_draft(world: World) -> Browser:
    """A browser of the L&D team, in which the draft of a programme is open."""
    browser = signed_in(world, LENA)
    browser.open("/programmes/service")
    browser.send("/programmes/service/edit")
    return browser


def upload(browser: Browser, address: str, name: str, data: bytes, **fields: str) -> TestResponse:
    """Open the form at an address, and send it with a file."""
    browser.open(address)
    token = browser.page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, **fields, "file": (io.BytesIO(data), name)}
    browser.page = browser.client.post(address, data=form, follow_redirects=True)
    browser.path = browser.page.request.full_path.rstrip("?")
    return browser.page


def group_of(world: World, person: str) -> str:
    """The public id of somebody's group."""
    with world.inside() as home:
        return home.session.get_one(Cohort, home.plan(person).cohort_id).public_id


def addresses(world: World, person: str) -> Iterator[str]:
    """The address of every page of staff that can be opened, about one person's things."""
    with world.inside() as home:
        named = {
            "plan": home.plan(person).public_id,
            "cohort": home.session.get_one(Cohort, home.plan(person).cohort_id).public_id,
            **matrix_staff.arguments(home, person=person),
        }
    for rule in list(world.app.url_map.iter_rules()):
        if ("GET", rule.rule) in matrix_staff.ROWS:
            with world.app.test_request_context():
                built = rule.build(named, append_unknown=False)
            assert built is not None
            yield built[1]
