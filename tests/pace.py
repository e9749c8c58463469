"""How the suite is walked: more processes than processors, the longest tests first.

A test that waits for a server, a browser or a process of ours leaves its processor to another. Each process takes one
stretch of the list and gives away only its end, so each stretch begins with its share of the longest modules: in one
stretch they would take as long as all the rest.

Of a test that runs on both databases, coverage is measured on SQLite: which lines it reaches does not depend on the
make, but for the few modules that know of it, and their tests are measured on both. The journeys go where other tests
have been. Measuring costs half as much again as the test itself.
"""

import gc
import os
from collections.abc import Sequence
from itertools import groupby

import pytest

from tests.everyday import make_of

LONGEST_FIRST = (
    "tests/demo/test_world.py",
    "tests/demo/test_one_terminal.py",
    "tests/journey/test_journey.py",
    "tests/web/test_matrix.py",
    "tests/web/test_every_page.py",
    "tests/flow/test_any_order.py",
    "tests/journey/",
    "tests/jobs/test_faults.py",
    "tests/foundation/test_migrations.py",
    "tests/jobs/test_worker.py",
    "tests/demo/",
    "tests/foundation/test_wheel.py",
)
SHORT = len(LONGEST_FIRST) + 1
UNMEASURED = "tests/journey/"
MEASURED_ON_BOTH = ("tests/foundation/", "tests/flow/test_claiming.py", "tests/flow/test_large_lists.py")


gc.disable()  # until everything is collected: hundreds of modules come, and none of them goes again


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Start half as many processes again as there are processors: a third of their time is waiting."""
    processors = os.cpu_count() or 1
    return processors + (processors + 1) // 2


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests into their order; within it, the order stays as random as it was."""
    items.sort(key=_turn)
    items[:] = _dealt(items, among=int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
    for item in items:
        if item.nodeid.startswith(UNMEASURED) or _is_twin(item):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Keep what was imported out of every later collection of garbage."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _dealt(items: Sequence[pytest.Item], *, among: int) -> list[pytest.Item]:
    """Begin each process's stretch with its share of the long modules, each whole: its tests share what was built."""
    long = [item for item in items if _turn(item) < SHORT]
    short = list(items[len(long) :])
    modules = [list(module) for _, module in groupby(long, key=_module)]
    dealt: list[pytest.Item] = []
    for process in range(among):
        share = [item for module in modules[process::among] for item in module]
        end = len(items) * (process + 1) // among  # as pytest-xdist cuts the list, to within a test
        room = max(0, end - len(dealt) - len(share))
        dealt += share + short[:room]
        short = short[room:]
    return [*dealt, *short]


def _module(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _turn(item: pytest.Item) -> int:
    """Give the place of a test among the longest; browser tests come before the rest."""
    for place, prefix in enumerate(LONGEST_FIRST):
        if item.nodeid.startswith(prefix):
            return place
    return len(LONGEST_FIRST) if item.get_closest_marker("browser") else SHORT


def _is_twin(item: pytest.Item) -> bool:
    """Say whether the same test runs on SQLite, too."""
    return make_of(item) == "postgresql" and not item.nodeid.startswith(MEASURED_ON_BOTH)
