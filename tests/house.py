"""Builds a house for tests as its people would, through the flow functions: a programme, groups, lists, answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.config import Settings
from coachfollow.flow import (
    answers,
    attendance,
    coaching,
    cohorts,
    houses,
    opening,
    people,
    programmes,
    relations,
    staging,
)
from coachfollow.flow.cohorts import Meeting
from coachfollow.intake import programme as template
from coachfollow.intake import reading
from coachfollow.models import (
    Cohort,
    FollowUpPlan,
    ImportBatch,
    Organisation,
    ProgrammeVersion,
    Step,
    Touchpoint,
    TrainingSession,
)
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, Barrier, ImportKind, Role

TRAINING = date(2026, 3, 3)  # a Tuesday, the day after the fixture's `now`
OPENED = datetime(2026, 2, 16, 9, 0, tzinfo=UTC)
AFTER = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)  # the training has ended, the first mail has not left
DAY = timedelta(days=1)
NINE = time(9, 0)

PROGRAMME = """\
key: service
languages: [en]
title: {en: Service that listens}
why: {en: Because customers notice.}
sponsor:
  name: Ruth Adeyemi
  words: {en: Please do one thing.}
themes:
  clarity: {en: Clear words}
attended: {minutes: 30}
allow: {rhythm: true, weekday: true, time: true, channel: true}
steps:
  - key: plan
    kind: commitment
    when: {days: 0}
    at: "17:00"
    texts:
      en: {subject: Your plan, body: Say what you will do.}
  - key: prompt
    kind: reinforcement_prompt
    when: {days: 3}
    texts:
      en: {subject: Your plan again, body: "You wrote: {{commitment}}"}
  - key: first-question
    kind: reflection
    when: {days: 7}
    reminders: [2]
    texts:
      en: {subject: "How is it going?", question: "Did you do it?", body: "**{{commitment}}**"}
  - key: meeting
    kind: check_in
    when: {days: 14}
    at: "10:00"
    texts:
      en: {subject: We meet, body: "A talk with {{coach}}."}
  - key: second-question
    kind: reflection
    when: {days: 21}
    texts:
      en: {subject: "And now?", question: "Did you do it?", body: "**{{commitment}}**"}
  - key: managers-card
    kind: sponsor_moment
    when: {days: 30}
    texts:
      en: {subject: Five minutes, question: "What came of it?", body: "Talk with {{participant}}."}
  - key: third-question
    kind: reflection
    when: {days: 35}
    texts:
      en: {subject: Once more, question: "Did you do it?", body: "**{{commitment}}**"}
