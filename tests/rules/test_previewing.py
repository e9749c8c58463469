"""Every date of one person before there is a follow-up: in local time, with why, and what reminds."""

from dataclasses import replace
from datetime import date, time

import pytest

from coachfollow.rules import previewing, worktime
from coachfollow.rules.absences import Leave
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Audience, StepKind
from coachfollow.rules.previewing import Offer, Somebody
from coachfollow.rules.worktime import WorkingTime

OFFICE = WorkingTime(pattern=worktime.parse_week(worktime.DEFAULT_WEEK))
TRAINING = Sessions(days=(date(2026, 2, 28),), anchor=0)  # a Saturday


def step(key: str, days: int, **given: object) -> StepRule:
    usual = StepRule(
        key=key,
        kind=StepKind.REFLECTION,
        audience=Audience.PARTICIPANT,
        anchor="session",
        offset_days=days,
        at=time(9),
        open_days=None,
        reminders=(),
        mandatory=False,
    )
    return replace(usual, **given)  # type: ignore[arg-type]


def offer(*steps: StepRule) -> Offer:
    return Offer(
        key="p", title="P", steps=steps, titles={one.key: one.key.title() for one in steps}, anchor="last"
    )


def test_a_date_says_why_it_is_that_day_and_what_would_remind() -> None:
    (one,) = previewing.preview(
        offer(step("asked", 14, reminders=(2,))),
        sessions=TRAINING,
        person=Somebody(zone="Europe/Berlin", hours=OFFICE),
    ).dates

    assert (one.title, one.day, one.at) == ("Asked", date(2026, 3, 16), time(9))
    assert one.why == "14 days after the training, moved from Sat 14 to Mon 16 March: weekend"
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in one.reminders] == ["2026-03-18 09:00"]
    assert one.until == date(2026, 3, 30)


def test_of_a_meeting_nothing_reminds() -> None:
    meeting = step("meeting", 14, kind=StepKind.CHECK_IN, reminders=(2,))
    (one,) = previewing.preview(
        offer(meeting), sessions=TRAINING, person=Somebody(zone="Europe/Berlin", hours=OFFICE)
    ).dates

    assert one.reminders == ()


def test_what_a_leave_leaves_no_place_for_says_so_and_reminds_of_nothing() -> None:
    away = replace(OFFICE, leave=(Leave(first=date(2026, 3, 9), last=date(2026, 4, 3)),))
    found = previewing.preview(
        offer(step("asked", 14, reminders=(2,)), step("later", 60)),
        sessions=TRAINING,
        person=Somebody(zone="Europe/Berlin", hours=away),
    )

    assert [(one.step, one.left_out, one.reminders) for one in found.dates] == [
        ("asked", "away until 3 April", ()),
        ("later", None, ()),
    ]


@pytest.mark.parametrize(
    ("anchors", "needed"),
    [
        (["session"], 1),
        (["session:last", "step:first"], 1),
        (["session:2", "session:first", "session:11"], 11),
        ([], 1),
    ],
)
def test_as_many_days_are_needed_as_steps_count_from(anchors: list[str], needed: int) -> None:
    steps = [step(f"s{n}", 1, anchor=anchor) for n, anchor in enumerate(anchors)]

    assert previewing.most_sessions(steps) == needed
