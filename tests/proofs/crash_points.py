"""`make prove`: the sender is stopped at every bytecode of ours, and dies wherever that leaves another world behind.

A process that is killed leaves what lies outside of it: the database, its files, what the mail server has heard. So a
drain is stopped at each moment, and all of that is looked at from another process. Where it differs from the moment
before, the drain is killed, others come back until nothing is under way, and the result is judged; the next drain
is stopped from that moment on. What lies between two differences needs no death of its own: a sample dies there all
the same, and must come to the same end.
"""

import argparse
import json
import os
import signal
import socket
import struct
import sys
import tempfile
import time
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, cast
from unittest.mock import patch

from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, text

from coachfollow import clock, config
from coachfollow.extensions import Installation, db
from coachfollow.flow import dispatch, handing, journals
from tests.databases import quick, running_app
from tests.proofs import checker, moments, people, scribe, sink, worlds
from tests.proofs.checker import Mode, Verdict
from tests.proofs.worlds import Look, Make, World

MAILS = 3
MODES: tuple[Mode, ...] = ("resend", "hold")
RESENDS = 1
MAKES: tuple[Make, ...] = ("sqlite", "postgresql")
SAMPLE, MANY = 12, 100  # deaths of each scene where nothing differs
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
STOP = struct.Struct("qq")


class Stop(NamedTuple):
    """A moment at which a drain waits."""

    way: int  # by which it came
    said: int  # octets to the mail server


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One way to send: what follows doubt, how many intents a commit holds, and whether each dot asks again."""

    mode: Mode
    group: int
    ask_again: float

    def __str__(self) -> str:
        return f"{self.mode}, groups of {self.group}{'' if self.ask_again else ', asking again'}"


SCENES = tuple(
    Scene(mode=mode, group=group, ask_again=ask_again)
    for mode in MODES
    for group, ask_again in ((1, 0.0), (16, float("inf")))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What came of a death."""

    verdict: Verdict
    untold: int  # outcomes that did not reach their follow-ups

    def breaches(self, mode: Mode) -> list[str]:
        """Say how the guarantee is broken, if it is."""
        found = self.verdict.breaches(mode=mode, resends=RESENDS, deaths=1)
        return found + ([f"{self.untold} outcomes did not reach their follow-ups"] if self.untold else [])


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was found in one scene."""

    scene: Scene
    moments: int = 0
    began: list[int] = field(default_factory=list)  # the moments since which something else is left behind
    ends: list[End] = field(default_factory=list)  # of each
    sampled: int = 0
    breaches: list[str] = field(default_factory=list)

    def judge(self, moment: int, end: End) -> None:
        """Take a death to the list."""
        self.began.append(moment)
        self.ends.append(end)
        self._note(moment, end.breaches(self.scene.mode))

    def compare(self, moment: int, end: End) -> None:
        """Hold a death against the one that left the same behind."""
        self.sampled += 1
        same = self.ends[bisect(self.began, moment) - 1]
        self._note(moment, [] if end == same else [f"it ends with {end}, but should with {same}"])

    def between(self, how_many: int) -> list[int]:
        """Choose moments that leave what the one before left: half of them the last before a difference."""
        rest = sorted(set(range(1, self.moments + 1)) - set(self.began))
        last = sorted({moment - 1 for moment in self.began} & set(rest))
        return sorted({*_spread(last, how_many // 2), *_spread(rest, how_many - how_many // 2)})

    def told(self) -> dict[str, int]:
        """Sum it up."""
        names = ("lost", "unsettled", "false_sent", "false_failed", "duplicates", "in_doubt")
        sums: Counter[str] = Counter()
        for end in self.ends:
            sums.update({name: asdict(end.verdict)[name] for name in names})
        most = max(end.verdict.max_copies for end in self.ends)
        deaths = {"moments": self.moments, "worlds": len(self.ends), "sampled": self.sampled}
        return deaths | {name: sums[name] for name in names} | {"max_copies": most}

    def _note(self, moment: int, found: list[str]) -> None:
        self.breaches += [f"{self.scene}, moment {moment}: {one}." for one in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where every death takes place."""

    app: Flask
    world: World
    engine: Engine  # keeps no connection

    def prove(self, scene: Scene, *, sample: int) -> Proof:
        """Stop at every moment of a scene; kill wherever something else is left, and at some moments between."""
        proof = Proof(scene=scene)
        with _set(self.app, scene):
            self._walk(proof)
            for moment in proof.between(sample):
                with self._drain(since=moment) as drain:
                    drain.stop()
                proof.compare(moment, self._end())
        return proof

    def _walk(self, proof: Proof) -> None:
        """Stop drain after drain, each from the moment on at which the one before it died."""
        died: Stop | None = None
        at = 0
        while True:
            with self._drain(since=max(1, at)) as drain:
                before = self._again(drain, died) if died else None
                for moment in count(at + 1):
                    died = drain.stop()
                    if died is None:
                        proof.moments = moment - 1
                        return
                    if self.world.look(said=died.said) != before:
                        break
                    drain.go_on()
            at = moment
            proof.judge(at, self._end())

    def _again(self, drain: "Drain", died: Stop) -> Look:
        """Bring a drain to where another died, by the same way; gives what its death would leave there."""
        if drain.stop() != died:
            raise AssertionError("Two drains went different ways: what one shows is not so of the other.")
        self.world.scribe.catch_up()
        left = self.world.look(said=died.said)
        drain.go_on()
        return left

    @contextmanager
    def _drain(self, *, since: int) -> Iterator["Drain"]:
        """Begin a drain that stops at each moment since this one; it is killed in the end."""
        self.world.restore()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            child = _fork(partial(_drained, self.app, theirs, since))
            theirs.close()
            try:
                yield Drain(line=ours)
            finally:
                os.kill(child, signal.SIGKILL)
                _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            raise AssertionError("A drain failed by itself.")
        self.world.database.wait()

    def _end(self) -> End:
        """Let others come back, and judge."""
        os.waitpid(_fork(partial(_recovered, self.app)), 0)
        self.world.scribe.catch_up()
        verdict = checker.judge(checker.due(self.engine), sink.read(self.world.scribe.log))
        with self.engine.connect() as connection:
            return End(verdict=verdict, untold=connection.scalar(text(UNTOLD)) or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """A drain in a process of its own, which waits at each of its stops."""

    line: socket.socket

    def stop(self) -> Stop | None:
        """Wait for its next stop; None at its end."""
        told = self.line.recv(STOP.size)
        return Stop(*STOP.unpack(told)) if told else None

    def go_on(self) -> None:
        """Let it go on to the next."""
        self.line.send(b"!")


def _drained(app: Flask, line: socket.socket, since: int) -> None:
    def stop(way: int, said: int) -> None:
        line.send(STOP.pack(way, said))
        line.recv(1)

    with app.app_context(), moments.stopping(db.engine, stop, since=since):
        dispatch.drain(db.session(), now=clock.now())


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


def _fork(what: Callable[[], object]) -> int:
    """Do it in a process of its own, which may die."""
    child = os.fork()
    if child:
        return child
    try:
        what()
    except BaseException as error:  # noqa: BLE001 - nothing may return into the parent's code
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def _spread(moments: Sequence[int], how_many: int) -> Sequence[int]:
    return moments[:: max(1, len(moments) // how_many)]


@contextmanager
def _set(app: Flask, scene: Scene) -> Iterator[None]:
    """Let a scene be so; the stopwatch is one that goes by how often it is read: no two drains differ by it."""
    readings = count()
    before = cast("Installation", app.extensions["coachfollow"])
    settings = replace(before.settings, on_doubt=scene.mode, max_resends=RESENDS)
    with ExitStack() as stack:
        stack.enter_context(patch.dict(app.extensions, coachfollow=replace(before, settings=settings)))
        stack.enter_context(patch.object(handing, "GROUP", scene.group))
        stack.enter_context(patch.object(handing, "ASK_AGAIN", scene.ask_again))
        stack.enter_context(patch.object(clock, "stopwatch", lambda: next(readings) / 1000))
        yield


@contextmanager
def _stage(make: Make) -> Iterator[Stage]:
    with ExitStack() as stack:
        place = quick(Path(tempfile.gettempdir()))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=place)))
        listener = stack.enter_context(scribe.listening(folder / "scribe.log"))
        database = stack.enter_context(worlds.opened(make, folder))
        settings = config.load(_environment(folder, database.url, listener.port))
        app = stack.enter_context(running_app(settings))
        people.move_in(app, folder, people=MAILS)
        engine = create_engine(settings.database_url, poolclass=NullPool)
        stage = Stage(app=app, world=World(database=database, folder=folder, scribe=listener), engine=engine)
        _rehearse(stage)
        yield stage


