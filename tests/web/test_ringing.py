"""What somebody waits for at their screen is rung for at once; without Redis nothing is lost."""

from collections.abc import Callable

import pytest
from redis import Redis

from coachfollow import bell
from coachfollow.config import Settings
from coachfollow.rules.kinds import MessageKind
from tests.ports import free_port
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, LENA, ON_ONE, World

MakeSettings = Callable[..., Settings]


@pytest.fixture
def settings(make_settings: MakeSettings, database_url: str, request: pytest.FixtureRequest) -> Settings:
    """Settings with a Valkey, or with one that is away."""
    away = f"redis://127.0.0.1:{free_port()}/0"
    address = away if request.param == "away" else request.getfixturevalue("redis_url")
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


@pytest.mark.parametrize("settings", ["away"], indirect=True)
@ON_ONE
def test_without_redis_the_mail_waits_for_the_worker(
    world: World, browser: Browser, settings: Settings
) -> None:
    del settings
    browser.open("/sign-in")

    assert browser.send(email=LENA).status_code == 200
    assert world.mails(LENA, MessageKind.SIGN_IN) == 1
