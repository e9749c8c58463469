"""SQL that counts the follow-ups and people of a report, for each raw group and target.

Follow-ups are counted in two steps: plan by plan, which follows the index of the numbers in its own order without
sorting, then the plans of each group; by month a day of a group at a time, which another index has in order. Where
the team or the coach of the due day is asked for, the first does for plans of which neither has ever changed, and
they are most; of the others each follow-up finds its own group.

A statement is put together once for each question, with the moment left open: putting it together took ten
milliseconds of a page.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    FromClause,
    Integer,
    Label,
    Select,
    SQLColumnExpression,
    String,
    Subquery,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import join

from coachfollow.extensions import UtcDateTime
from coachfollow.models import Cohort, FollowUpPlan, ProgrammeVersion, Touchpoint
from coachfollow.queries import counting, population, relations
from coachfollow.queries.filters import Area, Filters, GroupBy
from coachfollow.queries.relations import Dated, Values

AnySelect = Select[*tuple[Any, ...]]
AnyCompound = CompoundSelect[*tuple[Any, ...]]
Conditions = Sequence[ColumnElement[bool]]

KEPT = 64  # questions whose statements are kept
NOW = bindparam("now", type_=UtcDateTime())
LENGTH_OF_A_MONTH = len("2026-03")

_DATED: dict[GroupBy, Dated] = {GroupBy.TEAM: relations.TEAM, GroupBy.COACH: relations.COACH}
_OF_PLANS: dict[GroupBy, SQLColumnExpression[int]] = {
    GroupBy.NONE: Cohort.organisation_id,  # PostgreSQL refuses to group by a constant
    GroupBy.PROGRAMME: ProgrammeVersion.programme_id,
    GroupBy.COHORT: Cohort.id,
}


@lru_cache(maxsize=KEPT)
def follow_ups(filters: Filters, *, by: GroupBy, area: Area) -> AnySelect | AnyCompound:
    """Select for each raw group and target how many follow-ups of an area are in which bucket.

    The columns are `raw`, `aim` and the fields of `measuring.FollowUps`; a month is raw as “2026-03”. The same group
    and target may come twice, to be added. It is to be executed with the moment `now`.
    """
    about = list(population.plans(filters, area=area))
    wanted = dict(_wanted(filters))
    dated = {*wanted, *([_DATED[by]] if by in _DATED else [])}
    if by is GroupBy.MONTH:
        if dated:
            return _one_by_one(filters, about, dated=dated, by=by)
        return _day_by_day(filters, area=area)
    if not dated:
        return _plan_by_plan(filters, about, by=by)
    changed = or_(*(one.has_changed() for one in dated))
    lasting = [~changed, *(one.is_now(values) for one, values in wanted.items())]
    return union_all(
        _plan_by_plan(filters, [*about, *lasting], by=by),
        _one_by_one(filters, [*about, changed], dated=dated, by=by),
    )


@lru_cache(maxsize=KEPT)
def people(filters: Filters, *, by: GroupBy, area: Area) -> AnySelect:
    """Select for each raw group, target and standing how many people of an area there are, and who answered.

    The columns are `raw`, `aim`, `counted`, `n` and `reached`. It is to be executed with the moment `now`.
    """
    chosen = population.people(filters, by=by, area=area, now=NOW)
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


def _wanted(filters: Filters) -> Iterator[tuple[Dated, Values]]:
    """The relations that a report is narrowed by, and to whom."""
    if filters.team_id is not None:
        yield relations.TEAM, relations.beneath([filters.team_id])
    if filters.coach_id is not None:
        yield relations.COACH, [filters.coach_id]


def _plan_by_plan(filters: Filters, about: Conditions, *, by: GroupBy) -> AnySelect:
    """Count follow-ups where all of a plan are of one group."""
    plans = select(FollowUpPlan.id).select_from(_taken()).where(*about)
    sums = (
        select(Touchpoint.plan_id, *counting.outcomes(now=NOW))
        .where(Touchpoint.plan_id.in_(plans), *_asked(filters))
        .group_by(Touchpoint.plan_id)
        .subquery()
    )
    source = join(sums, _taken(), FollowUpPlan.id == sums.c.plan_id)
    raw = _DATED[by].now() if by in _DATED else _OF_PLANS[by]
    buckets = counting.buckets(sums, state=FollowUpPlan.state)
    chosen: AnySelect = select(raw.label("raw"), Cohort.target.label("aim"), *buckets)
    return chosen.select_from(source).group_by("raw", "aim")


def _day_by_day(filters: Filters, *, area: Area) -> AnySelect:
    """Count the follow-ups of each month: group by group, a day at a time."""
    version = ProgrammeVersion.id == Cohort.programme_version_id
    groups = select(Cohort.id).join(ProgrammeVersion, version).where(*population.about(filters))
    day, group = Touchpoint.local_date, Touchpoint.cohort_id
    days = (
        select(group.label("taken_by"), day.label("day"), *counting.directly(now=NOW))
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .where(group.in_(groups), *_asked(filters), population.inside(area), counting.COUNTED_PLANS)
        .group_by(group, day)
        .subquery()
    )
    buckets = [cast(func.sum(days.c[name]), Integer).label(name) for name in counting.BUCKETS]
    whole: AnySelect = select(_month(days.c.day).label("raw"), Cohort.target.label("aim"), *buckets)
    return whole.join(Cohort, Cohort.id == days.c.taken_by).group_by("raw", "aim")


def _month(day: SQLColumnExpression[date]) -> ColumnElement[str]:
    return func.substr(cast(day, String), 1, LENGTH_OF_A_MONTH)


def _one_by_one(filters: Filters, about: Conditions, *, dated: Collection[Dated], by: GroupBy) -> AnySelect:
    """Count follow-ups each in the group of its own due day."""
    source: FromClause = join(_taken(), Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
    groups: dict[GroupBy, SQLColumnExpression[Any]] = dict(_OF_PLANS)
    chosen = [*about, *_asked(filters)]
    groups[GroupBy.MONTH] = _month(Touchpoint.local_date)
    wanted = dict(_wanted(filters))
    for one in dated:
        spells = one.spells(among=select(one.plan).select_from(_taken()).where(*about))
        source = join(source, spells, (spells.c.of == one.plan) & _due_in(spells))
        groups |= {cut: spells.c.value for cut, its in _DATED.items() if its is one}
        chosen += [spells.c.value.in_(values) for its, values in wanted.items() if its is one]
    columns: tuple[Label[Any], ...] = (
        groups[by].label("raw"),
        Cohort.id.label("taken_by"),  # not its target: what is sorted stays narrow
        FollowUpPlan.state.label("plan_state"),
    )
    counted = select(*columns, *counting.outcomes(now=NOW)).select_from(source).where(*chosen)
    sums = counted.group_by("raw", "taken_by", "plan_state").subquery()
    aim, buckets = Cohort.target.label("aim"), counting.buckets(sums, state=sums.c.plan_state)
    whole: AnySelect = select(sums.c.raw, aim, *buckets).join(Cohort, Cohort.id == sums.c.taken_by)
    return whole.group_by(sums.c.raw, Cohort.target)


def _taken() -> FromClause:
    """Plans with what they are follow-ups of."""
    source = join(FollowUpPlan, Cohort, Cohort.id == FollowUpPlan.cohort_id)
    return join(source, ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)


def _asked(filters: Filters) -> Iterator[ColumnElement[bool]]:
    yield population.asking(filters)
    yield from population.within(filters, Touchpoint.local_date)


def _due_in(spells: Subquery) -> ColumnElement[bool]:
    return (Touchpoint.due_at >= spells.c.since) & (Touchpoint.due_at < spells.c.until)
