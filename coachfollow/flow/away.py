"""Keeps when people are away and when the house is closed, and moves what is planned for those days."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import changing, coming_back, history, locking, sets
from coachfollow.models import ClosedSpell, FollowUpPlan, LeaveSpell, Organisation, Person, Touchpoint
from coachfollow.queries import snapshots, worktimes
from coachfollow.rules import decisions, worktime
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState
from coachfollow.rules.levers import Fit

LONGEST = timedelta(days=366)
LIVING = (PlanState.DRAFT, PlanState.ACTIVE, PlanState.PAUSED)


def spell(*, first: date, last: date, from_noon: bool, until_noon: bool, today: date) -> Leave:
    """Give a leave that can be; Invalid says what is wrong with it, beside which field."""
    if last < first:
        raise Invalid(
            "The last day away lies before the first.", {"last": "Choose the first day or a later one."}
        )
    if last < today:
        raise Invalid("That leave is over already.", {"last": "Choose today or a later day."})
    if last - first > LONGEST:
        raise Invalid("That is longer than a year. Stop the follow-up instead.", {"last": "Within a year."})
    try:
        return Leave(first=first, last=last, from_noon=from_noon, until_noon=until_noon)
    except ValueError as error:
        raise Invalid(f"{str(error).capitalize()}.", {"first": f"{error}"}) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """One follow-up that a leave moves to another day, or leaves out."""

    kind: StepKind
    was: date
    becomes: date | None


def foresee(session: Session, *, plan_id: int, leave: Leave, now: datetime) -> Sequence[Foreseen]:
    """Say what somebody's leave would change about a plan, by day; nothing is written."""
    snapshot = snapshots.of(session, plan_id=plan_id, now=now)
    hours = snapshot.week
    if not isinstance(hours, worktime.WorkingTime):
        return ()
    away = replace(snapshot, week=replace(hours, leave=(*hours.leave, leave)))
    try:
        change = decisions.decide(away, Fit(), now=now)
    except Conflict:
        return ()
    kinds = {one.key: one.kind for one in snapshot.follow_ups}
    return [_foreseen(edit, kinds[edit.key]) for edit in change.edits]


def foresee_all(session: Session, *, person_id: int, leave: Leave, now: datetime) -> Sequence[Foreseen]:
    """Say what somebody's leave would change about all of their own plans; nothing is written."""
    living = _plans_of(person_id).where(FollowUpPlan.state.in_(LIVING)).order_by(FollowUpPlan.id)
    plans = session.scalars(living).all()
    return [one for plan in plans for one in foresee(session, plan_id=plan, leave=leave, now=now)]


def _foreseen(edit: Edit, kind: StepKind) -> Foreseen:
    is_left_out = edit.after.state is TouchpointState.EXCUSED
    was = edit.before or edit.after
    return Foreseen(kind=kind, was=was.dates.day, becomes=None if is_left_out else edit.after.dates.day)


def go(session: Session, *, person_id: int, leave: Leave, now: datetime, actor_id: int | None) -> int:
    """Keep that somebody is away, once, and move what was planned meanwhile; gives how many plans changed."""
    house = session.get_one(Person, person_id).organisation_id
    enter(session, {(person_id, leave)}, organisation_id=house, now=now, actor_id=actor_id)
    session.commit()
    theirs = FollowUpPlan.person_id == person_id
    return fit(session, theirs & _between(leave.first, leave.last), now=now, actor_id=actor_id)


