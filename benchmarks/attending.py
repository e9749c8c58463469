"""Measures the way in: a file of so many people read, staged, planned and made live. One size a process."""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benchmarks import world
from coachfollow import almanac
from coachfollow.extensions import db
from coachfollow.flow import attendance, drafting, sets, staging
from coachfollow.flow import people as keeping
from coachfollow.intake import reading
from coachfollow.models import Cohort, LeaveSpell, Organisation, Person, Touchpoint
from coachfollow.queries import schedules
from coachfollow.rules import planning, rotas
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.kinds import ImportKind
from coachfollow.rules.worktime import DEFAULT_WEEK, WorkingTime

_PLANNING = {"seconds": 0.0, "cpu": 0.0, "longest": 0.0}


PURE = 200  # plans a zone, for the rules alone
ON_LEAVE = 10  # one in so many is away for a week, each from another day


def measure(
    people: int, *, programme: str = world.PROGRAMME, weeks: Sequence[str] = (DEFAULT_WEEK,)
) -> dict[str, float]:
    """Import a list of so many people, in six zones with their holidays, who work these weeks in turn, some on leave.

    Rates are per second and per second of CPU, memory is that of this process in MB.
    """
    with tempfile.TemporaryDirectory() as name, world.opened(world.environment(Path(name))):
        _watch_planning()
        path = world.attendance_file(Path(name), people)
        session, cohort = db.session(), world.cohort(programme=programme)
        _know(session, people, weeks)
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
        pure = _plan(session, cohort, weeks)
        session.commit()
    return {
        "people": people,
        "rows_per_second": people / seconds,
        "rows_per_cpu_second": people / cpu,
        "touchpoints": touchpoints,
        "touchpoints_per_second": touchpoints / _PLANNING["seconds"],
        "touchpoints_per_cpu_second": touchpoints / _PLANNING["cpu"],
        "pure_touchpoints_per_cpu_second": pure,
        "longest_chunk_seconds": _PLANNING["longest"],
        "mb_before": before,
        "peak_mb": _peak_mb(),
    }


def _know(session: Session, people: int, weeks: Sequence[str]) -> None:
    """Everybody is known already, each with the holidays of where they live; some are on leave."""
    rows = [
        keeping.Newcomer(email=f"person{n}@example.org", zone=world.ZONES[n % len(world.ZONES)])
        for n in range(people)
    ]
    keeping.add_many(session, organisation_id=1, newcomers=rows, now=world.NOW)
    session.execute(update(Organisation).values(holiday_region=world.REGIONS[0]))
    for zone, region in zip(world.ZONES, world.REGIONS, strict=True):
        session.execute(update(Person).where(Person.zone == zone).values(holiday_region=region))
    for n, week in enumerate(weeks):
        theirs = Person.id // len(world.ZONES) % len(weeks) == n  # every week in every zone
        session.execute(update(Person).where(theirs).values(working_week=week))
    away = session.scalars(select(Person.id).where(Person.id % ON_LEAVE == 0)).all()
    first = [world.NOW.date() + timedelta(days=person_id // ON_LEAVE % 180) for person_id in away]
    days = [
        (person_id, day, day + timedelta(days=6), False, False, world.NOW)
        for person_id, day in zip(away, first, strict=True)
    ]
    columns = ("person_id", "first_day", "last_day", "from_noon", "until_noon", "entered_at")
    sets.bulk(session.connection(), LeaveSpell, columns, days)
    session.commit()


def _plan(session: Session, cohort: Cohort, weeks: Sequence[str]) -> float:
    """The rules alone, for one person after the other, as if nobody shared a rhythm."""
    steps = tuple(schedules.steps(session, version_id=cohort.programme_version_id).values())
    sessions = Sessions((world.NOW.date(),), 0)
    times = [
        (zone, WorkingTime(pattern=rotas.parse(week), holidays=almanac.days(region, world.NOW.year)))
        for zone, region in zip(world.ZONES, world.REGIONS, strict=True)
        for week in weeks
    ]
    began = time.process_time()
    for _ in range(PURE // len(weeks)):
        for zone, hours in times:
            planning.plan(steps, sessions=sessions, week=hours, zone=zone)
    return PURE // len(weeks) * len(times) * len(steps) / (time.process_time() - began)


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
