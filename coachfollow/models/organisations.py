"""Tables of who we work for: organisations, their teams and settings."""

from datetime import datetime, time

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, PublicId, partial, ref


class Organisation(Base):
    """A client or employer; one by default, invisible until there is a second."""

    __tablename__ = "organisations"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    name: Mapped[str]
    zone: Mapped[str]
    locale: Mapped[str] = mapped_column(String(16), default="en")
    working_week: Mapped[str]
    holiday_region: Mapped[str | None]
    quiet_since: Mapped[time | None]  # nobody is written to from then …
    quiet_until: Mapped[time | None]  # … until then
    sender_name: Mapped[str]
    reply_to: Mapped[str]
    created_at: Mapped[datetime]


class Team(Base):
    """One node of the team tree: directorate, department, team."""

    __tablename__ = "teams"
    __table_args__ = (
        UniqueConstraint("organisation_id", "parent_id", "name"),
        # NULL parents are all different to a unique constraint: the roots need their own
        partial("uq_teams_root", "organisation_id", "name", where="parent_id IS NULL", unique=True),
    )

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    parent_id: Mapped[int | None] = mapped_column(ref("teams.id"), index=True)  # the tree, downwards
    name: Mapped[str]


class Setting(Base):
    """A choice an organisation makes on a page, as JSON text."""

    __tablename__ = "settings"

    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str]