def take_back(session: Session, *, person_id: int, leave: Leave, now: datetime, actor_id: int | None) -> int:
    """Forget that somebody is away then; gives how many follow-ups come back for it. NotFound where they are not."""
    locking.plans(session, plan_ids=session.scalars(_plans_of(person_id)).all())
    taken_back = session.execute(
        update(LeaveSpell)
        .where(
            LeaveSpell.person_id == person_id,
            LeaveSpell.first_day == leave.first,
            LeaveSpell.last_day == leave.last,
            LeaveSpell.from_noon.is_(leave.from_noon),
            LeaveSpell.until_noon.is_(leave.until_noon),
            LeaveSpell.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
        .returning(LeaveSpell.id)
    )
    if not taken_back.all():
        raise NotFound("There is no such leave.")
    house = session.get_one(Person, person_id).organisation_id
    who = {"organisation_id": house, "person_id": person_id, "actor_id": actor_id}
    history.record(session, "leave taken back", at=now, **who)
    found = coming_back.come_back(session, person_id=person_id, leave=leave, now=now, actor_id=actor_id)
    session.commit()
    return found.moved


def _plans_of(person_id: int) -> Select[int]:
    return select(FollowUpPlan.id).where(FollowUpPlan.person_id == person_id)


def enter(
    session: Session,
    leave: Collection[tuple[int, Leave]],
    *,
    organisation_id: int,
    now: datetime,
    actor_id: int | None,
) -> int:
    """Keep who is away when, each leave once, with an event for each person; gives how many are new. No commit."""
    people = sorted({person_id for person_id, _ in leave})
    new = sorted(set(leave) - _standing(session, people))
    if new:
        session.execute(insert(LeaveSpell), [_row(*one, now=now, actor_id=actor_id) for one in new])
        same: dict[str, object] = {"organisation_id": organisation_id, "actor_id": actor_id, "facts": {}}
        rows = [{**same, "person_id": one} for one in sorted({person_id for person_id, _ in new})]
        history.record_all(session, "leave entered", at=now, rows=rows)
    return len(new)


def _standing(session: Session, people: Sequence[int]) -> set[tuple[int, Leave]]:
    """The leave of these people that was not taken back."""
    found: set[tuple[int, Leave]] = set()
    columns = (LeaveSpell.first_day, LeaveSpell.last_day, LeaveSpell.from_noon, LeaveSpell.until_noon)
    for chunk in sets.chunks(people):
        rows = session.execute(
            select(LeaveSpell.person_id, *columns).where(
                LeaveSpell.person_id.in_(chunk), LeaveSpell.withdrawn_at.is_(None)
            )
        )
        found |= {
            (person_id, Leave(first=first, last=last, from_noon=since, until_noon=until))
            for person_id, first, last, since, until in rows
        }
    return found


def _row(person_id: int, leave: Leave, *, now: datetime, actor_id: int | None) -> Mapping[str, object]:
    return {
        "person_id": person_id,
        "first_day": leave.first,
        "last_day": leave.last,
        "from_noon": leave.from_noon,
        "until_noon": leave.until_noon,
        "entered_at": now,
        "entered_by_id": actor_id,
    }


def close(
    session: Session, *, organisation_id: int, closure: Closure, now: datetime, actor_id: int | None
) -> int:
    """Keep that the house is closed, once, and move what was planned meanwhile; gives how many plans changed."""
    if closure not in worktimes.closures(session, organisation_id=organisation_id, since=closure.first):
        session.add(
            ClosedSpell(
                organisation_id=organisation_id,
                first_day=closure.first,
                last_day=closure.last,
                entered_at=now,
                entered_by_id=actor_id,
            )
        )
        history.record(session, "house closed", at=now, organisation_id=organisation_id, actor_id=actor_id)
        session.commit()
    here = FollowUpPlan.person_id.in_(select(Person.id).where(Person.organisation_id == organisation_id))
    return fit(session, here & _between(closure.first, closure.last), now=now, actor_id=actor_id)


def keep_quiet(session: Session, *, organisation_id: int, since: time, until: time) -> None:
    """Say between which times of their day nobody is written to; the same twice means: at no time."""
    house = session.get_one(Organisation, organisation_id)
    house.quiet_since, house.quiet_until = (None, None) if since == until else (since, until)
    session.commit()


def _between(first: date, last: date) -> ColumnElement[bool]:
    return Touchpoint.local_date.between(first, last)


def fit(session: Session, which: ColumnElement[bool], *, now: datetime, actor_id: int | None) -> int:
    """Move what is planned on days that do not suit any more, a plan at a time: nobody waits for a lock of many.

    `which` says it of plans and their touchpoints; gives how many plans changed.
    """
    done = 0
    for plan_id in _touched(session, which, now):
        try:
            changing.carry_out(session, plan_id=plan_id, lever=Fit(), now=now, actor_id=actor_id)
        except Conflict:  # it was moved meanwhile, or stands in the half of a day that is left
            session.rollback()
        else:
            done += 1
    return done


def _touched(session: Session, which: ColumnElement[bool], now: datetime) -> Sequence[int]:
    rows = session.scalars(
        select(FollowUpPlan.id)
        .join(Touchpoint, Touchpoint.plan_id == FollowUpPlan.id)
        .where(
            which,
            FollowUpPlan.state.in_(LIVING),
            Touchpoint.state == TouchpointState.PLANNED,
            Touchpoint.due_at > now,
        )
        .distinct()
        .order_by(FollowUpPlan.id)
    ).all()
    session.rollback()
    return rows
