"""Forms of other sites have no business here: a token in the form, and the browser's word where it comes from."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from coachfollow.rules.kinds import MessageKind
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, ON_ONE, World

FOREIGN = [
    ({"Sec-Fetch-Site": "cross-site"}, "another site"),
    ({"Sec-Fetch-Site": "same-site"}, "a sibling of ours"),
    ({"Origin": "https://evil.example"}, "another origin"),
    ({"Origin": "http://localhost.evil.example"}, "a look-alike"),
    ({"Origin": "http://localhost:5001"}, "another port"),
]
_PART = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<first>[^,)]*)[^)]*\))?:)?[^>]+>")
OWN: list[tuple[dict[str, str], str]] = [
    ({}, "an old browser that says nothing"),
    ({"Sec-Fetch-Site": "same-origin"}, "our own page"),
    ({"Sec-Fetch-Site": "none"}, "an address that was typed"),
    ({"Origin": "http://localhost"}, "our own origin"),
    ({"Origin": "http://localhost:5000"}, "our own external address"),
    ({"Origin": "null"}, "a browser that hides its origin; the token is the second lock"),
]


def posts(app: Flask) -> Iterator[Rule]:
    """Every rule that takes a POST, but for the mail program's own click."""
    for rule in app.url_map.iter_rules():
        one_click = getattr(app.view_functions[rule.endpoint], "one_click", False)
        if "POST" in (rule.methods or ()) and not one_click:
            yield rule


def address(rule: Rule) -> str:
    """An address of this rule that names nothing there is."""
    return _PART.sub(_part, rule.rule)


def _part(part: re.Match[str]) -> str:
    match part["kind"]:
        case "int":
            return "1"
        case "any":
            return part["first"]
    return "x" * 32


def token(browser: Browser) -> str:
    page = browser.client.get("/sign-in")
    return page.text.partition('name="csrf_token" value="')[2].partition('"')[0]


@ON_ONE
def test_no_form_is_taken_without_its_token(app: Flask, browser: Browser) -> None:
    taken = [rule.rule for rule in posts(app) if browser.client.post(address(rule)).status_code != 403]

    assert taken == []


@pytest.mark.parametrize(("headers", "remark"), FOREIGN, ids=[remark for _, remark in FOREIGN])
@ON_ONE
def test_no_form_of_another_site_is_taken_even_with_a_token(
    app: Flask, browser: Browser, headers: dict[str, str], remark: str
) -> None:
    form = {"csrf_token": token(browser)}
    taken = [
        rule.rule
        for rule in posts(app)
        if browser.client.post(address(rule), data=form, headers=headers).status_code != 403
    ]

    assert taken == [], remark


@pytest.mark.parametrize(("headers", "remark"), OWN, ids=[remark for _, remark in OWN])
@ON_ONE
def test_our_own_forms_are_taken(browser: Browser, headers: dict[str, str], remark: str) -> None:
    form = {"csrf_token": token(browser), "email": "lena@example.org"}

    assert browser.client.post("/sign-in", data=form, headers=headers).status_code == 302, remark


@ON_ONE
def test_a_token_of_another_browser_is_no_token(browser: Browser, another_browser: Browser) -> None:
    form = {"csrf_token": token(another_browser), "email": "lena@example.org"}
    token(browser)

    assert browser.client.post("/sign-in", data=form).status_code == 403


@ON_ONE
def test_a_form_that_grew_too_old_says_what_to_do(browser: Browser) -> None:
    page = browser.client.post("/sign-in", data={"email": "lena@example.org"})

    assert "This form is too old, or was opened elsewhere." in page.text
    assert "Go back, reload the page, send again." in page.text


@ON_ONE
def test_a_form_cannot_be_sent_by_an_address(world: World, browser: Browser) -> None:
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["s"])

    assert browser.client.get(f"/mails/{world.plan(ANNA)}/stop").status_code == 405
