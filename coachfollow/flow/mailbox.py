"""Opens the demo's mailbox: every mail it sent is filed in a folder beside its data."""

from collections.abc import Sequence
from pathlib import Path

from coachfollow.extensions import installation
from coachfollow.mail import mailbox
from coachfollow.mail.mailbox import MailboxLetter, OpenedLetter

__all__ = ["MailboxLetter", "OpenedLetter", "folder", "letter", "letters"]


def folder() -> Path:
    """Where the demo's mail server files mails."""
    return installation().settings.data_dir / "mailbox"


def letters(*, recipient: str | None = None, limit: int, offset: int = 0) -> Sequence[MailboxLetter]:
    """Give the newest mails, newest first; of one recipient if an address is given."""
    return mailbox.letters(folder(), recipient=recipient, limit=limit, offset=offset)


def letter(letter_id: str) -> OpenedLetter:
    """Open one mail; raises NotFound."""
    return mailbox.letter(folder(), letter_id)
