"""A calendar to subscribe to: private entries that take no time, read back by a library that is not ours."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from coachfollow.calendars.feed import Entry, Feed, publish
from coachfollow.calendars.lines import LINE_OCTETS

REMINDER = Entry(
    uid="17-c1f3a9e27b5d4c60@nordwind.example",
    sequence=3,
    changed_at=datetime(2026, 11, 10, 8, 0, 12, 345678, tzinfo=UTC),
    begins=datetime(2026, 11, 17, 9, 0, tzinfo=timezone(timedelta(hours=1))),
    summary="Your plan, once more; with commas",
    description="When a guest complains, I will listen.\n\nAll my dates:\nhttps://followup.example.org/my-plan/c1f3",
    url="https://followup.example.org/my-plan/c1f3",
)
QUESTION = replace(REMINDER, uid="18-c1f3a9e27b5d4c60@nordwind.example", begins=date(2026, 11, 24))
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=200)


def read(feed: Feed) -> Calendar:
    calendar = Calendar.from_ical(publish(feed))
    assert calendar.errors == []
    assert [event.errors for event in calendar.events] == [[]] * len(feed.entries)
    return calendar


def test_a_calendar_says_what_it_is_called_and_how_often_to_look() -> None:
    feed = Feed(name="Customer-focused leadership", entries=[REMINDER, QUESTION])
    calendar = read(feed)

    assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "Customer-focused leadership"
    assert calendar.refresh_interval == timedelta(hours=4)
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT4H" in publish(feed)
    assert calendar["X-PUBLISHED-TTL"] == "PT4H"


def test_a_reminder_begins_at_its_instant_is_private_and_keeps_nobody_busy() -> None:
    (event,) = read(Feed(name="x", entries=[REMINDER])).events

    assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == (REMINDER.uid, 3, REMINDER.summary)
    assert event["DESCRIPTION"] == REMINDER.description
    assert (event.start, event.end) == (REMINDER.begins, datetime(2026, 11, 17, 8, 15, tzinfo=UTC))
    assert event.DTSTAMP == event.LAST_MODIFIED == REMINDER.changed_at.replace(microsecond=0)
    assert (event["CLASS"], event["TRANSP"]) == ("PRIVATE", "TRANSPARENT")
    (alarm,) = event.subcomponents
    assert (alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", REMINDER.summary)
    assert "complains" not in alarm.to_ical().decode(), "a locked screen shows it"


def test_the_day_of_a_question_is_a_whole_day_without_an_alarm() -> None:
    (event,) = read(Feed(name="x", entries=[QUESTION])).events

    assert (event.start, event.end) == (date(2026, 11, 24), date(2026, 11, 25))
    assert event.subcomponents == []


def test_nobody_is_invited_to_an_entry() -> None:
    raw = publish(Feed(name="x", entries=[REMINDER, QUESTION]))

    assert b"ATTENDEE" not in raw
    assert b"ORGANIZER" not in raw


def test_an_empty_calendar_can_be_read() -> None:
    assert read(Feed(name="x", entries=[])).events == []


def test_an_empty_calendar_has_the_one_component_that_a_calendar_needs_and_a_full_one_no_other() -> None:
    (zone,) = read(Feed(name="x", entries=[])).subcomponents
    assert (zone.name, zone["TZID"], zone.errors) == ("VTIMEZONE", "UTC", [])
    assert b"TZOFFSETTO:+0000" in zone.subcomponents[0].to_ical()
    assert [one.name for one in read(Feed(name="x", entries=[REMINDER])).subcomponents] == ["VEVENT"]


@given(summary=ANY_TEXT, description=ANY_TEXT, name=ANY_TEXT)
def test_any_words_come_back_as_they_were_on_short_lines(summary: str, description: str, name: str) -> None:
    feed = Feed(name=name, entries=[replace(REMINDER, summary=summary, description=description)])
    raw = publish(feed)

    assert raw == publish(feed)
    assert max(map(len, raw.split(b"\r\n"))) <= LINE_OCTETS
    (event,) = read(feed).events
    assert len(Calendar.from_ical(raw).subcomponents) == 1
    plain = str.maketrans(dict.fromkeys("\u2028\u2029", "\n"))
    assert event["SUMMARY"] == summary.translate(plain)
    assert event["DESCRIPTION"] == description.translate(plain)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(REMINDER, uid="x\r\nATTENDEE:mailto:eve@example.org"),
        replace(REMINDER, uid=""),
        replace(REMINDER, sequence=-1),
    ],
)
def test_what_no_calendar_takes_is_refused(wrong: Entry) -> None:
    with pytest.raises(ValueError, match="plain uid"):
        publish(Feed(name="x", entries=[wrong]))
