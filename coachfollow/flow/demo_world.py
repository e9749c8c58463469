"""Builds the demo's world through the real ways in: files that it writes, staged, confirmed and carried out."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.extensions import installation
from coachfollow.flow import (
    attendance,
    away,
    coaching,
    cohorts,
    demo,
    demo_files,
    demo_people,
    houses,
    people,
    people_files,
    programmes,
    staging,
    tempos,
)
from coachfollow.flow.cohorts import Meeting
from coachfollow.intake import people as intake_people
from coachfollow.intake import reading
from coachfollow.intake.reading import DateOrder
from coachfollow.models import Cohort, FollowUpPlan, Organisation
from coachfollow.queries import digests, placed_meetings, wishes
from coachfollow.rules import slots_offers, worktime
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import Channel, ImportKind, Pace, PlanState, Role
from coachfollow.rules.slots_board import Board
from coachfollow.rules.tempo import Tempo

ZONE = demo_people.BERLIN
INVITED = timedelta(days=10)  # before the training
BEGINS = time(13, 0)
WRITTEN_UP = timedelta(hours=4)  # after it begins
TARGET = 0.8
THURSDAY = 3
OFFERS = 4  # times to choose from
LEAVES, RETURNS = timedelta(days=5), timedelta(days=11)  # after the training
MEETS_WITHIN = timedelta(days=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What was built: who may sign in, and the group whose follow-up has begun."""

    lnd: str
    operator: str
    coaches: tuple[str, ...]
    cohort: str
    training_on: date


def build(session: Session, *, now: datetime) -> World:
    """Build the world so that its training was on the last working day; everything since then has happened."""
    day = _training_day(now)
    begins = datetime.combine(day, BEGINS)
    opened_at = worktime.resolve(begins, ZONE) - INVITED
    demo.set_clock(session, now=opened_at)
    organisation = houses.open_house(session, settings=installation().settings, now=opened_at)
    _move_in(session, organisation, now=opened_at)
    cohort = _open_cohort(session, organisation, begins=begins, now=opened_at)
    _take(session, cohort, "invited.csv", demo_files.roster(), kind=ImportKind.ROSTER, now=opened_at)
    written_up = worktime.resolve(begins, ZONE) + WRITTEN_UP
    demo.step(session, until=written_up)
    report = demo_files.attendance(begins)
    _take(session, cohort, "attendance.csv", report, kind=ImportKind.ATTENDANCE, now=written_up)
    _go_on_leave(session, organisation, day=day, now=written_up)
    _choose_a_rhythm(session, organisation, now=written_up)
    demo.step(session, until=now)
    _meet_at_another_time(session, organisation, now=now)
    _take_a_day_off(session, organisation, now=now)
    demo.set_clock(session, now=now)  # the story has come to its present
    return World(
        lnd=demo_people.LND.email,
        operator=demo_people.OPERATOR.email,
        coaches=tuple(demo_people.COACHES),
        cohort=cohort.key,
        training_on=day,
    )


def _go_on_leave(session: Session, organisation: Organisation, *, day: date, now: datetime) -> None:
    """One of them is away for a week, and has said so."""
    email = demo_people.named(demo_people.ON_LEAVE).email
    person = people.find_or_add(session, organisation_id=organisation.id, email=email, name=None, now=now)
    leave = Leave(first=day + LEAVES, last=day + RETURNS)
    away.go(session, person_id=person.id, leave=leave, now=now, actor_id=person.id)


def _choose_a_rhythm(session: Session, organisation: Organisation, *, now: datetime) -> None:
    """One of them wants fewer reminders, and all of it on Thursdays; another wants them in the calendar."""
    chosen = {
        demo_people.LIGHTER: Tempo(pace=Pace.LIGHTER, weekday=THURSDAY),
        demo_people.IN_CALENDAR: Tempo(channel=Channel.CALENDAR),
    }
    for name, own in chosen.items():
        email = demo_people.named(name).email
        person = people.find_or_add(session, organisation_id=organisation.id, email=email, name=None, now=now)
        plan_id = session.scalars(select(FollowUpPlan.id).where(FollowUpPlan.person_id == person.id)).one()
        tempos.choose(session, plan_id=plan_id, own=own, now=now, actor_id=person.id)


