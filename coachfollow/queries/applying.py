"""Reads whether people did what they planned: by their latest answer, counted by programme and group."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from coachfollow.models import Answer, Cohort, FollowUpPlan, Touchpoint
from coachfollow.queries import labels, population
from coachfollow.queries.filters import Filters
from coachfollow.queries.labels import Directory, Label
from coachfollow.rules import applying
from coachfollow.rules.applying import Applying
from coachfollow.rules.kinds import Applied as Said


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
    attended = _attended(session, everybody)
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
    rows = session.execute(
        select(FollowUpPlan.cohort_id, _last().label("applied"), func.count())
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(FollowUpPlan.answered, *population.plans(filters, area=filters.sight.numbers))
        .group_by(FollowUpPlan.cohort_id, "applied")
    )
    found = defaultdict[int, Applying](Applying)
    for cohort_id, applied_, n in rows:
        if applied_ is not None:
            found[cohort_id] += Applying(**{applied_.value: n})
    return found


def _last() -> ScalarSelect[Said | None]:
    """Select what a plan's person said to the last follow-up of all they answered; nothing where none asked this.

    What was answered has an outcome, so the index of the numbers leads back to it from the last of all; sorting all
    answers took three times as long.
    """
    return (
        select(Answer.applied)
        .join(Touchpoint, Touchpoint.id == Answer.touchpoint_id)
        .where(
            Touchpoint.plan_id == FollowUpPlan.id,
            Touchpoint.outcome.is_not(None),
            Answer.person_id == FollowUpPlan.person_id,
            Answer.applied.is_not(None),
        )
        .order_by(Touchpoint.due_at.desc(), Touchpoint.id.desc())
        .limit(1)
        .correlate(FollowUpPlan)
        .scalar_subquery()
    )


def _attended(session: Session, filters: Filters) -> Mapping[int, int]:
    """By group: how many people attended, wherever they stand."""
    rows = session.execute(
        select(FollowUpPlan.cohort_id, func.count())
        .join(Cohort, Cohort.id == FollowUpPlan.cohort_id)
        .where(*population.plans(filters, area=filters.sight.numbers))
        .group_by(FollowUpPlan.cohort_id)
    )
    return {group: n for group, n in rows}  # noqa: C416  # dict() takes tuples, not rows, to the type checker
