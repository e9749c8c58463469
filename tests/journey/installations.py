"""A whole installation as `coachfollow up` starts it, beside a mail server, with a clock that tests move."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from coachfollow import config
from coachfollow.extensions import db
from coachfollow.flow import demo
from coachfollow.queries import clockwork, status
from coachfollow.rules.kinds import MessageKind
from tests import processes
from tests.cli.conftest import Terminal
from tests.databases import running_app
from tests.journey.letters import PostOffice, post_office
from tests.journey.visitors import Visitor
from tests.ports import free_port

READY = "Coachfollow is ready"
TO_START, TO_END = 90.0, 60.0
ALIVE = {"heartbeats", "drain_lease"}  # the tables that change by themselves


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Pages, workers, ticker and Valkey in processes of their own; their mails end in the post office."""

    url: str
    folder: Path
    environ: Mapping[str, str]
    post: PostOffice
    beside: Flask  # the same settings in this process: for the clock, and to know when the workers are done

    def visitor(self) -> Visitor:
        """Let somebody come with a fresh browser."""
        return Visitor(self.url)

    def signed_in(self, address: str, *, wanted: str) -> Visitor:
        """Let somebody sign in by a mailed link, on their way to a page."""
        visitor = self.visitor()
        visitor.open(wanted)
        visitor.press("Mail me a link", email=address)
        visitor.open(self.post.awaited(to=address, kind=MessageKind.SIGN_IN).link("sign-in"))
        assert visitor.press("Sign in").url.endswith(wanted)
        return visitor

    @property
    def terminal(self) -> Terminal:
        """Somebody at a terminal on the same machine."""
        return Terminal(self.environ)

    def set_clock(self, now: datetime) -> None:
        """Set business time, before anything happens."""
        with self._session() as session:
            demo.set_clock(session, now=now)

    def pass_time(self, *, until: datetime) -> None:
        """Move time on from event to event; at each, the workers do what is due before it goes on."""
        with self._session() as session:
            moment = None
            while moment != until:
                following = clockwork.next_event(session, after=clockwork.now(session))
                moment = min(following or until, until)
                session.rollback()
                demo.set_clock(session, now=moment)
                self._wait_for_workers(session, moment)

    def settle(self) -> None:
        """Let the workers come to rest: what they have handed over is also written down."""
        with self._session() as session:
            self._wait_for_workers(session, clockwork.now(session))

    def kept(self) -> Mapping[str, list[tuple[object, ...]]]:
        """Give every row of every table, but for those that say that somebody is alive."""
        with closing(sqlite3.connect(self.folder / "coachfollow.db")) as database:
            names = [
                name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            ]
            return {name: _rows(database, name) for name in set(names) - ALIVE}

    @contextmanager
    def _session(self) -> Iterator[Session]:
        with self.beside.app_context():
            yield db.session()

    def _wait_for_workers(self, session: Session, moment: datetime) -> None:
        def are_done() -> bool:
            session.rollback()
            now = clockwork.now(session)
            drained = status.status(session, now=now).signs.drained_at
            is_waiting = clockwork.is_mail_waiting(session, now=now)
            session.rollback()
            # One drain runs at a time, and beats as it begins: the one before has ended. A beat later than now is
            # from before the clock was set back, and saw nothing of this moment.
            return drained is not None and moment <= drained <= now and not is_waiting

        processes.until(are_done)


def _rows(database: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return list(database.execute(f'SELECT * FROM "{table}"'))  # noqa: S608 - the database named it itself


@contextmanager
def running() -> Iterator[Installation]:
    """Start an installation of one's own, and end it, with everything it left behind."""
    folder = Path(tempfile.mkdtemp(prefix="cf-"))  # short: a socket's path has room for a hundred characters
    port = free_port()
    try:
        with post_office() as (post, mail_port):
            url = f"http://127.0.0.1:{port}"
            environ = _environ(folder, url=url, port=port, mail_port=mail_port)
            with up(environ, log=folder / "up.log"), running_app(config.load(environ)) as beside:
                yield Installation(url=url, folder=folder, environ=environ, post=post, beside=beside)
    finally:
        shutil.rmtree(folder)


def _environ(folder: Path, *, url: str, port: int, mail_port: int) -> Mapping[str, str]:
    return processes.environment(
        demo="yes",  # for the clock
        external_url=url,
        port=port,
        data_dir=folder,
        zone="Europe/Berlin",
        organisation="Nordwind",
        mail_server="127.0.0.1",
        mail_port=mail_port,
        mail_tls="none",
        mail_per_minute=1_000_000,
        tick_seconds=1,
        log_level="warning",
    )


@contextmanager
def up(environ: Mapping[str, str], *, log: Path) -> Iterator[None]:
    """Run `coachfollow up` until the end of the test; what it says is shown where the test fails."""
    with (
        log.open("w") as said,
        subprocess.Popen(
            [sys.executable, "-m", "coachfollow", "up"],
            cwd=processes.TREE,
            env=processes.unmeasured(
                environ
            ),  # a journey proves that the parts fit, not which lines there are
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            processes.until(lambda: READY in log.read_text() or process.poll() is not None, within=TO_START)
            assert process.poll() is None, log.read_text()
            yield
        finally:
            _end(process)
            sys.stdout.write(log.read_text())


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, which ends its own children, too; what does not listen is killed, and the test fails."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(TO_END)
    except subprocess.TimeoutExpired:
        for pid in (process.pid, *processes.children_of(process.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        raise
