"""Large lists: nobody sees half of one, a killed one is repeated, and answers keep flowing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from coachfollow.errors import Conflict, Invalid
from coachfollow.extensions import db
from coachfollow.flow import answers, attendance, people_files, presences, recognising, sets, staging
from coachfollow.intake.people import PersonRow
from coachfollow.models import FollowUpPlan, ImportBatch, ImportRow, Message, Touchpoint
from coachfollow.queries import participants
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import ImportKind, ImportState, MessageState, PlanState, TouchpointState
from tests.flow.grounds import Ground
from tests.flow.world import AFTER, BEFORE, DAY, FIRST_MAIL, World

BOSS = "boss@example.org"


class Killed(Exception):
    """The power went."""


def numbered(count: int, *, beyond: str = "") -> str:
    """A list of so many people."""
    header = f"Name;Email{';' if beyond else ''}{beyond.partition('=')[0]}\n"
    cell = f";{beyond.partition('=')[2]}" if beyond else ""
    return header + "".join(f"Person {n};person{n}@example.org{cell}\n" for n in range(count))


def die(done: int, rows: int) -> None:
    raise Killed(f"{done} of {rows}")


@pytest.fixture
def chunks_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks, so that a small list has several."""
    monkeypatch.setattr(attendance, "CHUNK", 3)


def seen(world: World, cohort_id: int) -> int:
    found = participants.participants(world.session, cohort_id=cohort_id, now=AFTER)
    world.session.rollback()
    return len(found)


@pytest.mark.usefixtures("chunks_of_three")
def test_f30_nobody_sees_half_a_list_and_no_mail_leaves_for_it(world: World) -> None:
    world.manages(BOSS, *(f"person{n}@example.org" for n in range(8)))
    group = world.open_group()
    group_id, progress = group.id, []
    batch_id = world.stage(group, numbered(8), kind=ImportKind.ROSTER, now=BEFORE).id
    card_is_due = BEFORE + 6 * DAY

    def look(done: int, rows: int) -> None:
        progress.append((done, rows))
        world.drain(card_is_due)
        assert seen(world, group_id) == 0

    attendance.carry_out(world.session, batch_id=batch_id, now=BEFORE, progress=look)

    assert progress == [(3, 8), (6, 8), (8, 8)]
    assert seen(world, group_id) == 8
    assert world.mails(to=BOSS) == []
    world.drain(card_is_due)
    assert len(world.mails(to=BOSS)) == 8


@pytest.mark.usefixtures("chunks_of_three")
def test_f30_a_list_that_was_killed_half_way_is_simply_carried_out_again(world: World) -> None:
    group = world.open_group(coaches=["coach@example.org"])
    batch = world.stage(group, numbered(8))
    batch_id = batch.id
    with pytest.raises(Killed):
        attendance.carry_out(world.session, batch_id=batch_id, now=AFTER, progress=die)
    world.session.rollback()
    assert world.session.get_one(ImportBatch, batch_id).state is ImportState.PLANNING

    assert attendance.carry_out_waiting(world.session, now=AFTER + DAY / 24) == 1

    done = world.session.get_one(ImportBatch, batch_id)
    assert (done.state, done.done) == (ImportState.LIVE, 8)
    counts = select(func.count()).select_from(Touchpoint).group_by(Touchpoint.plan_id)
    assert world.session.scalars(counts).all() == [7] * 8
    assert world.events("plan started") == 8
    assert world.events("file imported") == 1


@pytest.mark.usefixtures("chunks_of_three")
def test_progress_counts_the_rows_of_this_list_alone(world: World) -> None:
    """Lists staged at once share one row of numbers, and a list may name people far apart."""
    group = world.open_group()
    first_id = world.stage(group, numbered(4)).id
    last = (ImportRow.batch_id == first_id) & (ImportRow.line == 5)
    world.session.execute(update(ImportRow).where(last).values(id=900, line=900))
    world.session.commit()
    progress: list[tuple[int, int]] = []

    attendance.carry_out(
        world.session, batch_id=first_id, now=AFTER, progress=lambda done, rows: progress.append((done, rows))
    )

    assert progress == [(3, 4), (4, 4)]


def test_a_list_whose_staging_was_killed_cannot_be_confirmed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a list must not pass for a whole one."""
    monkeypatch.setattr(staging, "CHUNK", 3)
    real = recognising.look_up
    calls: list[int] = []

    def dies(*given: Any) -> object:
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        return real(*given)

    monkeypatch.setattr(recognising, "look_up", dies)
    with pytest.raises(Killed):
        world.stage(world.open_group(), numbered(8))
    world.session.rollback()

    batch = world.session.scalars(select(ImportBatch)).one()
    assert batch.state is ImportState.FAILED
    assert batch.error
    with pytest.raises(Conflict):
        attendance.confirm(world.session, batch=batch)


def test_somebody_who_stands_twice_on_a_long_list_is_taken_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By address in the first chunk of the list, by name alone in a later one."""
    monkeypatch.setattr(staging, "CHUNK", 3)
    group = world.open_group()
    world.invite(group, numbered(8))

    batch = world.stage(group, f"{numbered(7)}Person 2;\nPerson 7;\nPerson 7;\n")

    rows = world.session.execute(
        select(ImportRow.line, ImportRow.problem, ImportRow.skipped)
        .where(ImportRow.batch_id == batch.id, ImportRow.line > 8)
        .order_by(ImportRow.line)
    ).all()
    assert [tuple(row) for row in rows] == [(9, staging.TWICE, True), (10, None, False)]
    assert batch.rows == 9


