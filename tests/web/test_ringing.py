"""What somebody waits for at their screen is rung for at once; without Redis nothing is lost."""

import socket
from collections.abc import Callable, Iterator

import pytest
from redis import Redis

from coachfollow import bell
from coachfollow.config import Settings
from coachfollow.rules.kinds import MessageKind
from coachfollow.web import ringing
from tests.ports import free_port
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, LENA, OLGA, ON_ONE, World

MakeSettings = Callable[..., Settings]


@pytest.fixture
def frozen() -> Iterator[socket.socket]:
    """A Redis that takes a connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


@pytest.fixture
def settings(make_settings: MakeSettings, database_url: str, request: pytest.FixtureRequest) -> Settings:
    """Settings with a Valkey, with one that is away, or with one that is frozen."""
    match request.param:
        case "there":
            address = request.getfixturevalue("redis_url")
        case "frozen":
            address = f"redis://127.0.0.1:{request.getfixturevalue('frozen').getsockname()[1]}"
        case _:
            address = f"redis://127.0.0.1:{free_port()}/0"
    return make_settings(database_url=database_url, redis_url=address)


def rings(settings: Settings) -> int:
    with Redis.from_url(settings.redis_url or "") as connection:
        return bell.queue(connection, "post").count


@pytest.mark.parametrize("settings", ["there"], indirect=True)
@ON_ONE
def test_a_mail_that_somebody_waits_for_leaves_at_once(
    world: World, browser: Browser, settings: Settings
) -> None:
    browser.open("/sign-in")
    browser.send(email=LENA)
    assert rings(settings) == 1

    browser.open(world.links(ANNA, MessageKind.REFLECTION)["p"])
    browser.send(f"/my-plan/{world.plan(ANNA)}/question")
    assert rings(settings) == 2


@pytest.mark.parametrize("settings", ["there"], indirect=True)
@ON_ONE
def test_an_address_that_nobody_has_is_rung_for_as_one_that_somebody_has(
    world: World, browser: Browser, settings: Settings
) -> None:
    del world
    browser.open("/sign-in")
    browser.send(email="nobody@example.org")

    assert rings(settings) == 1


@pytest.mark.parametrize("settings", ["frozen"], indirect=True)
@ON_ONE
def test_f07_a_page_asks_a_frozen_redis_once_and_then_leaves_it_alone(
    world: World, browser: Browser, frozen: socket.socket
) -> None:
    frozen.settimeout(0.1)
    for person in (LENA, OLGA, ANNA):
        browser.open("/sign-in")
        assert browser.send(email=person).status_code == 200

    assert world.mails(LENA, MessageKind.SIGN_IN) == world.mails(OLGA, MessageKind.SIGN_IN) == 1
    frozen.accept()[0].close()
    with pytest.raises(TimeoutError):
        frozen.accept()

    world.app.extensions[ringing._RESTS_UNTIL] = 0.0  # half a minute later
    browser.open("/sign-in")
    browser.send(email=OLGA)
    frozen.accept()[0].close()


@pytest.mark.parametrize("settings", ["away"], indirect=True)
@ON_ONE
def test_without_redis_the_mail_waits_for_the_worker(
    world: World, browser: Browser, settings: Settings
) -> None:
    del settings
    browser.open("/sign-in")

    assert browser.send(email=LENA).status_code == 200
    assert world.mails(LENA, MessageKind.SIGN_IN) == 1
