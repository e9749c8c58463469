"""Corrected lists and files that come again: what changed is written down, made live once, and failures are told."""

import json

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.errors import Conflict
from coachfollow.extensions import db
from coachfollow.flow import attendance
from coachfollow.models import Event, ImportBatch, Step
from coachfollow.queries import batches
from coachfollow.rules.kinds import AttendanceState, ImportState, PlanState
from tests import house
from tests.house import AFTER, DAY, House

LIST = "Name;Email;Status\nAnna Berg;anna@example.org;present\nBen Roth;ben@example.org;{}\n"


@pytest.fixture
def home(session: Session, settings: Settings) -> House:
    """A house with one group."""
    return house.open_house(session, settings)


def events(home: House, name: str) -> list[dict[str, object]]:
    found = home.session.scalars(select(Event.facts).where(Event.name == name)).all()
    return [json.loads(facts) for facts in found]


def test_a_correction_says_who_was_where_before_and_after(home: House) -> None:
    cohort = home.group()
    home.attend(cohort, LIST.format("present"))

    home.attend(cohort, LIST.format("absent"), now=AFTER + DAY)

    latest = batches.of_group(home.session, cohort_id=cohort.id)[0]
    changed = batches.corrections(home.session, batch=latest)
    assert [(one.person, one.before, one.after) for one in changed] == [
        ("Ben Roth", AttendanceState.PRESENT, AttendanceState.ABSENT)
    ]
    assert latest.summary["corrected"] == 1
    assert home.plan("ben@example.org").state is PlanState.DRAFT


def test_the_same_list_twice_corrects_nothing(home: House) -> None:
    cohort = home.group()
    home.attend(cohort, LIST.format("present"))
    home.attend(cohort, LIST.format("present"), now=AFTER + DAY)

    assert events(home, "attendance corrected") == []


def test_a_file_that_another_worker_finished_meanwhile_is_made_live_once(home: House) -> None:
    batch_id = home.stage(home.group(), LIST.format("present")).id

    def another_worker(done: int, rows: int) -> None:
        assert done <= rows
        with Session(db.engine) as theirs:
            if theirs.get_one(ImportBatch, batch_id).state is ImportState.PLANNING:
                theirs.rollback()
                attendance.carry_out(theirs, batch_id=batch_id, now=AFTER)

    with pytest.raises(Conflict):
        attendance.carry_out(home.session, batch_id=batch_id, now=AFTER, progress=another_worker)

    home.session.rollback()
    assert len(events(home, "file imported")) == 1
    assert len(events(home, "plan started")) == 2


def test_what_a_file_changed_is_counted(home: House) -> None:
    cohort = home.group()
    home.person("anna@example.org", name="Anna Berg")
    batch = home.stage(cohort, LIST.format("absent"))

    done = attendance.carry_out(home.session, batch_id=batch.id, now=AFTER)

    assert (done.rows, done.new_people, done.enrolled) == (2, 1, 2)
    assert (done.started, done.shelved, done.corrected, done.left_out) == (1, 1, 0, 0)


def test_a_file_that_cannot_be_carried_out_stands_in_no_other_ones_way(home: House) -> None:
    poison = home.group("poison")
    broken, version_id = home.stage(poison, LIST.format("present")).id, poison.programme_version_id
    _publish_again(home)
    good = home.stage(home.group("good"), LIST.format("present")).id
    for batch_id in (broken, good):
        attendance.confirm(home.session, batch=home.session.get_one(ImportBatch, batch_id))
    home.session.execute(update(Step).where(Step.version_id == version_id).values(anchor="session:9"))
    home.session.commit()

    attendance.carry_out_waiting(home.session, now=AFTER + DAY)

    states = [home.session.get_one(ImportBatch, batch_id).state for batch_id in (broken, good)]
    assert states == [ImportState.FAILED, ImportState.LIVE]
    assert "could not be carried out" in (home.session.get_one(ImportBatch, broken).error or "")
    assert attendance.carry_out_waiting(home.session, now=AFTER + DAY) == 0


def _publish_again(home: House) -> None:
    """Let new groups begin with other words."""
    changed = house.PROGRAMME.replace("Because customers notice.", "Because it matters.")
    home.publish(changed, now=AFTER)
