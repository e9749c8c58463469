"""`/metrics`: what a monitoring system watches, for whom, and that the alerts we ship watch what there is."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import update

from coachfollow.config import Settings
from coachfollow.flow import outcomes, timings
from coachfollow.models import Message
from coachfollow.rules.kinds import MessageState
from tests.web.clocks import Clock
from tests.web.worlds import ANNA, ON_ONE, World

TREE = Path(__file__).parent.parent.parent
ALERTS = yaml.safe_load((TREE / "deploy" / "prometheus-alerts.yml").read_text(encoding="utf-8"))


def scraped(app: Flask) -> Mapping[str, float]:
    """What a scraper on this machine reads: the name with its labels, and the number."""
    page = app.test_client().get("/metrics")
    assert page.status_code == 200
    assert page.mimetype == "text/plain"
    assert ANNA not in page.text
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def test_it_says_what_is_due_what_became_of_mails_and_who_is_alive(world: World, time: Clock) -> None:
    before = scraped(world.app)
    assert before["coachfollow_mails_due"] > 0
    assert before["coachfollow_oldest_due_seconds"] > 0
    assert before["coachfollow_mails/queued"] >= before["coachfollow_mails_due"]
    assert "coachfollow_last_drain_timestamp_seconds" not in before

    with world.inside() as home:
        home.session.execute(update(Message).values(state=MessageState.SENT, settled_at=time.now))
        for name in ("drain", "tick"):
            outcomes.beat(home.session, name=name, now=time.now)
        home.session.commit()
    after = scraped(world.app)

    assert after["coachfollow_mails/sent"] == sum(
        count for name, count in before.items() if name.startswith("coachfollow_mails/")
    )
    assert after["coachfollow_mails_due"] == after["coachfollow_oldest_due_seconds"] == 0
    assert after["coachfollow_last_drain_timestamp_seconds"] == time.now.timestamp()
    assert after["coachfollow_last_tick_timestamp_seconds"] == time.now.timestamp()


def test_it_says_how_long_attempts_took_whoever_made_them(world: World) -> None:
    with world.inside() as home:
        for lengths in ([0.004, 0.02], [], [0.004, 700.0]):
            timings.add(home.session, lengths)
            home.session.commit()
    found = scraped(world.app)

    steps = {name: n for name, n in found.items() if name.startswith("coachfollow_attempt_seconds_bucket")}
    assert list(steps.values()) == [2, 2, *[3] * 10, 4]
    assert list(steps)[-1].endswith("/+Inf")
    assert found["coachfollow_attempt_seconds_count"] == 4
    assert found["coachfollow_attempt_seconds_sum"] == pytest.approx(700.028)


@ON_ONE
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        pytest.param("127.0.0.1", {}, 200, id="on this machine"),
        pytest.param("::1", {}, 200, id="likewise"),
        pytest.param(
            "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 403, id="through a proxy on this machine"
        ),
        pytest.param("127.0.0.1", {"Via": "1.1 proxy"}, 403, id="through another kind of proxy"),
        pytest.param("192.0.2.7", {}, 403, id="from elsewhere"),
        pytest.param("", {}, 403, id="through a socket"),
        pytest.param("192.0.2.7", {"Authorization": "Bearer "}, 403, id="no token is no key"),
    ],
)
def test_without_a_token_only_this_machine_is_answered(
    app: Flask, address: str, headers: Mapping[str, str], status: int
) -> None:
    page = app.test_client().get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})

    assert page.status_code == status
    assert ("COACHFOLLOW_METRICS_TOKEN" in page.text) is (status == 403)


@ON_ONE
@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param("Bearer let me in", 200, id="the token"),
        pytest.param("Bearer let me", 403, id="a part of it"),
        pytest.param("Bearer é", 403, id="no ASCII"),
        pytest.param("Basic bGV0IG1lIGlu", 403, id="another way"),
        pytest.param("", 403, id="none, from this machine"),
    ],
)
def test_with_a_token_whoever_bears_it_is_answered(
    settings_with_token: Settings, new_app: Flask, said: str, status: int
) -> None:
    assert settings_with_token.metrics_token == "let me in"

    page = new_app.test_client().get("/metrics", headers={"Authorization": said})

    assert page.status_code == status


@pytest.fixture
def settings_with_token(settings: Settings) -> Settings:
    """The settings of `new_app`."""
    return settings


@pytest.fixture
def settings(
    make_settings: Callable[..., Settings], database_url: str, request: pytest.FixtureRequest
) -> Settings:
    """Settings with a token for the tests that ask for it."""
    token = "let me in" if "settings_with_token" in request.fixturenames else ""
    return make_settings(database_url=database_url, metrics_token=token)


@ON_ONE
def test_every_alert_watches_what_there_is_and_its_answer_stands_in_the_handbook(
    world: World, time: Clock
) -> None:
    with world.inside() as home:
        for name in ("drain", "tick"):
            outcomes.beat(home.session, name=name, now=time.now)
        home.session.commit()
        timings.add(home.session, [0.004])
        home.session.commit()
    there = {name.partition("/")[0] for name in scraped(world.app)}
    handbook = (TREE / "docs" / "operating.md").read_text(encoding="utf-8")

    for rule in ALERTS["groups"][0]["rules"]:
        assert set(re.findall(r"coachfollow_\w+", rule["expr"])) <= there, rule["alert"]
        assert f"`{rule['alert']}`" in handbook, rule["alert"]
