"""Tables of who took what: cohorts, their sessions, enrolments and attendances."""

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, PublicId, choice, ref
from coachfollow.rules.kinds import AttendanceState


class Cohort(Base):
    """People who take a programme together; says when somebody counts as attended."""

    __tablename__ = "cohorts"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: Mapped[Key]
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    public_id: Mapped[PublicId]
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[str]
    programme_version_id: Mapped[int] = mapped_column(ref("programme_versions.id"), index=True)
    zone: Mapped[str]
    attended_minutes: Mapped[int]  # least minutes of one session to be present
    attended_sessions: Mapped[int]  # least sessions present to have attended
    target: Mapped[float | None]  # completion we aim at, 0 to 1
    announced: Mapped[bool] = mapped_column(default=False)  # the manager announces the first mail
    created_at: Mapped[datetime]


class TrainingSession(Base):
    """One dated meeting of a cohort, in the zone where it took place."""

    __tablename__ = "training_sessions"
    __table_args__ = (UniqueConstraint("cohort_id", "position"),)

    id: Mapped[Key]
    cohort_id: Mapped[int] = mapped_column(ref("cohorts.id"))
    position: Mapped[int]
    title: Mapped[str]
    local_date: Mapped[date]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str]


class Enrolment(Base):
    """One person in one cohort."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("cohort_id", "person_id"),)

    id: Mapped[Key]
    cohort_id: Mapped[int] = mapped_column(ref("cohorts.id"))
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)  # a person's programmes
    created_at: Mapped[datetime]


class Attendance(Base):
    """One person at one session; what a correction changed stands in the events."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("enrolment_id", "training_session_id"),)

    id: Mapped[Key]
    enrolment_id: Mapped[int] = mapped_column(ref("enrolments.id"))
    training_session_id: Mapped[int] = mapped_column(ref("training_sessions.id"), index=True)
    state: Mapped[AttendanceState] = mapped_column(choice(AttendanceState, "state"))
    minutes: Mapped[int | None]
    batch_id: Mapped[int | None] = mapped_column(ref("import_batches.id"), index=True)
