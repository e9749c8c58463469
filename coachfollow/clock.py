"""The one place that reads clocks: business time, which the demo shifts; lease time, which nothing does."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_COUNTS_SLEEP = hasattr(time, "CLOCK_BOOTTIME")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTime:
    """A moment by which leases, holds and back-off are measured: seconds on a clock that one boot names.

    Two moments compare only when their `boot` is the same; another boot means the lease has ended.
    """

    seconds: float
    boot: str


def now(*, shift: timedelta = timedelta(0)) -> datetime:
    """Read business time, aware UTC; `shift` is the demo's and zero elsewhere."""
    return datetime.now(UTC) + shift


def host_lease(*, boot_id: Path = _BOOT_ID) -> LeaseTime:
    """Read this host's lease time: it counts on during sleep and ignores changes of the wall clock."""
    boot = _boot(boot_id)
    if boot is None:  # not Linux: the wall clock is the best there is
        return LeaseTime(seconds=time.time(), boot="wall")
    return LeaseTime(seconds=time.clock_gettime(time.CLOCK_BOOTTIME), boot=boot)


def boot() -> str | None:
    """Name the boot this machine is on; None where that cannot be known."""
    return _boot(_BOOT_ID)


def stopwatch() -> float:
    """Seconds on a clock for measuring how long something takes in this process; the machine's sleep counts."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if _COUNTS_SLEEP else time.monotonic()


def rest(seconds: float) -> None:
    """Wait; the pace of a mail server and the ticker need it."""
    time.sleep(max(0.0, seconds))


@cache
def _boot(boot_id: Path) -> str | None:
    return boot_id.read_text().strip() if boot_id.exists() else None
