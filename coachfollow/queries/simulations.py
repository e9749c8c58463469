"""Reads what a launch would be simulated with: people and coaches as they were described, or those of a group."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow import almanac
from coachfollow.errors import Invalid
from coachfollow.models import (
    Coaching,
    CoachProfile,
    FollowUpPlan,
    Grant,
    Organisation,
    Person,
)
from coachfollow.queries import limits, meetings, relations, wishes, worktimes
from coachfollow.queries.hours import MINUTES
from coachfollow.rules import worktime
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.kinds import Role, Scope
from coachfollow.rules.previewing import Offer
from coachfollow.rules.simulating_values import (
    AS_INTENDED,
    MOST_GROUPS,
    NO_OPPORTUNITY,
    RESPONSE,
    WIDEST,
    Kind,
    Model,
)
from coachfollow.rules.slots_values import Coach, Meeting
from coachfollow.rules.worktime import WorkingTime

MOST = 20_000  # participants
MOST_COACHES = 2_000
HOURS = "mon-thu 10:00-12:00,14:00-16:00"
PART_TIME = ("mon-wed 09:00-17:00", "mon-fri 09:00-13:00")

_ZONE = re.compile(r"([^\s:]+)(?:[\s:]+([0-9]{1,3})\s*%?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be simulated, as it was said; what is empty is as usual in the organisation.

    Zones are written “Europe/Berlin 70, America/New_York 30”; shares are from 0 to 1.
    """

    participants: int = 100
    coaches: int = 4
    seed: int = 1
    zones: str = ""
    region: str = ""
    week: str = ""
    part_time: float = 0.2
    away: float = 0.2
    hours: str = ""
    a_day: int | None = None
    a_week: int | None = None
    gap: int = 0
    minutes: int = MINUTES
    window: int | None = None
    groups: int = 1
    every: int = 7
    a_manager: int = 8
    response: float = RESPONSE
    no_opportunity: float = NO_OPPORTUNITY
    as_intended: float = AS_INTENDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Who there is in a group already: kinds of people by how many they are, coaches, and what stands with these."""

    people: Sequence[tuple[str, str, str | None, int]] = ()
    coaches: Sequence[Coach] = ()
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
    read = _Read(asked, organisation)
    zones, region = read.zones(), read.region()
    week, desk = read.week("week", worktime.DEFAULT_WEEK), read.week("hours", HOURS)
    read.demand_numbers()
    read.refuse()
    first = datetime.combine(sessions.days[0], time(), UTC)
    usual = worktimes.shared(session, organisation=organisation, week=week, region=region, now=first)
    invented = [_coach(number, zones, desk, asked) for number in range(asked.coaches)]
    real = cast.coaches if cast else ()
    staff = (*real[: asked.coaches], *invented[len(real) :])
    return Model(
        steps=offer.steps,
        sessions=sessions,
        participants=asked.participants,
        kinds=_real(cast, usual, first.date()) if cast and cast.people else _kinds(zones, usual, week, asked),
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
    found = coaches(session, cohort_id=cohort_id)
    return Cast(people=people, coaches=found, standing=standing(session, coaches=found, now=now))


def coaches(session: Session, *, cohort_id: int) -> Sequence[Coach]:
    """Give whoever was named a coach of a group, or coaches somebody in it, as placing knows them."""
    coaching = select(Coaching.coach_id).join(FollowUpPlan, FollowUpPlan.id == Coaching.plan_id)
    named = select(Grant.person_id).where(
        Grant.role == Role.COACH,
        Grant.scope == Scope.COHORT,
        Grant.scope_id == cohort_id,
        Grant.to_at.is_(None),
    )
    rows = session.execute(
        select(Person.id, Person.zone, CoachProfile)
        .outerjoin(CoachProfile, CoachProfile.person_id == Person.id)
        .where(
            Person.id.in_(coaching.where(FollowUpPlan.cohort_id == cohort_id, Coaching.to_at.is_(None)))
            | Person.id.in_(named)
        )
        .order_by(Person.id)
    )
    return [_real_coach(person_id, zone, profile) for person_id, zone, profile in rows]


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
        for one in meetings.standing(session, people=ids, since=now)
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


def _coach(number: int, zones: Sequence[tuple[str, float]], week: str, asked: Asked) -> Coach:
    """An invented coach; they live where the people do, in the same proportions."""
    return Coach(
        id=-1 - number,
        zone=_at(zones, (number + 0.5) / asked.coaches),
        week=worktimes.pattern(week),
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


def _kinds(
    zones: Sequence[tuple[str, float]], usual: WorkingTime, week: str, asked: Asked
) -> tuple[Kind, ...]:
    weeks = [(week, 1 - asked.part_time), *((one, asked.part_time / len(PART_TIME)) for one in PART_TIME)]
    return tuple(
        Kind(zone=zone, hours=replace(usual, pattern=worktimes.pattern(one)), share=share * part)
        for zone, share in zones
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


@dataclass(slots=True)
class _Read:
    """What was said, and what is wrong with it, by field."""

    asked: Asked
    organisation: Organisation
    problems: dict[str, str] | None = None

    def note(self, name: str, sentence: str) -> None:
        self.problems = {**(self.problems or {}), name: sentence}

    def zones(self) -> Sequence[tuple[str, float]]:
        """Zones and their shares; one without a share counts as much as another."""
        found: list[tuple[str, float]] = []
        for part in re.split(r"[,;\n]+", self.asked.zones.strip()):
            if not part.strip():
                continue
            said = _ZONE.fullmatch(part.strip())
            if said is None:
                self.note(
                    "zones", f"“{part.strip()}” cannot be read; write Europe/Berlin 70, Asia/Kolkata 30."
                )
            elif (problem := worktime.zone_problem(said[1])) is not None:
                self.note("zones", f"{problem}.")
            else:
                found.append((said[1], float(said[2] or 100)))
        if any(share for _, share in found):
            return found
        return [(self.organisation.zone, 100.0)]

    def region(self) -> str | None:
        try:
            return (
                almanac.region(self.asked.region) if self.asked.region else self.organisation.holiday_region
            )
        except ValueError as error:
            self.note("region", f"{error}.")
        return None

    def week(self, name: str, usual: str) -> str:
        said = getattr(self.asked, name).strip() or usual
        try:
            worktimes.pattern(said)
        except ValueError as error:
            self.note(name, f"These hours cannot be read: {error}.")
        return said

    def demand_numbers(self) -> None:
        for name, (least, most) in RANGES.items():
            value = getattr(self.asked, name)
            if value is not None and not least <= value <= most:
                self.note(name, f"Give a number from {least} to {most:,}.")
        if self.asked.no_opportunity + self.asked.as_intended > 1:
            self.note(
                "as_intended", "With those who had no opportunity yet, these are more than all answers."
            )

    def refuse(self) -> None:
        if self.problems:
            raise Invalid(" ".join(self.problems.values()), self.problems)


RANGES: Mapping[str, tuple[int, int]] = {
    "participants": (1, MOST),
    "coaches": (0, MOST_COACHES),
    "seed": (0, 2**31),
    "part_time": (0, 1),
    "away": (0, 1),
    "response": (0, 1),
    "no_opportunity": (0, 1),
    "as_intended": (0, 1),
    "a_day": (1, 100),
    "a_week": (1, 500),
    "gap": (0, 240),
    "minutes": (5, 480),
    "window": (1, WIDEST),
    "groups": (1, MOST_GROUPS),
    "every": (1, 90),
    "a_manager": (0, 500),
}
