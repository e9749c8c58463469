"""SQL that counts the follow-ups and people of a report, for each raw group and target.

A cut that does not depend on due days is counted in two steps: plan by plan, which follows the index of the numbers
in its own order without sorting, then the plans of each group. Team, coach and month are those of the due day: there
each follow-up goes to its group at once.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    cast,
    func,
    select,
)
from sqlalchemy.orm import join

from coachfollow.models import Cohort, FollowUpPlan, ProgrammeVersion, Touchpoint
from coachfollow.queries import counting, population, relations
from coachfollow.queries.filters import Area, Filters, GroupBy

AnySelect = Select[*tuple[Any, ...]]

LENGTH_OF_A_MONTH = len("2026-03")

_OF_DUE_DAYS = {GroupBy.TEAM, GroupBy.COACH, GroupBy.MONTH}
_OF_PLANS: dict[GroupBy, SQLColumnExpression[int]] = {
    GroupBy.NONE: Cohort.organisation_id,  # PostgreSQL refuses to group by a constant
    GroupBy.PROGRAMME: ProgrammeVersion.programme_id,
    GroupBy.COHORT: Cohort.id,
}


def follow_ups(filters: Filters, *, by: GroupBy, area: Area, now: datetime) -> AnySelect:
    """Select for each raw group and target how many follow-ups of an area are in which bucket.

    The columns are `raw`, `aim` and the fields of `measuring.FollowUps`; a month is raw as “2026-03”.
    """
    if by in _OF_DUE_DAYS or filters.team_id is not None or filters.coach_id is not None:
        return _one_by_one(filters, by=by, area=area, now=now)
    return _plan_by_plan(filters, by=by, area=area, now=now)


def people(filters: Filters, *, by: GroupBy, area: Area, now: datetime) -> AnySelect:
    """Select for each raw group, target and standing how many people of an area there are, and who answered.

    The columns are `raw`, `aim`, `counted`, `n` and `reached`.
    """
    chosen = population.people(filters, by=by, area=area, now=now)
    return (
        select(
            chosen.group.label("raw"),
            Cohort.target.label("aim"),
            chosen.counted.label("counted"),
            func.count().label("n"),
            func.sum(counting.reached()).label("reached"),
        )
        .select_from(chosen.source)
        .where(chosen.where, counting.COUNTED_PLANS)
        .group_by("raw", "aim", "counted")  # by name: the CASE need not be said, and worked out, twice
    )


def _plan_by_plan(filters: Filters, *, by: GroupBy, area: Area, now: datetime) -> AnySelect:
    plans = select(FollowUpPlan.id).select_from(_taken()).where(*population.plans(filters, area=area))
    sums = (
        select(Touchpoint.plan_id, *counting.outcomes(now=now))
        .where(Touchpoint.plan_id.in_(plans), *_asked(filters))
        .group_by(Touchpoint.plan_id)
        .subquery()
    )
    source = join(sums, _taken(), FollowUpPlan.id == sums.c.plan_id)
    buckets = counting.buckets(sums, state=FollowUpPlan.state)
    chosen: AnySelect = select(_OF_PLANS[by].label("raw"), Cohort.target.label("aim"), *buckets)
    return chosen.select_from(source).group_by("raw", "aim")


def _one_by_one(filters: Filters, *, by: GroupBy, area: Area, now: datetime) -> AnySelect:
    source: FromClause = join(_taken(), Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
    groups, about = dict(_OF_PLANS), [*population.plans(filters, area=area), *_asked(filters)]
    groups[GroupBy.MONTH] = func.substr(cast(Touchpoint.local_date, String), 1, LENGTH_OF_A_MONTH)
    if by is GroupBy.TEAM or filters.team_id is not None:
        teams = relations.team_spells()
        source = join(source, teams, (teams.c.of == FollowUpPlan.person_id) & _due_in(teams))
        groups[GroupBy.TEAM] = teams.c.value
        if filters.team_id is not None:
            about.append(teams.c.value.in_(relations.beneath([filters.team_id])))
    if by is GroupBy.COACH or filters.coach_id is not None:
        coaches = relations.coach_spells()
        source = join(source, coaches, (coaches.c.of == FollowUpPlan.id) & _due_in(coaches))
        groups[GroupBy.COACH] = coaches.c.value
        if filters.coach_id is not None:
            about.append(coaches.c.value == filters.coach_id)
    columns: tuple[Label[Any], ...] = (
        groups[by].label("raw"),
        Cohort.target.label("aim"),
        FollowUpPlan.state.label("plan_state"),
    )
    chosen = select(*columns, *counting.outcomes(now=now)).select_from(source).where(*about)
    sums = chosen.group_by("raw", "aim", "plan_state").subquery()
    whole = select(sums.c.raw, sums.c.aim, *counting.buckets(sums, state=sums.c.plan_state))
    return whole.group_by(sums.c.raw, sums.c.aim)


def _taken() -> FromClause:
    """Plans with what they are follow-ups of."""
    source = join(FollowUpPlan, Cohort, Cohort.id == FollowUpPlan.cohort_id)
    return join(source, ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)


def _asked(filters: Filters) -> Iterator[ColumnElement[bool]]:
    yield population.asking(filters)
    yield from population.within(filters, Touchpoint.local_date)


def _due_in(spells: Subquery) -> ColumnElement[bool]:
    return (Touchpoint.due_at >= spells.c.since) & (Touchpoint.due_at < spells.c.until)