"""


@dataclass(frozen=True, slots=True)
class House:
    """One organisation; every function does one thing as its people would do it."""

    session: Session
    organisation_id: int

    def appoint(self, email: str, *roles: Role, name: str = "") -> int:
        """Give somebody roles over the whole organisation; gives their id."""
        return houses.appoint(
            self.session,
            organisation_id=self.organisation_id,
            email=email,
            name=name or email.partition("@")[0].title(),
            roles=roles,
            now=OPENED,
        ).id

    def person(self, email: str, *, name: str | None = None) -> int:
        """Give the id of the person with this address, made if need be."""
        found = people.find_or_add(
            self.session, organisation_id=self.organisation_id, email=email, name=name, now=OPENED
        ).id
        self.session.commit()
        return found

    def manages(self, manager: str, *reports: str) -> None:
        """Say who somebody's people are."""
        managers = {self.person(report): self.person(manager) for report in reports}
        relations.set_managers(self.session, managers=managers, now=OPENED)
        self.session.commit()

    def group(
        self,
        key: str = "spring",
        *,
        title: str = "",
        coaches: Sequence[str] = (),
        days: Sequence[date] = (TRAINING,),
        target: float | None = None,
        programme: str = "service",
    ) -> Cohort:
        """Open a group whose sessions last from nine to twelve in Berlin."""
        return cohorts.open_cohort(
            self.session,
            organisation_id=self.organisation_id,
            programme=programme,
            key=key,
            title=title or f"The {key} group",
            zone="Europe/Berlin",
            meetings=[Meeting(begins=datetime.combine(day, NINE), minutes=180) for day in days],
            coaches=coaches,
            target=target,
            now=OPENED,
        )

    def publish(self, text: str, *, now: datetime = OPENED) -> ProgrammeVersion:
        """Publish a programme as its file has it."""
        programme = template.read(text, file="programme.yaml")
        version, _ = programmes.publish(
            self.session, organisation_id=self.organisation_id, programme=programme, now=now
        )
        return version

    def bookable(self, coach: str, week: str = "mon-fri 09:00-17:00") -> None:
        """Let a coach say when they can be booked."""
        coaching.set_hours(
            self.session,
            coach_id=self.person(coach),
            week=week,
            link="https://meet.example.org/coach",
        )

    def arrange(
        self,
        email: str,
        starts_at: datetime,
        *,
        now: datetime,
        by: str | None = None,
        step: str = "meeting",
    ) -> None:
        """Give somebody's meeting a time."""
        coaching.arrange(
            self.session,
            touchpoint=self.touchpoint(email, step),
            starts_at=starts_at,
            now=now,
            actor_id=self.person(by) if by else None,
        )

    def report(
        self,
        email: str,
        outcome: str,
        *,
        now: datetime,
        by: str | None = None,
        held: bool = True,
        step: str = "meeting",
    ) -> None:
        """Say whether somebody's meeting took place, and what came of it."""
        coaching.report(
            self.session,
            touchpoint=self.touchpoint(email, step),
            held=held,
            outcome=outcome,
            now=now,
            actor_id=self.person(by) if by else None,
        )

    def stage(
        self,
        cohort: Cohort,
        text: str,
        *,
        kind: ImportKind = ImportKind.ATTENDANCE,
        session_number: int = 1,
        now: datetime = AFTER,
    ) -> ImportBatch:
        """Stage a pasted list."""
        training_session_id = self.session.scalars(
            select(TrainingSession.id).where(
                TrainingSession.cohort_id == cohort.id, TrainingSession.position == session_number
            )
        ).one()
        return staging.stage(
            self.session,
            cohort=cohort,
            reading=reading.read_pasted(text),
            kind=kind,
            file_name="pasted",
            checksum=sha256(text.encode()).hexdigest(),
            training_session_id=training_session_id if kind is ImportKind.ATTENDANCE else None,
            now=now,
        )

    def attend(self, cohort: Cohort, text: str, *, session_number: int = 1, now: datetime = AFTER) -> None:
        """Import a pasted attendance list."""
        batch = self.stage(cohort, text, session_number=session_number, now=now)
        attendance.carry_out(self.session, batch_id=batch.id, now=now)

    def plan(self, email: str) -> FollowUpPlan:
        """Give somebody's plan; they have one."""
        return self.session.scalars(
            select(FollowUpPlan).where(FollowUpPlan.person_id == self.person(email))
        ).one()

    def touchpoint(self, email: str, step: str) -> Touchpoint:
        """Give one follow-up of somebody's plan by the key of its step."""
        return self.session.scalars(
            select(Touchpoint)
            .join(Step, Step.id == Touchpoint.step_id)
            .where(Touchpoint.plan_id == self.plan(email).id, Step.key == step)
        ).one()

    def pass_time(self, until: datetime) -> None:
        """Open what is due and close what is over, a day after the other; no mail leaves."""
        at = AFTER
        while at < until:
            at = min(at + DAY, until)
            opening.close_due(self.session, now=at)
            opening.open_due(self.session, now=at)

    def commit_to(self, email: str, situation: str, action: str, *, now: datetime) -> None:
        """Let somebody write their plan."""
        said = Answered(situation=situation, action=action, rating=4)
        self.answer(email, "plan", said, now=now)

    def reflect(
        self,
        email: str,
        step: str,
        *,
        now: datetime,
        note: str = "",
        share_note: bool = False,
        barrier: Barrier | None = None,
    ) -> None:
        """Let somebody answer a question."""
        said = Answered(applied=Applied.PARTLY, note=note, share_note=share_note, barrier=barrier)
        self.answer(email, step, said, now=now)

    def answer(self, email: str, step: str, answered: Answered, *, now: datetime) -> None:
        """Let somebody answer."""
        answers.record(
            self.session,
            touchpoint_id=self.touchpoint(email, step).id,
            person_id=self.person(email),
            answered=answered,
            now=now,
        )


def open_house(session: Session, settings: Settings) -> House:
    """Open the first organisation, with the programme of these tests."""
    return _with_programme(session, houses.open_house(session, settings=settings, now=OPENED).id)


def another(session: Session, name: str = "The other organisation") -> House:
    """Open a second organisation beside the first."""
    row = Organisation(
        public_id=vault.new_public_id(),
        name=name,
        zone="America/New_York",
        locale="en",
        working_week="mon-fri 09:00-17:00",
        sender_name=name,
        reply_to="other@example.org",
        created_at=OPENED,
    )
    session.add(row)
    session.commit()
    return _with_programme(session, row.id)


def _with_programme(session: Session, organisation_id: int) -> House:
    house = House(session, organisation_id)
    house.publish(PROGRAMME)
    return house
