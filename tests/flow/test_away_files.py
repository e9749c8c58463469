"""Rosters and leave from a file: kept in sets, moved once, and the same file twice changes nothing."""

from datetime import date

import pytest

from coachfollow.flow import away_files
from coachfollow.flow.away_files import Kept
from coachfollow.intake.worktime_files import LeaveReading, LeaveRow, RosterReading, RosterRow
from coachfollow.models import LeaveSpell, RosterDay
from coachfollow.rules.absences import Leave
from tests.flow.world import AFTER, DAY, TRAINING, World

ANNA, BEN, NOBODY = "anna@example.org", "ben@example.org", "nobody@example.org"
ASKED = TRAINING + 7 * DAY
WEEK = Leave(first=TRAINING + 6 * DAY, last=TRAINING + 10 * DAY)


def keep_roster(world: World, *rows: tuple[str, date, str]) -> Kept:
    lines = tuple(
        RosterRow(line=line, email=email, day=day, hours=hours)
        for line, (email, day, hours) in enumerate(rows, start=2)
    )
    known = away_files.recognise_roster(
        world.session,
        organisation_id=world.organisation_id,
        reading=RosterReading(rows=lines, problems=()),
    )
    return away_files.keep_roster(
        world.session, organisation_id=world.organisation_id, known=known, now=AFTER, actor_id=None
    )


def keep_leave(world: World, *rows: tuple[str, Leave]) -> Kept:
    lines = tuple(
        LeaveRow(line=line, email=email, leave=leave) for line, (email, leave) in enumerate(rows, start=2)
    )
    known = away_files.recognise_leave(
        world.session,
        organisation_id=world.organisation_id,
        reading=LeaveReading(rows=lines, problems=()),
        today=AFTER.date(),
    )
    return away_files.keep_leave(
        world.session, organisation_id=world.organisation_id, known=known, now=AFTER, actor_id=None
    )


def test_a_free_day_of_a_roster_moves_what_was_planned_for_it(world: World) -> None:
    world.train(ANNA, BEN)
    rows = ((ANNA, ASKED, ""), (BEN, ASKED, "08:00-18:00"))

    kept = [keep_roster(world, *rows) for _ in range(2)]

    assert [(one.people, one.entries, one.plans) for one in kept] == [(2, 2, 1), (2, 0, 0)]
    assert world.touchpoint(ANNA, "asked").local_date == ASKED + DAY
    assert world.touchpoint(BEN, "asked").local_date == ASKED
    assert world.events("roster kept") == 1


def test_a_later_roster_takes_the_place_of_an_earlier_one(world: World) -> None:
    world.train(ANNA)
    keep_roster(world, (ANNA, ASKED, "08:00-18:00"), (ANNA, ASKED + DAY, "09:00-17:00"))

    assert keep_roster(world, (ANNA, ASKED, "")).entries == 1

    kept = world.session.query(RosterDay.day, RosterDay.hours).order_by(RosterDay.day).all()
    assert [tuple(one) for one in kept] == [(ASKED, ""), (ASKED + DAY, "09:00-17:00")]


def test_leave_from_a_file_is_kept_once_and_moves_what_it_covers(world: World) -> None:
    world.train(ANNA, BEN)
    later = Leave(first=TRAINING + 100 * DAY, last=TRAINING + 101 * DAY)

    kept = [keep_leave(world, (ANNA, WEEK), (ANNA, WEEK), (BEN, later)) for _ in range(2)]

    assert [(one.people, one.entries, one.plans) for one in kept] == [(2, 2, 1), (2, 0, 0)]
    assert world.touchpoint(ANNA, "asked").local_date == TRAINING + 13 * DAY
    assert world.session.query(LeaveSpell).count() == 2
    assert world.events("leave entered") == 2


@pytest.mark.parametrize(
    ("email", "leave", "sentence"),
    [
        (NOBODY, WEEK, f"Nobody here has the address “{NOBODY}”."),
        (ANNA, Leave(first=TRAINING - 9 * DAY, last=TRAINING - 8 * DAY), "That leave is over already."),
        (ANNA, Leave(first=TRAINING, last=TRAINING + 500 * DAY), "longer than a year"),
    ],
)
def test_leave_that_cannot_be_kept_is_told_with_its_line(
    world: World, email: str, leave: Leave, sentence: str
) -> None:
    world.train(ANNA)
    kept = keep_leave(world, (email, leave))
    assert (kept.people, kept.entries, kept.plans) == (0, 0, 0)
    assert kept.problems[0].line == 2
    assert sentence in kept.problems[0].sentence


def test_a_roster_of_strangers_keeps_nothing(world: World) -> None:
    kept = keep_roster(world, (NOBODY, ASKED, ""))
    assert (kept.entries, kept.problems[0].column) == (0, "person")
    assert world.events("roster kept") == 0
