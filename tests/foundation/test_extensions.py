"""What each database must be taught, shown on both: aware times, references, read-only pages."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_sqlalchemy.session import Session
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm import scoped_session
from sqlalchemy.pool import QueuePool

from coachfollow import extensions
from coachfollow.config import Settings
from coachfollow.extensions import among, db
from coachfollow.models import AttemptTime, Heartbeat, Person, RateBucket, Team
from tests.databases import SQLite, running_app
from tests.foundation import rows

Scoped = scoped_session[Session]


def test_a_naive_time_is_refused(session: Scoped, now: datetime) -> None:
    session.add(Heartbeat(name="drain", at=now.replace(tzinfo=None)))

    with pytest.raises(StatementError, match="a naive time reached the database"):
        session.flush()


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns"])
def test_a_time_comes_back_as_the_same_moment_in_utc(session: Scoped, now: datetime, zone: str) -> None:
    if db.engine.dialect.name == "postgresql":
        session.execute(text("SET TIME ZONE 'Asia/Tokyo'"))  # the server's zone is not ours to choose
    session.add(Heartbeat(name="drain", at=now.astimezone(ZoneInfo(zone))))
    session.commit()
    session.expire_all()

    at = session.scalars(select(Heartbeat.at)).one()

    assert at == now
    assert at.utcoffset() == timedelta(0)


def test_no_time_stays_none(session: Scoped, now: datetime) -> None:
    rows.fill(session.connection())
    session.execute(update(Person).values(undeliverable_at=None))

    assert session.execute(select(Person.undeliverable_at, Person.created_at)).all() == [(None, now)]


def test_times_compare_in_queries_whatever_zone_they_are_written_in(session: Scoped, now: datetime) -> None:
    session.add(Heartbeat(name="drain", at=now.astimezone(ZoneInfo("Asia/Tokyo"))))
    session.flush()
    a_minute_later = (now + timedelta(minutes=1)).astimezone(ZoneInfo("America/New_York"))

    assert session.scalars(select(Heartbeat.name).where(Heartbeat.at < a_minute_later)).all() == ["drain"]


def test_a_reference_to_nothing_is_refused(session: Scoped) -> None:
    session.add(Team(organisation_id=4711, name="lost"))

    with pytest.raises(IntegrityError):
        session.flush()


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_stored(session: Scoped) -> None:
    session.add(Team(organisation_id=4711, name="canary"))

    with pytest.raises(IntegrityError) as refused:
        session.flush()

    assert "INSERT INTO teams" in str(refused.value)
    assert "canary" not in str(refused.value)


def test_a_read_only_session_refuses_to_write(session: Scoped) -> None:
    session.info["read_only"] = True
    session.add(RateBucket(key="door", level=1.0, at=0.0))

    with pytest.raises(DBAPIError, match=r"(?i)read-?only"):
        session.flush()


def test_a_read_only_session_uses_one_connection_for_all_it_reads(session: Scoped) -> None:
    session.info["read_only"] = True

    for _ in range(20):
        session.scalars(select(Heartbeat)).all()

    pool = db.engine.pool
    assert isinstance(pool, QueuePool)
    assert pool.checkedout() == 1


def test_after_a_read_only_session_the_same_connection_writes_again(app: Flask) -> None:
    with app.app_context():
        db.session.info["read_only"] = True
        db.session.scalars(select(RateBucket)).all()
    with app.app_context():
        db.session.add(RateBucket(key="door", level=1.0, at=0.0))
        db.session.commit()

        assert db.session.scalars(select(RateBucket.level)).all() == [1.0]


def test_a_reader_does_not_wait_for_a_writer(app: Flask) -> None:
    with app.app_context():
        db.session.add(RateBucket(key="door", level=1.0, at=0.0))
        db.session.flush()
        with app.app_context():
            db.session.info["read_only"] = True

            assert db.session.scalars(select(RateBucket)).all() == []


def test_f19_reading_then_writing_loses_no_update(app: Flask) -> None:
    threads, times = 8, 50
    together = threading.Barrier(threads)
    with app.app_context():
        db.session.add(RateBucket(key="door", level=0.0, at=0.0))
        db.session.commit()

    def count() -> None:
        together.wait()
        for _ in range(times):
            with app.app_context():
                bucket = db.session.scalars(select(RateBucket).with_for_update()).one()
                bucket.level += 1
                db.session.commit()

    with ThreadPoolExecutor(threads) as pool:
        for outcome in [pool.submit(count) for _ in range(threads)]:
            outcome.result()

    with app.app_context():
        assert db.session.scalars(select(RateBucket.level)).one() == threads * times


def test_sqlite_keeps_what_it_committed_and_lets_readers_in(
    sqlite: SQLite, make_settings: Callable[..., Settings], tmp_path: Path
) -> None:
    asked = ("journal_mode", "synchronous", "busy_timeout")
    with (
        sqlite.migrated(tmp_path) as url,
        running_app(make_settings(database_url=url)) as app,
        app.app_context(),
    ):
        answers = [db.session.scalar(text(f"PRAGMA {pragma}")) for pragma in asked]

    assert answers == ["wal", 2, 10000]


def test_lease_time_counts_on_and_names_its_clock(session: Scoped) -> None:
    first = extensions.lease_time(session())
    second = extensions.lease_time(session())

    assert second.seconds >= first.seconds > 0
    assert second.boot == first.boot


def test_lease_time_goes_on_within_one_transaction(session: Scoped) -> None:
    first = extensions.lease_time(session())
    for _ in range(5):
        session.scalars(select(Heartbeat)).all()

    assert extensions.lease_time(session()).seconds > first.seconds


@pytest.mark.parametrize("wanted", [[], [2], [1, 2, 3, 4]])
def test_any_number_of_ids_is_one_value_of_a_statement(session: Scoped, wanted: list[int]) -> None:
    session.add_all(AttemptTime(up_to_ms=n, attempts=1, seconds=0.0) for n in (1, 2, 3))
    session.flush()
    bound = AttemptTime.up_to_ms

    found = session.scalars(select(bound).where(among(bound, "ids")), {"ids": set(wanted)})

    assert set(found) == {1, 2, 3} & set(wanted)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_finds_ids_by_the_key_and_does_not_look_at_every_row(session: Scoped) -> None:
    wanted = select(Team.name).where(among(Team.id, "ids"), Team.name != "nobody")
    said = str(wanted.compile(session.connection()))

    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", ("[1]", "nobody")).all()

    assert "SEARCH teams USING INTEGER PRIMARY KEY" in " ".join(row[-1] for row in plan)


def test_an_app_knows_its_installation(app: Flask) -> None:
    with app.app_context():
        assert extensions.installation().settings.mail_from == "followup@example.org"


def test_an_app_that_is_not_ours_has_no_installation() -> None:
    foreign = Flask("foreign")
    foreign.extensions["coachfollow"] = object()

    with foreign.app_context(), pytest.raises(TypeError, match="create_app"):
        extensions.installation()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_f19_a_commit_that_failed_leaves_no_lock_behind(session: Scoped) -> None:
    """SQLite keeps the transaction open then, and with it the one lock for writing; PostgreSQL ends it."""
    rows.fill(session.connection())
    session.execute(text("PRAGMA defer_foreign_keys = ON"))
    session.execute(update(Team).values(organisation_id=4711))
    with pytest.raises(IntegrityError):
        session.commit()
    session.remove()

    with closing(sqlite3.connect(str(db.engine.url.database), timeout=0, isolation_level=None)) as somebody:
        somebody.execute("BEGIN IMMEDIATE")
