"""Tables of the follow-up itself: plans, who coaches them, commitments, dated touchpoints and check-ins."""

from datetime import date, datetime, time

from sqlalchemy import Computed, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from coachfollow.models.base import Base, Key, PublicId, choice, current, partial, ref
from coachfollow.rules.kinds import (
    Audience,
    CheckInState,
    Pace,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.measuring import Outcome

# `measuring.outcome` in the words of both databases; a change of it is a migration
OUTCOME = f"""CASE
WHEN kind = '{StepKind.PROMPT}' OR state = '{TouchpointState.CANCELLED}' THEN NULL
WHEN state = '{TouchpointState.EXCUSED}' THEN {Outcome.EXCUSED}
WHEN state = '{TouchpointState.COMPLETED}' AND settled_at <= grace_until THEN {Outcome.ON_TIME}
WHEN state = '{TouchpointState.COMPLETED}' THEN {Outcome.LATE}
WHEN state = '{TouchpointState.MISSED}' AND undeliverable THEN {Outcome.UNDELIVERABLE}
WHEN state = '{TouchpointState.MISSED}' THEN {Outcome.MISSED}
WHEN undeliverable THEN {Outcome.UNREACHED}
ELSE {Outcome.WAITING} END"""


class FollowUpPlan(Base):
    """The follow-up of one enrolment; person and cohort repeat the enrolment's, which never change."""

    __tablename__ = "plans"
    __table_args__ = (
        Index("ix_plans_cohort_id_state", "cohort_id", "state"),  # the headline of one cohort
        Index("ix_plans_person_id", "person_id"),
    )

    id: Mapped[Key]
    public_id: Mapped[PublicId]
    enrolment_id: Mapped[int] = mapped_column(ref("enrolments.id"), unique=True)
    person_id: Mapped[int] = mapped_column(ref("people.id"))
    cohort_id: Mapped[int] = mapped_column(ref("cohorts.id"))
    programme_version_id: Mapped[int] = mapped_column(ref("programme_versions.id"))
    state: Mapped[PlanState] = mapped_column(choice(PlanState, "state"))
    state_at: Mapped[datetime]
    paused_until: Mapped[date | None]
    stop_reason: Mapped[StopReason | None] = mapped_column(choice(StopReason, "stop_reason"))
    silent_since: Mapped[datetime | None]  # nothing reminds: their questions went unanswered
    back_at: Mapped[datetime | None]  # when they ended such a silence
    # their person did, at least once; written by a trigger on answers only
    answered: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # the rhythm its person chose; nothing is as the programme has it
    pace: Mapped[Pace | None] = mapped_column(choice(Pace, "pace"))
    weekday: Mapped[int | None] = mapped_column(SmallInteger)  # 0 is Monday
    preferred_time: Mapped[time | None]
    calendar_since: Mapped[datetime | None]  # reminders come in their calendar since then; none: by mail
    batch_id: Mapped[int | None] = mapped_column(ref("import_batches.id"), index=True)  # the flip


class CalendarFeed(Base):
    """The address at which a calendar finds one plan's reminders: only its hash is here (`flow/feeds`)."""

    __tablename__ = "calendar_feeds"

    plan_id: Mapped[int] = mapped_column(ref("plans.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)  # erasing a person
    public_id: Mapped[PublicId]  # what its address is made from, with our secret
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_version: Mapped[int]
    made_at: Mapped[datetime]


class Coaching(Base):
    """A coach and a plan, from and to; one coach at a time."""

    __tablename__ = "coachings"
    __table_args__ = (
        current("uq_coachings_current", "plan_id"),
        Index("ix_coachings_spells", "plan_id", "from_at", "to_at", "coach_id"),  # numbers by coach
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ref("plans.id"))
    coach_id: Mapped[int] = mapped_column(ref("people.id"), index=True)  # a coach's own people
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]


class Commitment(Base):
    """The person's own if-then plan; each change is a new version, sealed with the person's key."""

    __tablename__ = "commitments"
    __table_args__ = (UniqueConstraint("plan_id", "version"),)

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ref("plans.id"))
    version: Mapped[int]
    situation: Mapped[bytes]
    action: Mapped[bytes]
    reason: Mapped[bytes | None]
    rating: Mapped[int | None]  # where I am now, 1 to 10
    created_at: Mapped[datetime]


class Touchpoint(Base):
    """One dated step of one plan; local date, time and zone stand beside the instants they gave."""

    __tablename__ = "touchpoints"
    __table_args__ = (
        UniqueConstraint("plan_id", "step_id", "n"),
        partial("ix_touchpoints_planned", "due_at", where="state = 'planned'"),  # the drain: time has come
        partial("ix_touchpoints_open", "closes_at", where="state = 'open'"),  # the drain: time is over
        partial(  # the numbers: all they count by, plan after plan, so that the table itself is not read
            "ix_touchpoints_numbers",
            "plan_id",
            "due_at",
            "outcome",
            "local_date",
            where="outcome IS NOT NULL",
        ),
        partial(  # the numbers by programme, group and month: the same, an outcome of a group after the other
            "ix_touchpoints_groups",
            "cohort_id",
            "outcome",
            "local_date",
            "plan_id",
            "due_at",
            where="outcome IS NOT NULL",
        ),
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ref("plans.id"))
    cohort_id: Mapped[int] = mapped_column(ref("cohorts.id"))
    step_id: Mapped[int] = mapped_column(ref("steps.id"))
    n: Mapped[int] = mapped_column(default=1)  # counts within a series
    kind: Mapped[StepKind] = mapped_column(choice(StepKind, "kind"))
    audience: Mapped[Audience] = mapped_column(choice(Audience, "audience"))
    state: Mapped[TouchpointState] = mapped_column(choice(TouchpointState, "state"))
    local_date: Mapped[date]
    local_time: Mapped[time]
    zone: Mapped[str]
    due_at: Mapped[datetime]
    grace_until: Mapped[datetime]
    closes_at: Mapped[datetime]
    why: Mapped[str]  # why this day, in a sentence people read
    settled_at: Mapped[datetime | None]
    state_reason: Mapped[str | None]
    undeliverable: Mapped[bool] = mapped_column(default=False)
    # written by the database itself with every change, so that what is counted cannot drift from what is
    outcome: Mapped[int | None] = mapped_column(SmallInteger, Computed(OUTCOME, persisted=True))


class CheckIn(Base):
    """A meeting of coach and participant; no place is better than a time nobody offered."""

    __tablename__ = "check_ins"
    __table_args__ = (
        # never double: one placed meeting of a coach begins at one moment
        partial("uq_check_ins_coach", "coach_id", "starts_at", where="state = 'placed'", unique=True),
    )

    id: Mapped[Key]
    touchpoint_id: Mapped[int] = mapped_column(ref("touchpoints.id"), unique=True)
    coach_id: Mapped[int] = mapped_column(ref("people.id"))
    state: Mapped[CheckInState] = mapped_column(choice(CheckInState, "state"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    link: Mapped[str | None]
    reason: Mapped[str | None]  # why it has no place, in a sentence
    outcome: Mapped[bytes | None]  # what came of it, sealed with the participant's key
    created_at: Mapped[datetime]


class CheckInAttendee(Base):
    """One calendar's copy of a check-in: an unguessable UID and a SEQUENCE that never goes back.

    Triggers repeat the times of a placed check-in here, and nowhere may two of one person overlap: an exclusion
    constraint says so on PostgreSQL, a trigger on SQLite.
    """

    __tablename__ = "check_in_attendees"
    __table_args__ = (
        UniqueConstraint("check_in_id", "person_id"),
        ExcludeConstraint(
            # a range of one id: equality would need an extension (btree_gist) that not every server has
            (text("int4range(person_id, person_id, '[]')"), "&&"),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="ex_check_in_attendees_person",
            where=text("starts_at IS NOT NULL AND ends_at IS NOT NULL"),
        ).ddl_if(dialect="postgresql"),
    )

    id: Mapped[Key]
    check_in_id: Mapped[int] = mapped_column(ref("check_ins.id"))
    person_id: Mapped[int] = mapped_column(ref("people.id"), index=True)  # a person's busy times
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    partstat: Mapped[str] = mapped_column(String(24), default="NEEDS-ACTION")
    starts_at: Mapped[datetime | None]  # both written by triggers only
    ends_at: Mapped[datetime | None]
