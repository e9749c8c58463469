"""A small mail server that follows a script: it answers each verb as a test wants, or hangs up, or says nothing."""

import socket
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto

_END = b"\r\n.\r\n"


class Fault(Enum):
    """What a server may do instead of answering."""

    HANG_UP = auto()
    SILENCE = auto()  # and not a word more
    ENDLESS = auto()  # a reply that never comes to its last line


Answer = bytes | Fault
Script = Mapping[str, Sequence[Answer]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail the server has taken: it said 2xx to the final dot."""

    sender: str
    recipient: str
    raw: bytes


@dataclass
class ScriptedServer:
    """What happened at the server; `script` gives the first answers of a verb, then it answers as usual."""

    features: tuple[str, ...]
    script: dict[str, deque[Answer]]
    port: int = 0
    deliveries: list[Delivery] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    unfinished: list[bytes] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def answer(self, verb: str, usual: bytes) -> Answer:
        planned = self.script[verb]
        return planned.popleft() if planned else usual


@contextmanager
def scripted(
    script: Script | None = None,
    *,
    features: Sequence[str] = ("PIPELINING",),
    encrypted: ssl.SSLContext | None = None,
) -> Iterator[ScriptedServer]:
    """Run a server for one test; every connection is served to its end before this returns."""
    answers: dict[str, deque[Answer]] = defaultdict(deque)
    answers.update({verb: deque(planned) for verb, planned in (script or {}).items()})
    server = ScriptedServer(tuple(features), answers)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server.port = listening.getsockname()[1]
        thread = threading.Thread(target=_accept, args=(server, listening, encrypted))
        thread.start()
        try:
            yield server
        finally:
            server.stopping.set()
            socket.create_connection(("127.0.0.1", server.port)).close()
            thread.join()


def _accept(server: ScriptedServer, listening: socket.socket, encrypted: ssl.SSLContext | None) -> None:
    while True:
        connection, _ = listening.accept()
        with connection:
            if server.stopping.is_set():
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                _serve(server, connection, encrypted)
            except (OSError, EOFError):
                continue  # the client or the script hung up


def _serve(server: ScriptedServer, connection: socket.socket, encrypted: ssl.SSLContext | None) -> None:
    if encrypted is None:
        _Conversation(server, connection).run()
        return
    with encrypted.wrap_socket(connection, server_side=True) as wrapped:
        _Conversation(server, wrapped).run()


class _Conversation:
    def __init__(self, server: ScriptedServer, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection
        self.ahead = b""
        self.sender: str | None = None
        self.recipients: list[str] = []

    def run(self) -> None:
        self._say(self.server.answer("GREETING", b"220 scripted\r\n"))
        while True:
            line = self._until(b"\r\n").decode("ascii", "replace").strip()
            verb = line.partition(" ")[0].upper()
            self.server.heard.append(line)
            self._answer(verb, line)

    def _answer(self, verb: str, line: str) -> None:
        match verb:
            case "EHLO":
                self._say(self.server.answer(verb, self._hello()))
            case "MAIL":
                answer = self.server.answer(verb, b"250 sender ok\r\n")
                self.sender, self.recipients = _path(line) if _is_yes(answer) else None, []
                self._say(answer)
            case "RCPT":
                known = b"250 recipient ok\r\n" if self.sender is not None else b"503 MAIL first\r\n"
                answer = self.server.answer(verb, known)
                self.recipients += [_path(line)] if _is_yes(answer) else []
                self._say(answer)
            case "DATA":
                self._data()
            case "QUIT":
                self._say(self.server.answer(verb, b"221 bye\r\n"))
                raise EOFError
            case _:
                self._say(self.server.answer(verb, b"250 ok\r\n"))

    def _data(self) -> None:
        usual = b"354 go ahead\r\n" if self.recipients else b"554 no valid recipients\r\n"
        answer = self.server.answer("DATA", usual)
        self._say(answer)
        if not (isinstance(answer, bytes) and answer.startswith(b"354")):
            return
        self.ahead = b"\r\n" + self.ahead  # so that a lone dot ends the text, too
        text = self._until(_END, keep_as="unfinished").removesuffix(_END)[2:]
        number = len(self.server.deliveries) + 1
        usual = (
            f"250 2.0.0 Ok: queued as Q{number:04}\r\n".encode()
            if self.recipients
            else b"554 no recipient\r\n"
        )
        answer = self.server.answer("DOT", usual)
        if _is_yes(answer):
            raw = text.replace(b"\r\n..", b"\r\n.").removeprefix(b".") + b"\r\n"
            self.server.deliveries.append(Delivery(self.sender or "", self.recipients[0], raw))
        self._say(answer)

    def _say(self, answer: Answer) -> None:
        match answer:
            case Fault.HANG_UP:
                raise EOFError
            case Fault.SILENCE:
                while self.connection.recv(65536):
                    pass
                raise EOFError
            case Fault.ENDLESS:
                while True:
                    self.connection.sendall(b"250-and so on\r\n" * 100)
            case words:
                self.connection.sendall(words)

    def _hello(self) -> bytes:
        lines = ["scripted", *self.server.features]
        return b"".join(
            f"250{'-' if more else ' '}{line}\r\n".encode()
            for more, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True)
        )

    def _until(self, end: bytes, *, keep_as: str = "") -> bytes:
        while end not in self.ahead:
            received = self.connection.recv(65536)
            if not received:
                if keep_as:
                    self.server.unfinished.append(self.ahead)
                raise EOFError
            self.ahead += received
        found = self.ahead.index(end) + len(end)
        taken, self.ahead = self.ahead[:found], self.ahead[found:]
        return taken


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _is_yes(answer: Answer) -> bool:
    return isinstance(answer, bytes) and answer.startswith(b"2")
