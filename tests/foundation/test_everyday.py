"""An everyday run takes one of two databases for each test, by its seed; CI and whoever names one get all of it."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from tests import everyday

TWINS = [f"test_{number}[{make}]" for number in range(40) for make in ("postgresql", "sqlite")]
OTHERS = ["test_alone[postgresql]", "test_without"]


@dataclass(frozen=True, slots=True)
class Named:
    """As much of a test as is looked at."""

    nodeid: str

    @property
    def callspec(self) -> SimpleNamespace:
        """What it was parametrised with."""
        return SimpleNamespace(params={"ground": self.nodeid.partition("[")[2].removesuffix("]")})


def chosen(tests: list[str], *, seed: int = 1) -> tuple[list[str], list[str]]:
    """What is run of tests with these names, and what was said to be left out."""
    items: list[Any] = [Named(name) for name in tests]
    left_out: list[Any] = []

    def deselected(*, items: list[Any]) -> None:
        left_out.extend(items)

    config: Any = SimpleNamespace(
        hook=SimpleNamespace(pytest_deselected=deselected), getoption=lambda _name, **_default: seed
    )
    everyday.pytest_collection_modifyitems(config, items)
    return [item.nodeid for item in items], [item.nodeid for item in left_out]


@pytest.fixture
def _everyday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)


@pytest.mark.usefixtures("_everyday")
def test_one_of_two_twins_is_run_and_the_seed_says_which() -> None:
    run, left_out = chosen([*TWINS, *OTHERS])

    assert sorted(run + left_out) == sorted([*TWINS, *OTHERS])
    assert len(run) == 42
    assert set(OTHERS) < set(run)
    assert 15 < sum("sqlite" in name for name in run) < 40
    assert chosen([*TWINS, *OTHERS])[0] == run != chosen([*TWINS, *OTHERS], seed=2)[0]


@pytest.mark.usefixtures("_everyday")
def test_whoever_names_a_make_gets_all_of_it() -> None:
    named = [name for name in TWINS if "postgresql" in name]

    assert chosen(named) == (named, [])


@pytest.mark.usefixtures("_everyday")
def test_a_fifth_of_the_pages_is_drawn() -> None:
    assert len(set(everyday.some(range(11)))) == 3


def test_with_ci_nothing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")

    assert chosen([*TWINS, *OTHERS]) == ([*TWINS, *OTHERS], [])
    assert everyday.some(range(10)) == range(10)
