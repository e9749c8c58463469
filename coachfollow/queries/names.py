"""Reads the names behind a number: as many as were counted, for those who may see them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, join

from coachfollow.errors import Forbidden
from coachfollow.models import Cohort, FollowUpPlan, Message, Person, Step, Touchpoint
from coachfollow.queries import population, step_words
from coachfollow.queries.filters import Area, Filters, GroupBy
from coachfollow.queries.labels import Key
from coachfollow.rules import wording
from coachfollow.rules.kinds import MessageKind, StepKind
from coachfollow.rules.measuring import Counted, Standing
from coachfollow.rules.wording import Blank

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedPerson:
    """Somebody behind a number of people."""

    person_id: int
    plan: str  # its public id
    name: str | None  # None once erased
    email: str | None
    group: str
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFollowUp:
    """Somebody behind a number of follow-ups, and which follow-up it is."""

    person_id: int
    plan: str  # its public id
    name: str | None
    email: str | None
    group: str
    step: str  # its key in the programme
    title: str  # of its mail, in the programme's own language; empty where it names more than the person
    kind: StepKind
    asked: str | None  # who was to answer it: for a manager's card the manager, if one was mailed
    due: date
    counted: Counted


def follow_ups(
    session: Session,
    *,
    filters: Filters,
    counted: Collection[Counted],
    now: datetime,
    by: GroupBy = GroupBy.NONE,
    key: Key = None,
    limit: int = PAGE,
    offset: int = 0,
) -> Sequence[CountedFollowUp]:
    """Give the follow-ups in these buckets, of the report's group `key`, by due date; raises Forbidden."""
    chosen = population.follow_ups(filters, by=by, area=_area(filters), now=now)
    source = join(chosen.source, Person, Person.id == FollowUpPlan.person_id)
    rows = session.execute(
        select(
            *_WHO,
            Step.id.label("step"),
            Step.key,
            Touchpoint.kind,
            Touchpoint.local_date,
            _ASKED.label("asked"),
            chosen.counted.label("counted"),
        )
        .select_from(join(source, Step, Step.id == Touchpoint.step_id))
        .where(chosen.where, population.in_group(chosen, filters=filters, by=by, key=key))
        .where(chosen.counted.in_([one.value for one in counted]))
        .order_by(Touchpoint.due_at, Person.name.nulls_last(), Touchpoint.id)
        .limit(limit)
        .offset(offset)
    ).all()
    words = step_words.of_steps(session, step_ids={row.step for row in rows}, locale="")
    return [
        CountedFollowUp(
            person_id=row.id,
            plan=row.public_id,
            name=row.name,
            email=row.email,
            group=row.title,
            step=row.key,
            title=_titled(words[row.step].subject, row.name) if row.step in words else "",
            kind=row.kind,
            asked=row.asked if row.kind is StepKind.SPONSOR else row.name,
            due=row.local_date,
            counted=Counted(row.counted),
        )
        for row in rows
    ]


def people(
    session: Session,
    *,
    filters: Filters,
    standings: Collection[Standing],
    now: datetime,
    by: GroupBy = GroupBy.NONE,
    key: Key = None,
    limit: int = PAGE,
    offset: int = 0,
) -> Sequence[CountedPerson]:
    """Give the people of these standings, of the report's group `key`, by name; raises Forbidden."""
    chosen = population.people(filters, by=by, area=_area(filters), now=now)
    rows = session.execute(
        select(*_WHO, chosen.counted.label("counted"))
        .select_from(chosen.source)
        .where(chosen.where, population.in_group(chosen, filters=filters, by=by, key=key))
        .where(chosen.counted.in_([one.value for one in standings]))
        .order_by(Person.name.nulls_last(), FollowUpPlan.id)
        .limit(limit)
        .offset(offset)
    )
    return [
        CountedPerson(
            person_id=row.id,
            plan=row.public_id,
            name=row.name,
            email=row.email,
            group=row.title,
            standing=Standing(row.counted),
        )
        for row in rows
    ]


_WHO = Person.id, FollowUpPlan.public_id, Person.name, Person.email, Cohort.title

_MANAGER = aliased(Person)
# whom the card about a participant was mailed to; no other step is mailed to anybody else
_ASKED = (
    select(_MANAGER.name)
    .join(Message, Message.person_id == _MANAGER.id)
    .where(Message.touchpoint_id == Touchpoint.id, Message.kind == MessageKind.SPONSOR)
    .order_by(Message.id.desc())
    .limit(1)
    .scalar_subquery()
)


def _titled(subject: str, participant: str | None) -> str:
    facts = {"participant": participant or "somebody who was erased"}
    blanks = {piece.name for piece in wording.parts(subject) if isinstance(piece, Blank)}
    return wording.fill(subject, facts) if blanks <= facts.keys() else ""


def _area(filters: Filters) -> Area:
    if not filters.sight.names:
        raise Forbidden("You see these numbers without the names behind them.")
    return filters.sight.names
