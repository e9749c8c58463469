"""`make prove`: the send path is killed at its bytecode boundaries, one process each, then recovered and judged."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import cast

from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, text

from coachfollow import clock, config
from coachfollow.extensions import Installation, db
from coachfollow.flow import dispatch, handing, journals, opening
from tests.databases import quick, running_app
from tests.proofs import checker, countdown, people, sink
from tests.proofs.checker import Mode, Verdict
from tests.proofs.faults import Fault
from tests.proofs.sink import Pace

MAILS = 3
GROUPS = (1, 16)
MODES: tuple[Mode, ...] = ("resend", "hold")
RESENDS = 1
POINTS = 25  # of each mode and group, in the short form
ROUNDS = 8  # drains after a death until everything has come to an end
A_DAY = 86_400.0  # longer than any lease, hold or wait
SHIFT = (
    "UPDATE messages SET lease_until = lease_until - :by, hold_until = hold_until - :by, retry_at = retry_at - :by",
    "UPDATE drain_lease SET until = until - :by",
)
UNDER_WAY = "SELECT count(*) FROM messages WHERE state IN ('queued', 'claimed', 'handing')"
UNTOLD = (
    "SELECT count(*) FROM messages m WHERE m.state = 'sent' AND 1 <>"
    " (SELECT count(*) FROM events e WHERE e.message_id = m.id AND e.name = 'mail sent')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where every death takes place: an app, its database as it is before the drain, and a mail server."""

    app: Flask
    folder: Path
    engine: Engine

    def restore(self) -> None:
        """Put everything back to the moment before the drain."""
        for left in self.folder.glob("coachfollow.db*"):
            left.unlink()
        shutil.copyfile(self.folder / "before.db", self.folder / "coachfollow.db")
        shutil.rmtree(self.folder / "journal", ignore_errors=True)

    def keep(self) -> None:
        """Let the database as it is be the moment before the drain."""
        with self.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        shutil.copyfile(self.folder / "coachfollow.db", self.folder / "before.db")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One way to send, which is killed at many points."""

    mode: Mode
    group: int


def prove(stage: Stage, scene: Scene, *, points: int | None) -> tuple[Counter[str], list[str]]:
    """Kill the scene at so many points (None: at all) and judge each; gives sums and breaches."""
    with _told(stage.app, on_doubt=scene.mode, max_resends=RESENDS), _grouped(scene.group):
        moments = _moments(stage)
        every = max(1, moments // points) if points else 1
        sums: Counter[str] = Counter(moments=moments)
        breaches: list[str] = []
        for fatal in range(1, moments + 1, every):
            verdict, untold = _die_and_recover(stage, fatal)
            found = verdict.breaches(mode=scene.mode, resends=RESENDS, deaths=1)
            found += [f"{untold} outcomes did not reach their follow-ups"] if untold else []
            breaches += [f"{scene.mode}, groups of {scene.group}, moment {fatal}: {one}." for one in found]
            sums.update(_sums(verdict))
            sums["max_copies"] = max(sums["max_copies"], verdict.max_copies)
    return sums, breaches


def _sums(verdict: Verdict) -> Counter[str]:
    told = asdict(verdict)
    names = ("lost", "unsettled", "false_sent", "false_failed", "duplicates", "in_doubt")
    return Counter(points=1, **{name: told[name] for name in names})


def _moments(stage: Stage) -> int:
    """Count the moments of a drain that nobody kills."""
    stage.restore()
    count = stage.folder / "moments"
    _in_a_process(lambda: count.write_text(str(_drained(stage.app, fatal=None))))
    return int(count.read_text())


def _die_and_recover(stage: Stage, fatal: int) -> tuple[Verdict, int]:
    stage.restore()
    (stage.folder / "sink.log").write_bytes(b"")
    _in_a_process(lambda: _drained(stage.app, fatal=fatal))
    _in_a_process(lambda: _recovered(stage.app))
    verdict = checker.judge(checker.due(stage.engine), sink.read(stage.folder / "sink.log"))
    with stage.engine.connect() as connection:
        return verdict, connection.scalar(text(UNTOLD)) or 0


def _drained(app: Flask, *, fatal: int | None) -> int:
    with app.app_context(), countdown.counting(db.engine, fatal=fatal) as count:
        dispatch.drain(db.session(), now=clock.now())
        return count.passed


def _recovered(app: Flask) -> None:
    """Let time pass and workers come back until nothing is under way."""
    with app.app_context():
        session = db.session()
        for _ in range(ROUNDS):
            for statement in SHIFT:
                session.execute(text(statement), {"by": A_DAY})
            session.commit()
            dispatch.drain(session, now=clock.now())
            if not session.scalar(text(UNDER_WAY)):
                return
            session.rollback()


def _in_a_process(what: Callable[[], object]) -> None:
    """Do it in a process of its own, which may die."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        what()
    except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
        sys.stderr.write(f"{error!r}\n")
    os._exit(0)


