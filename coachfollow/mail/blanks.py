"""Compiles a rendered text once into quoted-printable pieces, between which only blanks are to be filled."""

import binascii
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

_Piece = TypeVar("_Piece")
_NEWLINE = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
# what no mail program shows and some choke on; TAB and LF stay
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_VERBATIM = re.compile(r"[ !-<>-~]{1,72}")  # quoted-printable writes these as they are, within one line
# what neither HTML nor quoted-printable would change, in any place of any part
_PLAIN = re.compile(r"[ !#-%(-;?-~]{1,72}")
_SOFT_BREAK = b"=\r\n"
WRITTEN = frozenset({"listing_html"})  # HTML of our own templates, which have escaped what people wrote
_LINE = 76  # RFC 2045: with the "=" of a soft break


class Marks:
    """Stand-ins for blanks while a text passes through Markdown, Jinja and CSS inlining.

    A mark is made of letters and digits only, which none of them touches, around a random number, which no
    author can have written.
    """

    def __init__(self) -> None:
        self._nonce = secrets.token_hex(8)
        self._names: list[str] = []

    def mark(self, name: str) -> str:
        """Return a stand-in for the blank of that name."""
        self._names.append(name)
        return f"b{self._nonce}x{len(self._names) - 1}x"

    def cut(self, rendered: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Cut a text at its stand-ins: the fixed pieces, and between them the names of the blanks."""
        pieces = re.split(rf"b{self._nonce}x(\d+)x", rendered)
        fixed = tuple(pieces[::2])
        if any(self._nonce in piece for piece in fixed):
            raise ValueError("a template changed the letters of a blank, which may only be placed")
        return fixed, tuple(self._names[int(number)] for number in pieces[1::2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One body of a mail: fixed pieces already encoded, every odd place a blank to be filled."""

    pieces: tuple[bytes, ...]
    blanks: tuple[str, ...]
    escape: Callable[[str], str]

    def fill(self, facts: Mapping[str, str], plain: Mapping[str, bytes]) -> bytes:
        """Return the body in quoted-printable; a missing fact raises KeyError. `plain` is what `plain` gave."""
        pieces = list(self.pieces)
        pieces[1::2] = [plain.get(name) or self._encoded(name, facts[name]) for name in self.blanks]
        return b"".join(pieces)

    def _encoded(self, name: str, value: str) -> bytes:
        said = readable(value) if name in WRITTEN else self.escape(readable(value))
        return _continued(quoted_printable(said))


def plain(facts: Mapping[str, str]) -> Mapping[str, bytes]:
    """Encode the facts that need no escaping anywhere, once for all parts of a mail: nearly all of them."""
    return {
        name: value.encode("ascii") + _SOFT_BREAK for name, value in facts.items() if _PLAIN.fullmatch(value)
    }


def part(marks: Marks, rendered: str, *, escape: Callable[[str], str]) -> Part:
    """Compile a rendered text; `escape` is applied to every value that is put into it.

    Every fixed piece ends in a soft line break, so that a value always begins a line and its own encoding
    does not depend on what stands before it.
    """
    fixed, names = marks.cut(rendered)
    *others, last = [quoted_printable(readable(piece)) for piece in fixed]
    pieces = alternating([*map(_continued, others), last], [b""] * len(names))
    return Part(pieces=pieces, blanks=names, escape=escape)


def alternating(fixed: Sequence[_Piece], between: Sequence[_Piece]) -> tuple[_Piece, ...]:
    """Put one of the second between each two of the first."""
    pieces = [*fixed, *between]
    pieces[::2], pieces[1::2] = fixed, between
    return tuple(pieces)


def readable(value: str) -> str:
    """Return the value with LF for every line end and without what cannot be seen."""
    return value if value.isprintable() else _INVISIBLE.sub("", _NEWLINE.sub("\n", value))


def quoted_printable(value: str) -> bytes:
    """Encode a text that begins at the start of a line, its lines ending in LF."""
    if _VERBATIM.fullmatch(value):
        return value.encode("ascii")
    return binascii.b2a_qp(value.encode("utf-8", "replace")).replace(b"\n", b"\r\n")


def _continued(encoded: bytes) -> bytes:
    """End the encoded text in a soft line break; a line that is full is broken before its last character."""
    if len(encoded) - encoded.rfind(b"\n") - 1 < _LINE:
        return encoded + _SOFT_BREAK
    last = len(encoded) - (3 if encoded[-3:-2] == b"=" else 1)
    return encoded[:last] + _SOFT_BREAK + encoded[last:] + _SOFT_BREAK