def test_names_nobody_knows_get_suggestions_up_to_a_limit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognising, "MOST_NAMES", 2)
    group = world.open_group()
    world.invite(group, "Anna Berg <anna@example.org>\n")

    batch = world.stage(group, "Ana Berg\nAnna Bergh\nAnnah Berg\n")

    found = select(ImportRow.suggestions).where(ImportRow.batch_id == batch.id).order_by(ImportRow.line)
    anna = f"[{world.person('anna@example.org')}]"
    assert world.session.scalars(found).all() == [anna, anna, "[]"]


def test_runs_of_ids_hold_every_row_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sets, "RUN", 3)
    batch_id = world.stage(world.open_group(), numbered(8)).id
    here = ImportRow.batch_id == batch_id

    lines = [
        list(world.session.scalars(select(ImportRow.line).where(run)))
        for run in sets.runs(world.session, ImportRow.id, here)
    ]

    assert [len(run) for run in lines] == [3, 3, 2]
    assert sorted(line for run in lines for line in run) == list(range(2, 10))
    assert sets.runs(world.session, ImportRow.id, ImportRow.batch_id == 0) == []


@pytest.mark.usefixtures("chunks_of_three")
def test_answers_keep_flowing_while_a_large_list_is_carried_out(world: World, ground: Ground) -> None:
    group = world.open_group()
    world.bring_in(group, "Anna Berg <anna@example.org>\n")
    world.pass_time(AFTER + 8 * DAY)
    question, anna = world.touchpoint("anna@example.org", "asked").id, world.person("anna@example.org")
    batch_id = world.stage(group, numbered(8), now=AFTER + 8 * DAY).id
    world.session.commit()
    answered: list[int] = []

    def answer() -> None:
        with ground.app.app_context():
            answers.record(
                db.session(),
                touchpoint_id=question,
                person_id=anna,
                answered=Answered(note=f"thought {len(answered)}"),
                now=AFTER + 8 * DAY,
            )
            answered.append(len(answered))

    def look(done: int, rows: int) -> None:
        del done, rows
        thread = threading.Thread(target=answer)
        thread.start()
        thread.join()

    attendance.carry_out(world.session, batch_id=batch_id, now=AFTER + 8 * DAY, progress=look)

    assert len(answered) == 3, "an answer between any two chunks is taken"


def test_one_list_that_cannot_be_carried_out_does_not_keep_the_next_from_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = world.open_group()
    first, second = (world.stage(group, numbered(count)) for count in (2, 3))
    for batch in (first, second):
        attendance.confirm(world.session, batch=batch)
    first_id, second_id = first.id, second.id

    with monkeypatch.context() as spoilt:
        real = presences.write_down

        def refuse_the_first(session: Session, *, batch: ImportBatch, **given: Any) -> object:
            if batch.id == first_id:
                raise Invalid("This one is no good.")
            return real(session, batch=batch, **given)

        spoilt.setattr(presences, "write_down", refuse_the_first)
        attendance.carry_out_waiting(world.session, now=AFTER)

    found = world.session.execute(select(ImportBatch.id, ImportBatch.state))
    states = {row.id: row.state for row in found}
    assert states == {first_id: ImportState.FAILED, second_id: ImportState.LIVE}


@contextmanager
def short_statements(most: int) -> Iterator[None]:
    """Let SQLite take only so many values in one statement."""

    def limit(connection: DBAPIConnection, record: ConnectionPoolEntry, *_: object) -> None:
        del record
        if isinstance(connection, sqlite3.Connection):
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)

    db.engine.dispose()
    event.listen(db.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(db.engine, "connect", limit)


def test_a_large_list_takes_no_time_and_no_endless_statement(world: World) -> None:
    """SQLite refuses a statement with 32,767 values: what holds for 2,500 with 2,100 holds for a hundred thousand."""
    many = 2500
    world.session.rollback()
    with short_statements(2100):
        group = world.open_group(coaches=["coach@example.org", "other@example.org"])
        rows = [
            PersonRow(
                line=n,
                email=f"person{n}@example.org",
                name=f"Person {n}",
                manager=BOSS,
                team=("A", f"{n % 9}"),
            )
            for n in range(many)
        ]
        brought = people_files.bring(
            world.session, organisation_id=world.organisation_id, rows=rows, now=BEFORE
        )
        invited = world.invite(group, numbered(many))
        shown = world.bring_in(group, numbered(500))
        assert (brought.added, invited.enrolled, shown.started, shown.shelved) == (many, many, 500, 2000)
        world.session.execute(select(1))
        drained = world.drain(FIRST_MAIL + 5 * DAY)  # an outage, and then no mail server: all is too late

    assert drained.opened == 1000
    states = world.session.execute(select(Message.state, func.count()).group_by(Message.state)).all()
    assert {row[0]: row[1] for row in states}[MessageState.EXPIRED] == 1000
    assert (
        world.session.scalar(
            select(func.count()).select_from(Touchpoint).where(Touchpoint.state == TouchpointState.CANCELLED)
        )
        == 2000 * 7 + 500
    )
    world.session.rollback()
    with short_statements(2100):
        corrected = world.bring_in(
            group,
            "Name;Email;Status\n" + "".join(f"Person {n};person{n}@example.org;absent\n" for n in range(500)),
            now=FIRST_MAIL + 5 * DAY,
        )
    assert corrected.shelved == 500
    assert (
        world.session.scalar(
            select(func.count()).select_from(FollowUpPlan).where(FollowUpPlan.state == PlanState.DRAFT)
        )
        == many
    )
