"""What must hold after every step of a simulated storm, read from the database and from what the server saw."""

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from coachfollow.config import Settings
from coachfollow.flow import handing
from tests.proofs.scheduler import Scheduler, Worker
from tests.proofs.wire import SILENT, Dot, Server

FINAL = frozenset({"sent", "failed", "in_doubt", "cancelled", "expired"})
OWNED = frozenset({"claimed", "handing"})
ROWS = "SELECT public_id, id, state, fence, lapses, send_at, retry_at FROM messages ORDER BY send_at, id"
UNOPENED = (
    "SELECT count(*) FROM touchpoints t JOIN plans p ON p.id = t.plan_id"
    " WHERE t.state = 'planned' AND p.state = 'active'"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One mail, as it was last committed."""

    public_id: str
    id: int
    state: str
    fence: int
    lapses: int
    send_at: str
    retry_at: float | None


@dataclass(slots=True, kw_only=True)
class Laws:
    """Looks on, and says AssertionError."""

    path: Path
    scheduler: Scheduler
    server: Server
    settings: Settings
    owners: dict[int, Worker] = field(default_factory=dict)  # by fence
    before: dict[str, Row] = field(default_factory=dict)
    _connection: sqlite3.Connection | None = None

    def after(self, worker: Worker) -> None:
        """Look at everything after a step of a worker."""
        rows = self._rows()
        self._has_one_owner(rows, worker)
        self._is_claimed_oldest_first(rows)
        for row in rows.values():
            copies = self.server.copies(row.public_id)
            assert copies <= self._most_copies(), f"mail {row.id} arrived {copies} times"
            assert copies or row.state != "sent", f"mail {row.id} is called sent, and nobody took it"
            assert row.state != "failed" or not copies, f"mail {row.id} is called failed, and it arrived"
        self.before = rows

    def at_dot(self, message: str, worker: Worker) -> None:
        """Look whether a worker may end this mail now."""
        row = self._rows()[message]
        assert row.state == "handing", f"a dot for mail {row.id}, which is {row.state}"
        assert self.owners.get(row.fence) is worker, f"a dot for mail {row.id} by somebody who lost it"
        earlier = [dot for dot in self.server.dots if dot.message == message]
        if earlier and not earlier[-1].is_known_refused:
            self._has_waited(row, earlier[-1])

    def everything_is_settled(self) -> bool:
        """Whether there is nothing left to do."""
        rows = self.before.values()
        return bool(rows) and all(row.state in FINAL for row in rows) and not self._unopened()

    def everything_has_settled(self) -> None:
        """Say what has not."""
        left = {row.id: row.state for row in self.before.values() if row.state not in FINAL}
        assert not left, f"never settled: {left}"
        assert not self._unopened(), "follow-ups that were due were never opened"

    def close(self) -> None:
        """Look no more."""
        if self._connection is not None:
            self._connection.close()

    def _has_one_owner(self, rows: dict[str, Row], worker: Worker) -> None:
        for row in rows.values():
            if row.state in OWNED and row.fence not in self.owners:
                self.owners[row.fence] = worker
            before = self.before.get(row.public_id)
            if before and row.state == "handing" and before.state != "handing":
                assert self.owners[row.fence] is worker, f"mail {row.id} was taken by somebody else"

    def _is_claimed_oldest_first(self, rows: dict[str, Row]) -> None:
        """What was claimed in this step was older than all that could have been."""
        order = list(rows)
        claimed = [
            order.index(name)
            for name, row in rows.items()
            if row.state == "claimed"
            and not row.lapses
            and (name not in self.before or self.before[name].state == "queued")
        ]
        if not claimed:
            return
        passed_over = [
            row.id
            for row in [rows[name] for name in order[: max(claimed)]]
            if row.state == "queued" and not row.lapses and row.retry_at is None
        ]
        assert not passed_over, f"mails {passed_over} were older than what was claimed"

    def _has_waited(self, row: Row, earlier: Dot) -> None:
        """The hold begins with the intent; a frozen sender may end the mail as long as the server listens."""
        waited = self.scheduler.time - earlier.at
        least = self.settings.hold_seconds - handing.STALE_INTENT - SILENT
        assert waited >= least, f"mail {row.id} was handed over again after {waited} s"

    def _most_copies(self) -> int:
        return 1 + self.settings.max_resends if self.settings.on_doubt == "resend" else 1

    def _rows(self) -> dict[str, Row]:
        return {row[0]: Row(*row) for row in self._look().execute(ROWS)}

    def _unopened(self) -> int:
        (count,) = self._look().execute(UNOPENED).fetchone()
        return int(count)

    def _look(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self.path, isolation_level=None)
        return self._connection
