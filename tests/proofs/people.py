"""So many people, each with one follow-up that is due now: what a proof hands to the senders."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.extensions import db, installation
from coachfollow.flow import attendance, migrating, staging
from coachfollow.intake import reading
from coachfollow.models import FollowUpPlan, Person, Step, Touchpoint
from coachfollow.rules.kinds import ImportKind, TouchpointState
from tests import house
from tests.house import AFTER

SPREAD = timedelta(hours=1)  # how long ago the follow-ups have come due, at most


def move_in(app: Flask, folder: Path, *, people: int) -> None:
    """Open a house with so many people who took part, and let the first follow-up of each be due."""
    with app.app_context():
        migrating.migrate()
        session = db.session()
        _bring(session, folder, people)
        _let_the_first_be_due(session)
        session.commit()
        db.session.remove()
        db.engine.dispose()


def _bring(session: Session, folder: Path, people: int) -> None:
    here = house.open_house(session, installation().settings)
    path = folder / "attendance.csv"
    rows = "".join(f"Person {number},person{number}@example.org,170\n" for number in range(people))
    path.write_text(f"name,email,minutes\n{rows}", encoding="utf-8")
    batch = staging.stage(
        session,
        cohort=here.group(),
        reading=reading.read(path, name=path.name),
        kind=ImportKind.ATTENDANCE,
        file_name=path.name,
        checksum="",
        now=AFTER,
    )
    attendance.carry_out(session, batch_id=batch.id, now=AFTER)


def _let_the_first_be_due(session: Session) -> None:
    now = clock.now()
    first = select(Step.id).where(Step.key == "plan").scalar_subquery()
    session.execute(update(Person).values(working_week="mon-sun 00:00-23:59"))  # a proof runs at any hour
    session.execute(update(FollowUpPlan).values(state_at=now - SPREAD))
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.step_id != first)
        .values(state=TouchpointState.CANCELLED, settled_at=now)
    )
    session.execute(
        update(Touchpoint)
        .where(Touchpoint.step_id == first)
        .values(due_at=now - SPREAD, closes_at=now + timedelta(days=14))
    )
