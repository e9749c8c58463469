"""Tables of the past and of the demo's time: append-only events, decisions, the row that shifts the clock."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, choice, ref
from coachfollow.rules.kinds import Cause, ChangeKind


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


class PlanChange(Base):
    """One decision about a plan by hand, written once: how everything it changed stood before and after.

    It is taken back once at most: `undoes_id` is unique.
    """

    __tablename__ = "plan_changes"

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ref("plans.id"), index=True)  # what can still be taken back
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind, "kind"))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ref("people.id"))
    undoes_id: Mapped[int | None] = mapped_column(ref("plan_changes.id"), unique=True)
    facts: Mapped[str]
    mails: Mapped[str]  # the ids of those it posted and of those it stopped, as JSON text


class Adaptation(Base):
    """Why an answer changed a plan: for the person and their coach, and read by nothing else (law 10)."""

    __tablename__ = "adaptations"

    change_id: Mapped[int] = mapped_column(ref("plan_changes.id"), primary_key=True)
    touchpoint_id: Mapped[int] = mapped_column(ref("touchpoints.id"))  # the question that was answered
    cause: Mapped[Cause] = mapped_column(choice(Cause, "cause"))


class ClockShift(Base):
    """The demo's one row: how many seconds business time is ahead, and how far it was asked to go on."""

    __tablename__ = "clock_shift"

    id: Mapped[Key]
    seconds: Mapped[float] = mapped_column(default=0.0)
    moves: Mapped[int] = mapped_column(default=0)  # how often it set out: a form is good for one move
    set_out_at: Mapped[datetime | None]  # business time at which the latest move began
    heading_for: Mapped[datetime | None]  # where it ends; nothing while time stands
