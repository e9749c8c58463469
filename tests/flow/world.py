"""A small world for the tests of the flow: people, groups and their lists; time that passes; what became of it."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Barrier
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.config import Settings
from coachfollow.extensions import db
from coachfollow.flow import attendance, cohorts, dispatch, opening
from coachfollow.flow.attendance import Imported, Progress
from coachfollow.flow.cohorts import Meeting
from coachfollow.flow.dispatch import Drained
from coachfollow.models import (
    Cohort,
    DrainLease,
    Enrolment,
    Event,
    FollowUpPlan,
    Message,
    Organisation,
    Person,
    RateBucket,
    Reporting,
    Step,
    Touchpoint,
)
from coachfollow.queries import clockwork
from coachfollow.rules.kinds import (
    ImportKind,
    MessageKind,
    MessageState,
    PlanState,
    StopReason,
    TouchpointState,
)
from tests import house
from tests.flow.grounds import Ground
from tests.house import AFTER, DAY, OPENED, TRAINING, House

__all__ = [
    "AFTER",
    "BEFORE",
    "DAY",
    "FIRST_MAIL",
    "HOLD",
    "LEASE",
    "OPENED",
    "TRAINING",
    "World",
    "at_once",
    "elsewhere",
]

Result = TypeVar("Result")

LEASE = timedelta(seconds=60)  # as the settings have it
HOLD = timedelta(minutes=15)
BEFORE = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)  # a Friday, eleven days before the training
FIRST_MAIL = datetime(
    2026, 3, 3, 15, 0, tzinfo=UTC
)  # three in the afternoon on the day itself; people live by UTC

PLAN_FIRST = (
    "First things first: your plan in one sentence"  # of a mail that quotes a plan nobody has written
)
MOMENTS = """\
key: moments
languages: [en, de]
title: {en: Moments that count, de: Momente}
why: {en: Because customers notice., de: Weil Kunden es merken.}
sponsor:
  name: Ruth Adeyemi
  words: {en: Please do one thing., de: Bitte eines.}
themes:
  clarity: {en: Clear words, de: Klare Worte}
attended: {minutes: 60}
steps:
  - key: before
    kind: sponsor_moment
    when: {days: -5}
    texts:
      en: {subject: Before, question: "Did you talk?", body: "Talk with {{participant}}."}
      de: {subject: Vorher, question: "Haben Sie gesprochen?", body: "{{participant}}"}
  - key: plan
    kind: commitment
    when: {days: 0}
    at: "15:00"
    reminders: [2, 4]
    texts:
      en: {subject: Your plan, body: Say what you will do.}
      de: {subject: Dein Plan, body: "Was tust du?"}
  - key: nudge
    kind: reinforcement_prompt
    when: {days: 3}
    texts:
      en: {subject: Your plan again, body: "{{commitment}}"}
      de: {subject: Noch einmal, body: "{{commitment}}"}
  - key: asked
    kind: reflection
    when: {days: 7}
    mandatory: true
    reminders: [2]
    texts:
      en: {subject: "How is it going?", question: "Did you do it?", body: "**{{commitment}}**"}
      de: {subject: "Wie geht es?", question: "Hast du es getan?", body: "**{{commitment}}**"}
  - key: talk
    kind: check_in
    when: {days: 14}
    at: "10:00"
    texts:
      en: {subject: We meet, body: "A talk with {{coach}}."}
      de: {subject: Wir reden, body: "Ein Gespräch mit {{coach}}."}
  - key: last-nudge
    kind: reinforcement_prompt
    when: {days: 40}
    texts:
      en: {subject: One last time, body: "{{commitment}}"}
      de: {subject: Ein letztes Mal, body: "{{commitment}}"}
  - key: half-a-year-later
    kind: unprompted_check
    when: {days: 180}
    texts:
      en: {subject: One last question, question: "Do you still do it?", body: "{{commitment}}"}
      de: {subject: Eine letzte Frage, question: "Tust du es noch?", body: "{{commitment}}"}
