"""Lets nothing into a header, an envelope or a link that could start another one."""

import re
from email.errors import HeaderParseError
from email.headerregistry import Address

LONGEST_ADDRESS = 254  # RFC 5321 4.5.3.1.3: a path of 256 octets, less its angle brackets
LONGEST_LINK = 900  # a header line may have 998 octets, and a folded link is a dead link

# C0, DEL, C1, the line and paragraph separators, and lone surrogates, which no encoding carries
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_DOT_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
_COMMON_ADDRESS = re.compile(f"{_DOT_ATOM}@{_HOST}")
_LINK = re.compile(r"https?://[!#$%&'()*+,\-./0-9:;=?@A-Z\[\]_a-z~]+")
_TOKEN = re.compile(r"[0-9A-Za-z-]{1,64}")


class Unmailable(Exception):
    """This message can never be sent as it is; the sentence says why, and it is set aside with it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def header_value(value: str, *, what: str) -> str:
    """Return the value if it stays on the line it is put on; `what` names it in the sentence."""
    found = _UNSAFE.search(value)
    if found:
        raise Unmailable(
            f"{what} holds the control character U+{ord(found[0]):04X}; correct it where it comes from."
        )
    return value


def address(value: str, *, what: str) -> str:
    """Return the address as it is written in headers and envelopes, re-serialised, pure ASCII."""
    if len(value) > LONGEST_ADDRESS:
        raise Unmailable(f"{what} is longer than the {LONGEST_ADDRESS} characters an address may have.")
    if _COMMON_ADDRESS.fullmatch(value):
        return value
    return _unusual_address(value, what=what)


def envelope_address(value: str, *, what: str) -> str:
    """Return the address for MAIL FROM or RCPT TO; empty is the null return path."""
    return address(value, what=what) if value else ""


def link(value: str, *, what: str) -> str:
    """Return the link if a mail program will see it as one piece: http or https, visible ASCII."""
    if len(value) > LONGEST_LINK or not _LINK.fullmatch(value):
        raise Unmailable(f"{what} is not a link that can stand in a mail: {value[:80]!r}.")
    return value


def token(value: str, *, what: str) -> str:
    """Return the token if it consists of letters, digits and hyphens alone."""
    if not _TOKEN.fullmatch(value):
        raise Unmailable(f"{what} may hold letters, digits and hyphens only, not {value[:80]!r}.")
    return value


def _unusual_address(value: str, *, what: str) -> str:
    """Let the library read a quoted local part; what it writes is what we send."""
    header_value(value, what=what)
    if not value.isascii():
        raise Unmailable(
            f"{what} {value!r} has letters outside ASCII, which few mail servers carry; ask for another."
        )
    try:
        read = Address(addr_spec=value)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise Unmailable(f"{what} {value[:80]!r} is not a mail address.") from error
    if not re.fullmatch(_HOST, read.domain) or not read.username:
        raise Unmailable(f"{what} {value[:80]!r} is not a mail address.")
    return read.addr_spec
