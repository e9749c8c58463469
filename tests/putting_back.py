"""Puts the rows of a PostgreSQL database back to what they were, under the connections that apps keep to it.

A database made anew costs its copy, and each connection to it what a new one does not know yet: every table, every
statement. That was half of what a test on PostgreSQL cost.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from tests.databases import TEMPLATE, PostgreSQL

# Its statements stand in it by name, so a connection plans them once. Who left a transaction open is sent away:
# nobody waits for them. Deleted rows stay in the file of a table: a large one is made anew.
_RESTORE = sql.SQL("""
CREATE FUNCTION {schema}.restore() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS $$
BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle';
    {steps}
END $$
""")
_TRUNCATE = sql.SQL("IF pg_relation_size({name}) > 500000 THEN TRUNCATE {table} CASCADE; END IF;")
_DELETE = sql.SQL("DELETE FROM {table};")
_COPY = sql.SQL("CREATE TABLE {copy} AS TABLE {table}")
_INSERT = sql.SQL("INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {copy};")
_COUNT_ON = sql.SQL("PERFORM setval({name}, {last}, {is_taken});")
_TABLES = """
SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name
"""
_SEQUENCES = (
    "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table and those of its columns that are written."""

    name: str
    columns: sql.Composed

    def within(self, schema: str = "public") -> sql.Identifier:
        """Say where it is, or its copy."""
        return sql.Identifier(schema, self.name)


class Rows:
    """The states of a PostgreSQL database: what its tables held, in schemas beside theirs.

    A test that changes the tables themselves puts them back.
    """

    name = "postgresql"

    def __init__(self, url: str, beside: psycopg.Connection) -> None:
        self.url = url
        self._beside = beside
        self._tables = [
            Table(name, sql.SQL(", ").join(map(sql.Identifier, columns)))
            for name, columns in beside.execute(_TABLES).fetchall()
        ]
        self._schemas: dict[str, str] = {}

    def save(self, name: str) -> None:
        """Copy the rows there are, and write down how they are put back."""
        schema = f"state_{len(self._schemas)}"
        self._beside.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        steps = [*self._emptied(), *self._filled(schema), *self._counted()]
        restore = _RESTORE.format(schema=sql.Identifier(schema), steps=sql.SQL("\n    ").join(steps))
        self._beside.execute(restore)
        self._schemas[name] = schema

    def restore(self, name: str) -> None:
        """Put the rows back, whoever is connected."""
        self._beside.execute(sql.SQL("SELECT {}()").format(sql.Identifier(self._schemas[name], "restore")))

    def _emptied(self) -> Iterator[sql.Composed]:
        for table in self._tables:
            yield _TRUNCATE.format(name=f"public.{table.name}", table=table.within())
        for table in self._tables:
            yield _DELETE.format(table=table.within())

    def _filled(self, schema: str) -> Iterator[sql.Composed]:
        for table in self._tables:
            here, copy = table.within(), table.within(schema)
            if self._beside.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(here)).rowcount:
                self._beside.execute(_COPY.format(copy=copy, table=here))
                yield _INSERT.format(table=here, columns=table.columns, copy=copy)

    def _counted(self) -> Sequence[sql.Composed]:
        return [
            _COUNT_ON.format(name=f"public.{name}", last=last, is_taken=is_taken)
            for name, last, is_taken in self._beside.execute(_SEQUENCES).fetchall()
        ]


@contextmanager
def opened(postgresql: PostgreSQL, database: str, *, empty: str) -> Iterator[Rows]:
    """Copy the migrated database and stay connected to it; its first state is the empty one."""
    postgresql.copy(to=database, of=TEMPLATE)
    url = postgresql.url(database)
    with psycopg.connect(url, autocommit=True) as beside:
        rows = Rows(url, beside)
        rows.save(empty)
        yield rows
