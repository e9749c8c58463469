"""Tables of the past and of the demo's time: the append-only events, the row that shifts the clock."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, ref


class Event(Base):
    """Something that happened: ids and facts, no texts; triggers refuse to change or delete it."""

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_plan_id_at", "plan_id", "at"),  # a plan's time line
        Index("ix_events_message_id", "message_id"),  # one message's whole history
        Index("ix_events_organisation_id_at", "organisation_id", "at"),
    )

    id: Mapped[Key]
    at: Mapped[datetime]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    name: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None]
    person_id: Mapped[int | None]
    cohort_id: Mapped[int | None]
    plan_id: Mapped[int | None]
    touchpoint_id: Mapped[int | None]
    message_id: Mapped[int | None]
    facts: Mapped[str] = mapped_column(default="{}")


class ClockShift(Base):
    """The demo's one row: how many seconds business time is ahead."""

    __tablename__ = "clock_shift"

    id: Mapped[Key]
    seconds: Mapped[float] = mapped_column(default=0.0)
