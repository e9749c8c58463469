"""Tables of people: who they are, where they belong, and the key that opens their private texts."""

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, PublicId, choice, current, partial, ref
from coachfollow.rules.kinds import Rhythm, Role, Scope


class Person(Base):
    """Someone we write to; erasing blanks the identity and keeps the row."""

    __tablename__ = "people"
    __table_args__ = (
        UniqueConstraint("organisation_id", "email"),
        UniqueConstraint("organisation_id", "external_id"),
        Index("ix_people_organisation_id_name", "organisation_id", "name"),  # whom a list may mean
        # every drain compares them with the log of erasures
        partial("ix_people_erased", "public_id", where="erased_at IS NOT NULL"),
    )

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    public_id: Mapped[PublicId]
    email: Mapped[str | None]
    name: Mapped[str | None]
    external_id: Mapped[str | None]
    zone: Mapped[str]
    locale: Mapped[str] = mapped_column(String(16))
    working_week: Mapped[str]  # or weeks that take turns
    holiday_region: Mapped[str | None]  # none: the organisation's
    version: Mapped[int] = mapped_column(default=1)  # raised to end every session and link at once
    created_at: Mapped[datetime]
    left_on: Mapped[date | None]
    undeliverable_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


class PersonKey(Base):
    """The wrapped key of one person's private texts; erasing the person deletes this row."""

    __tablename__ = "person_keys"

    person_id: Mapped[int] = mapped_column(ref("people.id"), primary_key=True)
    wrapped_key: Mapped[bytes]


class Alias(Base):
    """Another name or address by which files know a person: chosen once by somebody, remembered."""

    __tablename__ = "aliases"
    __table_args__ = (UniqueConstraint("organisation_id", "value"),)

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)  # erasing a person
    value: Mapped[str]


class Membership(Base):
    """A person in a team, from and to; one team at a time."""

    __tablename__ = "memberships"
    __table_args__ = (
        current("uq_memberships_current", "person_id"),
        Index("ix_memberships_spells", "person_id", "from_at", "to_at", "team_id"),  # numbers by team
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ref("people.id"))
    team_id: Mapped[int] = mapped_column(ref("teams.id"), index=True)  # who is in a team
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class Reporting(Base):
    """A person and their manager, from and to; one manager at a time."""

    __tablename__ = "reportings"
    __table_args__ = (current("uq_reportings_current", "person_id"),)

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)
    manager_id: Mapped[int] = mapped_column(ref("people.id"), index=True)  # a manager's own people
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class CoachProfile(Base):
    """When and where a coach can be booked; no week means the coach is asked for one."""

    __tablename__ = "coach_profiles"

    person_id: Mapped[int] = mapped_column(ref("people.id"), primary_key=True)
    bookable_week: Mapped[str | None]
    meeting_link: Mapped[str | None]
    meeting_minutes: Mapped[int] = mapped_column(default=30)
    gap_minutes: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # between any two meetings
    meetings_a_day: Mapped[int | None]  # at most; none where there is no limit
    meetings_a_week: Mapped[int | None]
    asked_at: Mapped[datetime | None]
    rhythm: Mapped[Rhythm | None] = mapped_column(choice(Rhythm, "rhythm"))  # none: weekly


class Grant(Base):
    """A role within a scope, from and to."""

    __tablename__ = "grants"
    __table_args__ = (
        current("uq_grants_current", "person_id", "role", "scope", "scope_id"),
        Index("ix_grants_scope", "scope", "scope_id", "role"),  # the coaches of a cohort
    )

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ref("people.id"))
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    scope: Mapped[Scope] = mapped_column(choice(Scope, "scope"))
    scope_id: Mapped[int]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
