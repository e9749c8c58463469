"""A real mail server that asks for STARTTLS and for a login."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from tests.ports import free_port


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


class Door:
    """Lets in whoever says this name and password; without one it lets in nobody."""

    def __init__(self, login: tuple[bytes, bytes] | None = None) -> None:
        self.login = login

    def __call__(
        self, _server: object, _session: object, _envelope: object, _how: str, said: object
    ) -> AuthResult:
        known = (getattr(said, "login", None), getattr(said, "password", None))
        return AuthResult(success=known == self.login, handled=False)


@contextmanager
def mail_server(certificate: Path, door: Door) -> Iterator[int]:
    """Start it with this certificate; gives its port."""
    controller = Controller(
        Sink(),
        hostname="127.0.0.1",
        port=free_port(),
        tls_context=server_context(certificate),
        require_starttls=True,
        authenticator=door,
    )
    controller.start()
    try:
        yield int(controller.port)
    finally:
        controller.stop()
