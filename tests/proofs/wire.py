"""A mail server and the sockets to it, without a network: octets in, replies out, on the virtual clock."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.proofs.scheduler import Scheduler

SILENT = 300.0  # seconds after which the server drops a silent client
NEVER = float("inf")
MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^@>]+)@", re.IGNORECASE | re.MULTILINE)

NORMAL_DOTS = 0.85
AT_DOT = ("452", "421", "554", "dropped", "lost", "mute", "late", "slow")
AT_RECIPIENT = ("450 4.2.1 not now", "550 5.1.1 nobody", "421 4.3.2 closing", "hang up")
AT_GREETING = ("421 4.3.2 too busy", "554 5.3.2 not you", "refused")
TAKEN = frozenset({"250", "lost", "late", "slow"})
DELAYS = {"late": 700.0, "slow": 30.0, "mute": NEVER}


@dataclass(slots=True, kw_only=True)
class Dot:
    """The end of one mail, as the server saw it."""

    message: str
    at: float
    outcome: str
    is_heard: bool = False  # whether the client read the answer

    @property
    def is_taken(self) -> bool:
        """Whether the server took the mail."""
        return self.outcome in TAKEN

    @property
    def is_known_refused(self) -> bool:
        """Whether the client knows that it was not taken: then it may be handed over again at any time."""
        return self.is_heard and not self.is_taken


@dataclass(slots=True, kw_only=True)
class Server:
    """What all its connections share."""

    scheduler: Scheduler
    chance: random.Random
    watch: Callable[[str], None]  # told of each dot before it counts
    is_calm: bool = False
    dots: list[Dot] = field(default_factory=list)

    def connect(self) -> "Line":
        """Open a connection, or refuse to."""
        self.scheduler.pass_on()
        said = self._mischief(0.02, AT_GREETING) or "220 sim"
        if said == "refused":
            raise ConnectionRefusedError("nobody listens")
        return Line(server=self, said=said)

    def at_recipient(self) -> str:
        """Say what is answered to RCPT."""
        return self._mischief(0.03, AT_RECIPIENT) or "250 ok"

    def at_dot(self, message: str) -> Dot:
        """Take a mail, or do something else."""
        self.watch(message)
        outcome = self._mischief(1 - NORMAL_DOTS, AT_DOT) or "250"
        dot = Dot(message=message, at=self.scheduler.time, outcome=outcome)
        self.dots.append(dot)
        return dot

    def copies(self, message: str) -> int:
        """Count how often a mail was taken."""
        return sum(dot.is_taken for dot in self.dots if dot.message == message)

    def _mischief(self, how_often: float, deeds: tuple[str, ...]) -> str | None:
        if self.is_calm or self.chance.random() >= how_often:
            return None
        return self.chance.choice(deeds)


@dataclass(slots=True, kw_only=True)
class Answer:
    """What the server says, and when it arrives; None is its hanging up."""

    at: float
    words: bytes | None
    dot: Dot | None = None


class Line:
    """One connection, to be used where a socket is; it gives way to the others at each operation."""

    def __init__(self, *, server: Server, said: str) -> None:
        self._server = server
        self._timeout = 0.0
        self._heard = b""
        self._in_text = self._is_refused = self._is_closed = False
        self._last_heard = server.scheduler.time
        self._answers: list[Answer] = []
        self._say(said)
        if said[0] != "2":
            self._hang_up()

    def settimeout(self, seconds: float) -> None:
        """Set how long a read waits."""
        self._timeout = seconds

    def setsockopt(self, *options: int) -> None:
        """Take any option."""

    def close(self) -> None:
        """Hang up; what had no end is forgotten."""
        self._is_closed = True

    def sendall(self, octets: bytes) -> None:
        """Send; a server that was bored has hung up meanwhile."""
        self._server.scheduler.pass_on()
        now = self._server.scheduler.time
        if self._is_closed or now - self._last_heard > SILENT:
            raise BrokenPipeError("the connection is gone")
        self._last_heard = now
        self._heard += octets
        while self._understand():
            pass

    def recv(self, size: int) -> bytes:
        """Read what has arrived, or wait for it."""
        del size
        scheduler = self._server.scheduler
        deadline = scheduler.time + self._timeout
        scheduler.pass_on()
        while not self._answers or self._answers[0].at > scheduler.time:
            if scheduler.time >= deadline:
                raise TimeoutError("timed out")
            arrives_at = self._answers[0].at if self._answers else deadline
            scheduler.pass_on(until=min(arrives_at, deadline))
        answer = self._answers.pop(0)
        if answer.dot is not None:
            answer.dot.is_heard = True
        return answer.words or b""

    def _understand(self) -> bool:
        """Take one command or one text, if all of it is there."""
        if self._is_closed:
            return False
        end = b"\r\n.\r\n" if self._in_text else b"\r\n"
        said, found, rest = self._heard.partition(end)
        if not found:
            return False
        self._heard = rest
        if self._in_text:
            self._in_text = False
            self._take(said)
        else:
            self._command(said[:4].upper().decode())
        return True

    def _command(self, verb: str) -> None:
        match verb:
            case "EHLO":
                self._say("250-sim\r\n250 PIPELINING")
            case "RCPT":
                said = self._server.at_recipient()
                if said != "hang up":
                    self._say(said)
                if said[:3] in {"421", "han"}:
                    self._hang_up()
                self._is_refused = not said.startswith("2")
            case "DATA" if self._is_refused:
                self._say("503 5.5.1 for whom?")
            case "DATA":
                self._in_text = True
                self._say("354 go ahead")
            case _:
                self._say("250 ok")

    def _take(self, text: bytes) -> None:
        found = MESSAGE_ID.search(text)
        dot = self._server.at_dot(found[1].decode() if found else "")
        if dot.outcome in {"dropped", "lost"}:
            self._hang_up()
            return
        code = "250 2.0.0 Ok: queued as X" if dot.is_taken else f"{dot.outcome} as the plan says"
        self._say(code, after=DELAYS.get(dot.outcome, 0.0), dot=dot)
        if dot.outcome == "421":
            self._hang_up()

    def _say(self, words: str, *, after: float = 0.0, dot: Dot | None = None) -> None:
        at = self._server.scheduler.time + after
        self._answers.append(Answer(at=at, words=f"{words}\r\n".encode(), dot=dot))

    def _hang_up(self) -> None:
        self._answers.append(Answer(at=self._server.scheduler.time, words=None))
        self._is_closed = True
