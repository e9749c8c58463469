"""A web process that waits for visitors has its pages ready."""

from flask import Flask

from coachfollow.web import warming
from tests.web.worlds import ON_ONE

pytestmark = ON_ONE


def test_every_page_is_compiled_before_anybody_comes(app: Flask) -> None:
    app.jinja_env.cache = {}

    warming.begin(app).join()

    ready = {name for _, name in app.jinja_env.cache}
    assert ready >= {"staff/numbers.html", "answer/form.html", "demo/front.html", "base.html"}
