"""`make simulate`: many seeds of simulated storms; a seed that breaks a law says how to see it again."""

import argparse
import logging
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from coachfollow import clock, config
from tests.databases import quick, running_app
from tests.processes import environment
from tests.proofs import people, simulator

PEOPLE = 10
BEGINS_AT = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An app and the database that every seed begins with."""

    app: Flask
    template: Path
    path: Path

    def play(self, seed: int) -> None:
        """Play one seed; raises AssertionError where a law is broken."""
        simulator.play(self.app, self.template, seed=seed, begins_at=BEGINS_AT, path=self.path)


@contextmanager
def stage() -> Iterator[Stage]:
    """Build what every seed begins with, in memory where there is room."""
    with tempfile.TemporaryDirectory(dir=quick(Path(tempfile.gettempdir())), prefix="simulate-") as name:
        folder = Path(name)
        path = folder / "coachfollow.db"
        given = environment(
            data_dir=folder,
            database_url=f"sqlite:///{path}",
            mail_tls="none",
            mail_per_minute=1_000_000,
            mail_connections=3,
        )
        with running_app(config.load(given)) as app:
            with patch.object(clock, "now", lambda: BEGINS_AT):
                people.move_in(app, folder, people=PEOPLE)
            yield Stage(app=app, template=path.rename(folder / "template.db"), path=path)


def main() -> None:
    """Play the seeds that were asked for."""
    parser = argparse.ArgumentParser(prog="make simulate")
    parser.add_argument("--seeds", type=int, default=300, help="how many")
    parser.add_argument("--seed", type=int, help="this one alone")
    given = parser.parse_args()
    began = time.monotonic()
    seeds = range(1, given.seeds + 1) if given.seed is None else [given.seed]
    players = min(os.cpu_count() or 1, len(seeds))
    shares = [seeds[player::players] for player in range(players)]
    with ProcessPoolExecutor(players, mp_context=get_context("spawn")) as pool:
        failed = sum(pool.map(_failed, shares))
    sys.stdout.write(f"{len(seeds)} seeds, {failed} failed, {time.monotonic() - began:.0f} s\n")
    sys.exit(1 if failed else 0)


def _failed(seeds: Sequence[int]) -> int:
    """Play these seeds on a stage of their own; gives how many broke a law."""
    logging.disable(logging.WARNING)
    with stage() as here:
        return sum(not _holds(here, seed) for seed in seeds)


def _holds(here: Stage, seed: int) -> bool:
    try:
        here.play(seed)
    except (AssertionError, SQLAlchemyError, RuntimeError, LookupError):
        traceback.print_exc()
        sys.stderr.write(f"Again: python -m tests.proofs.simulate --seed {seed}\n")
        return False
    return True


if __name__ == "__main__":
    main()
