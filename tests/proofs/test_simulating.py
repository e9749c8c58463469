"""The simulator keeps calm where the laws are kept, and sees where they are not."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from coachfollow.rules import retry
from coachfollow.rules.retry import Verdict
from tests.proofs import simulate
from tests.proofs.simulate import Stage
from tests.proofs.wire import Server

SEEDS = range(1, 4)  # `make prove` plays hundreds


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with simulate.stage() as stage:
        yield stage


def play_all(stage: Stage) -> None:
    for seed in range(1, 40):
        stage.play(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_g1_g2_g3_a_storm_breaks_no_law(stage: Stage, seed: int) -> None:
    stage.play(seed)


def test_a_sender_that_takes_every_answer_for_a_yes_is_seen(stage: Stage) -> None:
    said_yes = patch.object(retry, "verdict", lambda code: Verdict.ACCEPTED if code else Verdict.TEMPORARY)
    with said_yes, pytest.raises(AssertionError, match="is called sent, and nobody took it"):
        play_all(stage)


def test_the_same_seed_is_the_same_storm(stage: Stage) -> None:
    def outcomes() -> list[str]:
        seen: list[Server] = []
        make = Server.__init__

        def watch(server: Server, **given: object) -> None:
            seen.append(server)
            make(server, **given)  # type: ignore[arg-type]  # whatever it was given

        with patch.object(Server, "__init__", watch):
            stage.play(3)
        return [f"{dot.at} {dot.outcome}" for dot in seen[0].dots]

    assert outcomes() == outcomes() != []
