"""Tables of files on their way in: batches, their staged rows, and remembered column mappings."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, PublicId, choice, ref
from coachfollow.rules.kinds import AttendanceState, ImportKind, ImportState


class ImportBatch(Base):
    """One file: staged for a preview, planned in chunks, made live by one flip."""

    __tablename__ = "import_batches"

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind, "kind"))
    state: Mapped[ImportState] = mapped_column(choice(ImportState, "state"))
    cohort_id: Mapped[int | None] = mapped_column(ref("cohorts.id"), index=True)
    training_session_id: Mapped[int | None] = mapped_column(ref("training_sessions.id"))
    file_name: Mapped[str]
    checksum: Mapped[str] = mapped_column(String(64))
    layout: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ref("people.id"))
    created_at: Mapped[datetime]
    rows: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)  # rows planned so far: the progress bar
    summary: Mapped[str] = mapped_column(default="{}")  # counts, as JSON text
    error: Mapped[str | None]


class ImportRow(Base):
    """One person of a staged file; personal facts leave with the row when the batch is live."""

    __tablename__ = "import_rows"
    __table_args__ = (
        UniqueConstraint("batch_id", "line"),
        Index("ix_import_rows_person", "batch_id", "person_id"),  # planning joins a batch to its people
    )

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ref("import_batches.id"))
    line: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ref("people.id"))
    is_new: Mapped[bool] = mapped_column(default=False)
    coach_id: Mapped[int | None] = mapped_column(ref("people.id"))  # as the file says
    name: Mapped[str | None]
    email: Mapped[str | None]
    facts: Mapped[str] = mapped_column(default="{}")  # manager, coach, team, zone … as JSON text
    state: Mapped[AttendanceState | None] = mapped_column(choice(AttendanceState, "state"))
    minutes: Mapped[int | None]
    problem: Mapped[str | None]
    suggestions: Mapped[str] = mapped_column(default="[]")  # people this may be, as JSON text
    skipped: Mapped[bool] = mapped_column(default=False)


class ColumnProfile(Base):
    """A remembered mapping of columns, found again by the fingerprint of the header."""

    __tablename__ = "column_profiles"
    __table_args__ = (UniqueConstraint("organisation_id", "name"),)

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    name: Mapped[str] = mapped_column(String(120))
    fingerprint: Mapped[str] = mapped_column(String(64), index=True)
    mapping: Mapped[str]
