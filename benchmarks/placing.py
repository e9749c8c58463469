"""Measures how meetings get their times in the database: 1,000 that come soon, over 20 coaches, with invitations."""

import json
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import event, func, select

from benchmarks import world
from coachfollow.extensions import db
from coachfollow.flow import attendance, coaching, cohorts, people, placing, staging
from coachfollow.intake import reading
from coachfollow.models import Cohort, Message
from coachfollow.rules.kinds import ImportKind
from coachfollow.rules.slots_values import Limits

COACHES, WEEK = 20, "mon-fri 07:00-19:00"
LATER = world.NOW + timedelta(days=10)


def measure(meetings: int) -> dict[str, float]:
    """Place so many meetings in one round: statements, seconds and seconds of CPU, the search for times included."""
    with tempfile.TemporaryDirectory() as name, world.opened(world.environment(Path(name))):
        _bring_in(Path(name), meetings)
        session = db.session()
        statements: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        began, began_cpu = time.perf_counter(), time.process_time()
        placed, left = placing.place_due(session, now=LATER)
        seconds, cpu = time.perf_counter() - began, time.process_time() - began_cpu
        invitations = session.scalar(select(func.count()).where(Message.attendee_id.is_not(None))) or 0
        return {
            "meetings": meetings,
            "placed": placed,
            "left": left,
            "invitations": invitations,
            "statements": len(statements),
            "seconds": seconds,
            "cpu_seconds": cpu,
        }


def _bring_in(folder: Path, participants: int) -> None:
    session, cohort = db.session(), _cohort()
    for number in range(COACHES):
        coach_id = people.find_or_add(
            session, organisation_id=1, email=_coach(number), name=None, now=world.NOW
        ).id
        coaching.set_hours(session, coach_id=coach_id, week=WEEK, link="", limits=Limits(gap=5, a_day=8))
    path = folder / "attendance.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("name,email,minutes,zone,coach\n")
        file.writelines(
            f"Person {n},person{n}@example.org,170,Europe/Berlin,{_coach(n % COACHES)}\n"
            for n in range(participants)
        )
    batch = staging.stage(
        session,
        cohort=cohort,
        reading=reading.read(path, name=path.name),
        kind=ImportKind.ATTENDANCE,
        file_name=path.name,
        checksum="",
        now=world.NOW,
    )
    attendance.carry_out(session, batch_id=batch.id, now=world.NOW)


def _cohort() -> Cohort:
    return cohorts.open_cohort(
        db.session(),
        organisation_id=1,
        programme=world.PROGRAMME,
        key="bench",
        title="Bench",
        zone="Europe/Berlin",
        meetings=[cohorts.Meeting(begins=datetime(2026, 3, 2, 9), minutes=180)],  # noqa: DTZ001  # wall time there
        coaches=[_coach(number) for number in range(COACHES)],
        now=world.NOW,
    )


def _coach(number: int) -> str:
    return f"coach{number}@example.org"


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)))
