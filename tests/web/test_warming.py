"""A web process that waits for visitors has its pages ready."""

import logging

import pytest
from flask import Flask
from sqlalchemy import text

from coachfollow.extensions import db
from coachfollow.web import warming
from tests.web.staff.people import signed_in
from tests.web.worlds import LENA, ON_ONE, World

pytestmark = ON_ONE


def test_every_page_is_compiled_before_anybody_comes(app: Flask) -> None:
    app.jinja_env.cache = {}

    warming.begin(app).join()

    ready = {name for _, name in app.jinja_env.cache}
    assert ready >= {"staff/numbers.html", "answer/form.html", "demo/front.html", "base.html"}


@pytest.mark.parametrize("by", ["programme", "team", "coach", "month"])
def test_the_statements_of_the_numbers_are_compiled_too(
    world: World, caplog: pytest.LogCaptureFixture, by: str
) -> None:
    lena = signed_in(world, LENA)
    with world.app.app_context():
        db.engine.clear_compiled_cache()

    warming.begin(world.app).join()
    with caplog.at_level(logging.INFO, logger="sqlalchemy.engine"):
        lena.open(f"/numbers?by={by}")

    compiled = [line for line in caplog.messages if "generated in" in line]
    counted = [line for line in caplog.messages if "cached since" in line]
    assert counted
    assert len(compiled) <= 2, "who is there, and what the demo's clock says"


def test_a_database_that_is_away_is_for_pages_to_tell(app: Flask) -> None:
    with app.app_context():
        db.session.execute(text("DROP TABLE clock_shift"))
        db.session.commit()

    warming.begin(app).join()

    assert app.test_client().get("/healthz").status_code == 200
