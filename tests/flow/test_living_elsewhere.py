"""Somebody lives in another zone: what is to come keeps its day and hour there, what was asked stays as it was."""

from datetime import date, time, timedelta

from coachfollow.flow import people_files, placing
from coachfollow.flow.people_files import Brought
from coachfollow.intake.people import PersonRow
from coachfollow.models import CheckIn
from coachfollow.queries import clashes
from tests.flow.world import AFTER, DAY, FIRST_MAIL, World

ANNA, BEN = "anna@example.org", "ben@example.org"
TOKYO = "Asia/Tokyo"
LATER = FIRST_MAIL + DAY


def row(
    email: str = ANNA, zone: str | None = TOKYO, *, week: str | None = None, region: str | None = None
) -> PersonRow:
    return PersonRow(line=2, email=email, name="Anna", zone=zone, week=week, region=region)


def bring(world: World, *rows: PersonRow) -> Brought:
    return people_files.bring(world.session, organisation_id=world.organisation_id, rows=rows, now=LATER)


def test_the_day_and_the_hour_stay_and_the_moment_follows_the_new_clock(world: World) -> None:
    world.train(ANNA, BEN)
    world.open_mails(FIRST_MAIL)
    asked, plan, bens = (world.touchpoint(*one) for one in ((ANNA, "asked"), (ANNA, "plan"), (BEN, "asked")))
    before = asked.local_date, asked.local_time, asked.due_at - timedelta(hours=9), TOKYO
    opened = plan.due_at, plan.closes_at, plan.zone
    his = bens.due_at, bens.zone
    foreseen = people_files.compare(
        world.session, organisation_id=world.organisation_id, rows=[row()], now=LATER
    )
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


def days(world: World, email: str = ANNA) -> dict[str, date]:
    """The days of somebody's questions and reminders."""
    world.session.expire_all()
    return {step: world.touchpoint(email, step).local_date for step in ("plan", "asked", "last-nudge")}


def test_another_working_week_moves_what_is_to_come_to_its_days(world: World) -> None:
    world.train(ANNA, BEN)
    world.open_mails(FIRST_MAIL)
    before, bens = days(world), days(world, BEN)
    week = row(zone=None, week="thu-fri 10:00-12:00")
    foreseen = people_files.compare(
        world.session, organisation_id=world.organisation_id, rows=[week], now=LATER
    )
    world.session.rollback()

    brought = bring(world, week)

    # the question was wanted for Tuesday, 10 March, and the nudge for Sunday, 12 April: Thursdays both
    assert days(world) == before | {"asked": date(2026, 3, 12), "last-nudge": date(2026, 4, 16)}
    assert days(world, BEN) == bens
    assert world.touchpoint(ANNA, "asked").local_time == time(10)
    assert (brought.otherwise, brought.shifted, brought.elsewhere) == (1, foreseen.shifted, 0)
    assert world.events("follow-up moved") == foreseen.shifted
    assert (world.events("working week changed"), world.events("zone changed")) == (1, 0)
    assert bring(world, week).otherwise == 0


def test_another_country_s_holidays_move_what_falls_on_them_and_the_way_back_is_the_same(
    world: World,
) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    bring(world, row(zone=None, region="PT"))
    before = days(world)
    assert before["last-nudge"] == date(2026, 4, 13)  # wanted for a Sunday

    brought = bring(world, row(zone=None, region="TH"))

    assert days(world)["last-nudge"] == date(2026, 4, 16)  # three days of Songkran, from the 13th
    assert (brought.otherwise, world.events("holidays changed")) == (1, 2)
    bring(world, row(zone=None, region="PT"))
    assert days(world) == before


def test_a_meeting_keeps_its_time_in_another_week_and_is_told_if_it_no_longer_fits(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    begins = world.touchpoint(ANNA, "talk").due_at

    bring(world, row(zone=None, week="sat 10:00-12:00"))

    world.session.expire_all()
    assert world.session.query(CheckIn).one().starts_at == world.touchpoint(ANNA, "talk").due_at == begins
    coach = world.person("coach@example.org")
    found = clashes.of_coaches(world.session, coach_ids=[coach], now=LATER)
    assert [one.starts_at for one in found[coach]] == [begins]
