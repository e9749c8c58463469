"""A half-hour for two people, who may live in different zones."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coachfollow.rules import slots, worktime
from coachfollow.rules.slots import Slot
from coachfollow.rules.worktime import WorkingWeek

OFFICE = worktime.parse_week(worktime.DEFAULT_WEEK)
BERLIN = "Europe/Berlin"
TUESDAY = date(2026, 3, 3)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Busy = list[tuple[datetime, datetime]]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def first_free(
    *,
    coach: str = worktime.DEFAULT_WEEK,
    coach_zone: str = BERLIN,
    person: str = worktime.DEFAULT_WEEK,
    person_zone: str = BERLIN,
    coach_busy: tuple[tuple[str, str], ...] = (),
    person_busy: tuple[tuple[str, str], ...] = (),
    not_before: datetime = LONG_AGO,
    days: int = 7,
    minutes: int = 30,
    ideal: date = TUESDAY,
) -> datetime | None:
    """When the first free slot starts."""
    found = slots.first_free(
        ideal=ideal,
        latest=ideal + timedelta(days=days),
        not_before=not_before,
        coach_week=worktime.parse_week(coach),
        coach_zone=coach_zone,
        coach_busy=[(utc(start), utc(end)) for start, end in coach_busy],
        person_week=worktime.parse_week(person),
        person_zone=person_zone,
        person_busy=[(utc(start), utc(end)) for start, end in person_busy],
        minutes=minutes,
    )
    return found.starts_at if found else None


def test_the_first_half_hour_of_the_ideal_day_is_taken_if_both_are_free() -> None:
    assert first_free() == utc("2026-03-03 08:00")


def test_a_slot_is_as_long_as_asked() -> None:
    found = slots.first_free(
        ideal=TUESDAY,
        latest=TUESDAY,
        not_before=LONG_AGO,
        coach_week=OFFICE,
        coach_zone=BERLIN,
        coach_busy=[],
        person_week=OFFICE,
        person_zone=BERLIN,
        person_busy=[],
        minutes=45,
    )
    assert found == Slot(utc("2026-03-03 08:00"), utc("2026-03-03 08:45"))


def test_neither_of_them_is_booked_twice() -> None:
    found = first_free(
        coach_busy=(("2026-03-03 08:00", "2026-03-03 08:30"),),
        person_busy=(("2026-03-03 08:45", "2026-03-03 09:10"),),
    )
    assert found == utc("2026-03-03 09:30")


def test_a_meeting_may_follow_another_without_a_break() -> None:
    busy = (("2026-03-03 07:00", "2026-03-03 08:00"), ("2026-03-03 08:30", "2026-03-03 09:00"))
    assert first_free(coach_busy=busy) == utc("2026-03-03 08:00")


@pytest.mark.parametrize(
    ("coach", "person", "start", "remark"),
    [
        ("wed 14:00-15:00", "mon-fri 09:00-17:00", "2026-03-04 13:00", "the coach offers one hour a week"),
        ("mon-fri 09:00-17:00", "thu 10:10-11:10", "2026-03-05 09:30", "on the grid, inside the shift"),
        ("tue 09:10-10:30", "mon-fri 09:00-17:00", "2026-03-03 08:30", "the first full half-hour"),
        ("tue 09:00-09:20,11:00-12:00", "tue 09:00-17:00", "2026-03-03 10:00", "twenty minutes are too few"),
        ("mon-fri 09:00-12:00", "mon-fri 13:00-17:00", None, "they never work together"),
        ("sat 09:00-12:00", "sun 09:00-12:00", None, "nor on the same day"),
    ],
)
def test_a_slot_lies_in_the_hours_of_both(coach: str, person: str, start: str | None, remark: str) -> None:
    assert first_free(coach=coach, person=person) == (utc(start) if start else None), remark


def test_across_zones_the_hours_of_both_are_their_own() -> None:
    assert first_free(person_zone="America/New_York") == utc("2026-03-03 14:00")
    assert first_free(person_zone="Asia/Kathmandu", person="mon-fri 14:00-17:00") == utc("2026-03-03 08:30")


def test_the_grid_is_the_coachs() -> None:
    assert first_free(coach_zone="Asia/Kathmandu", person="mon-fri 00:00-23:59") == utc("2026-03-03 03:15")


def test_on_the_coachs_tuesday_it_may_be_wednesday_for_the_other() -> None:
    found = first_free(
        coach="tue 20:00-22:00",
        coach_zone="America/New_York",
        person="wed 09:00-17:00",
        person_zone="Asia/Manila",
    )
    assert found == utc("2026-03-04 01:00")


def test_the_past_is_not_offered() -> None:
    assert first_free(not_before=utc("2026-03-03 08:00")) == utc("2026-03-03 08:00")
    assert first_free(not_before=utc("2026-03-03 08:01")) == utc("2026-03-03 08:30")


def test_after_the_latest_day_nothing_is_offered() -> None:
    assert first_free(coach="thu 09:00-17:00", days=1) is None
    assert first_free(coach="thu 09:00-17:00", days=2) == utc("2026-03-05 08:00")
    assert first_free(days=-1) is None


def test_a_meeting_over_a_change_of_clocks_is_not_offered() -> None:
    night = "sun 01:30-04:00"
    found = first_free(coach=night, person=night, ideal=date(2026, 3, 29), minutes=60)
    assert found == utc("2026-03-29 01:00")  # 03:00 on the wall; from 01:30 it would end at 03:30


def test_a_meeting_does_not_run_into_the_next_day() -> None:
    assert first_free(coach="tue 23:30-23:59; wed 00:00-01:00", person="mon-sun 00:00-23:59") == utc(
        "2026-03-03 23:00"
    )


_zones = st.sampled_from(
    [BERLIN, "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]
)
_moments = st.integers(0, 3 * 24 * 12).map(lambda n: utc("2026-03-28 00:00") + timedelta(minutes=5 * n))
_busy = st.lists(st.tuples(_moments, _moments).filter(lambda pair: pair[0] < pair[1]), max_size=3)


def _inside(slot: Slot, week: WorkingWeek, zone: str) -> bool:
    """Ask every fifth minute of the meeting whether it is worked."""
    walls = [worktime.local(slot.starts_at + timedelta(minutes=n), zone) for n in range(0, 31, 5)]
    return any(
        all(wall.date() == walls[0].date() and span.start <= wall.time() <= span.end for wall in walls)
        for span in week.days[walls[0].weekday()]
    )


def _half_hours(ideal: date, latest: date, zone: str) -> Iterator[Slot]:
    day = ideal
    while day <= latest:
        for number in range(48):
            wall = datetime.combine(day, time(*divmod(number * 30, 60)))
            start = worktime.resolve(wall, zone)
            end = start + timedelta(minutes=30)
            if worktime.local(start, zone) == wall and worktime.local(end, zone) - wall == end - start:
                yield Slot(start, end)
        day += timedelta(days=1)


def _clash(slot: Slot, busy: Busy) -> bool:
    return any(max(start, slot.starts_at) < min(end, slot.ends_at) for start, end in busy)


@given(
    coach_week=st.from_type(WorkingWeek),
    person_week=st.from_type(WorkingWeek),
    coach_zone=_zones,
    person_zone=_zones,
    coach_busy=_busy,
    person_busy=_busy,
    not_before=_moments,
)
def test_the_offer_is_the_first_that_a_patient_search_finds(
    coach_week: WorkingWeek,
    person_week: WorkingWeek,
    coach_zone: str,
    person_zone: str,
    coach_busy: Busy,
    person_busy: Busy,
    not_before: datetime,
) -> None:
    ideal, latest = date(2026, 3, 28), date(2026, 3, 30)  # in Berlin the clocks change in between
    assume(coach_week.days[5] or coach_week.days[6] or coach_week.days[0])
    patient = next(
        (
            slot
            for slot in _half_hours(ideal, latest, coach_zone)
            if slot.starts_at >= not_before
            and not _clash(slot, coach_busy + person_busy)
            and _inside(slot, coach_week, coach_zone)
            and _inside(slot, person_week, person_zone)
        ),
        None,
    )
    found = slots.first_free(
        ideal=ideal,
        latest=latest,
        not_before=not_before,
        coach_week=coach_week,
        coach_zone=coach_zone,
        coach_busy=coach_busy,
        person_week=person_week,
        person_zone=person_zone,
        person_busy=person_busy,
    )
    assert found == patient
