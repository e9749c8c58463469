"""Which meetings a coach's leave would no longer let them hold: by their own clock, to the minute."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from coachfollow.rules import slots_clashes
from coachfollow.rules.absences import Leave
from coachfollow.rules.slots_values import Meeting

BERLIN = "Europe/Berlin"  # an hour ahead of UTC on these days of March
HALF_AN_HOUR = timedelta(minutes=30)
DAYS = Leave(first=date(2026, 3, 10), last=date(2026, 3, 12))


def meeting(day: int, hour: int, minute: int = 0) -> Meeting:
    """Half an hour that begins then, by UTC."""
    starts_at = datetime(2026, 3, day, hour, minute, tzinfo=UTC)
    return Meeting(wanted=1, coach=1, person=2, starts_at=starts_at, ends_at=starts_at + HALF_AN_HOUR)


@pytest.mark.parametrize(
    ("leave", "one", "falls"),
    [
        pytest.param(DAYS, meeting(11, 12), True, id="in the middle"),
        pytest.param(DAYS, meeting(9, 22, 30), False, id="it ends as the first day begins"),
        pytest.param(DAYS, meeting(9, 22, 31), True, id="its last minute is in the first day"),
        pytest.param(DAYS, meeting(12, 22, 59), True, id="it begins in the last minute"),
        pytest.param(DAYS, meeting(12, 23), False, id="it begins as the last day ends"),
        pytest.param(replace(DAYS, from_noon=True), meeting(10, 10, 30), False, id="it ends at noon"),
        pytest.param(replace(DAYS, from_noon=True), meeting(10, 10, 31), True, id="it runs past noon"),
        pytest.param(replace(DAYS, until_noon=True), meeting(12, 10, 59), True, id="it begins before noon"),
        pytest.param(replace(DAYS, until_noon=True), meeting(12, 11), False, id="it begins at noon"),
    ],
)
def test_a_meeting_falls_into_a_leave_by_the_clock_there(leave: Leave, one: Meeting, *, falls: bool) -> None:
    assert slots_clashes.is_during(one, leave, zone=BERLIN) is falls


def test_the_same_moment_is_another_day_elsewhere() -> None:
    late = meeting(12, 23)  # the 13th in Berlin, still the 12th in Lisbon

    assert not slots_clashes.is_during(late, DAYS, zone=BERLIN)
    assert slots_clashes.is_during(late, DAYS, zone="Europe/Lisbon")