@contextmanager
def _told(app: Flask, **settings: object) -> Iterator[None]:
    before = cast("Installation", app.extensions["coachfollow"])
    app.extensions["coachfollow"] = replace(before, settings=replace(before.settings, **settings))  # type: ignore[arg-type]
    try:
        yield
    finally:
        app.extensions["coachfollow"] = before


@contextmanager
def _grouped(group: int) -> Iterator[None]:
    before, handing.GROUP = handing.GROUP, group
    try:
        yield
    finally:
        handing.GROUP = before


@contextmanager
def _stage() -> Iterator[Stage]:
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(dir=quick(Path(tempfile.gettempdir()))))
        )
        port = stack.enter_context(sink.opened(folder / "sink.log", plan=_nothing_wrong, pace=Pace()))
        app = stack.enter_context(running_app(config.load(_environment(folder, port))))
        engine = create_engine(f"sqlite:///{folder / 'coachfollow.db'}", poolclass=NullPool)
        stage = Stage(app=app, folder=folder, engine=engine)
        people.move_in(app, folder, people=MAILS)
        _rehearse(stage)
        yield stage


def _rehearse(stage: Stage) -> None:
    """Open what is due, and drain once: every death finds the statements compiled."""
    with stage.app.app_context():
        opening.open_due(db.session(), now=clock.now())
        db.session.commit()
        stage.keep()
        dispatch.drain(db.session(), now=clock.now())
        journals.current().close()
        db.session.remove()
        db.engine.dispose()


def _nothing_wrong(recipient: str, attempt: int) -> Fault:
    del recipient, attempt
    return Fault.NONE


def _environment(folder: Path, port: int) -> dict[str, str]:
    given = {
        "secret_key": "a secret for proofs, nowhere else " + "0" * 16,
        "external_url": "http://localhost:5000",
        "mail_from": "followup@example.org",
        "data_dir": folder,
        "mail_server": "127.0.0.1",
        "mail_port": port,
        "mail_tls": "none",
        "mail_per_minute": 1_000_000,
    }
    return {f"COACHFOLLOW_{name.upper()}": str(value) for name, value in given.items()}


def main() -> None:
    """Prove it for each mode and group, and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="make prove")
    parser.add_argument("--whole", action="store_true", help="every moment, not a sample; it takes long")
    parser.add_argument("--points", type=int, default=POINTS, help="how many of each mode and group")
    given = parser.parse_args()
    began = time.monotonic()
    told: dict[str, dict[str, int]] = {}
    breaches: list[str] = []
    with _stage() as stage:
        for scene in (Scene(mode=mode, group=group) for mode in MODES for group in GROUPS):
            sums, found = prove(stage, scene, points=None if given.whole else given.points)
            told[f"{scene.mode}, groups of {scene.group}"] = dict(sums)
            breaches += found
    sys.stdout.write(json.dumps({"crash_points": told, "seconds": round(time.monotonic() - began, 1)}) + "\n")
    sys.stderr.writelines(f"{breach}\n" for breach in breaches)
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
