"""Asks the database how it goes about each statement just before it is executed: what it reads whole."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event, text

ASKING = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
INDEXED = {"Index Scan": "Index Name", "Index Only Scan": "Index Name", "Bitmap Index Scan": "Index Name"}
WHOLE = {"Seq Scan": "Relation Name", **INDEXED}  # unless there is a condition on an index
# of few rows PostgreSQL reads all, whatever indexes there are: here each row costs as if there were many
DEAR = {
    "cpu_tuple_cost": "100",
    "cpu_index_tuple_cost": "50",
    **dict.fromkeys(("enable_seqscan", "enable_hashjoin", "enable_mergejoin"), "off"),
}
_SCAN = re.compile(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?")


class Read(NamedTuple):
    """A table or an index that a statement reads from its beginning to its end."""

    what: str
    statement: str


@contextmanager
def read_whole(engine: Engine) -> Iterator[set[Read]]:
    """What the statements that are executed meanwhile read whole, each asked about the first time."""
    reads: set[Read] = set()
    known: set[str] = set()

    def ask(connection: Connection, _: object, statement: str, parameters: Any, *__: object) -> None:
        if statement in known or not statement.startswith(ASKING):
            return
        known.add(statement)
        given = parameters[0] if isinstance(parameters, list) else parameters  # of many rows one
        with closing(connection.connection.cursor()) as cursor:
            whole = _on_sqlite if engine.dialect.name == "sqlite" else _on_postgresql
            reads.update(Read(what, statement) for what in whole(cursor, statement, given))

    event.listen(engine, "before_cursor_execute", ask)
    try:
        yield reads
    finally:
        event.remove(engine, "before_cursor_execute", ask)


def forget_statistics(engine: Engine) -> None:
    """Let PostgreSQL know nothing of its tables, whoever looked at them before; SQLite never does."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM pg_statistic"))
            connection.execute(text(_UNKNOWN))


_UNKNOWN = """
UPDATE pg_class SET relpages = 0, reltuples = -1
WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace
"""


def _on_sqlite(cursor: Any, statement: str, parameters: Any) -> Iterator[str]:
    cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    for row in cursor.fetchall():
        if found := _SCAN.match(row[-1]):
            yield found[2] or found[1]


def _on_postgresql(cursor: Any, statement: str, parameters: Any) -> Iterator[str]:
    cursor.execute("; ".join(f"SET {name} = {value}" for name, value in DEAR.items()))
    cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    (((plan,),),) = cursor.fetchall()
    cursor.execute("; ".join(f"RESET {name}" for name in DEAR))
    nodes = [plan["Plan"]]
    while nodes:
        node = nodes.pop()
        nodes.extend(node.get("Plans", ()))
        if (name := WHOLE.get(node["Node Type"])) and "Index Cond" not in node:
            yield node[name]
