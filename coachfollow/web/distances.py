"""Says in the language of the page distances in time and days that were kept in English words."""

import re
from datetime import date

from babel import Locale
from babel.dates import format_skeleton

from coachfollow.rules import days
from coachfollow.web import tongues

AFTER, ON = "after", "on the day of"
ANCHORS = (
    "the training",
    "the first session",
    "the last session",
    "session %(number)s",
    "the answer to an earlier question",
)
"""What something counts from; German and others decline it, so there is one for each way it is put."""

_LEAP = 2000  # the year of a day without one
_DAY = re.compile(rf"(?:({'|'.join(days.WEEKDAYS)}) )?(\d\d?)(?: ({'|'.join(days.MONTHS)}))?")
_ANCHOR = r"(?P<anchor>the training|the (?:first|last) session|session \d+|the answer to an earlier question)"
_ON = re.compile(rf"on the day of {_ANCHOR}")
_OFF = re.compile(rf"(?P<far>.+) (?P<side>before|after) {_ANCHOR}")
_PART = re.compile(r"(\d+) (working )?days?")


def said(words: str) -> str | None:
    """Say “5 days after the training”; nothing for what is no distance."""
    on, off = _ON.fullmatch(words), _OFF.fullmatch(words)
    if on is not None:
        return tongues.say("on the day of %(anchor)s", anchor=_anchor(ON, on["anchor"]))
    if off is None:
        return None
    anchor, far, outer = _anchor(AFTER, off["anchor"]), off["far"], off["side"]
    for side in ("before", "after"):
        first, between, second = far.partition(f" {side} and ")
        if between:
            facts = {"far": parts(first), "near": parts(second), "anchor": anchor}
            return tongues.say(_BOTH[side], **facts)
    return tongues.say(_ONE[outer], far=parts(far), anchor=anchor)


def far(how_far: str) -> str:
    """Say how far after an answer something comes; nothing for what comes on the day of it (a template filter)."""
    return parts(how_far) if _PART.search(how_far) else ""


def parts(far: str) -> str:
    """Say “5 days and 2 working days”."""
    said = [_part(int(number), working) for number, working in _PART.findall(far)]
    return said[0] if len(said) == 1 else tongues.say("%(one)s and %(other)s", one=said[0], other=said[1])


def day(words: str) -> str:
    """Say “Sat 14 March”, or “Sat 14”, or “14 March”; what is no day stays as it is."""
    found = _DAY.fullmatch(words)
    if found is None:
        return words
    weekday, number, month = found.groups()
    if not month:
        return tongues.say("%(weekday)s %(number)s", weekday=_weekday(weekday), number=number)
    there = date(_LEAP, days.MONTHS.index(month) + 1, int(number))
    said = format_skeleton("MMMMd", there, locale=tongues.current().locale)
    return tongues.say("%(weekday)s %(day)s", weekday=_weekday(weekday), day=said) if weekday else said


def _part(number: int, working: str) -> str:
    if working:
        return tongues.count("%(number)s working day", "%(number)s working days", number, number=number)
    return tongues.count("%(number)s day", "%(number)s days", number, number=number)


def _anchor(put: str, words: str) -> str:
    which, _, number = words.rpartition(" ")
    if which == "session" and number.isdigit():
        return tongues.say_of(put, "session %(number)s") % {"number": number}
    return tongues.say_of(put, words)


def _weekday(short: str | None) -> str:
    names = Locale.parse(tongues.current().locale).days["format"]["abbreviated"]
    return str(names[days.WEEKDAYS.index(short)]) if short else ""


_ONE = {
    "before": tongues.mark("%(far)s before %(anchor)s"),
    "after": tongues.mark("%(far)s after %(anchor)s"),
}
_BOTH = {
    "before": tongues.mark("%(far)s before and %(near)s after %(anchor)s"),
    "after": tongues.mark("%(far)s after and %(near)s before %(anchor)s"),
}
