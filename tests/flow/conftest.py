"""What the tests of the flow stand on: one app for each make of database, put back before every test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.extensions import db
from tests import keeping, putting_back
from tests.conftest import BOTH_DATABASES
from tests.databases import PostgreSQL, SQLite
from tests.flow import grounds, post_office
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import Stand, Story, World
from tests.keeping import EMPTY, Files


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A quick folder for the databases and whatever an app keeps beside them."""
    with keeping.folder(tmp_path_factory.mktemp("flow")) as folder:
        yield folder


@pytest.fixture(scope="session")
def sqlite_ground(sqlite: SQLite, folder: Path) -> Iterator[Ground]:
    """An app on SQLite."""
    with grounds.ground(Files(sqlite, folder), folder) as ground:
        yield ground


@pytest.fixture(scope="session")
def postgresql_ground(postgresql: PostgreSQL, folder: Path) -> Iterator[Ground]:
    """An app on PostgreSQL."""
    with (
        putting_back.opened(postgresql, "flow", empty=EMPTY) as rows,
        grounds.ground(rows, folder) as ground,
    ):
        yield ground


@pytest.fixture(params=BOTH_DATABASES)
def ground(request: pytest.FixtureRequest) -> Ground:
    """The ground of each make: a test that asks for it runs twice."""
    found: Ground = request.getfixturevalue(f"{request.param}_ground")
    return found


@pytest.fixture
def settings(ground: Ground) -> Settings:
    """The settings of the app that stays."""
    return ground.installation.settings


@pytest.fixture
def app(ground: Ground) -> Flask:
    """The app that stays, with nobody in its house."""
    ground.clear()
    return ground.app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The database session of an app context that stays open for the test."""
    with app.app_context():
        yield db.session()


@pytest.fixture
def stand(ground: Ground) -> Iterator[Stand]:
    """A way to begin with a world in which something has happened already: built once, then copied."""
    with ExitStack() as stack:

        def begin(story: Story) -> World:
            name = f"{story.__module__}.{story.__name__}"
            ground.stand(name, lambda session, settings: story(worlds.build(session, settings)))
            stack.enter_context(ground.app.app_context())
            return worlds.of(db.session())

        yield begin


@pytest.fixture
def world(stand: Stand) -> World:
    """A house with two programmes and nobody in it; its session stays open for the test."""
    return stand(nobody)


def nobody(world: World) -> None:
    """Nothing has happened yet."""


@pytest.fixture(scope="session")
def a_post_office() -> Iterator[PostOffice]:
    """A mail server that runs as long as the tests do."""
    with post_office.opened() as office:
        yield office


@pytest.fixture
def office(a_post_office: PostOffice, ground: Ground) -> Iterator[PostOffice]:
    """The mail server that the app's mails go to, empty at first."""
    a_post_office.reset()
    with ground.told(mail_port=a_post_office.port):
        yield a_post_office
