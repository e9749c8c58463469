"""Holds what one operation is about, so that two at once come one after the other; SQLite has one writer anyway.

A plan is held before the calendars of its people: in one order everywhere, nobody waits for each other.
"""

from collections.abc import Collection

from sqlalchemy import Integer, Select, Table, bindparam, select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, NotFound
from coachfollow.extensions import among
from coachfollow.models import FollowUpPlan, Person, table_of

ERASED = "This person was erased. Their follow-up stays as it is."


def plan(session: Session, *, plan_id: int) -> FollowUpPlan:
    """Give a plan as it is now, held until the commit: whoever comes second sees what the first has done.

    Raises Conflict where its person was erased: nothing that ended with them begins again, nor is taken back.
    """
    found = session.get(FollowUpPlan, plan_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound("There is no such follow-up.")
    if session.scalar(_ERASED_AT, {"its_id": found.person_id}) is not None:
        raise Conflict(ERASED)
    return found


def plans(session: Session, *, plan_ids: Collection[int]) -> None:
    """Hold several plans until the commit."""
    session.execute(_PLANS, {"ids": plan_ids})


def group(session: Session, *, cohort_id: int) -> None:
    """Hold all plans of a group until the commit: none of their follow-ups is asked or closed meanwhile."""
    wanted = select(FollowUpPlan.id).where(FollowUpPlan.cohort_id == cohort_id)
    session.execute(wanted.order_by(FollowUpPlan.id).with_for_update(key_share=True))


def calendars(session: Session, *, people: Collection[int]) -> None:
    """Hold the calendars of these people until the commit: no time is given away twice."""
    session.execute(_CALENDARS, {"ids": people})


def _held(table: Table) -> Select[int]:
    chosen = select(table.c.id).where(among(table.c.id, "ids"))
    return chosen.order_by(table.c.id).with_for_update(key_share=True)


_people = table_of(Person)
_ERASED_AT = select(_people.c.erased_at).where(_people.c.id == bindparam("its_id", type_=Integer))
_PLANS = _held(table_of(FollowUpPlan))
_CALENDARS = _held(_people)
