"""Meetings for tests: whom they are with, that a time is looked for, and what calendars read of it."""

from datetime import datetime
from email.message import EmailMessage
from typing import NamedTuple

import icalendar
from sqlalchemy import select, update

from coachfollow.models import CheckIn, Person
from tests.flow.world import AFTER, DAY, World

ANNA, BEN, COACH, OTHER = "anna@example.org", "ben@example.org", "coach@example.org", "other@example.org"
IDEAL = AFTER + 14 * DAY


def anna_meets_her_coach(world: World) -> None:
    """Anna has been trained, and her coach can be booked: a time is to be found for their meeting."""
    train(world, ANNA)
    world.bookable(COACH)


def train(world: World, *people: str, coaches: tuple[str, ...] = (COACH,), key: str = "spring") -> None:
    """These people have been trained, and their meetings are wanted."""
    world.bring_in(world.open_group(key, coaches=coaches), "".join(f"{person}\n" for person in people))


def meetings(world: World) -> list[CheckIn]:
    fresh = select(CheckIn).order_by(CheckIn.starts_at, CheckIn.id).execution_options(populate_existing=True)
    found = list(world.session.scalars(fresh))
    for meeting in found:
        world.session.expunge(meeting)
    world.session.rollback()
    return found


def live_in(world: World, email: str, *, zone: str, week: str) -> None:
    world.session.execute(update(Person).where(Person.email == email).values(zone=zone, working_week=week))
    world.session.commit()


class Entry(NamedTuple):
    """What a calendar reads in an invitation."""

    method: str
    uid: str
    sequence: int
    starts_at: datetime
    attendee: str
    location: str
    status: str
    organiser: tuple[str, str]  # name and address
    about: str


def calendar(mail: EmailMessage) -> Entry:
    """Read an invitation as a calendar does."""
    part = mail.get_body(("calendar",))
    assert part is not None
    parsed = icalendar.Calendar.from_ical(part.get_content())
    (event,) = parsed.walk("VEVENT")
    return Entry(
        method=str(parsed["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(event.decoded("SEQUENCE")),
        starts_at=event.decoded("DTSTART"),
        attendee=str(event["ATTENDEE"]),
        location=str(event.get("LOCATION", "")),
        status=str(event["STATUS"]),
        organiser=(event["ORGANIZER"].params["CN"], str(event["ORGANIZER"])),
        about=str(event["DESCRIPTION"]),
    )


def move(world: World, starts_at: datetime, *, now: datetime = AFTER) -> None:
    world.arrange(ANNA, starts_at, by=COACH, step="talk", now=now)
