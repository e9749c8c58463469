"""Small worlds for tests of the reads: each function inserts one row, with what nobody asked about filled in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from coachfollow.models import (
    Answer,
    Base,
    Coaching,
    Cohort,
    Commitment,
    Enrolment,
    FollowUpPlan,
    Membership,
    Organisation,
    Person,
    Programme,
    ProgrammeText,
    ProgrammeVersion,
    Step,
    Team,
    Touchpoint,
    TrainingSession,
)
from coachfollow.rules.kinds import (
    Applied,
    Audience,
    Barrier,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=400)
DAY = timedelta(days=1)
_serial = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A programme with one step of each kind."""

    programme_id: int
    version_id: int
    steps: dict[StepKind, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a touchpoint is counted by; unless said, a question of yesterday that waits for its answer."""

    kind: StepKind = StepKind.REFLECTION
    state: TouchpointState = TouchpointState.OPEN
    due_at: datetime = NOW - DAY
    grace_until: datetime = NOW
    settled_at: datetime | None = None
    undeliverable: bool = False


def add(session: Session, row: Base) -> int:
    """Insert a row, give its id."""
    session.add(row)
    session.flush()
    key: int = row.id  # type: ignore[attr-defined]  # every table used here has one
    return key


def organisation(session: Session, name: str = "Harbour Hotels") -> int:
    return add(
        session,
        Organisation(
            public_id=f"organisation-{next(_serial)}",
            name=name,
            zone="UTC",
            locale="en",
            working_week="",
            sender_name=name,
            reply_to="training@example.org",
            created_at=LONG_AGO,
        ),
    )


def person(
    session: Session, house: int, name: str | None = "Anna Berg", *, undeliverable: bool = False
) -> int:
    serial = next(_serial)
    return add(
        session,
        Person(
            organisation_id=house,
            public_id=f"person-{serial}",
            email=f"person{serial}@example.org" if name else None,
            name=name,
            zone="UTC",
            locale="en",
            working_week="",
            created_at=LONG_AGO,
            undeliverable_at=NOW if undeliverable else None,
        ),
    )


def team(session: Session, house: int, name: str, *, parent: int | None = None) -> int:
    return add(session, Team(organisation_id=house, name=name, parent_id=parent))


def offer(session: Session, house: int, key: str = "service", *, title: str = "Service recovery") -> Offer:
    programme_id = add(session, Programme(organisation_id=house, key=key))
    version_id = version(session, programme_id, title=title)
    steps = {
        kind: add(
            session,
            Step(
                version_id=version_id,
                key=f"{kind.value}-step",
                position=position,
                kind=kind,
                audience=Audience.PARTICIPANT,
                anchor="session",
                offset_days=position,
                local_time=time(9, 0),
                reminders="[]",
                mandatory=True,
            ),
        )
        for position, kind in enumerate(StepKind)
    }
    return Offer(programme_id=programme_id, version_id=version_id, steps=steps)


def version(session: Session, programme_id: int, *, number: int = 1, title: str | None = None) -> int:
    version_id = add(
        session,
        ProgrammeVersion(
            programme_id=programme_id,
            number=number,
            language="en",
            sponsor_name="",
            anchor="last",
            threshold=0.8,
            source="",
            checksum=str(number),
            published_at=LONG_AGO,
        ),
    )
    if title is not None:
        session.add(
            ProgrammeText(
                version_id=version_id, locale="en", title=title, why="", sponsor_words="", examples="[]"
            )
        )
        session.flush()
    return version_id


def cohort(
    session: Session,
    house: int,
    taken: Offer,
    key: str = "spring",
    *,
    target: float | None = None,
    trained: tuple[date, ...] = (date(2026, 2, 2),),
) -> int:
    cohort_id = add(
        session,
        Cohort(
            organisation_id=house,
            public_id=f"cohort-{next(_serial)}",
            key=key,
            title=f"Group {key}",
            programme_version_id=taken.version_id,
            zone="UTC",
            attended_minutes=30,
            attended_sessions=1,
            target=target,
            created_at=LONG_AGO,
        ),
    )
    for position, day in enumerate(trained, start=1):
        starts_at = datetime.combine(day, time(9, 0), tzinfo=UTC)
        session.add(
            TrainingSession(
                cohort_id=cohort_id,
                position=position,
                title="",
                local_date=day,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(hours=3),
                zone="UTC",
            )
        )
    return cohort_id


def plan(
    session: Session,
    cohort_id: int,
    person_id: int,
    *,
    state: PlanState = PlanState.ACTIVE,
    stop_reason: StopReason | None = None,
    committed: bool = True,
) -> int:
    enrolment_id = add(session, Enrolment(cohort_id=cohort_id, person_id=person_id, created_at=LONG_AGO))
    taken = session.get_one(Cohort, cohort_id)
    plan_id = add(
        session,
        FollowUpPlan(
            public_id=f"plan-{next(_serial)}",
            enrolment_id=enrolment_id,
            person_id=person_id,
            cohort_id=cohort_id,
            programme_version_id=taken.programme_version_id,
            state=state,
            state_at=LONG_AGO,
            stop_reason=stop_reason,
        ),
    )
    if committed:
        session.add(Commitment(plan_id=plan_id, version=1, situation=b"", action=b"", created_at=LONG_AGO))
    return plan_id


def touchpoints(
    session: Session, plan_id: int, taken: Offer, facts: Iterable[Facts] = (Facts(),)
) -> Sequence[int]:
    """Insert touchpoints of a plan together, for there may be many; give their ids."""
    cohort_id = session.get_one(FollowUpPlan, plan_id).cohort_id
    rows = [
        {
            "plan_id": plan_id,
            "cohort_id": cohort_id,
            "step_id": taken.steps[one.kind],
            "n": next(_serial),
            "kind": one.kind,
            "audience": Audience.PARTICIPANT,
            "state": one.state,
            "local_date": one.due_at.date(),
            "local_time": one.due_at.time(),
            "zone": "UTC",
            "due_at": one.due_at,
            "grace_until": one.grace_until,
            "closes_at": one.due_at + 14 * DAY,
            "why": "",
            "settled_at": one.settled_at,
            "undeliverable": one.undeliverable,
        }
        for one in facts
    ]
    if rows:
        session.execute(insert(Touchpoint), rows)
    chosen = select(Touchpoint.id).where(Touchpoint.plan_id == plan_id).order_by(Touchpoint.id)
    return session.scalars(chosen).all()


def member(
    session: Session,
    person_id: int,
    team_id: int,
    *,
    since: datetime = LONG_AGO,
    until: datetime | None = None,
) -> None:
    add(session, Membership(person_id=person_id, team_id=team_id, from_at=since, to_at=until))


def coached(
    session: Session,
    plan_id: int,
    coach_id: int,
    *,
    since: datetime = LONG_AGO,
    until: datetime | None = None,
) -> None:
    add(session, Coaching(plan_id=plan_id, coach_id=coach_id, from_at=since, to_at=until))


def answer(
    session: Session,
    touchpoint_id: int,
    person_id: int,
    *,
    applied: Applied | None = None,
    barrier: Barrier | None = None,
) -> None:
    add(
        session,
        Answer(
            touchpoint_id=touchpoint_id,
            person_id=person_id,
            applied=applied,
            barrier=barrier,
            answered_at=NOW,
            changed_at=NOW,
        ),
    )
