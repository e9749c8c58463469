"""F19 to F22 as a browser sees them: a page says that the database does not answer, and it can be sent again."""

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus

import pytest
from werkzeug.test import TestResponse

from coachfollow.extensions import db
from coachfollow.rules.kinds import MessageKind
from tests import failing
from tests.failing import Cut, Fault
from tests.web.browsers import Browser
from tests.web.staff.people import addresses, group_of, signed_in
from tests.web.worlds import ANNA, BEN, GRETA, LENA, OLGA, ON_ONE, World

pytestmark = ON_ONE

MOST_STATEMENTS = 100
SENTENCE = "The database does not answer just now."

Visit = Callable[[], TestResponse]


def told(world: World, visit: Visit, cut: Cut | None = None) -> tuple[failing.Line, TestResponse]:
    """Visit, perhaps with the line cut, and say what was heard and shown."""
    with world.app.app_context():
        engine = db.engine
    with failing.line(engine, cut) as line:
        return line, visit()


def unexplained(world: World, visit: Visit) -> list[tuple[Cut, int]]:
    """The cuts of a visit that end in anything but the sentence."""
    line, _ = told(world, visit)
    seen = [(cut, *told(world, visit, cut)) for cut in line.cuts()]
    return [
        (cut, page.status_code)
        for cut, heard, page in seen
        if heard.broke and (page.status_code != HTTPStatus.SERVICE_UNAVAILABLE or SENTENCE not in page.text)
    ]


@pytest.mark.parametrize("who", [BEN, GRETA, LENA, OLGA])
def test_f21_every_page_of_staff_says_that_the_database_is_away(world: World, who: str) -> None:
    browser = signed_in(world, who)
    wrong = {}
    for address in ["/", "/home", "/account", *addresses(world, ANNA)]:
        if found := unexplained(world, partial(browser.client.get, address)):
            wrong[address] = found

    assert wrong == {}


def answer(world: World) -> Browser:
    browser = Browser.of(world.app)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["a"])
    return browser


def group(world: World) -> Browser:
    browser = signed_in(world, LENA)
    browser.open(f"/groups/{group_of(world, ANNA)}/import")
    return browser


def sign_in(world: World) -> Browser:
    browser = Browser.of(world.app)
    browser.open("/sign-in")
    return browser


FORMS: Mapping[str, tuple[Callable[[World], Browser], Mapping[str, str]]] = {
    "an answer": (answer, {"applied": "partly", "note": "It went well."}),
    "a list": (group, {"text": "Uma New <uma@example.org>\n"}),
    "a way in": (sign_in, {"email": LENA}),
}


@pytest.mark.parametrize("fault", [Fault.ONCE, Fault.GONE])
@pytest.mark.parametrize("name", FORMS)
def test_f21_a_form_that_was_lost_says_so_and_can_be_sent_again(
    world: World, name: str, fault: Fault
) -> None:
    opened, fields = FORMS[name]
    browser = opened(world)
    form, path = browser.page, browser.path

    def send() -> TestResponse:
        browser.page, browser.path = form, path
        return browser.send(**fields)

    for at in range(1, MOST_STATEMENTS, failing.EVERY):
        line, page = told(world, send, Cut(fault, at))
        if not line.broke:
            break
        assert (page.status_code, SENTENCE in page.text) == (HTTPStatus.SERVICE_UNAVAILABLE, True), at
    assert send().status_code == HTTPStatus.OK
