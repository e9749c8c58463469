"""Holds what one operation is about, so that two at once come one after the other; SQLite has one writer anyway.

A plan is held before the calendars of its people: in one order everywhere, nobody waits for each other.
"""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Conflict, NotFound
from coachfollow.models import FollowUpPlan, Person

ERASED = "This person was erased. Their follow-up stays as it is."


def plan(session: Session, *, plan_id: int) -> FollowUpPlan:
    """Give a plan as it is now, held until the commit: whoever comes second sees what the first has done.

    Raises Conflict where its person was erased: nothing that ended with them begins again, nor is taken back.
    """
    found = session.get(FollowUpPlan, plan_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise NotFound("There is no such follow-up.")
    if session.scalar(select(Person.erased_at).where(Person.id == found.person_id)) is not None:
        raise Conflict(ERASED)
    return found


def plans(session: Session, *, plan_ids: Collection[int]) -> None:
    """Hold several plans until the commit."""
    wanted = select(FollowUpPlan.id).where(FollowUpPlan.id.in_(list(plan_ids)))
    session.execute(wanted.order_by(FollowUpPlan.id).with_for_update(key_share=True))


def group(session: Session, *, cohort_id: int) -> None:
    """Hold all plans of a group until the commit: none of their follow-ups is asked or closed meanwhile."""
    wanted = select(FollowUpPlan.id).where(FollowUpPlan.cohort_id == cohort_id)
    session.execute(wanted.order_by(FollowUpPlan.id).with_for_update(key_share=True))


def calendars(session: Session, *, people: Collection[int]) -> None:
    """Hold the calendars of these people until the commit: no time is given away twice."""
    wanted = select(Person.id).where(Person.id.in_(list(people)))
    session.execute(wanted.order_by(Person.id).with_for_update(key_share=True))
