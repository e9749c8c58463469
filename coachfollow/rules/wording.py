"""The placeholder language of authored texts: `{{name}}` from a short list, and nothing else (law 13)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from coachfollow.rules import spoken

PLACEHOLDERS: Mapping[str, str] = {
    "first_name": "the recipient's first name",
    "participant": "the participant's full name (in a mail to a manager or coach)",
    "commitment": "the person's own plan: “When …, I will …”",
    "situation": "the situation of the person's own plan",
    "action": "the action of the person's own plan",
    "coach": "the coach's name",
    "manager": "the manager's name",
    "sponsor": "the programme's sponsor",
    "programme": "the programme's title",
    "session_date": "the date of the training, in the person's own zone",
    "days_since": "how many days ago the training was",
    "organisation": "the organisation's name",
}

_IF_THEN: Mapping[str, str] = {
    "en": "When {situation}, I will {action}",
    "de": "Wenn {situation}, werde ich {action}",
}

_TAG = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Blank:
    """A place in a text that is filled per person."""

    name: str


def parts(text: str) -> tuple[str | Blank, ...]:
    """Cut a text into fixed pieces and blanks; call `problems` first, an unknown name raises ValueError."""
    pieces: list[str | Blank] = []
    end = 0
    for match in _TAG.finditer(text):
        if match[1] not in PLACEHOLDERS:
            raise ValueError(f"unknown placeholder {match[0]!r}")
        pieces += [text[end : match.start()], Blank(match[1])]
        end = match.end()
    return tuple(piece for piece in (*pieces, text[end:]) if piece)


def problems(text: str) -> tuple[str, ...]:
    """Say what in an authored text cannot be filled: unknown names and stray braces."""
    found = [
        f"“{{{{{name}}}}}” is not a placeholder; use one of {', '.join(PLACEHOLDERS)}"
        for name in _TAG.findall(text)
        if name not in PLACEHOLDERS
    ]
    rest = _TAG.sub("", text)
    if "{{" in rest or "}}" in rest or "{%" in rest:
        found.append("there is a stray “{{”, “}}” or “{%”: a placeholder looks like {{first_name}}")
    return tuple(found)


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Fill every blank; a fact that is missing raises KeyError, because a mail with a hole must not leave."""
    return "".join(facts[piece.name] if isinstance(piece, Blank) else piece for piece in parts(text))


def if_then(situation: str, action: str, *, locale: str = "en") -> str:
    """Say a plan in one sentence, in the person's language where we know it; nothing for half a plan."""
    if not situation or not action:
        return ""
    return spoken.in_language(_IF_THEN, locale).format(situation=situation, action=action)
