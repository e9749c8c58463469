"""The systemd units we ship: whatever ends is started again, for ever, and a drain is let end."""

import configparser
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parent.parent.parent / "deploy").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_what_ends_is_started_again_for_ever(unit: Path) -> None:
    read = configparser.ConfigParser(interpolation=None, strict=True)
    read.optionxform = str  # type: ignore[assignment,method-assign]  # its documented way to keep capitals
    read.read(unit, encoding="utf-8")

    assert read["Unit"]["StartLimitIntervalSec"] == "0"
    assert read["Service"]["Restart"] == "always"
    assert read["Service"]["RestartSec"] == "5"
    assert int(read["Service"]["TimeoutStopSec"]) > 25


def test_there_is_a_unit_for_every_process() -> None:
    assert [unit.name for unit in UNITS] == [
        "coachfollow-ticker.service",
        "coachfollow-web.service",
        "coachfollow-worker@.service",
    ]
