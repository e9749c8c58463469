"""Reads whose calendar asks at an address, and what of their follow-up stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import NotFound
from coachfollow.models import (
    CalendarFeed,
    Event,
    FollowUpPlan,
    Organisation,
    Person,
    ProgrammeVersion,
    Touchpoint,
)
from coachfollow.queries import letters, relations
from coachfollow.rules.kinds import Audience, PlanState, StepKind, StopReason, TouchpointState

UNKNOWN = "There is no calendar at this address. My plan says which one is right."
RECENT = timedelta(days=30)  # so long what has been stays in sight
ASKING = (StepKind.COMMITMENT, StepKind.REFLECTION, StepKind.UNPROMPTED)
GONE = (TouchpointState.CANCELLED, TouchpointState.EXCUSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Whose calendar asks, about which plan, and what texts may name that stands nowhere else."""

    plan_id: int
    plan: str  # its public id
    person_id: int
    name: str
    locale: str
    organisation: str
    sponsor: str
    session_date: date | None
    since: datetime  # reminders come there
    made_at: datetime
    is_chosen: bool  # or mails were chosen again, and the calendar is to become empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One follow-up that a calendar shows, and in whose words."""

    id: int
    step_id: int
    kind: StepKind
    due_at: datetime
    local_date: date
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """How often something about a follow-up has happened, and when it last did."""

    n: int
    at: datetime


def subscriber(session: Session, *, token: str, now: datetime) -> Subscriber:
    """Give whose calendar asks; raises NotFound for an address that is not, or no longer, somebody's."""
    row = session.execute(
        select(
            FollowUpPlan,
            Person,
            Organisation.name,
            ProgrammeVersion.sponsor_name,
            letters.last_day(),
            CalendarFeed,
        )
        .join(FollowUpPlan, FollowUpPlan.id == CalendarFeed.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .where(
            CalendarFeed.hash == vault.token_hash(token),
            CalendarFeed.person_version == Person.version,
            Person.erased_at.is_(None),
            relations.works_on(Person, now.date()),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(UNKNOWN)
    plan, person, organisation, sponsor, session_date, feed = row
    return Subscriber(
        plan_id=plan.id,
        plan=plan.public_id,
        person_id=person.id,
        name=person.name or "",
        locale=person.locale,
        organisation=organisation,
        sponsor=sponsor,
        session_date=session_date,
        since=plan.calendar_since or feed.made_at,
        made_at=feed.made_at,
        is_chosen=plan.calendar_since is not None,
    )


def shown(session: Session, *, whose: Subscriber, now: datetime) -> Sequence[Shown]:
    """Give what a calendar shows: reminders and the days of questions, to come and of the last weeks.

    What came by mail before it was chosen is not in it. In a pause nothing is to come, since its end dates it anew;
    in a silence reminders rest. Of a plan that has ended there is what has been, and the last question if it comes.
    """
    ended_well = or_(FollowUpPlan.state == PlanState.FINISHED, FollowUpPlan.stop_reason == StopReason.ENDED)
    is_last = ended_well & (Touchpoint.kind == StepKind.UNPROMPTED)
    may_come = or_(FollowUpPlan.state == PlanState.ACTIVE, is_last)
    is_heard = or_(Touchpoint.kind != StepKind.PROMPT, FollowUpPlan.silent_since.is_(None))
    to_come = Touchpoint.state == TouchpointState.PLANNED
    rows = session.execute(
        select(
            Touchpoint.id,
            Touchpoint.step_id,
            Touchpoint.kind,
            Touchpoint.due_at,
            Touchpoint.local_date,
            Touchpoint.local_time,
        )
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(
            Touchpoint.plan_id == whose.plan_id,
            Touchpoint.audience == Audience.PARTICIPANT,
            Touchpoint.kind.in_([StepKind.PROMPT, *ASKING]),
            Touchpoint.state.not_in(GONE),
            Touchpoint.due_at > max(now - RECENT, whose.since),
            or_(~to_come, may_come & is_heard),
        )
        .order_by(Touchpoint.due_at, Touchpoint.id)
    )
    return [
        Shown(id=id_, step_id=step_id, kind=kind, due_at=due_at, local_date=day, at=f"{at:%H:%M}")
        for id_, step_id, kind, due_at, day, at in rows
    ]


def revisions(session: Session, *, plan_id: int) -> Mapping[int | None, Revision]:
    """Give what has happened to each follow-up of a plan, and under None to all of it; mails change nothing."""
    rows = session.execute(
        select(Event.touchpoint_id, func.count(), func.max(Event.at))
        .where(Event.plan_id == plan_id, Event.message_id.is_(None))
        .group_by(Event.touchpoint_id)
    )
    return {touchpoint_id: Revision(n=n, at=at) for touchpoint_id, n, at in rows}
