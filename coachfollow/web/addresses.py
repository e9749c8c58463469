"""Tells our own addresses from others': where somebody goes next is never said by a stranger."""

from urllib.parse import urlsplit


def own_path(wanted: str | None, *, otherwise: str = "/") -> str:
    r"""Give a path on this site as it was wanted, or the other one where it could lead elsewhere.

    Browsers read a backslash as a slash and drop control characters: //evil hides in /\evil and /<TAB>/evil.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    if "\\" in wanted or not wanted.isprintable():
        return otherwise
    parts = urlsplit(wanted)
    return otherwise if parts.scheme or parts.netloc else wanted
