"""Reads names as reports write them: “Last, First”, “Anna Example (Guest)”, “Annie (Anna Example)”."""

import re

from coachfollow.intake import values

_BRACKETS = re.compile(r"[(\[{\uff08]([^()\[\]{}\uff08\uff09]*)[)\]}\uff09]")
_SUFFIXES = {
    "jr",
    "sr",
    "ii",
    "iii",
    "iv",
    "phd",
    "ph d",
    "md",
    "dr",
    "mba",
    "msc",
    "bsc",
    "ma",
    "ba",
    "esq",
    "cpa",
}
_SIGNS = {
    "guest", "ext", "extern", "external", "unverified", "host", "co host", "me", "organizer", "organiser",
    "gast", "externe", "invite", "invitee", "invitado", "invitada", "she", "her", "hers", "he", "him", "his",
    "they", "them", "theirs", "sie", "ihr", "er", "ihn",
}  # fmt: skip


def tidy(text: str) -> str:
    """The name to call somebody by: no bracketed signs, the first name first; the text itself if nothing is left."""
    bare = _without_brackets(text)
    last, comma, first = bare.partition(",")
    if not comma or "," in first or not first.strip() or values.fold(first) in _SUFFIXES:
        return bare
    return f"{first.strip()} {last.strip()}".strip()


def original(text: str) -> str:
    """The name of the account in “Display (Account)”, as one maker of reports writes it.

    A bracket with a sign or with fewer words than the display name (“Anna Example (Finance)”) is no account.
    """
    for inside in reversed(_BRACKETS.findall(text)):
        words = values.fold(inside).split()
        if len(words) >= max(2, len(tidy(text).split())) and not _SIGNS.issuperset(words):
            return tidy(inside)
    return tidy(text)


def joined(first: str, last: str) -> str:
    """One name of two columns."""
    return tidy(f"{first} {last}".strip())


def _without_brackets(text: str) -> str:
    return " ".join(_BRACKETS.sub(" ", text).split()).strip(" ,;|-") or text
