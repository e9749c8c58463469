"""SQL for what a report counts: its rows, cut into groups, each in its bucket; names and numbers share it."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, assert_never

from sqlalchemy import (
    ColumnElement,
    FromClause,
    SQLColumnExpression,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, join, outerjoin

from coachfollow.extensions import UtcDateTime
from coachfollow.models import (
    Coaching,
    Cohort,
    FollowUpPlan,
    Membership,
    Person,
    ProgrammeVersion,
    Touchpoint,
    TrainingSession,
)
from coachfollow.queries import counting, relations
from coachfollow.queries.counting import Moment
from coachfollow.queries.filters import Area, Filters, GroupBy

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Rows to be counted or named: where from, which, of which raw group, in which bucket.

    The raw group is a team itself and a day; `labels` folds them into branches of the tree and months.
    """

    source: FromClause
    where: ColumnElement[bool]
    group: SQLColumnExpression[Any]
    counted: ColumnElement[str | None]
    day: SQLColumnExpression[date]


def follow_ups(filters: Filters, *, by: GroupBy, area: Area, now: Moment) -> Population:
    """Select the follow-ups of an area: touchpoints with their plans, people and cohorts."""
    source = join(Cohort, FollowUpPlan, FollowUpPlan.cohort_id == Cohort.id)
    source = join(source, Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
    return Population(
        source=_related(source, filters, by=by, moment=Touchpoint.due_at),
        where=and_(_chosen(filters, area=area), *asked(filters)),
        group=_group(by, day=Touchpoint.local_date),
        counted=counting.bucket(now=now),
        day=Touchpoint.local_date,
    )


def people(filters: Filters, *, by: GroupBy, area: Area, now: Moment) -> Population:
    """Select the people of an area: plans with their people and cohorts."""
    source = join(FollowUpPlan, Cohort, Cohort.id == FollowUpPlan.cohort_id)
    source = join(source, Person, Person.id == FollowUpPlan.person_id)
    trained = last_session()
    return Population(
        source=_related(source, filters, by=by, moment=_at(now)),
        where=and_(_chosen(filters, area=area), *within(filters, trained)),
        group=_group(by, day=trained),
        counted=counting.standing(),
        day=trained,
    )


def _at(now: Moment) -> ColumnElement[datetime]:
    return literal(now, UtcDateTime()) if isinstance(now, datetime) else now


def plans(filters: Filters, *, area: Area) -> Iterator[ColumnElement[bool]]:
    """Keep the plans of an area that are counted at all, whatever their teams, coaches and days."""
    yield from about(filters)
    yield inside(area)
    yield counting.COUNTED_PLANS


def within(filters: Filters, day: SQLColumnExpression[date]) -> Iterator[ColumnElement[bool]]:
    """Keep what falls into the period."""
    if filters.since is not None:
        yield day >= filters.since
    if filters.until is not None:
        yield day <= filters.until


def asked(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Keep what asks for something, of the kind and period: prompts are never counted, and not even looked up.

    Everything is due after `LONG_AGO`. Saying so leads SQLite to the index of the numbers, which begins with plan and
    moment; from 3.5 on it takes the one that keeps plan and step unique for as good, and reads the table for each.
    """
    yield Touchpoint.outcome.is_not(None)
    yield Touchpoint.due_at > LONG_AGO
    yield from narrowed(filters)


def narrowed(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Keep what is of the kind and falls into the period."""
    if filters.kind is not None:
        yield Touchpoint.kind == filters.kind
    yield from within(filters, Touchpoint.local_date)


def in_group(
    population: Population, *, filters: Filters, by: GroupBy, key: int | None
) -> ColumnElement[bool]:
    """Keep one group of a report, by the key it has there."""
    match by:
        case GroupBy.NONE:
            return true()
        case GroupBy.TEAM if key is not None and key != filters.team_id:
            return Membership.team_id.in_(relations.beneath([key]))
        case GroupBy.MONTH if key is not None:
            year, month = divmod(key, 100)
            return population.day.between(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
        case _:
            return population.group.is_not_distinct_from(key)


def last_session() -> ColumnElement[date]:
    """The day on which the training of a group ended."""
    return (
        select(func.max(TrainingSession.local_date))
        .where(TrainingSession.cohort_id == Cohort.id)
        .correlate(Cohort)
        .scalar_subquery()
    )


def _related(
    source: FromClause, filters: Filters, *, by: GroupBy, moment: SQLColumnExpression[datetime]
) -> FromClause:
    """Join what the cut and the filters ask for, and nothing else: each join costs a look-up per follow-up."""
    if by is GroupBy.PROGRAMME or filters.programme_id is not None:
        source = join(source, ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
    if by is GroupBy.TEAM or filters.team_id is not None:
        source = outerjoin(source, Membership, relations.TEAM.at(moment))
    if by is GroupBy.COACH or filters.coach_id is not None:
        source = outerjoin(source, Coaching, relations.COACH.at(moment))
    return source


def _group(by: GroupBy, *, day: SQLColumnExpression[date]) -> SQLColumnExpression[Any]:
    match by:
        case GroupBy.NONE:
            return Cohort.organisation_id  # PostgreSQL refuses to group by a constant
        case GroupBy.PROGRAMME:
            return ProgrammeVersion.programme_id
        case GroupBy.COHORT:
            return Cohort.id
        case GroupBy.TEAM:
            return Membership.team_id
        case GroupBy.COACH:
            return Coaching.coach_id
        case GroupBy.MONTH:
            return day
        case _:
            assert_never(by)


def _chosen(filters: Filters, *, area: Area) -> ColumnElement[bool]:
    return and_(*about(filters), *_related_to(filters), inside(area))


def about(filters: Filters) -> Iterator[ColumnElement[bool]]:
    """Keep the groups that a report is about, and their programmes."""
    yield Cohort.organisation_id == filters.organisation_id
    if filters.cohort_id is not None:
        yield Cohort.id == filters.cohort_id
    if filters.programme_id is not None:
        yield ProgrammeVersion.programme_id == filters.programme_id


def _related_to(filters: Filters) -> Iterator[ColumnElement[bool]]:
    if filters.team_id is not None:
        yield Membership.team_id.in_(relations.beneath([filters.team_id]))
    if filters.coach_id is not None:
        yield Coaching.coach_id == filters.coach_id


def holding(area: Area) -> ColumnElement[bool]:
    """Keep the groups that lie in an area as wholes."""
    return true() if area.whole else Cohort.id.in_(area.cohorts)


def inside(area: Area) -> ColumnElement[bool]:
    """Keep what the reader may see; an empty area keeps nothing."""
    if area.whole:
        return true()
    return or_(false(), *_parts(area))


def _parts(area: Area) -> Iterator[ColumnElement[bool]]:
    if area.cohorts:
        yield FollowUpPlan.cohort_id.in_(area.cohorts)
    if area.plans:
        yield FollowUpPlan.id.in_(area.plans)
    if area.people:
        yield FollowUpPlan.person_id.in_(area.people)
    if area.teams:
        members = aliased(Membership)
        yield FollowUpPlan.person_id.in_(
            select(members.person_id).where(
                members.to_at.is_(None), members.team_id.in_(relations.beneath(area.teams))
            )
        )
