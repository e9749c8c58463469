"""SQL that counts the follow-ups and people of a report, for each raw group and target.

Groups are counted as wholes where their reader sees all of them: what is settled by an index that has it in order,
whatever its plans are, less what belongs to the few plans that do not count; only what waits is seen with its plan.
Else follow-ups are counted in two steps: plan by plan, which follows another index without sorting, then the plans of
each group. Where the team or the coach of the due day is asked for, that does for plans of which neither has ever
changed, and they are most; of the others each follow-up finds its own group.

A statement is put together once for each question, with the moment left open: putting it together took ten
milliseconds of a page.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Label,
    Select,
    SQLColumnExpression,
    String,
    bindparam,
    cast,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import join, outerjoin

from coachfollow.extensions import UtcDateTime
from coachfollow.models import Cohort, FollowUpPlan, ProgrammeVersion, Touchpoint
from coachfollow.queries import counting, population, relations
from coachfollow.queries.filters import Area, Filters, GroupBy
from coachfollow.queries.relations import Dated, Values
from coachfollow.rules import excuses
from coachfollow.rules.measuring import Outcome

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
    if not dated and area.has_whole_groups:
        return _group_by_group(filters, area=area, by=by)
    if by is GroupBy.MONTH:
        return _one_by_one(filters, about, dated=dated, by=by)
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
    if by is not GroupBy.MONTH:
        return _standing(filters, by=by, area=area)
    # the day is the same for all of a group, and looked up once. Made anew: a statement that was executed by itself
    # within another one is another key to what is compiled already
    groups = _standing(filters, by=GroupBy.COHORT, area=area).subquery()
    rows: AnySelect = select(population.last_session().label("raw"), *list(groups.c)[1:])
    return rows.join(Cohort, Cohort.id == groups.c.raw)


@lru_cache(maxsize=KEPT)
def without_a_time(filters: Filters, *, by: GroupBy, area: Area) -> AnySelect:
    """Select for each raw group how many meetings of an area were excused since no time was found for them.

    The columns are `raw` and `n`. What is excused is few, and an index leads there.
    """
    chosen = population.follow_ups(filters, by=by, area=area, now=NOW)
    raw = _month(Touchpoint.local_date) if by is GroupBy.MONTH else chosen.group
    counted: AnySelect = select(raw.label("raw"), func.count().label("n")).select_from(chosen.source)
    excused = (Touchpoint.outcome == Outcome.EXCUSED, Touchpoint.state_reason == excuses.NO_TIME)
    return counted.where(chosen.where, *excused, counting.COUNTED_PLANS).group_by("raw")


def _standing(filters: Filters, *, by: GroupBy, area: Area) -> AnySelect:
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
        .where(Touchpoint.plan_id.in_(plans), *population.asked(filters))
        .group_by(Touchpoint.plan_id)
        .subquery()
    )
    source = join(sums, _taken(), FollowUpPlan.id == sums.c.plan_id)
    if by in _DATED:  # joined: as a subquery it was looked up for every plan once more
        source = outerjoin(source, _DATED[by].row, _DATED[by].holds_now())
    raw = _DATED[by].value if by in _DATED else _OF_PLANS[by]
    buckets = counting.buckets(sums, state=FollowUpPlan.state)
    chosen: AnySelect = select(raw.label("raw"), Cohort.target.label("aim"), *buckets)
    return chosen.select_from(source).group_by("raw", "aim")


def _group_by_group(filters: Filters, *, area: Area, by: GroupBy) -> AnySelect:
    """Count the follow-ups of whole groups, by month a day at a time."""
    version = ProgrammeVersion.id == Cohort.programme_version_id
    groups = select(Cohort.id).join(ProgrammeVersion, version)
    groups = groups.where(*population.about(filters), population.holding(area))
    cut = [Touchpoint.local_date.label("day")] if by is GroupBy.MONTH else []
    wanted = list(population.narrowed(filters))
    found = (Touchpoint.cohort_id.in_(groups), *wanted)
    of_plans = join(FollowUpPlan, Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
    settled, waiting = counting.settled().label("counted"), counting.waiting(now=NOW).label("counted")
    parts = union_all(
        select(Touchpoint.cohort_id.label("taken_by"), *cut, settled, func.count().label("n"))
        .where(*found, counting.IS_SETTLED)
        .group_by(Touchpoint.cohort_id, Touchpoint.outcome, *_names(cut)),
        select(FollowUpPlan.cohort_id, *cut, settled, -func.count())
        .select_from(of_plans)
        .where(FollowUpPlan.cohort_id.in_(groups), *wanted, counting.IS_SETTLED, counting.passed_over())
        .group_by(FollowUpPlan.cohort_id, Touchpoint.outcome, *_names(cut)),
        select(Touchpoint.cohort_id, *cut, waiting, func.count())
        .select_from(of_plans)
        .where(*found, counting.IS_WAITING, counting.COUNTED_PLANS)
        .group_by(Touchpoint.cohort_id, *_names(cut), "counted"),
    ).subquery()
    raw = _month(parts.c.day) if cut else _OF_PLANS[by]
    whole: AnySelect = select(raw.label("raw"), Cohort.target.label("aim"), *counting.gathered(parts))
    whole = whole.select_from(join(parts, Cohort, Cohort.id == parts.c.taken_by))
    return whole.join(ProgrammeVersion, version).group_by("raw", "aim")


def _names(columns: Collection[Label[Any]]) -> Iterator[str]:
    return (column.name for column in columns)


def _month(day: SQLColumnExpression[date]) -> ColumnElement[str]:
    return func.substr(cast(day, String), 1, LENGTH_OF_A_MONTH)


def _one_by_one(filters: Filters, about: Conditions, *, dated: Collection[Dated], by: GroupBy) -> AnySelect:
    """Count follow-ups each in the group of its own due day."""
    held = _held(filters, about, dated=dated, by=by)
    raw = _month(Touchpoint.local_date) if by is GroupBy.MONTH else held.c.raw
    due = [
        (Touchpoint.due_at >= held.c[f"since_{n}"]) & (Touchpoint.due_at < held.c[f"until_{n}"])
        for n in range(len(dated))
    ]
    counted = (
        select(raw.label("raw"), held.c.taken_by, held.c.plan_state, *counting.outcomes(now=NOW))
        .join(Touchpoint, Touchpoint.plan_id == held.c.plan_id)
        .where(*population.asked(filters), *due)
        .group_by("raw", "taken_by", "plan_state")
    )
    sums = counted.subquery()
    aim, buckets = Cohort.target.label("aim"), counting.buckets(sums, state=sums.c.plan_state)
    whole: AnySelect = select(sums.c.raw, aim, *buckets).join(Cohort, Cohort.id == sums.c.taken_by)
    return whole.group_by(sums.c.raw, Cohort.target)


def _held(filters: Filters, about: Conditions, *, dated: Collection[Dated], by: GroupBy) -> CTE:
    """Select plans with what held for them, from when to when."""
    of_plans: list[Label[Any]] = [_OF_PLANS[by].label("raw")] if by in _OF_PLANS else []
    plans = (
        select(
            FollowUpPlan.id,
            FollowUpPlan.person_id,
            FollowUpPlan.state.label("plan_state"),
            Cohort.id.label("taken_by"),  # not its target: what is sorted stays narrow
            *of_plans,
        )
        .select_from(_taken())
        .where(*about)
        .cte()
    )
    source: FromClause = plans
    columns = [plans.c.id.label("plan_id"), plans.c.plan_state, plans.c.taken_by, *_named(plans, of_plans)]
    chosen = list[ColumnElement[bool]]()
    wanted = dict(_wanted(filters))
    for n, one in enumerate(dated):
        known_by = plans.c[one.plan.key]
        spells = one.spells(among=select(known_by))
        source = join(source, spells, spells.c.of == known_by)
        columns += [spells.c.since.label(f"since_{n}"), spells.c.until.label(f"until_{n}")]
        columns += [spells.c.value.label("raw")] if _DATED.get(by) is one else []
        chosen += [spells.c.value.in_(wanted[one])] if one in wanted else []
    held = select(*columns).select_from(source).where(*chosen).cte()
    # SQLite then begins with these, and looks up the follow-ups of each between two moments in the index
    return held.prefix_with("MATERIALIZED", dialect="sqlite")


def _named(source: FromClause, columns: Collection[Label[Any]]) -> Iterator[ColumnElement[Any]]:
    return (source.c[column.name] for column in columns)


def _taken() -> FromClause:
    """Plans with what they are follow-ups of."""
    source = join(FollowUpPlan, Cohort, Cohort.id == FollowUpPlan.cohort_id)
    return join(source, ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
