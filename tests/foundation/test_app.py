"""The app: cookies that fit the address, proxies believed only when named, nothing touched before it is needed."""

from collections.abc import Callable

import pytest
from flask import Flask, request, session, url_for
from werkzeug.routing import Rule

from coachfollow.config import Settings
from tests.databases import running_app
from tests.ports import free_port

MakeSettings = Callable[..., Settings]
FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "elsewhere.example",
}


def answer_first(app: Flask, answer: Callable[[], str]) -> None:
    """Answer every request at the door, before any page of ours is chosen."""
    app.before_request_funcs.setdefault(None, []).insert(0, answer)


def asked(app: Flask) -> list[str]:
    """Say who asks, how, and for which host, in a request that a proxy has marked."""
    answer_first(app, lambda: f"{request.remote_addr} {request.scheme} {request.host}")
    return app.test_client().get("/", headers=FORWARDED).text.split()


def cookie(app: Flask, base_url: str) -> str:
    """Give the Set-Cookie header of a page that remembers something."""

    def remember() -> str:
        session["seen"] = True
        return "remembered"

    answer_first(app, remember)
    return app.test_client().get("/", base_url=base_url).headers["Set-Cookie"]


def test_making_an_app_opens_no_connection(make_settings: MakeSettings) -> None:
    settings = make_settings(database_url=f"postgresql://127.0.0.1:{free_port()}/nowhere")

    with running_app(settings) as app:
        assert app.name == "coachfollow"


def test_headers_of_a_proxy_nobody_named_are_ignored(make_settings: MakeSettings) -> None:
    with running_app(make_settings()) as app:
        assert asked(app) == ["127.0.0.1", "http", "localhost"]


def test_headers_of_a_named_proxy_are_believed(make_settings: MakeSettings) -> None:
    with running_app(make_settings(trusted_proxies=1)) as app:
        assert asked(app) == ["203.0.113.7", "https", "elsewhere.example"]


def test_over_https_the_cookie_cannot_be_read_set_or_sent_from_elsewhere(make_settings: MakeSettings) -> None:
    with running_app(make_settings(external_url="https://followup.example.org")) as app:
        header = cookie(app, "https://followup.example.org")

    assert header.startswith("__Host-coachfollow=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(header.split("; "))
    assert "Domain" not in header


def test_two_installations_on_one_machine_do_not_share_a_cookie(make_settings: MakeSettings) -> None:
    names = set()
    for port in (5000, 5001):
        with running_app(make_settings(port=port)) as app:
            names.add(cookie(app, f"http://127.0.0.1:{port}").partition("=")[0])

    assert names == {"coachfollow-5000", "coachfollow-5001"}


@pytest.mark.parametrize(
    ("tls", "starttls", "from_the_start"),
    [("starttls", True, False), ("tls", False, True), ("none", False, False)],
)
def test_the_mail_settings_reach_flask_mail(
    make_settings: MakeSettings, *, tls: str, starttls: bool, from_the_start: bool
) -> None:
    with running_app(make_settings(mail_tls=tls, mail_sender_name="Acme Learning")) as app:
        assert app.config["MAIL_USE_TLS"] is starttls
        assert app.config["MAIL_USE_SSL"] is from_the_start
        assert app.config["MAIL_DEFAULT_SENDER"] == ("Acme Learning", "followup@example.org")


def test_a_change_of_secret_signs_nobody_out(make_settings: MakeSettings) -> None:
    old, new = "an old secret " * 3, "a new secret " * 3
    with running_app(make_settings(secret_key=old)) as before:
        given, _, _ = cookie(before, "http://localhost").partition(";")

    with (
        running_app(make_settings(secret_key=new, secret_key_previous=old)) as after,
        after.test_request_context(headers={"Cookie": given}),
    ):
        assert session["seen"]


def test_an_app_learns_an_address_when_it_is_first_asked_for(
    make_settings: MakeSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []
    compile_builder = Rule._compile_builder

    def note(rule: Rule, append_unknown: bool) -> Callable[..., tuple[str, str]]:  # noqa: FBT001 - as Werkzeug has it
        compiled.append(rule.endpoint)
        return compile_builder(rule, append_unknown)

    monkeypatch.setattr(Rule, "_compile_builder", note)
    with running_app(make_settings()) as app:
        assert set(compiled) == {"static"}  # Flask's own

        with app.test_request_context():
            assert url_for("front.home") == url_for("front.home") == "/home"
        assert compiled.count("front.home") == 1
