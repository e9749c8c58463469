"""Writes the lines of iCalendar: texts, instants and parameters escaped, folded by octets (RFC 5545, RFC 6868)."""

import re
from datetime import UTC, datetime

PRODID = "-//Coachfollow//Follow-up after trainings//EN"
LINE_OCTETS = 75  # RFC 5545 3.1
UID = re.compile(r"[0-9A-Za-z.@_-]{1,200}")

_CONTINUES, _BEGINS = 0x80, 0xC0  # UTF-8: the octets within a character, the first octet of one
_NEWLINE = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def utc(moment: datetime) -> str:
    """Write an instant in UTC: Outlook misreads the zones that libraries write."""
    if moment.tzinfo is None:
        raise ValueError("a meeting's times need a zone; give aware times")
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def text(value: str) -> str:
    """RFC 5545 3.3.11."""
    plain = _INVISIBLE.sub("", _NEWLINE.sub("\n", value))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def parameter(value: str) -> str:
    """RFC 6868: inside quotes, a quotation mark and a caret are written with a caret.

    A backslash stands for itself there, but some readers take it for the beginning of an escape.
    """
    plain = " ".join(_INVISIBLE.sub("", _NEWLINE.sub(" ", value)).replace("\\", "/").split())
    return plain.replace("^", "^^").replace('"', "^'")


def folded(line: str) -> bytes:
    """Fold by octets, never within a character."""
    octets = line.encode()
    if len(octets) <= LINE_OCTETS:
        return octets + b"\r\n"
    pieces, start, room = [], 0, LINE_OCTETS
    while len(octets) - start > room:
        end = start + room
        while _CONTINUES <= octets[end] < _BEGINS:
            end -= 1
        pieces.append(octets[start:end])
        start, room = end, LINE_OCTETS - 1
    return b"\r\n ".join([*pieces, octets[start:]]) + b"\r\n"
