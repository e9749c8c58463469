"""The clock: business time that the demo shifts, lease time that nothing does."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from coachfollow import clock


def test_business_time_is_aware_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_shift_moves_business_time_ahead() -> None:
    before = datetime.now(UTC)  # noqa: TID251  # to compare with

    assert clock.now(shift=timedelta(days=30)) - before >= timedelta(days=30)


def test_f24_lease_time_never_runs_backwards_within_one_boot() -> None:
    first, second = clock.host_lease(), clock.host_lease()

    assert first.boot == second.boot
    assert second.seconds >= first.seconds


def test_lease_time_without_a_boot_id_falls_back_to_the_wall(tmp_path: Path) -> None:
    lease = clock.host_lease(boot_id=tmp_path / "nowhere")

    assert lease.boot == "wall"
    assert lease.seconds == pytest.approx(time.time(), abs=60)  # noqa: TID251  # to compare with


def test_f24_another_boot_is_another_clock(tmp_path: Path) -> None:
    (tmp_path / "boot_id").write_text("another\n")

    assert clock.host_lease(boot_id=tmp_path / "boot_id").boot == "another"


def test_a_rest_takes_its_time_and_a_negative_one_none() -> None:
    start = clock.stopwatch()
    clock.rest(-5)
    clock.rest(0.01)

    assert 0.01 <= clock.stopwatch() - start < 5
