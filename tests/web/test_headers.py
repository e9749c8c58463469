"""Every page, and every refusal, goes out with the headers that keep it to itself."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from coachfollow.config import Settings
from tests.databases import running_app
from tests.web.browsers import Browser
from tests.web.test_forms import address
from tests.web.worlds import ON_ONE

OUR_SCRIPT = r'<script src="/static/coachfollow\.js\?v=[0-9a-f]+" defer>'
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@ON_ONE
def test_every_rule_answers_with_our_headers(app: Flask, browser: Browser) -> None:
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for method in ("GET", "POST"):
            headers = browser.client.open(address(rule), method=method).headers
            assert {name: headers[name] for name in HEADERS} == HEADERS, rule.rule
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, rule.rule
            assert "frame-ancestors 'none'" in policy, rule.rule
            assert "unsafe" not in policy, rule.rule
            assert "Strict-Transport-Security" not in headers


@pytest.mark.parametrize("path", ["/nowhere", "/static/nothing.css", "/answer/x", "/healthz"])
@ON_ONE
def test_what_is_not_there_says_so_with_the_same_headers(browser: Browser, path: str) -> None:
    page = browser.client.get(path)

    assert page.status_code in {200, 404}
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@ON_ONE
def test_the_style_sheet_is_ours_and_may_be_kept(browser: Browser) -> None:
    page = browser.client.get("/static/coachfollow.css", buffered=True)

    assert page.mimetype == "text/css"
    assert page.headers["Cache-Control"] != "no-store"
    assert "url(" not in page.text, "nothing is fetched from anywhere"


@ON_ONE
def test_over_https_browsers_are_told_to_stay_there(settings: Settings, database_url: str) -> None:
    del database_url
    with running_app(replace(settings, external_url="https://followup.example.org")) as app:
        headers = app.test_client().get("/").headers

    assert headers["Strict-Transport-Security"] == "max-age=31536000"


@ON_ONE
def test_pages_hold_one_deferred_script_no_inline_style_and_nothing_of_others(
    app: Flask, browser: Browser
) -> None:
    for path in ("/", "/sign-in", "/sign-in-sent", "/question-mailed", "/nowhere"):
        html = browser.client.get(path).text
        assert re.findall("<script[^>]*>[^<]*", html) == re.findall(OUR_SCRIPT, html)
        assert len(re.findall(OUR_SCRIPT, html)) == 1
        assert "style=" not in html
        assert "http://" not in html.replace("http://www.w3.org", "")
        assert "https://" not in html
    assert app.jinja_env.autoescape
