"""Writes header lines as ASCII bytes: plain where possible, else as encoded-words, always folded."""

import base64
import re

from coachfollow.mail import guard

LINE = 76  # RFC 2047: a line that holds an encoded-word has at most 76 characters
# "Reply-To: " and "=?utf-8?b?" … "?=" leave room for 52 base64 characters, which carry 39 octets
WORD_OCTETS = 39

_SIMPLE = re.compile(r"(?:[!-~]+(?: [!-~]+)*)?")  # visible ASCII, single spaces


def text(name: str, value: str) -> bytes:
    """Write a header of free text such as Subject; runs of white space become one blank."""
    flat = guard.header_value(" ".join(value.split()), what=f"the {name} header")
    if not _is_simple(flat):
        return f"{name}: {_encoded(flat)}\r\n".encode("ascii")
    return f"{name}: {_wrapped(flat, used=len(name) + 2)}\r\n".encode("ascii")


def mailbox(name: str, display: str, address: str) -> bytes:
    """Write a header of one address with the name of its owner."""
    where = guard.address(address, what=f"the address in {name}")
    who = guard.header_value(display.strip(), what=f"the name in {name}")
    if not who:
        return f"{name}: {where}\r\n".encode("ascii")
    phrase = _quoted(who) if _is_simple(who) and len(who) <= LINE // 2 else _encoded(who)
    last_line = len(name) + 2 + len(phrase) if "\r\n" not in phrase else LINE
    gap = " " if last_line + len(where) + 3 <= LINE else "\r\n "
    return f"{name}: {phrase}{gap}<{where}>\r\n".encode("ascii")


def machine(name: str, value: str) -> bytes:
    """Write a header that programs read: one line, never an encoded-word."""
    guard.header_value(value, what=f"the {name} header")
    if not value.isascii():
        raise guard.Unmailable(f"the {name} header holds letters outside ASCII: {value[:80]!r}.")
    return f"{name}: {value}\r\n".encode("ascii")


def ids(name: str, message_ids: tuple[str, ...]) -> bytes:
    """Write a header of message ids, one to a line."""
    return f"{name}: ".encode("ascii") + "\r\n ".join(message_ids).encode("ascii") + b"\r\n"


def _is_simple(value: str) -> bool:
    """Whether the value may stand as it is: a word that fits a line, and nothing that looks encoded."""
    return (
        "=?" not in value
        and _SIMPLE.fullmatch(value) is not None
        and (len(value) < LINE // 2 or max(map(len, value.split(" "))) < LINE // 2)
    )


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _wrapped(value: str, *, used: int) -> str:
    """Fold at blanks, so that unfolding gives the same text."""
    if used + len(value) <= LINE:
        return value
    lines, room = [""], LINE - used
    for word in value.split(" "):
        if len(lines[-1]) + len(word) > room:
            lines.append("")
            room = LINE
        lines[-1] += word + " "
    return "\r\n ".join(line.rstrip(" ") for line in lines)


def _encoded(value: str) -> str:
    """RFC 2047 B encoding; a character is never cut in two."""
    return "\r\n ".join(
        f"=?utf-8?b?{base64.b64encode(chunk.encode()).decode('ascii')}?=" for chunk in _chunks(value)
    )


def _chunks(value: str) -> list[str]:
    chunks, size = [""], 0
    for char in value:
        octets = len(char.encode())
        if size + octets > WORD_OCTETS:
            chunks.append("")
            size = 0
        chunks[-1] += char
        size += octets
    return chunks
