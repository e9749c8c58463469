"""Days as people say them, whatever the language of the host."""

from datetime import date, timedelta

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 1, 1)  # beyond these no calendar knows the holidays

# Written out because strftime follows the locale of the host.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def of_training(text: str) -> date:
    """The day of a session as it was written, like 2026-03-31; ValueError says what to write instead."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError("Write the day like 2026-03-31.") from None
    if not EARLIEST <= day < LATEST:
        raise ValueError(f"Write a day of the years {EARLIEST.year} to {LATEST.year - 1}.")
    return day


def said(day: date) -> str:
    """“3 April”."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def brief(day: date) -> str:
    """“3 Apr”, where there is little room."""
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def short(day: date, beside: date | None = None) -> str:
    """“Sat 14 March”, or “Sat 14” beside a day of the same month."""
    if beside is not None and beside.month == day.month:
        return f"{WEEKDAYS[day.weekday()]} {day.day}"
    return f"{WEEKDAYS[day.weekday()]} {said(day)}"


def monday(day: date) -> date:
    """The first day of this day's week."""
    return day - timedelta(days=day.weekday())