def _rehearse(stage: Stage) -> None:
    """Drain once: every death finds the statements compiled."""
    with stage.app.app_context():
        stage.world.database.keep()
        dispatch.drain(db.session(), now=clock.now())
        journals.current().close()
        db.session.remove()
        db.engine.dispose()


def _environment(folder: Path, url: str, port: int) -> dict[str, str]:
    given = {
        "secret_key": "a secret for proofs, nowhere else " + "0" * 16,
        "external_url": "http://localhost:5000",
        "mail_from": "followup@example.org",
        "data_dir": folder,
        "database_url": url,
        "mail_server": "127.0.0.1",
        "mail_port": port,
        "mail_tls": "none",
        "mail_per_minute": 1_000_000,
    }
    return {f"COACHFOLLOW_{name.upper()}": str(value) for name, value in given.items()}


def _proved(make: Make, mode: Mode, sample: int) -> list[Proof]:
    """Prove the scenes of one mode, in a process of its own."""
    with _stage(make) as stage:
        return [stage.prove(scene, sample=sample) for scene in SCENES if scene.mode == mode]


def main() -> None:
    """Prove it for each scene, two modes at a time, and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="make prove")
    parser.add_argument("--whole", action="store_true", help="on PostgreSQL, too, and many more between")
    parser.add_argument("--sample", type=int, help="how many deaths of each scene where nothing differs")
    given = parser.parse_args()
    began = time.monotonic()
    told: dict[str, dict[str, int]] = {}
    breaches: list[str] = []
    sample = given.sample or (MANY if given.whole else SAMPLE)
    with ProcessPoolExecutor(len(MODES), mp_context=get_context("spawn")) as pool:
        for make in MAKES if given.whole else MAKES[:1]:
            for proofs in pool.map(partial(_proved, make, sample=sample), MODES):
                told |= {f"{make}, {proof.scene}": proof.told() for proof in proofs}
                breaches += [breach for proof in proofs for breach in proof.breaches]
    sys.stdout.write(json.dumps({"crash_points": told, "seconds": round(time.monotonic() - began, 1)}) + "\n")
    sys.stderr.writelines(f"{breach}\n" for breach in breaches)
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
