"""Puts the parts of a mail together in the shape mail programs and calendars expect."""

import base64

from coachfollow.mail import guard

# "=_" can stand neither in quoted-printable nor in base64, so no part can hold its own boundary
_MIXED, _ALTERNATIVE = "=_m", "=_a"

_TEXT = b'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
_HTML = b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
_ATTACHED = (
    b'Content-Type: application/ics; name="invite.ics"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="invite.ics"\r\n\r\n'
)
METHODS = frozenset({"REQUEST", "CANCEL"})


def alternative(text: bytes, html: bytes, *, unique: str) -> bytes:
    """Return the rest of a message after its own headers: text, then HTML, both quoted-printable."""
    readings = _multipart("alternative", _ALTERNATIVE + unique, _TEXT + text, _HTML + html)
    return b"MIME-Version: 1.0\r\n" + readings


def meeting(text: bytes, html: bytes, calendar: bytes, *, method: str, unique: str) -> bytes:
    """The same with an invitation: once for programs that show buttons, once as a file for all others.

    Outlook refuses a method that differs from the one inside the calendar.
    """
    if method not in METHODS or f"\r\nMETHOD:{method}\r\n".encode() not in calendar:
        raise guard.Unmailable(f"the calendar entry does not say METHOD:{method} and was not sent.")
    encoded = base64.encodebytes(calendar).replace(b"\n", b"\r\n")
    entry = (
        f'Content-Type: text/calendar; charset="utf-8"; method="{method}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    ).encode()
    readings = _multipart("alternative", _ALTERNATIVE + unique, _TEXT + text, _HTML + html, entry + encoded)
    return b"MIME-Version: 1.0\r\n" + _multipart("mixed", _MIXED + unique, readings, _ATTACHED + encoded)


def _multipart(subtype: str, boundary: str, *parts: bytes) -> bytes:
    line = b"--" + boundary.encode()
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
