"""Measures the way in: a file of so many people read, staged, planned and made live. One size a process."""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from benchmarks import world
from coachfollow.extensions import db
from coachfollow.flow import attendance, drafting, staging
from coachfollow.intake import reading
from coachfollow.models import Touchpoint
from coachfollow.rules.kinds import ImportKind

_PLANNING = {"seconds": 0.0, "cpu": 0.0, "longest": 0.0}


def measure(people: int) -> dict[str, float]:
    """Import a list of so many people; rates per second and per second of CPU, memory of this process in MB."""
    with tempfile.TemporaryDirectory() as name, world.opened(world.environment(Path(name))):
        _watch_planning()
        path = world.attendance_file(Path(name), people)
        session, cohort = db.session(), world.cohort()
        before, began, began_cpu = _peak_mb(), time.perf_counter(), time.process_time()
        read = reading.read(path, name=path.name)
        batch = staging.stage(
            session,
            cohort=cohort,
            reading=read,
            kind=ImportKind.ATTENDANCE,
            file_name=path.name,
            checksum="",
            now=world.NOW,
        )
        attendance.carry_out(session, batch_id=batch.id, now=world.NOW)
        seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        touchpoints = session.scalar(select(func.count()).select_from(Touchpoint)) or 0
        session.commit()
    return {
        "people": people,
        "rows_per_second": people / seconds,
        "rows_per_cpu_second": people / cpu,
        "touchpoints": touchpoints,
        "touchpoints_per_second": touchpoints / _PLANNING["seconds"],
        "touchpoints_per_cpu_second": touchpoints / _PLANNING["cpu"],
        "longest_chunk_seconds": _PLANNING["longest"],
        "mb_before": before,
        "peak_mb": _peak_mb(),
    }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _watch_planning() -> None:
    """Time what plans and stores: the drafting of each chunk."""
    draft = drafting.draft

    def timed(*arguments: object, **keywords: object) -> None:
        began, began_cpu = time.perf_counter(), time.process_time()
        draft(*arguments, **keywords)  # type: ignore[arg-type]  # passed on as they came
        took = time.perf_counter() - began
        _PLANNING["seconds"] += took
        _PLANNING["cpu"] += time.process_time() - began_cpu
        _PLANNING["longest"] = max(_PLANNING["longest"], took)

    drafting.draft = timed


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