def _meet_at_another_time(session: Session, organisation: Organisation, *, now: datetime) -> None:
    """A coach has something else to do by then, and chooses another of the times that are free for both."""
    email = demo_people.named(demo_people.MET_LATER).email
    met = people.find_or_add(session, organisation_id=organisation.id, email=email, name=None, now=now)
    theirs = (FollowUpPlan.person_id == met.id) & (FollowUpPlan.state == PlanState.ACTIVE)
    for check_in, touchpoint in placed_meetings.coming(session, theirs, now=now):
        asked = wishes.choice(session, touchpoint_id=touchpoint.id, now=now)
        had = check_in.starts_at
        free = slots_offers.near(Board(asked[0]), asked[1], most=OFFERS, but=had) if asked else ()
        other = next(iter(free), None)
        if other is not None:
            coach = check_in.coach_id
            coaching.arrange(session, touchpoint=touchpoint, starts_at=other, now=now, actor_id=coach)


def _take_a_day_off(session: Session, organisation: Organisation, *, now: datetime) -> None:
    """A coach is away on the day of meetings that stand already: somebody has to choose another time for them."""
    coach = people.find_or_add(
        session, organisation_id=organisation.id, email=demo_people.DAY_OFF, name=None, now=now
    )
    met = digests.meetings(session, coach_ids=[coach.id], since=now, until=now + MEETS_WITHIN)
    if met:
        day = worktime.local(met[coach.id][-1].starts_at, coach.zone).date()
        away.go(session, person_id=coach.id, leave=Leave(first=day, last=day), now=now, actor_id=coach.id)


def _training_day(now: datetime) -> date:
    """The last working day before today."""
    day = worktime.local(now, ZONE).date() - timedelta(days=1)
    return worktime.previous_working_day(worktime.parse_week(worktime.DEFAULT_WEEK), day)


def _move_in(session: Session, organisation: Organisation, *, now: datetime) -> None:
    """Everybody arrives, programmes are on the shelf, coaches say when they can be booked."""
    programmes.load_shipped(session, organisation_id=organisation.id, now=now)
    path = _filed("people.csv", demo_files.people())
    rows = intake_people.read_people(path, name=path.name).rows
    people_files.bring(session, organisation_id=organisation.id, rows=rows, now=now)
    for person, role in ((demo_people.LND, Role.LND), (demo_people.OPERATOR, Role.OPERATOR)):
        houses.appoint(
            session,
            organisation_id=organisation.id,
            email=person.email,
            name=person.name,
            roles=(role,),
            now=now,
        )


def _open_cohort(session: Session, organisation: Organisation, *, begins: datetime, now: datetime) -> Cohort:
    cohort = cohorts.open_cohort(
        session,
        organisation_id=organisation.id,
        programme=demo_people.PROGRAMME,
        key="first-group",
        title="Customer-focused leadership, first group",
        zone=ZONE,
        meetings=[Meeting(begins=begins, minutes=demo_files.MINUTES, title="Workshop")],
        coaches=tuple(demo_people.COACHES),
        attended_minutes=demo_files.MINUTES // 2,
        target=TARGET,
        announced=True,
        now=now,
    )
    for email, week in demo_people.COACHES.items():
        coach = people.find_or_add(session, organisation_id=organisation.id, email=email, name=None, now=now)
        link = f"https://meet.{demo_people.DOMAIN}/{email.partition('@')[0]}"
        coaching.set_hours(session, coach_id=coach.id, week=week, link=link)
    return cohort


def _take(
    session: Session, cohort: Cohort, name: str, data: bytes, *, kind: ImportKind, now: datetime
) -> None:
    """Import a file as anybody would: read, staged, carried out."""
    path = _filed(name, data)
    batch = staging.stage(
        session,
        cohort=cohort,
        reading=reading.read(path, name=name, date_order=DateOrder.DMY),
        kind=kind,
        file_name=name,
        checksum=sha256(data).hexdigest(),
        now=now,
    )
    attendance.carry_out(session, batch_id=batch.id, now=now)


def _filed(name: str, data: bytes) -> Path:
    """Keep the file where a visitor of the demo can look at it."""
    folder = installation().settings.data_dir / "files"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path