"""


@dataclass(frozen=True, slots=True)
class World(House):
    """A house with the programmes `service` and `moments`; every function does what its people would do."""

    def open_group(
        self,
        key: str = "spring",
        *,
        programme: str = "moments",
        days: Sequence[date] = (TRAINING,),
        coaches: Sequence[str] = (),
        attended_sessions: int | None = None,
        announced: bool = False,
        now: datetime = OPENED,
    ) -> Cohort:
        """Open a group whose sessions last from nine to twelve in Berlin."""
        return cohorts.open_cohort(
            self.session,
            organisation_id=self.organisation_id,
            programme=programme,
            key=key,
            title=f"The {key} group",
            zone="Europe/Berlin",
            meetings=[Meeting(begins=datetime.combine(day, time(9)), minutes=180) for day in days],
            coaches=coaches,
            attended_sessions=attended_sessions,
            announced=announced,
            now=now,
        )

    def bring_in(
        self,
        cohort: Cohort,
        text: str,
        *,
        kind: ImportKind = ImportKind.ATTENDANCE,
        session_number: int = 1,
        now: datetime = AFTER,
        progress: Progress | None = None,
    ) -> Imported:
        """Import a pasted list, and say what it changed."""
        batch = self.stage(cohort, text, kind=kind, session_number=session_number, now=now)
        return attendance.carry_out(self.session, batch_id=batch.id, now=now, progress=progress)

    def invite(self, cohort: Cohort, text: str, *, now: datetime = BEFORE) -> Imported:
        """Import a roster: whom the training expects."""
        return self.bring_in(cohort, text, kind=ImportKind.ROSTER, now=now)

    def drain(self, now: datetime) -> Drained:
        """Let a worker open, close and send whatever is due."""
        drained = dispatch.drain(self.session, now=now)
        self.session.rollback()
        return drained

    def live(self, until: datetime, *, since: datetime = AFTER) -> None:
        """Let a worker look now, and whenever something is to happen."""
        self.drain(since)
        moment = self._next_moment(since)
        while moment is not None and moment < until:
            self.drain(moment)
            moment = self._next_moment(moment)
        self.drain(until)

    def _next_moment(self, after: datetime) -> datetime | None:
        found = clockwork.next_event(self.session, after=after)
        self.session.rollback()
        return found

    def lease_passes(self, passed: timedelta) -> None:
        """Let lease time go by: what was stored by it lies further back."""
        seconds = passed.total_seconds()
        self.session.execute(
            update(Message).values(
                lease_until=Message.lease_until - seconds,
                hold_until=Message.hold_until - seconds,
                retry_at=Message.retry_at - seconds,
            )
        )
        self.session.execute(update(DrainLease).values(until=DrainLease.until - seconds))
        self.session.execute(update(RateBucket).values(at=RateBucket.at - seconds))
        self.session.commit()

    def mails(
        self,
        *,
        to: str | None = None,
        kind: MessageKind | None = None,
        state: MessageState | None = None,
    ) -> list[Message]:
        """Give mails as the database has them now, in the order of their moments; no transaction stays open."""
        chosen = select(Message).join(Person, Person.id == Message.person_id)
        if to is not None:
            chosen = chosen.where(Person.email == to)
        if kind is not None:
            chosen = chosen.where(Message.kind == kind)
        if state is not None:
            chosen = chosen.where(Message.state == state)
        fresh = chosen.order_by(Message.send_at, Message.id).execution_options(populate_existing=True)
        found = list(self.session.scalars(fresh))
        for mail in found:
            self.session.expunge(mail)
        self.session.rollback()
        return found

    def mail(self, *, to: str, kind: MessageKind) -> Message:
        """Give the one mail of this kind to somebody."""
        (found,) = self.mails(to=to, kind=kind)
        return found

    def outcomes(self, kind: MessageKind = MessageKind.COMMITMENT) -> list[str]:
        """Give what became of all mails of a kind, sorted."""
        return sorted(mail.state.value for mail in self.mails(kind=kind))

    def train(self, *people: str) -> None:
        """Let these people attend a training; their first mails are due at FIRST_MAIL and not open yet."""
        self.bring_in(self.open_group(), "".join(f"{person}\n" for person in people))
        self.session.rollback()

    def open_mails(self, now: datetime) -> None:
        """Open what is due, as a drain does before it sends."""
        opening.open_due(self.session, now=now)
        self.session.rollback()

    def kinds(self, *, to: str, state: MessageState | None = None) -> list[MessageKind]:
        """Give the kinds of somebody's mails."""
        return [mail.kind for mail in self.mails(to=to, state=state)]

    def states(self, email: str) -> Mapping[str, TouchpointState]:
        """Give the states of somebody's follow-ups by the key of their step."""
        rows = self.session.execute(
            select(Step.key, Touchpoint.state)
            .join(Step, Step.id == Touchpoint.step_id)
            .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
            .join(Person, Person.id == FollowUpPlan.person_id)
            .where(Person.email == email)
        )
        found = {row.key: row.state for row in rows}
        self.session.rollback()
        return found

    def standing(self, email: str) -> tuple[PlanState, StopReason | None]:
        """Say how somebody's follow-up stands."""
        state, reason = self.session.execute(
            select(FollowUpPlan.state, FollowUpPlan.stop_reason)
            .join(Person, Person.id == FollowUpPlan.person_id)
            .where(Person.email == email)
        ).one()
        self.session.rollback()
        return state, reason

    def participants(self, cohort: Cohort) -> list[str | None]:
        """Give the addresses of those enrolled in a group."""
        rows = self.session.scalars(
            select(Person.email)
            .join(Enrolment, Enrolment.person_id == Person.id)
            .where(Enrolment.cohort_id == cohort.id)
            .order_by(Person.email)
        )
        return list(rows)

    def events(self, name: str) -> int:
        """Count the events of this name."""
        return len(self.session.scalars(select(Event.id).where(Event.name == name)).all())

    def manager_of(self, email: str) -> str | None:
        """Give the address of somebody's manager today."""
        return self.session.scalar(
            select(Person.email)
            .join(Reporting, Reporting.manager_id == Person.id)
            .where(Reporting.person_id == self.person(email), Reporting.to_at.is_(None))
        )


