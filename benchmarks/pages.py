"""Measures the main pages over 100,000 touchpoints: how long until the whole answer of the server is there.

Beside it, as a floor of this machine in this hour, how long the database alone takes to look once at each follow-up
that counts.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from benchmarks import inhabited, world
from coachfollow import clock
from coachfollow.extensions import db
from coachfollow.models import Cohort, FollowUpPlan, Person
from coachfollow.web import warming

ROUNDS = 15
BAR_MS = 100


def measure(folder: Path) -> dict[str, object]:
    """Open each main page once cold and several times warm; milliseconds, kilobytes."""
    with world.opened(world.environment(folder)) as app:
        now = clock.now()
        touchpoints = inhabited.settle(db.session(), folder, now=now)
        asked = list(_pages(db.session()))
        floor = _floor(db.session())
        db.session.remove()
    warming.begin(app).join()  # as a web process does before anybody comes
    return {
        "touchpoints": touchpoints,
        "bar_ms": BAR_MS,
        "floor_ms": floor,
        "pages": {title: _page(app, person, path) for title, person, path in asked},
    }


def _floor(session: Session) -> float:
    """Count by outcome, as plainly as can be: the median, in milliseconds."""
    counted = text("SELECT outcome, count(*) FROM touchpoints WHERE outcome IS NOT NULL GROUP BY outcome")
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        session.execute(counted).all()
        took.append(1000 * (time.perf_counter() - began))
    return statistics.median(took)


def _pages(session: Session) -> Iterator[tuple[str, int, str]]:
    """The main page of each role: its name, who opens it, where it is."""
    person = {row.email: row.id for row in session.execute(select(Person.email, Person.id))}
    group = session.scalars(select(Cohort).where(Cohort.key == "group-20")).one()
    plan = session.get_one(FollowUpPlan, 1)
    lnd, operator = person[inhabited.LND], person[inhabited.OPERATOR]
    for by in ("programme", "cohort", "month", "team", "coach"):
        yield f"numbers, by {by}", lnd, f"/numbers?by={by}"
    yield "did they do it?", lnd, "/numbers/applied"
    yield "numbers of a team", lnd, "/numbers?team=Division 1&by=team"
    yield "names of the overdue", lnd, "/numbers/names?what=open"
    yield "groups", lnd, "/groups"
    yield "one group", lnd, f"/groups/{group.public_id}"
    yield "my people", person[inhabited.COACH], "/coach"
    yield "my calendar, a month", person[inhabited.COACH], "/calendar"
    yield "my calendar, a week", person[inhabited.COACH], "/calendar?view=week"
    yield "calendar of the groups, a month", lnd, "/groups/calendar"
    yield "calendar of the groups, a week", lnd, "/groups/calendar?view=week"
    yield "one plan", lnd, f"/plans/{plan.public_id}"
    yield "my plan", plan.person_id, f"/my-plan/{plan.public_id}"
    yield "outbox", operator, "/outbox"
    yield "outbox, what was sent", operator, "/outbox/sent"


def _page(app: Flask, person_id: int, path: str) -> Mapping[str, float]:
    """Cold is the first visit of this process, its statements not yet compiled; warm are medians."""
    client = _signed_in(app, person_id)
    cold = _timed(client, path)
    warm = [_timed(client, path) for _ in range(ROUNDS)]
    return {
        "cold_ms": cold.wall_ms,
        "warm_ms": statistics.median(one.wall_ms for one in warm),
        "cpu_ms": statistics.median(one.cpu_ms for one in warm),
        "kilobytes": cold.kilobytes,
    }


def _signed_in(app: Flask, person_id: int) -> FlaskClient:
    client, moment = app.test_client(), clock.now().isoformat()
    with client.session_transaction() as session:
        session.update(person=person_id, version=1, since=moment, seen=moment)
    return client


class _Visit(NamedTuple):
    """One visit of a page."""

    wall_ms: float
    cpu_ms: float  # on a busy machine the better measure: the whole answer is made in this process
    kilobytes: float


def _timed(client: FlaskClient, path: str) -> _Visit:
    began, worked = time.perf_counter(), time.process_time()
    answer = client.get(path)
    wall, cpu = time.perf_counter() - began, time.process_time() - worked
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    return _Visit(1000 * wall, 1000 * cpu, len(answer.data) / 1000)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        print(json.dumps(measure(Path(name))))
