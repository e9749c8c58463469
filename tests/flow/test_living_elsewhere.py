"""Somebody lives in another zone: what is to come keeps its day and hour there, what was asked stays as it was."""

from datetime import timedelta

from coachfollow.flow import people, placing, rezoning
from coachfollow.flow.people import Brought
from coachfollow.intake.people import PersonRow
from coachfollow.models import CheckIn
from tests.flow.world import AFTER, DAY, FIRST_MAIL, World

ANNA, BEN = "anna@example.org", "ben@example.org"
TOKYO = "Asia/Tokyo"
LATER = FIRST_MAIL + DAY


def row(email: str = ANNA, zone: str = TOKYO) -> PersonRow:
    return PersonRow(line=2, email=email, name="Anna", zone=zone)


def bring(world: World, *rows: PersonRow) -> Brought:
    return people.bring(world.session, organisation_id=world.organisation_id, rows=rows, now=LATER)


def test_the_day_and_the_hour_stay_and_the_moment_follows_the_new_clock(world: World) -> None:
    world.train(ANNA, BEN)
    world.open_mails(FIRST_MAIL)
    asked, plan, bens = (world.touchpoint(*one) for one in ((ANNA, "asked"), (ANNA, "plan"), (BEN, "asked")))
    before = asked.local_date, asked.local_time, asked.due_at - timedelta(hours=9), TOKYO
    opened = plan.due_at, plan.closes_at, plan.zone
    his = bens.due_at, bens.zone
    foreseen = rezoning.foresee(world.session, {world.plan(ANNA).person_id: TOKYO}, now=LATER)
    world.session.rollback()

    brought = bring(world, row())

    world.session.expire_all()
    asked, plan, bens = (world.touchpoint(*one) for one in ((ANNA, "asked"), (ANNA, "plan"), (BEN, "asked")))
    assert (asked.local_date, asked.local_time, asked.due_at, asked.zone) == before
    assert (plan.due_at, plan.closes_at, plan.zone) == opened
    assert (bens.due_at, bens.zone) == his
    assert (brought.elsewhere, brought.moved, brought.changed) == (1, foreseen.moved, 1)
    assert world.events("follow-up moved") == foreseen.moved == 5
    assert world.events("zone changed") == 1


def test_there_and_back_again_everything_comes_when_it_came_before(world: World) -> None:
    world.train(ANNA)
    before = world.touchpoint(ANNA, "half-a-year-later").due_at
    zone = world.touchpoint(ANNA, "asked").zone

    bring(world, row())
    bring(world, row(zone=zone))

    world.session.expire_all()
    assert world.touchpoint(ANNA, "half-a-year-later").due_at == before
    assert bring(world, row(zone=zone)).elsewhere == 0


def test_a_meeting_keeps_its_time(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    begins = world.touchpoint(ANNA, "talk").due_at

    bring(world, row())

    world.session.expire_all()
    talk = world.touchpoint(ANNA, "talk")
    meeting = world.session.query(CheckIn).one()
    assert meeting.starts_at == talk.due_at == begins
    assert (talk.zone, talk.local_time.hour) == (TOKYO, (begins.hour + 9) % 24)
