"""Tells in sentences what happened while the demo's time went by."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from babel.dates import format_datetime

from coachfollow.queries.happenings import Happened
from coachfollow.rules import worktime
from coachfollow.web import saying

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def moment(instant: datetime, zone: str) -> str:
    """Mon 9 March 2026, 09:30: short enough for a bar on a phone."""
    return format_datetime(worktime.local(instant, zone), "EEE d MMMM y, HH:mm", locale=saying.LOCALE)


def told(happened: Happened, *, length: timedelta) -> str:
    """3 days went by: 12 mails left, 5 answers came."""
    if happened.is_nothing:
        return f"{_span(length)} went by, and nothing happened: nobody was asked anything."
    return f"{_span(length)} went by: {_list(happened)}."


def so_far(happened: Happened) -> str:
    """So far 12 mails left, 5 answers came."""
    return "So far nothing has happened." if happened.is_nothing else f"So far {_list(happened)}."


def _list(happened: Happened) -> str:
    return ", ".join(_phrases(happened))


def _phrases(happened: Happened) -> Iterator[str]:
    for number, one, many, verb in (
        (happened.mails, "mail", "mails", "left"),
        (happened.answers, "answer", "answers", "came"),
        (happened.meetings, "meeting", "meetings", "took place"),
        (happened.refused, "mail", "mails", "could not be delivered"),
        (happened.missed, "question", "questions", "closed without an answer"),
    ):
        if number:
            yield f"{saying.how_many(number, one, many)} {verb}"


def _span(length: timedelta) -> str:
    """A day, 13 weeks, 5 hours: in the largest unit that says it well enough."""
    for size, tolerance, one, many in (
        (WEEK, HOUR, "A week", "weeks"),
        (DAY, 0.15 * length, "A day", "days"),
        (HOUR, HOUR / 2, "An hour", "hours"),
        (MINUTE, MINUTE / 2, "A minute", "minutes"),
    ):
        count = round(length / size)
        if count and abs(length - count * size) <= tolerance:
            return one if count == 1 else f"{count} {many}"
    return "A moment"
