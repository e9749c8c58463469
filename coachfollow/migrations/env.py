"""Runs migrations on a connection of their own, with SQLite's foreign keys off from before BEGIN and checked after.

Inside a transaction the pragma does nothing, and a batch rebuild with cascades would delete the child rows.
"""

import sqlite3
from typing import Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine, create_engine, event

from coachfollow import models
from coachfollow.extensions import UtcDateTime

config = context.config


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind: str, item: object, _autogen: object) -> str | Literal[False]:
    """Write our types as plain columns: a migration must not change when our code does."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def _run() -> None:
    given = config.attributes.get("connection")
    if given is not None:
        _migrate(given)
        return
    engine = create_engine(current_app.config["SQLALCHEMY_DATABASE_URI"])
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda dbapi, _: _pragmas(dbapi))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as connection:
            _migrate(connection)
        if engine.dialect.name == "sqlite":
            _check(engine)
    finally:
        engine.dispose()


def _pragmas(dbapi: sqlite3.Connection) -> None:
    dbapi.isolation_level = None
    dbapi.execute("PRAGMA journal_mode=WAL")
    dbapi.execute("PRAGMA foreign_keys=OFF")


def _check(engine: Engine) -> None:
    with engine.connect() as connection:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"the migration left references that point nowhere: {broken[:5]}")


_run()
