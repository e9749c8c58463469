"""Tables of when people do not work as usual: leave, rosters, and the days the whole organisation is closed."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, partial, ref


class LeaveSpell(Base):
    """Somebody away from a day to a day, both included; never changed, at most withdrawn."""

    __tablename__ = "leave_spells"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="in_order"),
        Index("ix_leave_spells_person_id", "person_id", "last_day"),
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ref("people.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    from_noon: Mapped[bool] = mapped_column(default=False)
    until_noon: Mapped[bool] = mapped_column(default=False)
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(ref("people.id"))
    withdrawn_at: Mapped[datetime | None]


class ClosedSpell(Base):
    """The whole organisation closed from a day to a day, both included; never changed, at most withdrawn."""

    __tablename__ = "closed_spells"
    __table_args__ = (
        CheckConstraint("first_day <= last_day", name="in_order"),
        partial("ix_closed_spells_organisation_id", "organisation_id", where="withdrawn_at IS NULL"),
    )

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(ref("people.id"))
    withdrawn_at: Mapped[datetime | None]


class RosterDay(Base):
    """The hours of one person on one day, as a roster has them; empty where it says: free."""

    __tablename__ = "roster_days"
    __table_args__ = (UniqueConstraint("person_id", "day"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ref("people.id"))
    day: Mapped[date]
    hours: Mapped[str]
