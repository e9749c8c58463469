"""Static files are kept by browsers for a year, under addresses that change with what is in them."""

from pathlib import Path

import pytest
from flask import Flask, url_for

from coachfollow.web import assets
from tests.web.clocks import Clock


@pytest.fixture(autouse=True)
def time() -> Clock | None:
    """Files need no clock."""
    return None


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An app with a folder of its own."""
    app = Flask("files", static_folder=str(tmp_path))
    assets.register(app)
    return app


def address(app: Flask, name: str) -> str:
    with app.test_request_context():
        return url_for("static", filename=name)


def test_an_address_stays_while_its_file_does_and_changes_with_it(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("a { color: red }")
    before = address(app, "one.css")

    assert "/one.css?v=" in before
    assert address(app, "one.css") == before
    (tmp_path / "one.css").write_text("a { color: green }  ")
    assert address(app, "one.css") != before


def test_what_is_not_there_has_a_bare_address(app: Flask) -> None:
    assert "?" not in address(app, "nothing.css")


def test_other_pages_keep_their_addresses(app: Flask) -> None:
    app.add_url_rule("/page", "page", lambda: "words")

    with app.test_request_context():
        assert url_for("page") == "/page"


def test_a_file_may_be_kept_for_a_year(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "one.css").write_text("a { color: red }")

    page = app.test_client().get(address(app, "one.css"), buffered=True)

    assert page.cache_control.max_age == 365 * 24 * 60 * 60
    page.close()
