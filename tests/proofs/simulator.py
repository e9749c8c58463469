"""One simulated storm: the real send code under a seeded scheduler, watched after every step."""

import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from unittest.mock import patch

from flask import Flask
from greenlet import getcurrent, greenlet
from sqlalchemy import Connection, event, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from coachfollow import clock, extensions
from coachfollow.clock import LeaseTime
from coachfollow.extensions import Installation, db
from coachfollow.flow import dispatch, journals, outbox, plans
from coachfollow.mail.journal import Journal
from coachfollow.mail.session import Session
from coachfollow.models import FollowUpPlan, Message
from coachfollow.rules.kinds import PlanState
from tests.proofs.laws import Laws
from tests.proofs.scheduler import BEGINNING, Scheduler, Worker
from tests.proofs.wire import Line, Server

MODES: tuple[Literal["hold", "resend"], ...] = ("hold", "resend")
WORKERS = 3
TICK = 180.0  # seconds between two drains of one worker, at most
STORM = 400  # steps
MOST_STEPS = 20_000  # by then everything has settled
FROZEN = 1200.0
JUMP = timedelta(days=1)
DEATHS, FREEZES, JUMPS, CANCELS, PAUSES = 12, 8, 3, 6, 4  # of a thousand steps
BUSY, NOT_COMMITTED, ANSWER_LOST = 5, 4, 4  # of a thousand transactions


@dataclass(frozen=True, slots=True)
class Journals:
    """The journal of each virtual worker, where a process keeps its own; the kernel closes it for the dead."""

    of: dict[greenlet, Journal] = field(default_factory=dict)

    def get(self, folder: Path) -> Journal | None:
        """Find the journal of whoever asks."""
        del folder
        return self.of.get(getcurrent())

    def __setitem__(self, folder: Path, journal: Journal) -> None:
        self.of[getcurrent()] = journal

    def __getitem__(self, folder: Path) -> Journal:
        return self.of[getcurrent()]

    def close(self, life: greenlet) -> None:
        """Close the journal of a worker that died."""
        if life in self.of:
            self.of.pop(life).close()


