"""How the suite is walked: the longest tests first, so that no process waits for another at the end.

Of a test that runs on both databases, coverage is measured on SQLite: which lines it reaches does not depend on the
make, but for the few modules that know of it, and their tests are measured on both. The journeys go where other tests
have been. Measuring costs half as much again as the test itself.
"""

import gc

import pytest

LONGEST_FIRST = (
    "tests/journey/",
    "tests/demo/",
    "tests/web/test_matrix.py",
    "tests/flow/test_any_order.py",
    "tests/jobs/test_worker.py",
    "tests/foundation/test_wheel.py",
)
UNMEASURED = "tests/journey/"
MEASURED_ON_BOTH = ("tests/foundation/", "tests/flow/test_claiming.py", "tests/flow/test_large_lists.py")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put tests into their order; within it, the order stays as random as it was."""
    items.sort(key=_turn)
    for item in items:
        if item.nodeid.startswith(UNMEASURED) or _is_twin(item):
            item.add_marker("no_cover")


def pytest_collection_finish() -> None:
    """Keep what was imported out of every later collection of garbage."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> int:
    """Give the place of a test's folder; browser tests come before the rest."""
    for place, prefix in enumerate(LONGEST_FIRST):
        if item.nodeid.startswith(prefix):
            return place
    return len(LONGEST_FIRST) + (item.get_closest_marker("browser") is None)


def _is_twin(item: pytest.Item) -> bool:
    """Say whether the same test runs on SQLite, too."""
    given = getattr(item, "callspec", None)
    is_postgresql = given is not None and "postgresql" in given.params.values()
    return is_postgresql and not item.nodeid.startswith(MEASURED_ON_BOTH)
