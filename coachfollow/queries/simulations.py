"""Reads what a launch would be simulated with: people and coaches as they were described, or those of a group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.models import (
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Grant,
    Organisation,
    Person,
)
from coachfollow.queries import launch_asked, limits, placed_meetings, relations, wishes, worktimes
from coachfollow.queries.launch_asked import Asked, Said
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.previewing import Offer
from coachfollow.rules.simulating_values import (
    Kind,
    Model,
)
from coachfollow.rules.slots_values import Coach, Meeting
from coachfollow.rules.worktime import WorkingTime

PART_TIME = ("mon-wed 09:00-17:00", "mon-fri 09:00-13:00")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who there is in a group already: kinds of people by how many they are, coaches, and what stands with these."""

    people: Sequence[tuple[str, str, str | None, int]] = ()
    coaches: Sequence[Coach] = ()
    names: Mapping[int, str] = field(default_factory=dict)  # of the coaches, by who they are
    standing: Sequence[Meeting] = ()

    @property
    def participants(self) -> int:
        """How many are in the group."""
        return sum(number for *_, number in self.people)


def model(
    session: Session,
    *,
    organisation_id: int,
    offer: Offer,
    sessions: Sessions,
    asked: Asked,
    cast: Cast | None = None,
) -> Model:
    """Give what is to be simulated; raises Invalid with a sentence for each field that cannot be used."""
    organisation = session.get_one(Organisation, organisation_id)
    said = launch_asked.read(asked, organisation=organisation)
    first = datetime.combine(sessions.days[0], time(), UTC)
    usual = worktimes.shared(
        session, organisation=organisation, week=said.week, region=said.region, now=first
    )
    invented = [_coach(number, said, asked) for number in range(asked.coaches)]
    real = cast.coaches if cast else ()
    staff = (*real[: asked.coaches], *invented[len(real) :])
    return Model(
        steps=offer.steps,
        sessions=sessions,
        participants=asked.participants,
        kinds=_real(cast, usual, first.date()) if cast and cast.people else _kinds(said, usual, asked),
        coaches=tuple(staff),
        seed=asked.seed,
        silent_after=offer.silent_after,
        adapts=offer.adapts,
        no_opportunity=asked.no_opportunity,
        as_intended=asked.as_intended,
        groups=asked.groups,
        every=asked.every,
        window=asked.window if asked.window is not None else wishes.WINDOW.days,
        notice=wishes.NOTICE,
        ahead=wishes.AHEAD,
        limits=limits.of(session, organisation_ids=[organisation_id])[organisation_id],
        away=asked.away,
        a_manager=asked.a_manager,
        standing=cast.standing if cast else (),
    )


def cast(session: Session, *, cohort_id: int, now: datetime) -> Cast:
    """Give who is in a group: its people by zone, week and region, its coaches with their hours and meetings."""
    rows = session.execute(
        select(Person.zone, Person.working_week, worktimes.REGION, func.count())
        .join(FollowUpPlan, FollowUpPlan.person_id == Person.id)
        .join(Organisation, Organisation.id == Person.organisation_id)
        .where(FollowUpPlan.cohort_id == cohort_id, relations.is_listed(FollowUpPlan.enrolment_id))
        .group_by(Person.zone, Person.working_week, worktimes.REGION)
        .order_by(func.count().desc(), Person.zone, Person.working_week)
    )
    people = [(zone, week, region, number) for zone, week, region, number in rows]
    named = _named(session, cohort_id)
    found = [coach for coach, _ in named]
    return Cast(
        people=people,
        coaches=found,
        names={coach.id: name for coach, name in named},
        standing=standing(session, coaches=found, now=now),
    )


def coaches(session: Session, *, cohort_id: int) -> Sequence[Coach]:
    """Give whoever was named a coach of a group, or coaches somebody in it, as placing knows them."""
    return [coach for coach, _ in _named(session, cohort_id)]


def _named(session: Session, cohort_id: int) -> Sequence[tuple[Coach, str]]:
    coaching = select(Coaching.coach_id).join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
    named = select(Grant.person_id).where(
        Grant.role == Role.COACH,
        Grant.scope == Scope.COHORT,
        Grant.scope_id == cohort_id,
        Grant.to_at.is_(None),
    )
    rows = session.execute(
        select(Person.id, Person.zone, CoachProfile, Person.name, Person.email)
        .outerjoin(CoachProfile, CoachProfile.person_id == Person.id)
        .where(
            Person.id.in_(coaching.where(FollowUpPlan.cohort_id == cohort_id, Coaching.to_at.is_(None)))
            | Person.id.in_(named)
        )
        .order_by(Person.id)
    )
    return [
        (_real_coach(person_id, zone, profile), name or email or "a former coach")
        for person_id, zone, profile, name, email in rows
    ]


def standing(session: Session, *, coaches: Sequence[Coach], now: datetime) -> Sequence[Meeting]:
    """Give the meetings that these coaches have already, with people of negative numbers: nobody simulated."""
    ids = {coach.id for coach in coaches}
    return [
        Meeting(
            wanted=-one.touchpoint_id,
            coach=one.coach_id,
            person=-one.person_id,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
        )
        for one in placed_meetings.standing(session, people=ids, since=now)
        if one.coach_id in ids
    ]


def _real_coach(person_id: int, zone: str, profile: CoachProfile | None) -> Coach:
    if profile is None or not profile.bookable_week:
        return Coach(id=person_id, zone=zone, week=None)
    return Coach(
        id=person_id,
        zone=zone,
        week=worktimes.pattern(profile.bookable_week),
        minutes=profile.meeting_minutes,
        gap=profile.gap_minutes,
        a_day=profile.meetings_a_day,
        a_week=profile.meetings_a_week,
    )


def _coach(number: int, said: Said, asked: Asked) -> Coach:
    """An invented coach; they live where the people do, in the same proportions."""
    return Coach(
        id=-1 - number,
        zone=_at(said.zones, (number + 0.5) / asked.coaches),
        week=worktimes.pattern(said.hours),
        minutes=asked.minutes,
        gap=asked.gap,
        a_day=asked.a_day,
        a_week=asked.a_week,
    )


def _at(zones: Sequence[tuple[str, float]], place: float) -> str:
    """The zone that lies at a place from 0 to 1, where each is as wide as its share."""
    total, passed = sum(share for _, share in zones), 0.0
    for zone, share in zones:
        passed += share / total
        if place <= passed:
            return zone
    return zones[-1][0]


def _kinds(said: Said, usual: WorkingTime, asked: Asked) -> tuple[Kind, ...]:
    weeks = [
        (said.week, 1 - asked.part_time),
        *((one, asked.part_time / len(PART_TIME)) for one in PART_TIME),
    ]
    return tuple(
        Kind(zone=zone, hours=replace(usual, pattern=worktimes.pattern(one)), share=share * part)
        for zone, share in said.zones
        for one, part in weeks
        if share * part > 0
    )


def _real(cast: Cast, usual: WorkingTime, first: date) -> tuple[Kind, ...]:
    return tuple(
        Kind(
            zone=zone,
            hours=replace(
                usual,
                pattern=worktimes.pattern(week),
                holidays=worktimes.holidays(region, first - worktimes.BACK),
            ),
            share=number,
        )
        for zone, week, region, number in cast.people
    )
