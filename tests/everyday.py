"""What an everyday run leaves to CI, so that it stays quick: twins on the other database, most examples and pages.

A test that runs on both databases takes one of them, drawn anew each time from the run's random seed: whoever runs
the suite twice a day has soon run both, and a failure comes again with the same seed (`--randomly-seed=…`). Whoever
names a test, or a make (`-k postgresql`), gets just that. With `CI` set everything runs: that is before anything is
taken.
"""

import os
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

import pytest
from hypothesis import settings

Thing = TypeVar("Thing")

BOTH = frozenset({"sqlite", "postgresql"})
SHARE_OF_POSTGRESQL = 1 / 3  # of twins: they take twice as long there
FEW = 15  # random examples of a property that does not say how many it wants; CI takes a hundred


def some(things: Sequence[Thing]) -> Sequence[Thing]:
    """Draw a fifth of these, by the run's random seed; with CI all of them."""
    return things if os.environ.get("CI") else random.sample(things, k=(len(things) + 4) // 5)


def pytest_configure() -> None:
    """Draw fewer examples, before anything that inherits these settings is collected."""
    if not os.environ.get("CI"):
        settings.register_profile("everyday", max_examples=FEW)
        settings.load_profile("everyday")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave one of two twins, unless everything is to run."""
    if os.environ.get("CI"):
        return
    left_out = set(_left_out(items, seed=config.getoption("randomly_seed", default=0)))
    if left_out:
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]


def _left_out(items: Sequence[pytest.Item], *, seed: object) -> Iterator[pytest.Item]:
    twins = defaultdict[str, dict[str, pytest.Item]](dict)
    for item in items:
        make = make_of(item)
        if make:
            twins[item.nodeid.replace(make, "")][make] = item
    for name, of_makes in twins.items():
        if of_makes.keys() == BOTH:
            is_on_postgresql = random.Random(f"{seed} {name}").random() < SHARE_OF_POSTGRESQL
            yield of_makes["sqlite" if is_on_postgresql else "postgresql"]


def make_of(item: pytest.Item) -> str | None:
    """The make of database that a test was parametrised with."""
    given = getattr(item, "callspec", None)
    values = given.params.values() if given is not None else ()
    return next((one for one in values if isinstance(one, str) and one in BOTH), None)
