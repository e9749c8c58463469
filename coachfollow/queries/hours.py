"""Reads when and where somebody can be booked."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import CoachProfile, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A coach's bookable week as the rules write it, in their zone, and the place to meet."""

    week: str
    link: str
    minutes: int | None
    zone: str


def hours(session: Session, *, person_id: int) -> Hours:
    """Give when somebody can be booked; an empty week where they have not said so yet."""
    week, link, minutes, zone = session.execute(
        select(
            CoachProfile.bookable_week, CoachProfile.meeting_link, CoachProfile.meeting_minutes, Person.zone
        )
        .select_from(Person)
        .outerjoin(CoachProfile, CoachProfile.person_id == Person.id)
        .where(Person.id == person_id)
    ).one()
    return Hours(week=week or "", link=link or "", minutes=minutes, zone=zone)