Story = Callable[[World], None]
"""What has happened before a test begins."""

Stand = Callable[[Story], World]
"""A way to begin where a story ends."""

ANNA, COACH = "anna@example.org", "coach@example.org"


def anna_has_a_coach(world: World) -> None:
    """Anna has been trained, with a coach who can be booked; nothing was sent yet."""
    world.person(COACH, name="Carla Coach")
    world.bookable(COACH)
    world.bring_in(world.open_group(coaches=[COACH]), f"Anna Berg <{ANNA}>\n")


def build(session: Session, settings: Settings) -> World:
    """Open the house of these tests."""
    home = house.open_house(session, settings)
    home.publish(MOMENTS)
    return World(session, home.organisation_id)


def of(session: Session) -> World:
    """Give the world that stands on the ground."""
    organisation_id = session.scalars(select(Organisation.id).order_by(Organisation.id)).first()
    session.rollback()
    return World(session, organisation_id or 0)


def elsewhere(ground: Ground, what: Callable[[Session], Result]) -> Future[Result]:
    """Do something in another process's place: a thread with an app context and a session of its own."""

    def alone() -> Result:
        with ground.app.app_context():
            return what(db.session())

    pool = ThreadPoolExecutor(1)
    future = pool.submit(alone)
    pool.shutdown(wait=False)
    return future


def at_once(ground: Ground, *what: Callable[[Session], Result]) -> list[Result]:
    """Do several things at the same moment, each in a thread of its own."""
    together = Barrier(len(what))

    def alone(one: Callable[[Session], Result]) -> Result:
        with ground.app.app_context():
            session = db.session()
            together.wait()
            return one(session)

    with ThreadPoolExecutor(len(what)) as pool:
        return [future.result() for future in [pool.submit(alone, one) for one in what]]
