"""Decides which encoding a file is in, and decodes it line by line.

Field notes: the order of the tests matters. Strict UTF-8 accepts UTF-16 without a byte order mark when the text
is ASCII (every second byte is NUL), so the pattern of NULs is looked at first; UTF-16 without a mark is found
where some 40 % of the characters are Latin, which a header row usually gives. Windows-1252 has five undefined
bytes: they become U+FFFD, and the row is shown to the person. Excel's “CSV (Macintosh)” is Mac Roman, and known by
lines that end as nowhere else: with a carriage return alone.
"""

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path

UNREADABLE = "\N{REPLACEMENT CHARACTER}"

# What a person may choose on the mapping page; “utf-16” is not here, as it fails where no mark shows the order.
ENCODINGS = (
    "utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255",
    "cp1256", "cp1257", "iso-8859-1", "iso-8859-2", "iso-8859-15", "mac-roman", "shift_jis", "euc-kr", "gb18030",
    "big5",
)  # fmt: skip

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NOT_ASCII = bytes(range(0x80, 0x100))
_HEAD = 4000
_CHUNK = 1 << 16


def likely(head: bytes) -> str:
    """Name the encoding that the first bytes show; “utf-8” has yet to be proven on the whole."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    head = head[:_HEAD]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 5:  # ASCII-like UTF-16 has a NUL in every pair
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8"


def encoding_of(path: Path) -> str:
    """Name the encoding of a file; it is read through once, in pieces, where its first bytes do not tell."""
    with path.open("rb") as file:
        name = likely(file.read(_HEAD))
        file.seek(0)
        if name != "utf-8" or _is_utf8(iter(lambda: file.read(_CHUNK), b"")):
            return name
        file.seek(0)
        return _of_eight_bits(iter(lambda: file.read(_CHUNK), b""))


def decode(data: bytes) -> str:
    """Decode a whole text as a file with these bytes would be; nothing is refused."""
    name = likely(data)
    if name == "utf-8" and not _is_utf8([data]):
        name = _of_eight_bits([data])
    return data.decode(name, "replace")


def beginning(head: bytes) -> str:
    """Decode the first bytes of a longer text; its last character may be cut in two and is left away."""
    return decode(head.rstrip(_NOT_ASCII))


def lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file with their ends, one at a time; bytes that mean nothing become U+FFFD."""
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        yield from file


def _of_eight_bits(chunks: Iterable[bytes]) -> str:
    ends: set[bytes] = set()
    for chunk in chunks:
        ends |= {end for end in (b"\r", b"\n") if end in chunk}
    return "mac-roman" if ends == {b"\r"} else "cp1252"


def _is_utf8(chunks: Iterable[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
