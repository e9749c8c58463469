"""Keeps what mails are printed on: the sending house, and each wording compiled once in the life of a process."""

from collections.abc import Sequence
from functools import lru_cache

from coachfollow.extensions import installation
from coachfollow.mail import prepared
from coachfollow.mail.prepared import House, Prepared, Section, Wording
from coachfollow.queries.letters import Letter
from coachfollow.rules.kinds import MessageKind


def of(letter: Letter, wording: Wording) -> Prepared:
    """Give the prepared mail of a letter by itself."""
    return _prepare(letter.kind, wording, _house(letter), letter.locale)


def of_several(leader: Letter, sections: Sequence[Section]) -> Prepared:
    """Give the prepared mail of several letters, which speaks the language of the one that leads."""
    return _prepare_together(tuple(sections), _house(leader), leader.locale)


def from_name(letter: Letter) -> str:
    """Say whose name a mail comes in: the very first is announced in the manager's."""
    if letter.kind is MessageKind.ANNOUNCEMENT and letter.manager:
        return f"{letter.manager} via {letter.sender_name}"
    return ""


_prepare = lru_cache(maxsize=512)(prepared.prepare)
_prepare_together = lru_cache(maxsize=512)(prepared.prepare_together)


def _house(letter: Letter) -> House:
    settings = installation().settings
    return House(
        organisation=letter.organisation,
        sender_name=letter.sender_name,
        sender_address=settings.mail_from,
        reply_to=letter.reply_to,
        domain=settings.mail_domain,
        base_url=settings.external_url,
        bounce_address=settings.mail_from,
    )
