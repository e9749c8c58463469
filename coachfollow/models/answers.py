"""Tables of what came back: answers, and the barriers named in them."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, choice, ref
from coachfollow.rules.kinds import Applied, Barrier


class Answer(Base):
    """What a person gave to one follow-up; changed in place until it closes, never doubled."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("touchpoint_id", "person_id"),)

    id: Mapped[Key]
    touchpoint_id: Mapped[int] = mapped_column(ref("touchpoints.id"))
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    applied: Mapped[Applied | None] = mapped_column(choice(Applied, "applied"))
    times: Mapped[int | None]
    rating: Mapped[int | None]
    barrier: Mapped[Barrier | None] = mapped_column(choice(Barrier, "barrier"))
    note: Mapped[bytes | None]  # sealed with the key of the person who wrote it
    note_shared: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str] = mapped_column(String(16), default="page")
    answered_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Blocker(Base):
    """A barrier on its way to whoever can remove it."""

    __tablename__ = "blockers"

    id: Mapped[Key]
    answer_id: Mapped[int] = mapped_column(ref("answers.id"), unique=True)
    barrier: Mapped[Barrier] = mapped_column(choice(Barrier, "barrier"))
    owner_id: Mapped[int | None] = mapped_column(ref("people.id"), index=True)
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
