"""Tables of what leaves: messages with claims and outcomes, links by hash, leases, heartbeats."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, Sequence, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, choice, partial, ref
from coachfollow.rules.kinds import MessageKind, MessageState, TokenPurpose

# one fence value per claimed batch; on SQLite the highest in `drain_lease` is the last one
CLAIM_FENCE = Sequence("claim_fence", metadata=Base.metadata)


class Message(Base):
    """One mail in the outbox; `due` is a question (queued and send_at <= now), not a state."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("touchpoint_id", "person_id", "kind", "n"),
        partial("ix_messages_due", "send_at", "id", where="state = 'queued'"),  # claiming, oldest first
        # claiming what outlived its sender, before anything else; of two that fit SQLite takes the newest, so a
        # migration that makes the table anew has to make this one last
        partial("ix_messages_lapsed", "send_at", "id", where="state = 'queued' AND lapses > 0"),
        # the reconciler
        partial("ix_messages_held", "lease_until", where="state IN ('claimed', 'handing')"),
        partial("ix_messages_waiting", "person_id", where="state = 'queued'"),  # what else somebody is to get
        Index("ix_messages_fence", "fence"),  # the outcomes of one batch
        # the operator's outbox: what came to an end, by state
        partial("ix_messages_state_settled_at", "state", "settled_at", where="settled_at IS NOT NULL"),
    )

    id: Mapped[Key]
    public_id: Mapped[str] = mapped_column(String(32), unique=True)  # the Message-ID is made of it
    organisation_id: Mapped[int] = mapped_column(ref("organisations.id"))
    person_id: Mapped[int] = mapped_column(ref("people.id"))  # who receives it
    plan_id: Mapped[int | None] = mapped_column(ref("plans.id"), index=True)
    touchpoint_id: Mapped[int | None] = mapped_column(ref("touchpoints.id"))
    attendee_id: Mapped[int | None] = mapped_column(ref("check_in_attendees.id"))
    kind: Mapped[MessageKind] = mapped_column(choice(MessageKind, "kind"))
    n: Mapped[int] = mapped_column(default=0)  # 0 first, 1 and 2 reminders; SEQUENCE of a calendar mail
    state: Mapped[MessageState] = mapped_column(choice(MessageState, "state"))
    send_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    wanted_at: Mapped[datetime | None]  # when it was due, before a limit kept it
    created_at: Mapped[datetime]
    first_tried_at: Mapped[datetime | None]  # the Date header, the same on every attempt
    address: Mapped[str | None]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_until: Mapped[float | None]  # lease time, seconds on the clock that `lease_boot` names
    lease_boot: Mapped[str | None] = mapped_column(String(40))
    journal_id: Mapped[str | None] = mapped_column(String(40))
    hold_until: Mapped[float | None]
    unwanted: Mapped[bool] = mapped_column(default=False)  # cancelled while handing: asked before each dot
    retry_at: Mapped[float | None]
    retry_boot: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(default=0)  # intents: how often its dot was about to leave
    refusals: Mapped[int] = mapped_column(default=0)  # “not now” by the server: the back-off counts them
    lapses: Mapped[int] = mapped_column(default=0)  # leases that ran out: the sender died or hung
    resends: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    server_reply: Mapped[str | None]  # the server's last words
    reason: Mapped[str | None]  # ours: why it was cancelled, expired or set aside


class MailTurn(Base):
    """A place among the few mails somebody gets on a day and in a week; two claims cannot take the same."""

    __tablename__ = "mail_turns"
    __table_args__ = (UniqueConstraint("person_id", "week", "nth_of_week"),)

    person_id: Mapped[int] = mapped_column(ref("people.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # the person's own
    nth: Mapped[int] = mapped_column(primary_key=True)
    week: Mapped[date]  # its Monday
    nth_of_week: Mapped[int]
    message_id: Mapped[int] = mapped_column(ref("messages.id"), index=True)


class MailPart(Base):
    """A mail that leaves as a part of another one, which leads; it is queued until that one has an end."""

    __tablename__ = "mail_parts"

    message_id: Mapped[int] = mapped_column(ref("messages.id"), primary_key=True)
    leader_id: Mapped[int] = mapped_column(ref("messages.id"), index=True)


class CoachDay(Base):
    """A day on which it was looked at what a coach is to be told, whether there was anything or not: once a day."""

    __tablename__ = "coach_days"

    person_id: Mapped[int] = mapped_column(ref("people.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # the coach's own


class SealedMail(Base):
    """The bytes of a mail between its first attempt and its end, sealed: they hold live links.

    A table of its own keeps the rows of `messages` small: a state is written three times a mail.
    """

    __tablename__ = "sealed_mails"

    message_id: Mapped[int] = mapped_column(ref("messages.id"), primary_key=True)
    raw: Mapped[bytes]


class Token(Base):
    """A link's right to do one thing; only the hash is known here."""

    __tablename__ = "tokens"

    id: Mapped[Key]
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice(TokenPurpose, "purpose"))
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)
    plan_id: Mapped[int | None] = mapped_column(ref("plans.id"))
    touchpoint_id: Mapped[int | None] = mapped_column(ref("touchpoints.id"))
    person_version: Mapped[int]
    bound_to: Mapped[str | None] = mapped_column(String(64))  # hash of the browser that asked to sign in
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class DrainLease(Base):
    """A place at the mail server: who holds it, by fence, until when."""

    __tablename__ = "drain_lease"

    id: Mapped[Key]
    fence: Mapped[int] = mapped_column(BigInteger, default=0)
    boot: Mapped[str] = mapped_column(String(40), default="")
    until: Mapped[float] = mapped_column(default=0.0)
    failures: Mapped[int] = mapped_column(default=0)  # how often in a row the server refused: the back-off


class Heartbeat(Base):
    """When a part of the system last worked."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]


class AttemptTime(Base):
    """How many attempts took up to so long, and their seconds together; one row for each step of the histogram."""

    __tablename__ = "attempt_times"

    up_to_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(BigInteger)
    seconds: Mapped[float]


class RateBucket(Base):
    """A token bucket against floods; in the database, so that it holds without Redis."""

    __tablename__ = "rate_buckets"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    level: Mapped[float]
    at: Mapped[float]
