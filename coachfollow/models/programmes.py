"""Tables of the training offer: programmes, their versions, steps and texts by language."""

from datetime import datetime, time

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, choice, partial, ref
from coachfollow.rules.kinds import Audience, DayKind, StepKind


class Programme(Base):
    """A training offer, known by its key."""

    __tablename__ = "programmes"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    key: Mapped[str] = mapped_column(String(80))


class ProgrammeVersion(Base):
    """One published follow-up template; running plans keep the version they began with."""

    __tablename__ = "programme_versions"
    __table_args__ = (UniqueConstraint("programme_id", "number"),)

    id: Mapped[Key]
    programme_id: Mapped[int] = mapped_column(ref("programmes.id"))
    number: Mapped[int]
    language: Mapped[str] = mapped_column(String(16))
    sponsor_name: Mapped[str]
    anchor: Mapped[str] = mapped_column(String(16))
    threshold: Mapped[float]
    attended_minutes: Mapped[int | None]
    attended_sessions: Mapped[int | None]
    silent_after: Mapped[
        int | None
    ]  # so many questions in a row unanswered, and nothing reminds; none: never
    # what is done about answers (`rules.adapting.Rules`); none: nothing
    no_opportunity_days: Mapped[int | None]
    barrier_days: Mapped[int | None]
    as_intended_in_a_row: Mapped[int | None]
    as_intended_days: Mapped[int | None]
    allows: Mapped[str | None]  # what of their rhythm people may choose, as JSON text; none: nothing
    source: Mapped[str]
    checksum: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]


class ProgrammeDraft(Base):
    """A programme that is being written: one document, mistakes and all, until it is published or put away."""

    __tablename__ = "programme_drafts"
    __table_args__ = (
        # one draft of a programme at a time; closed ones stay as they were
        partial("uq_programme_drafts_open", "organisation_id", "key", where="closed_at IS NULL", unique=True),
    )

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    key: Mapped[str] = mapped_column(String(80))
    document: Mapped[str]  # YAML, as `coachfollow programme check` takes it
    revision: Mapped[int]  # raised by every save, so that nobody saves over words they have not seen
    begun_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ref("people.id"))
    closed_at: Mapped[datetime | None]
    published_as_id: Mapped[int | None] = mapped_column(ref("programme_versions.id"))


class ProgrammeText(Base):
    """What a programme says about itself in one language; examples and the like as JSON text."""

    __tablename__ = "programme_texts"

    version_id: Mapped[int] = mapped_column(ref("programme_versions.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    title: Mapped[str]
    why: Mapped[str]
    sponsor_words: Mapped[str]
    examples: Mapped[str]  # pairs of situation and action
    good: Mapped[str] = mapped_column(default="[]")  # situation, action, why; empty where there is none
    poor: Mapped[str] = mapped_column(default="[]")
    themes: Mapped[str] = mapped_column(default="{}")  # words by key


class Step(Base):
    """One entry of the template."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("version_id", "key"),)

    id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(ref("programme_versions.id"))
    key: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    kind: Mapped[StepKind] = mapped_column(choice(StepKind, "kind"))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    anchor: Mapped[str]
    offset_days: Mapped[int]
    day_kind: Mapped[DayKind] = mapped_column(choice(DayKind, "day_kind"), default=DayKind.CALENDAR)
    local_time: Mapped[time]
    open_days: Mapped[int | None]
    reminders: Mapped[str]  # working days after the due day, as JSON text
    mandatory: Mapped[bool]
    theme: Mapped[str | None]


class StepText(Base):
    """What a step says in one language."""

    __tablename__ = "step_texts"

    step_id: Mapped[int] = mapped_column(ref("steps.id"), primary_key=True)
    locale: Mapped[str] = mapped_column(String(16), primary_key=True)
    subject: Mapped[str]
    body: Mapped[str]
    question: Mapped[str | None]
    labels: Mapped[str] = mapped_column(default="{}")  # answers worded anew, by `Applied`, as JSON text