@dataclass(slots=True, kw_only=True)
class Simulation:
    """Everything of one seed."""

    app: Flask
    installation: Installation
    path: Path
    begins_at: datetime
    chance: random.Random
    scheduler: Scheduler = field(init=False)
    server: Server = field(init=False)
    laws: Laws = field(init=False)
    journals: Journals = field(default_factory=Journals)
    jump: timedelta = timedelta(0)
    is_calm: bool = False

    def __post_init__(self) -> None:
        self.scheduler = Scheduler(chance=self.chance)
        self.server = Server(scheduler=self.scheduler, chance=self.chance, watch=self._dot)
        self.laws = Laws(
            path=self.path, scheduler=self.scheduler, server=self.server, settings=self.installation.settings
        )

    def play(self) -> None:
        """Let the storm come and pass; raises AssertionError where a law is broken."""
        with self._world():
            try:
                for _ in range(STORM):
                    self._mischief()
                    self._step()
                    if self.laws.everything_is_settled():
                        break
                self.calm()
                self._settle()
            finally:
                for worker in [*self.scheduler.workers]:
                    self._end(worker)
                self.laws.close()

    def calm(self) -> None:
        """End all mischief: what is left must settle."""
        self.is_calm = self.server.is_calm = True
        self.jump = timedelta(0)

    def now(self, *, shift: timedelta = timedelta(0)) -> datetime:
        """Business time, which may jump."""
        return self.begins_at + timedelta(seconds=self.scheduler.time - BEGINNING) + self.jump + shift

    def _step(self) -> None:
        while len(self.scheduler.workers) < WORKERS:
            self.scheduler.hire(self._life)
        self.laws.after(self.scheduler.step())

    def _settle(self) -> None:
        for _ in range(MOST_STEPS):
            if self.laws.everything_is_settled():
                return
            self._step()
        self.laws.everything_has_settled()

    def _life(self) -> None:
        """What a worker does all its life."""
        while True:
            self.scheduler.pass_on(until=self.scheduler.time + self.chance.random() * TICK)
            # RQ writes down what fails, and the next drain comes
            with self.app.app_context(), suppress(DBAPIError, OSError):
                dispatch.drain(db.session(), now=clock.now())

    def _mischief(self) -> None:
        """Perhaps do to them what the world does."""
        deeds: dict[Callable[[], None], int] = {
            self._death: DEATHS,
            self._freeze: FREEZES,
            self._clock_jumps: JUMPS,
            self._cancel: CANCELS,
            self._pause: PAUSES,
        }
        weights = [1000 - sum(deeds.values()), *deeds.values()]
        self.chance.choices([lambda: None, *deeds], weights)[0]()

    def _death(self) -> None:
        if self.scheduler.workers:
            self._end(self.chance.choice(self.scheduler.workers))

    def _end(self, worker: Worker) -> None:
        self.scheduler.kill(worker)
        self.journals.close(worker.life)

    def _freeze(self) -> None:
        if self.scheduler.workers:
            self.scheduler.freeze(self.chance.choice(self.scheduler.workers), FROZEN)

    def _clock_jumps(self) -> None:
        self.jump = self.chance.choice([-JUMP, timedelta(0), JUMP])

    def _cancel(self) -> None:
        with self.app.app_context():
            session = db.session()
            ids = sorted(session.scalars(select(Message.id)))
            if ids:
                chosen = self.chance.choice(ids)
                outbox.cancel(session, Message.id == chosen, reason="somebody said so", now=self.now())
            session.commit()

    def _pause(self) -> None:
        with self.app.app_context():
            session = db.session()
            running = select(FollowUpPlan.id).where(FollowUpPlan.state == PlanState.ACTIVE)
            if ids := sorted(session.scalars(running)):
                until = (self.now() + timedelta(days=20)).date()
                plans.pause(session, plan_id=self.chance.choice(ids), until=until, now=self.now())
            session.rollback()

    def _dot(self, message: str) -> None:
        worker = self.scheduler.current()
        assert worker is not None
        self.laws.at_dot(message, worker)

    def _chance(self, per_mille: int) -> bool:
        return not self.is_calm and self.chance.random() * 1000 < per_mille

    @contextmanager
    def _world(self) -> Iterator[None]:
        """Put the clocks, the wire and the database's borders into the hands of the scheduler."""

        def lease() -> LeaseTime:
            return LeaseTime(seconds=self.scheduler.time, boot="sim")

        def rest(seconds: float) -> None:
            self.scheduler.pass_on(until=self.scheduler.time + seconds)

        def socket(session: Session, host: str, port: int, timeout: float) -> Line:
            del session, host, port
            line = self.server.connect()
            line.settimeout(timeout)
            return line

        with ExitStack() as stack:
            stack.enter_context(patch.object(clock, "now", self.now))
            stack.enter_context(patch.object(clock, "host_lease", lease))
            stack.enter_context(patch.object(clock, "stopwatch", lambda: self.scheduler.time))
            stack.enter_context(patch.object(clock, "rest", rest))
            stack.enter_context(patch.object(Session, "_get_socket", socket))
            stack.enter_context(patch.object(journals, "_open", self.journals))
            stack.enter_context(patch.dict(self.app.extensions, coachfollow=self.installation))
            stack.enter_context(self._borders())
            yield

    @contextmanager
    def _borders(self) -> Iterator[None]:
        """Pass on before each BEGIN and after each COMMIT, and let some of them fail."""
        with self.app.app_context():
            engine = db.engine
        commit = engine.dialect.do_commit

        def before_begin(connection: Connection) -> None:
            driver = connection.connection.driver_connection
            if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
                return  # its last COMMIT failed: BEGIN will, too, and nobody else could go on meanwhile
            self.scheduler.pass_on()
            if self._chance(BUSY) and self.scheduler.current():
                raise DBAPIError("BEGIN", None, sqlite3.OperationalError("database is locked"))

        def do_commit(connection: PoolProxiedConnection) -> None:
            is_worker = self.scheduler.current() is not None
            if is_worker and self._chance(NOT_COMMITTED):
                raise sqlite3.OperationalError("disk I/O error")
            commit(connection)
            if is_worker and self._chance(ANSWER_LOST):
                raise sqlite3.OperationalError("the connection was lost")
            self.scheduler.pass_on()

        event.remove(engine, "begin", extensions._sqlite_begin)  # it must come after ours
        event.listen(engine, "begin", before_begin)
        event.listen(engine, "begin", extensions._sqlite_begin)
        try:
            with patch.object(engine.dialect, "do_commit", do_commit):
                yield
        finally:
            event.remove(engine, "begin", before_begin)
            engine.dispose()


def play(app: Flask, template: Path, *, seed: int, begins_at: datetime, path: Path) -> None:
    """Play one seed on a copy of a database."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(template, path)
    random.seed(seed)  # the jitter of the code under test
    installation: Installation = app.extensions["coachfollow"]
    shutil.rmtree(installation.settings.data_dir / "journal", ignore_errors=True)
    settings = replace(installation.settings, on_doubt=MODES[seed % 2])
    Simulation(
        app=app,
        installation=replace(installation, settings=settings),
        path=path,
        begins_at=begins_at,
        chance=random.Random(seed),
    ).play()
