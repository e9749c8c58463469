"""Opens a connection to the mail server: greeting, encryption, login, each within its time."""

import math
import smtplib
import socket
import ssl
from dataclasses import dataclass
from typing import Literal

from coachfollow import clock
from coachfollow.mail.listening import Reply, readable
from coachfollow.mail.post import Post
from coachfollow.mail.session import EncryptedSession, Session
from coachfollow.mail.wire import Broken, Envelope, Refused, normalise

__all__ = ["Broken", "Envelope", "Post", "Refused", "Relay", "Reply", "Unreachable", "connect", "normalise"]

SHORTEST = 0.001  # seconds; a socket takes 0 for "do not wait"


class Unreachable(Exception):
    """There is no connection to the mail server, or not the secure one that was asked for."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Relay:
    """The mail server as configured; `timeout` holds until logged in, `reply_timeout` (seconds) after.

    RFC 5321 4.5.3.2.6 gives the server ten minutes to answer the final dot: a shorter wait makes duplicates.
    """

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: Literal["none", "starttls", "tls"] = "starttls"
    timeout: float = 20.0
    reply_timeout: float = 600.0
    helo: str | None = None


def connect(relay: Relay, *, ends_at: float = math.inf) -> Post:
    """Open a connection; raises Refused if the server says no, Unreachable if there is none to be had.

    No mail gets its dot on it after `ends_at` on the stopwatch, however many slow replies there are until then.
    """
    where = f"{relay.host}:{relay.port}"
    try:
        session = _greeted(relay, ends_at)
        try:
            _prepared(session, relay)
            return Post(session, patience=relay.reply_timeout)
        except BaseException:
            session.close()
            raise
    except smtplib.SMTPResponseException as error:
        raise Refused(error.smtp_code, _words(error.smtp_error), verb=_verb(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"The certificate of the mail server {where} is not trusted: {error}") from error
    except (OSError, ValueError) as error:
        raise Unreachable(f"The mail server {where} cannot be used: {error}") from error


def _greeted(relay: Relay, ends_at: float) -> Session:
    """The host is given here, because STARTTLS checks the certificate against this name."""
    where = (relay.host, relay.port, relay.helo)
    timeout = min(relay.timeout, max(ends_at - clock.stopwatch(), SHORTEST))
    if relay.tls == "tls":
        context = ssl.create_default_context()
        return EncryptedSession(*where, timeout=timeout, ends_at=ends_at, context=context)
    return Session(*where, timeout=timeout, ends_at=ends_at)


def _prepared(session: Session, relay: Relay) -> None:
    # with Nagle's algorithm the dot would wait for the answer to the text before it, and doubt would grow
    session.listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    session.ehlo_or_helo_if_needed()
    if relay.tls == "starttls":
        session.starttls(context=ssl.create_default_context())
        session.ehlo_or_helo_if_needed()
    if relay.username:
        session.login(relay.username, relay.password or "")


def _verb(error: smtplib.SMTPResponseException) -> str:
    match error:
        case smtplib.SMTPConnectError():
            return "the greeting"
        case smtplib.SMTPHeloError():
            return "EHLO"
        case smtplib.SMTPAuthenticationError():
            return "AUTH"
        case _:
            return "STARTTLS"


def _words(error: bytes | str) -> str:
    return readable(error if isinstance(error, bytes) else error.encode())
