"""Who lives in the demo, and the files it is built from: read by the real readers, as an office would have them."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from coachfollow.flow import demo_files, demo_people, demo_words
from coachfollow.flow.demo_people import Habit
from coachfollow.intake import people, reading
from coachfollow.intake.words import DateOrder
from coachfollow.rules import attending, rotas

BEGINS = datetime(2026, 3, 13, 13, 0)  # noqa: DTZ001 - naive, as files are


def filed(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_forty_people_of_every_habit_live_in_six_zones() -> None:
    everyone = demo_people.participants()

    assert (len(everyone), len({one.email for one in demo_people.everyone()})) == (40, 54)
    assert len({one.zone for one in everyone}) == 6
    assert {one.habit for one in everyone} == set(Habit)
    assert all(one.email.endswith(".example") and one.email.isascii() for one in demo_people.everyone())


def test_everybody_has_a_manager_a_coach_and_a_week_that_can_be_read() -> None:
    known = {one.email for one in demo_people.everyone()}

    for one in demo_people.participants():
        assert one.manager in known
        assert demo_people.coach_of(one) in demo_people.COACHES
    for week in (*demo_people.COACHES.values(), *(one.week for one in demo_people.everyone())):
        rotas.parse(week)  # raises where it cannot be read


def test_the_people_file_says_all_there_is_to_know(tmp_path: Path) -> None:
    path = filed(tmp_path, "people.csv", demo_files.people())

    read = people.read_people(path, name=path.name)

    assert len(read.rows) == 54
    assert read.problems == ()
    assert len({row.team[0] for row in read.rows if row.team}) == 3
    assert Counter(row.locale for row in read.rows).keys() == {"en", "de"}


def test_the_roster_names_a_coach_for_everybody(tmp_path: Path) -> None:
    path = filed(tmp_path, "roster.csv", demo_files.roster())

    read = reading.read(path, name=path.name)

    assert {one.coach for one in read.sightings} == set(demo_people.COACHES)
    assert len(read.sightings) == 40


@pytest.fixture
def report(tmp_path: Path) -> reading.Reading:
    """The report of the meeting, read back."""
    path = filed(tmp_path, "attendance.csv", demo_files.attendance(BEGINS))
    return reading.read(path, name=path.name, date_order=DateOrder.DMY)


def test_the_report_looks_like_one_of_teams_since_2022(tmp_path: Path, report: reading.Reading) -> None:
    assert (tmp_path / "attendance.csv").read_bytes().startswith(b"\xff\xfe")
    assert report.layout == "teams"
    assert report.problems == ()
    assert report.meeting == (BEGINS, BEGINS + demo_files.LENGTH)
    assert [one.name for one in report.sightings if one.is_organiser] == [demo_people.LND.name]


def test_the_report_holds_rejoins_a_guest_a_partial_and_no_absent_one(report: reading.Reading) -> None:
    by_name = {one.name: one for one in report.sightings}
    minutes = {one.name: attending.minutes(one.intervals, within=report.meeting) for one in report.sightings}
    habits = {one.name: one.habit for one in demo_people.participants()}

    assert len(by_name) == 41
    assert sum(len(one.intervals) > 1 for one in report.sightings) >= 5
    assert [one.email for one in report.sightings if not one.email] == [None]
    short = {name for name, there in minutes.items() if there < demo_files.MINUTES // 2}
    assert short == {name for name, habit in habits.items() if habit is Habit.LEAVING_EARLY}
    assert not any(habits[name] is Habit.ABSENT for name in by_name if name in habits)


def test_the_same_training_gives_the_same_report() -> None:
    assert demo_files.attendance(BEGINS) == demo_files.attendance(BEGINS)


def test_what_people_write_is_an_if_then_plan_that_reads_on() -> None:
    for plan in demo_words.PLANS:
        assert not plan.situation.lower().startswith("when ")
        assert not plan.action.lower().startswith("i ")
        assert not plan.action.endswith(".")
