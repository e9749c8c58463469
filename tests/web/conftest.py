"""A world for the pages, a clock that tests move, and browsers."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from coachfollow import clock
from coachfollow.flow import placing
from coachfollow.rules.kinds import MessageKind
from tests.conftest import BOTH_DATABASES
from tests.house import DAY
from tests.keeping import Kept
from tests.ports import free_port
from tests.web import worlds
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, ASKED, BEN, World


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of every page of these tests: it stands where the first question is open."""
    ours = Clock(ASKED)
    monkeypatch.setattr(clock, "now", ours.read)
    return ours


@pytest.fixture(params=BOTH_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of each make with everybody in it; `ON_ONE` where the make does not matter."""
    kept: Kept = request.getfixturevalue(f"kept_{request.param}")
    return kept.stand("a world for the pages", lambda url: worlds.build(url, data_dir=tmp_path))


@pytest.fixture
def world(app: Flask) -> World:
    """The app with its people in it."""
    return World(app)


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that has been nowhere."""
    return Browser.of(app)


@pytest.fixture
def own_page(world: World, browser: Browser) -> str:
    """Anna reads German, has a time to meet Ben, and has opened the page of her plan."""
    world.reads_german(ANNA, BEN)
    with world.inside() as home:
        home.bookable(BEN)
        placing.place_due(home.session, now=ASKED - 3 * DAY)
    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    return f"/my-plan/{world.plan(ANNA)}"


@pytest.fixture
def another_browser(app: Flask) -> Browser:
    """A second one, of somebody else."""
    return Browser.of(app)


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The app, served to a real browser (`page`, `chromium`); gives its address."""
    server = make_server("127.0.0.1", free_port(), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
