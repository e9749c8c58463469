"""What Flask-Mail's recording shows of a mail that our own connection sends."""

import flask_mail


class Outgoing(flask_mail.Message):
    """A message whose bytes are final; only those ever leave."""

    def __init__(self, subject: str, recipient: str, sender: str, raw: bytes) -> None:
        super().__init__(subject, recipients=[recipient], sender=sender)
        self.raw = raw

    def as_bytes(self) -> bytes:
        """Return the bytes as they leave."""
        return self.raw

    def as_string(self) -> str:
        """Return the same as text; our mails are pure ASCII."""
        return self.raw.decode("ascii", "replace")
