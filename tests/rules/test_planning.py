"""Programme steps become dated touchpoints: anchored, on working days, in the person's own zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import planning, worktime
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Audience, StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.worktime import WorkingWeek

OFFICE = worktime.parse_week(worktime.DEFAULT_WEEK)
BERLIN = "Europe/Berlin"
SATURDAY = date(2026, 2, 28)
TUESDAY = date(2026, 3, 3)


def step(
    key: str = "step",
    offset_days: int = 0,
    *,
    kind: StepKind = StepKind.REFLECTION,
    audience: Audience = Audience.PARTICIPANT,
    anchor: str = "session",
    at: time = time(10),
    open_days: int | None = None,
    reminders: tuple[int, ...] = (1, 3),
) -> StepRule:
    return StepRule(
        key=key,
        kind=kind,
        audience=audience,
        anchor=anchor,
        offset_days=offset_days,
        at=at,
        open_days=open_days,
        reminders=reminders,
        mandatory=False,
    )


def planned(
    *steps: StepRule, on: date = TUESDAY, week: WorkingWeek = OFFICE, zone: str = BERLIN
) -> dict[str, Planned]:
    found = planning.plan(steps, sessions=Sessions((on,), 0), week=week, zone=zone)
    return {one.step: one for one in found}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "day", "at", "why"),
    [
        (step(), "2026-03-03", "10:00", "on the day of the training"),
        (step(offset_days=1), "2026-03-04", "10:00", "1 day after the training"),
        (step(offset_days=14), "2026-03-17", "10:00", "14 days after the training"),
        (step(offset_days=-7), "2026-02-24", "10:00", "7 days before the training"),
        (
            step(offset_days=11),
            "2026-03-16",
            "10:00",
            "11 days after the training, moved from Sat 14 to Mon 16 March: weekend",
        ),
        (
            step(offset_days=-3),
            "2026-02-27",
            "10:00",
            "3 days before the training, moved from Sat 28 to Fri 27 February: weekend",
        ),
        (
            step(offset_days=60, at=time(6)),
            "2026-05-04",
            "09:00",
            (
                "60 days after the training, moved from Sat 2 to Mon 4 May: weekend,"
                " at 09:00 instead of 06:00: outside working hours"
            ),
        ),
        (
            step(offset_days=88),
            "2026-06-01",
            "10:00",
            "88 days after the training, moved from Sat 30 May to Mon 1 June: weekend",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_step_falls_on_a_working_day_and_says_why(rule: StepRule, day: str, at: str, why: str) -> None:
    found = planned(rule)["step"]
    assert (found.local_date.isoformat(), f"{found.local_time:%H:%M}", found.why) == (day, at, why)


def test_a_plan_for_a_saturday_training_can_be_checked_by_hand() -> None:
    """Day 0 and day 2 both land on Monday; in Berlin the clocks change on 29 March."""
    found = planning.plan(
        (step("prompt", 30, kind=StepKind.PROMPT), step("first", 0), step("second", 2), step("third", 14)),
        sessions=Sessions((SATURDAY,), 0),
        week=OFFICE,
        zone=BERLIN,
    )
    assert [(one.step, one.due_at, one.grace_until, one.closes_at) for one in found] == [
        ("first", utc("2026-03-02 09:00"), utc("2026-03-05 22:59:59"), utc("2026-03-02 22:59:59")),
        ("second", utc("2026-03-02 09:00"), utc("2026-03-05 22:59:59"), utc("2026-03-16 09:00")),
        ("third", utc("2026-03-16 09:00"), utc("2026-03-19 22:59:59"), utc("2026-03-30 21:59:59")),
        ("prompt", utc("2026-03-30 08:00"), utc("2026-04-02 21:59:59"), utc("2026-04-13 21:59:59")),
    ]


@pytest.mark.parametrize(
    ("zone", "due_at", "remark"),
    [
        ("Europe/Berlin", "2026-03-03 09:00", "ten in the morning in Berlin"),
        ("Asia/Kolkata", "2026-03-03 04:30", "and in Kolkata"),
        ("Pacific/Kiritimati", "2026-03-02 20:00", "where it is Tuesday first"),
        ("Etc/GMT+12", "2026-03-03 22:00", "and last"),
    ],
)
def test_ten_in_the_morning_is_the_persons_own_ten(zone: str, due_at: str, remark: str) -> None:
    assert planned(step(), zone=zone)["step"].due_at == utc(due_at), remark


def test_a_step_in_a_gap_is_due_when_the_gap_ends() -> None:
    always = worktime.parse_week("mon-sun 00:00-23:59")
    found = planned(step(at=time(2, 30)), on=date(2026, 3, 29), week=always)["step"]
    assert (found.local_time, found.due_at) == (time(2, 30), utc("2026-03-29 01:00"))


@pytest.mark.parametrize(
    ("anchor", "day", "why"),
    [
        ("session", "2026-03-11", "1 day after the training"),
        ("session:first", "2026-03-04", "1 day after the first session"),
        ("session:last", "2026-03-18", "1 day after the last session"),
        ("session:1", "2026-03-04", "1 day after session 1"),
        ("session:3", "2026-03-18", "1 day after session 3"),
    ],
)
def test_a_step_follows_the_session_it_names(anchor: str, day: str, why: str) -> None:
    sessions = Sessions((date(2026, 3, 3), date(2026, 3, 10), date(2026, 3, 17)), 1)
    (found,) = planning.plan(
        (step(offset_days=1, anchor=anchor),), sessions=sessions, week=OFFICE, zone=BERLIN
    )
    assert (found.local_date.isoformat(), found.why) == (day, why)


def test_a_step_follows_the_wanted_day_of_another_not_the_day_it_was_moved_to() -> None:
    first = step("first", 11)  # wants Saturday 14 March, happens on Monday 16
    second = step("second", 3, anchor="step:first")  # Tuesday 17, not Thursday 19
    third = step("third", 1, anchor="step:second")
    found = planned(third, second, first)
    assert [found[key].local_date.day for key in ("first", "second", "third")] == [16, 17, 18]
    assert found["third"].why == "15 days after the training", "steps have names for authors, not for people"


@pytest.mark.parametrize(
    ("open_days", "closes_at", "remark"),
    [
        (None, "2026-03-17 22:59:59", "fourteen days unless the step says otherwise"),
        (5, "2026-03-08 22:59:59", "calendar days, the last one whole"),
        (60, "2026-05-02 21:59:59", "summer time by then"),
    ],
)
def test_a_touchpoint_is_open_as_long_as_its_step_says(
    open_days: int | None, closes_at: str, remark: str
) -> None:
    assert planned(step(open_days=open_days))["step"].closes_at == utc(closes_at), remark


@pytest.mark.parametrize(
    ("following", "closes_at", "remark"),
    [
        (step("next", 7), "2026-03-10 09:00", "the next of its kind takes over"),
        (step("next", 30), "2026-03-17 22:59:59", "a later one does not hold it open"),
        (step("next", 0, at=time(11)), "2026-03-03 22:59:59", "but the due day is always whole"),
        (step("next", 7, kind=StepKind.CHECK_IN), "2026-03-17 22:59:59", "another kind is another matter"),
        (step("next", 7, audience=Audience.MANAGER), "2026-03-17 22:59:59", "and so is another audience"),
    ],
)
def test_a_touchpoint_closes_when_the_next_of_its_kind_is_due(
    following: StepRule, closes_at: str, remark: str
) -> None:
    assert planned(following, step())["step"].closes_at == utc(closes_at), remark


def test_grace_is_three_working_days_of_the_persons_own_week() -> None:
    sunday_to_thursday = worktime.parse_week("sun-thu 09:00-17:00")
    found = planned(step(), week=sunday_to_thursday, zone="Asia/Riyadh")["step"]
    assert found.grace_until == utc("2026-03-08 20:59:59")


kinds = st.sampled_from(StepKind)
offsets = st.integers(-30, 200)
drawn_steps = st.lists(
    st.tuples(offsets, kinds, st.times(), st.none() | st.integers(1, 60), st.booleans()), max_size=8
).map(
    lambda drawn: tuple(
        step(
            f"step-{n}",
            offset,
            kind=kind,
            at=at,
            open_days=open_days,
            anchor=f"step:step-{n - 1}" if chained and n else "session",
        )
        for n, (offset, kind, at, open_days, chained) in enumerate(drawn)
    )
)


@given(
    drawn_steps,
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.from_type(WorkingWeek),
    st.timezone_keys(allow_prefix=False),
)
def test_every_plan_keeps_the_rules(
    steps: tuple[StepRule, ...], session: date, week: WorkingWeek, zone: str
) -> None:
    found = planning.plan(steps, sessions=Sessions((session,), 0), week=week, zone=zone)
    assert sorted(one.step for one in found) == sorted(rule.key for rule in steps)
    assert all(one.due_at <= other.due_at for one, other in pairwise(found))
    for one in found:
        spans = week.days[one.local_date.weekday()]
        assert any(span.start <= one.local_time <= span.end for span in spans)
        assert one.due_at == worktime.resolve(datetime.combine(one.local_date, one.local_time), zone)
        assert worktime.end_of_day(one.local_date, zone) <= one.closes_at
        assert worktime.end_of_day(one.local_date, zone) < one.grace_until
    for kind in StepKind:
        same = [one for one in found if one.kind is kind]
        for one, following in pairwise(same):
            whole_day = worktime.end_of_day(one.local_date, zone)
            assert one.closes_at <= max(following.due_at, whole_day)


@given(offsets, st.integers(-10, 10), st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_dates_move_with_the_session_and_nothing_else(offset: int, weeks: int, session: date) -> None:
    here = planned(step(offset_days=offset), on=session)["step"]
    there = planned(step(offset_days=offset), on=session + timedelta(weeks=weeks))["step"]
    assert there.local_date - here.local_date == timedelta(weeks=weeks)


def reminders(
    *numbers: int, closes_at: str = "2026-03-31 00:00", at: time = time(10), week: WorkingWeek = OFFICE
) -> list[datetime]:
    moments = planning.reminder_moments(
        local_date=date(2026, 3, 26),
        local_time=at,
        zone=BERLIN,
        week=week,
        reminders=numbers,
        closes_at=utc(closes_at),
    )
    return list(moments)


def test_reminders_come_working_days_later_at_the_same_local_time() -> None:
    assert reminders(1, 2) == [utc("2026-03-27 09:00"), utc("2026-03-30 08:00")]


def test_nobody_is_reminded_more_than_twice() -> None:
    assert reminders(2, 1, 1, 3) == [utc("2026-03-27 09:00"), utc("2026-03-30 08:00")]


def test_nobody_is_reminded_of_what_has_closed() -> None:
    assert reminders(1, 2, closes_at="2026-03-30 08:00") == [utc("2026-03-27 09:00")]


def test_a_reminder_keeps_to_the_hours_of_its_day() -> None:
    short_friday = worktime.parse_week("mon-thu 09:00-17:00; fri 09:00-12:00")
    assert reminders(1, at=time(15), week=short_friday) == [utc("2026-03-27 08:00")]


def test_no_reminders_are_no_reminders() -> None:
    assert reminders() == []
