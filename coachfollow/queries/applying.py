"""Reads whether people did what they planned: by their latest answer, counted by programme and group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.models import Answer, Cohort, FollowUpPlan, Touchpoint
from coachfollow.queries import labels, population, tallies
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import Directory, Label
from coachfollow.rules import applying
from coachfollow.rules.applying import Applying


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One programme, group or all of them: how many attended and answered, and what, where it may be shown."""

    label: Label
    attended: int
    answered: int
    said: Applying | None  # None: so few that one could tell who said what

    @property
    def response(self) -> float | None:
        """Answered of attended; None says “nobody attended”."""
        return self.answered / self.attended if self.attended else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The whole, and each programme with its groups; they add up."""

    total: Line
    programmes: Sequence[tuple[Line, Sequence[Line]]]
    at: datetime


def applied(session: Session, *, filters: Filters, known: Directory, now: datetime) -> Applied:
    """Count by programme and group all that the reader sees; narrower cuts could tell one person's answer.

    Everything but organisation and sight of `filters` is passed over, so that two reports have no difference.
    """
    everybody = Filters(organisation_id=filters.organisation_id, sight=filters.sight)
    said = _said(session, everybody)
    attended = _attended(session, everybody, now)
    tree = defaultdict[int, list[int]](list)
    for group in attended:
        tree[known.programme_of[group]].append(group)
    hidden = applying.hidden(
        {programme: {one: said[one].answered for one in groups} for programme, groups in tree.items()}
    )

    def line(label: Label, groups: Sequence[int], *, is_hidden: bool) -> Line:
        whole = sum((said[one] for one in groups), Applying())
        return Line(
            label=label,
            attended=sum(attended[one] for one in groups),
            answered=whole.answered,
            said=None if is_hidden else whole,
        )

    def programme_lines(programme: int, groups: Sequence[int]) -> tuple[Line, Sequence[Line]]:
        whole = line(known.programmes[programme], groups, is_hidden=programme in hidden.programmes)
        parts = [line(known.groups[one], [one], is_hidden=one in hidden.groups) for one in groups]
        return whole, sorted(parts, key=_by_name)

    lines = [programme_lines(programme, groups) for programme, groups in tree.items()]
    return Applied(
        total=line(labels.ALL, list(attended), is_hidden=hidden.whole),
        programmes=sorted(lines, key=lambda one: _by_name(one[0])),
        at=now,
    )


def _by_name(line: Line) -> str:
    return line.label.text.casefold()


def _said(session: Session, filters: Filters) -> Mapping[int, Applying]:
    """By group: how many people gave which latest answer themselves."""
    newest_first = Touchpoint.due_at.desc(), Touchpoint.id.desc()
    turn = func.row_number().over(partition_by=FollowUpPlan.id, order_by=newest_first)
    answers = (
        select(FollowUpPlan.cohort_id, Answer.applied, turn.label("turn"))
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .join(
            FollowUpPlan,
            (FollowUpPlan.id == Touchpoint.plan_id) & (FollowUpPlan.person_id == Answer.person_id),
        )
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(Answer.applied.is_not(None), *population.plans(filters, area=filters.sight.numbers))
        .subquery()
    )
    rows = session.execute(
        select(answers.c.cohort_id, answers.c.applied, func.count())
        .where(answers.c.turn == 1)
        .group_by(answers.c.cohort_id, answers.c.applied)
    )
    found = defaultdict[int, Applying](Applying)
    for cohort_id, applied_, n in rows:
        found[cohort_id] += Applying(**{applied_.value: n})
    return found


def _attended(session: Session, filters: Filters, now: datetime) -> Mapping[int, int]:
    chosen = tallies.people(filters, by=GroupBy.COHORT, area=filters.sight.numbers)
    found = defaultdict[int, int](int)
    for row in session.execute(chosen, {"now": now}):
        found[row.raw] += row.n
    return found
