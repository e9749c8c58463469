"""One installation of its own for each journey."""

from collections.abc import Iterator

import pytest

from tests.journey import installations
from tests.journey.installations import Installation


@pytest.fixture
def town() -> Iterator[Installation]:
    """Pages, workers, ticker, Valkey and a mail server, all real, with nobody in them yet."""
    with installations.running() as town:
        yield town
