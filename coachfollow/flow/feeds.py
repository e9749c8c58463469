"""Gives a plan's reminders an address for calendars: made from our secret, known by its hash, renewed when asked."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Conflict
from coachfollow.extensions import installation
from coachfollow.flow import history, locking
from coachfollow.models import CalendarFeed, FollowUpPlan, Person
from coachfollow.rules.kinds import Channel

NOT_CHOSEN = "The reminders of this plan come by mail."


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a calendar finds one plan's reminders; `since` is when they began to come there.

    One that does not hold ended with all links of its person: reminders come by mail until there is another.
    None can be shown where the secret has changed since: it goes on, and another can be made.
    """

    url: str | None
    since: datetime
    holds: bool


def take(session: Session, *, plan: FollowUpPlan, channel: Channel, now: datetime) -> None:
    """Let a plan's reminders come this way from now on. No commit.

    The address stays when mails are chosen again: what subscribed to it becomes empty, and fills if that changes.
    """
    if channel is Channel.MAIL:
        plan.calendar_since = None
        return
    plan.calendar_since = plan.calendar_since or now
    feed = session.get(CalendarFeed, plan.id)
    person = session.get_one(Person, plan.person_id)
    if feed is None or feed.person_version != person.version:
        _make(session, plan, person, now)


def renew(session: Session, *, plan_id: int, now: datetime, actor_id: int) -> None:
    """Make another address; the one before finds nothing from now on. Raises Conflict where mails are chosen."""
    plan = locking.plan(session, plan_id=plan_id)
    if plan.calendar_since is None:
        raise Conflict(NOT_CHOSEN)
    person = session.get_one(Person, plan.person_id)
    _make(session, plan, person, now)
    history.record(
        session,
        "calendar address renewed",
        at=now,
        organisation_id=person.organisation_id,
        actor_id=actor_id,
        person_id=person.id,
        cohort_id=plan.cohort_id,
        plan_id=plan.id,
    )
    session.commit()


def address(session: Session, *, plan_id: int) -> Address:
    """Give the address of a plan's reminders; raises Conflict where mails are chosen. Only reads."""
    plan = session.get_one(FollowUpPlan, plan_id)
    feed = session.get(CalendarFeed, plan_id)
    if plan.calendar_since is None or feed is None:
        raise Conflict(NOT_CHOSEN)
    tokens = installation().vault.feed_tokens(feed.public_id)
    token = next((one for one in tokens if vault.token_hash(one) == feed.hash), None)
    return Address(
        url=f"{installation().settings.external_url}/calendar/{token}.ics" if token else None,
        since=plan.calendar_since,
        holds=feed.person_version == session.get_one(Person, plan.person_id).version,
    )


def _make(session: Session, plan: FollowUpPlan, person: Person, now: datetime) -> None:
    public_id = vault.new_public_id()
    token = installation().vault.feed_tokens(public_id)[0]
    session.merge(
        CalendarFeed(
            plan_id=plan.id,
            person_id=person.id,
            public_id=public_id,
            hash=vault.token_hash(token),
            person_version=person.version,
            made_at=now,
        )
    )
    session.flush()
