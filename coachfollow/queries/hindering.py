"""Reads what got in people's way: by what each named last, counted by programme over five people or more."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.models import Answer, Cohort, FollowUpPlan, Touchpoint
from coachfollow.queries import labels, population
from coachfollow.queries.filters import Filters
from coachfollow.queries.labels import Directory, Label
from coachfollow.rules import measuring
from coachfollow.rules.kinds import Barrier


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindered:
    """One programme, or all: how many people named something, and what, where it may be shown."""

    label: Label
    people: int
    named: Mapping[Barrier, int] | None  # None: so few that one could tell who named what


def hindered(session: Session, *, filters: Filters, known: Directory) -> Sequence[Hindered]:
    """Count all that the reader sees, the whole first, then its programmes by name; they add up.

    Nothing is counted by group: whoever is in a small one could be told from its neighbours.
    """
    found = _named(session, Filters(organisation_id=filters.organisation_id, sight=filters.sight), known)
    people = {programme: sum(named.values()) for programme, named in found.items()}
    everybody = sum(people.values())
    hidden = frozenset(people) if measuring.suppressed(everybody) else measuring.hidden(people)
    whole = {one: sum(named[one] for named in found.values()) for one in Barrier}
    total = Hindered(
        label=labels.ALL, people=everybody, named=None if measuring.suppressed(everybody) else whole
    )
    lines = [
        Hindered(
            label=known.programmes[programme],
            people=people[programme],
            named=None if programme in hidden else named,
        )
        for programme, named in found.items()
    ]
    return [total, *sorted(lines, key=lambda line: line.label.text.casefold())]


def _named(session: Session, filters: Filters, known: Directory) -> Mapping[int, Mapping[Barrier, int]]:
    """By programme: how many people named which barrier last."""
    newest_first = Touchpoint.due_at.desc(), Touchpoint.id.desc()
    turn = func.row_number().over(partition_by=FollowUpPlan.id, order_by=newest_first)
    answers = (
        select(FollowUpPlan.cohort_id, Answer.barrier, turn.label("turn"))
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .join(
            FollowUpPlan,
            (FollowUpPlan.id == Touchpoint.plan_id) & (FollowUpPlan.person_id == Answer.person_id),
        )
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(Answer.barrier.is_not(None), *population.plans(filters, area=filters.sight.numbers))
        .subquery()
    )
    rows = session.execute(
        select(answers.c.cohort_id, answers.c.barrier, func.count())
        .where(answers.c.turn == 1)
        .group_by(answers.c.cohort_id, answers.c.barrier)
    )
    found = defaultdict[int, dict[Barrier, int]](lambda: dict.fromkeys(Barrier, 0))
    for cohort_id, barrier, n in rows:
        found[known.programme_of[cohort_id]][barrier] += n
    return found
