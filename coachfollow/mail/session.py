"""The standard library's SMTP client, with replies read by our own listener."""

import math
import smtplib
from typing import Any

from coachfollow.mail.listening import Listener


class Session(smtplib.SMTP):
    """Greeting, EHLO, STARTTLS and login come from the library; `Post` speaks the rest itself."""

    _listener: Listener | None = None

    def __init__(self, *where: Any, ends_at: float = math.inf, **how: Any) -> None:
        self._ends_at = ends_at  # before the library connects and reads the greeting
        super().__init__(*where, **how)

    @property
    def listener(self) -> Listener:
        """The listener on the current socket: after STARTTLS that is another one."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        if self._listener is None or self._listener.sock is not self.sock:
            if self._listener is not None and self._listener.has_more:
                raise smtplib.SMTPException("somebody spoke before the encryption began; nothing was sent")
            self._listener = Listener(self.sock, patience=self.timeout, ends_at=self._ends_at)
        return self._listener

    def getreply(self) -> tuple[int, bytes]:
        """Read one reply, bounded in time and size."""
        try:
            code, lines = self.listener.lines()
        except OSError:
            self.close()
            raise
        return code, b"\n".join(lines)


class EncryptedSession(Session, smtplib.SMTP_SSL):
    """The same, encrypted from the first octet."""
