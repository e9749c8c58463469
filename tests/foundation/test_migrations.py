"""Migrations: they make exactly the tables the models describe, and go up and down over living rows."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import flask_migrate
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    Inspector,
    Text,
    delete,
    event,
    func,
    inspect,
    literal,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from coachfollow.config import Settings
from coachfollow.extensions import db
from coachfollow.flow import migrating
from coachfollow.models import Base, Event, FollowUpPlan, Message
from coachfollow.queries import tables
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.databases import running_app
from tests.foundation import rows

ASKED = (
    Inspector.get_columns,
    Inspector.get_pk_constraint,
    Inspector.get_foreign_keys,
    Inspector.get_unique_constraints,
    Inspector.get_check_constraints,
    Inspector.get_indexes,
)


@pytest.fixture
def empty_app(make_settings: Callable[..., Settings], empty_database_url: str) -> Iterator[Flask]:
    """An app in its context, on a database before its first migration."""
    with running_app(make_settings(database_url=empty_database_url)) as app, app.app_context():
        migrating.prepare(app)
        yield app


def description(connection: Connection) -> dict[tuple[str, str], list[str]]:
    """Everything a database tells about its tables, in an order that does not matter."""
    inspector = inspect(connection)
    return {
        (table, ask.__name__): sorted(_told(ask(inspector, table)))
        for table in inspector.get_table_names()
        if table != "alembic_version"
        for ask in ASKED
    }


def _told(answer: object) -> Iterator[str]:
    for fact in answer if isinstance(answer, list) else [answer]:
        assert isinstance(fact, dict)
        yield str(sorted(_plain(fact).items()))


def _plain(fact: Mapping[str, object]) -> dict[str, object]:
    """Write types and conditions as their words: the objects themselves are never equal."""
    return {name: _plain(value) if isinstance(value, dict) else str(value) for name, value in fact.items()}


def counted() -> dict[str, int]:
    """Count the rows of every table."""
    with db.engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def revisions() -> list[str]:
    """List the migrations, the latest first."""
    return [
        script.revision
        for script in ScriptDirectory.from_config(migrating.alembic.get_config()).walk_revisions()
    ]


def test_the_models_need_no_further_migration(app: Flask) -> None:
    with app.app_context():
        migrating.prepare(app)
        flask_migrate.check()


@pytest.mark.usefixtures("empty_app")
def test_the_migrations_make_what_the_models_describe() -> None:
    db.create_all()
    with db.engine.connect() as connection:
        described = description(connection)
    db.drop_all()
    flask_migrate.upgrade()
    with db.engine.connect() as connection:
        made = description(connection)

    assert {place: facts for place, facts in made.items() if described.get(place) != facts} == {}
    assert made.keys() == described.keys()


@pytest.mark.usefixtures("empty_app")
def test_every_migration_goes_down_and_up_again_over_a_row_in_every_table() -> None:
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        rows.fill(connection)
    assert 0 not in counted().values()

    flask_migrate.downgrade(revision=revisions()[-1])
    with db.engine.connect() as connection:
        first = set(inspect(connection).get_table_names())  # what a later migration made went with it
    flask_migrate.upgrade()

    assert [name for name, count in counted().items() if name in first and not count] == []


@pytest.mark.usefixtures("empty_app")
def test_a_mail_to_a_coach_that_waits_is_not_sent_as_another_when_its_version_is_taken_back() -> None:
    flask_migrate.upgrade()
    waits = {"kind": MessageKind.MISFIT, "state": MessageState.QUEUED}
    with db.engine.begin() as connection:
        rows.fill(connection)
        connection.execute(update(Message).values(waits))

    flask_migrate.downgrade(revision="0018")

    with db.engine.connect() as connection:
        told = connection.execute(select(Message.kind, Message.state, Message.reason)).one()
    assert told == (MessageKind.ASK_HOURS, MessageState.CANCELLED, "the version was taken back")


@pytest.mark.usefixtures("empty_app")
def test_a_plan_knows_of_an_answer_from_before_it_could_know() -> None:
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        rows.fill(connection)
    flask_migrate.downgrade(revision="0020")

    flask_migrate.upgrade()

    with db.engine.connect() as connection:
        assert connection.execute(select(FollowUpPlan.answered)).scalars().all() == [True]


class GoneError(Exception):
    """The machine lost its power."""


@contextmanager
def dying_at(statement: int) -> Iterator[list[str]]:
    """Let whoever migrates be cut off at a statement; tells what was said."""
    said: list[str] = []

    def hear(_connection: object, _cursor: object, words: str, *_rest: object) -> None:
        said.append(words)
        if len(said) == statement:
            raise GoneError

    event.listen(Engine, "before_cursor_execute", hear)
    yield said
    event.remove(Engine, "before_cursor_execute", hear)


@pytest.mark.usefixtures("empty_app")
def test_f32_a_migration_that_dies_half_way_is_whole_or_absent_and_is_run_again() -> None:
    with dying_at(0) as said:
        flask_migrate.upgrade()
    with db.engine.connect() as connection:
        undisturbed = description(connection)
    flask_migrate.downgrade(revision="base")

    with dying_at(len(said) * 3 // 5), pytest.raises(GoneError):
        flask_migrate.upgrade()
    db.engine.dispose()
    flask_migrate.upgrade()

    with db.engine.connect() as connection:
        assert description(connection) == undisturbed


@pytest.mark.usefixtures("empty_app")
def test_going_down_to_nothing_leaves_nothing_and_the_way_up_is_open() -> None:
    flask_migrate.upgrade()
    with db.engine.begin() as connection:
        rows.fill(connection)

    flask_migrate.downgrade(revision="base")

    with db.engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    flask_migrate.upgrade()


def test_a_closed_set_takes_all_of_its_values_and_no_other(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        rows.fill(connection)
        for column, members in rows.closed_sets():
            for member in members:
                connection.execute(column.table.update().values({column: member}))
            with pytest.raises(IntegrityError), connection.begin_nested():
                connection.execute(column.table.update().values({column: literal("nonsense", Text())}))


def test_the_history_of_migrations_is_one_line(app: Flask) -> None:
    with app.app_context():
        scripts = ScriptDirectory.from_config(migrating.alembic.get_config())

    assert scripts.get_heads() == [tables.head()]
    assert len(scripts.get_bases()) == 1


@pytest.mark.usefixtures("sqlite")
def test_whoever_migrates_goes_on_logging() -> None:
    known = logging.root.manager.loggerDict.values()

    assert [one.name for one in known if isinstance(one, logging.Logger) and one.disabled] == []


@pytest.mark.parametrize("change", [update(Event).values(name="other"), delete(Event)])
def test_what_happened_can_neither_be_changed_nor_deleted(app: Flask, change: Executable) -> None:
    with app.app_context():
        with db.engine.begin() as connection:
            rows.fill(connection)
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(change)
        with db.engine.connect() as connection:
            assert connection.scalars(select(Event.name)).all() == ["name"]
