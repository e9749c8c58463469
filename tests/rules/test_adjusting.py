"""A follow-up adapts to answers as its programme says; what was sent stays, nothing is lost or overtaken."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.rules import adapting, snapshots, worktime
from coachfollow.rules.absences import Leave
from coachfollow.rules.adapting import Adaptation, Rules, Said
from coachfollow.rules.adjusting import APART, MAILED, MOVED, UNSENT
from coachfollow.rules.changes import Course, Key
from coachfollow.rules.kinds import (
    Applied,
    Barrier,
    Cause,
    CheckInState,
    PlanState,
    StepKind,
    TouchpointState,
)
from coachfollow.rules.snapshots import FollowUp, Snapshot
from coachfollow.rules.worktime import WorkingTime
from tests.rules.plans_by_hand import DAY, NOW, WEEK, course, follow_up, placed, snapshot, zones

RULES = Rules(no_opportunity_days=7, barrier_days=7, as_intended_in_a_row=2, as_intended_days=7)
TODAY = NOW.date()  # Wednesday, 11 March
ASKED = (1, 1)
QUESTION, PROMPT, MEETING, LAST = StepKind.REFLECTION, StepKind.PROMPT, StepKind.CHECK_IN, StepKind.UNPROMPTED
NOT_YET = Said(applied=Applied.NO_OPPORTUNITY)
DONE = Said(applied=Applied.AS_INTENDED)
HINDERED = Said(applied=Applied.NOT_YET, barrier=Barrier.MANAGER)
OPEN, COMPLETED, MISSED = TouchpointState.OPEN, TouchpointState.COMPLETED, TouchpointState.MISSED


def day(n: int) -> date:
    return TODAY + n * DAY


def answered(n: int = -1, number: int = 1) -> FollowUp:
    return follow_up(number, course(day(n), COMPLETED))


def coming(number: int, n: int, kind: StepKind = QUESTION) -> FollowUp:
    return follow_up(number, course(day(n)), kind)


def adapt(
    plan: Snapshot,
    said: Said | Mapping[Key, Said],
    *,
    earlier: Sequence[tuple[Cause, Key]] = (),
    rules: Rules = RULES,
    about: Key = ASKED,
) -> Sequence[Adaptation]:
    answers = {about: said} if isinstance(said, Said) else said
    return adapting.adapt(plan, about, answers=answers, rules=rules, earlier=earlier, now=NOW)


def after(found: Sequence[Adaptation]) -> dict[Key, Course]:
    return {edit.key: edit.after for one in found for edit in one.change.edits}


def days(found: Sequence[Adaptation]) -> dict[Key, int]:
    return {key: (one.dates.day - TODAY).days for key, one in after(found).items()}


@pytest.mark.parametrize(
    ("ahead", "moves", "remark"),
    [
        ([(2, 2, QUESTION), (3, 30, QUESTION)], {2: 7}, "a week from the answer"),
        ([(2, 2, QUESTION), (3, 10, QUESTION)], {2: 7}, "three days are left before the next question"),
        ([(2, 2, QUESTION), (3, 8, PROMPT), (4, 30, QUESTION)], {2: 6}, "two days before the reminder"),
        (
            [(2, 2, QUESTION), (3, 5, PROMPT), (4, 30, QUESTION)],
            {},
            "the reminder is too near",
        ),
        ([(2, 9, QUESTION), (3, 30, QUESTION)], {}, "the next question is late enough"),
        ([(2, 2, QUESTION), (3, 90, LAST)], {}, "the last question stays"),
        ([(2, 40, QUESTION), (3, 60, QUESTION)], {}, "no reminder that it could replace"),
        ([(2, 90, LAST)], {}, "nothing but the unprompted check is to come"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_opportunity_is_asked_about_later(
    ahead: list[tuple[int, int, StepKind]], moves: dict[int, int], remark: str
) -> None:
    plan = snapshot(answered(), *(coming(*one) for one in ahead))
    assert days(adapt(plan, NOT_YET)) == {(1, number): n for number, n in moves.items()}, remark


def test_where_the_next_question_is_far_the_same_is_asked_once_more_in_place_of_a_reminder() -> None:
    plan = snapshot(answered(), coming(2, 5, PROMPT), coming(3, 30), coming(4, 60))

    found = adapt(plan, NOT_YET)

    again, reminder = after(found)[1, 5], after(found)[2, 2]
    assert (again.dates.day, again.state) == (day(7), TouchpointState.PLANNED)
    assert (reminder.state, reminder.state_reason, reminder.settled_at) == (
        TouchpointState.EXCUSED,
        UNSENT,
        NOW,
    )
    assert [one.cause for one in found] == [Cause.NO_OPPORTUNITY]


def test_it_is_asked_once_more_and_not_twice() -> None:
    once_more = follow_up(2, course(day(-1), COMPLETED))
    plan = snapshot(answered(-9), once_more, coming(3, 5, PROMPT), coming(4, 40), coming(5, 60))

    assert (
        adapt(plan, {once_more.key: NOT_YET}, about=once_more.key, earlier=[(Cause.NO_OPPORTUNITY, ASKED)])
        == []
    )


def test_a_question_of_an_earlier_version_of_the_programme_is_not_asked_again() -> None:
    plan = snapshot(answered(), coming(2, 5, PROMPT), coming(3, 30), coming(4, 60))
    assert adapt(replace(plan, steps={}), NOT_YET) == []


def test_a_reminder_on_the_eve_of_it_leaves_no_place() -> None:
    plan = snapshot(answered(), coming(2, 5, PROMPT), coming(3, 6, PROMPT), coming(4, 40), coming(5, 60))
    assert adapt(plan, NOT_YET) == []


@pytest.mark.parametrize(
    ("before", "said", "earlier", "moved", "remark"),
    [
        ([COMPLETED, COMPLETED], [DONE, DONE], [], True, "two in a row"),
        ([COMPLETED], [DONE], [], False, "one says nothing yet"),
        ([COMPLETED, MISSED, COMPLETED], [DONE, None, DONE], [], False, "a missed one between them"),
        ([COMPLETED, COMPLETED], [HINDERED, DONE], [], False, "the first did not go well"),
        ([COMPLETED] * 3, [DONE] * 3, [2], False, "one since it was stretched"),
        ([COMPLETED] * 4, [DONE] * 4, [2], True, "two since it was stretched"),
        ([COMPLETED, COMPLETED, OPEN], [DONE, DONE, None], [], False, "another question is open"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_goes_as_intended_is_asked_about_less_often(
    before: list[TouchpointState], said: list[Said | None], earlier: list[int], *, moved: bool, remark: str
) -> None:
    asked = [follow_up(n, course(day(n - 9), state)) for n, state in enumerate(before, 1)]
    answers = {one.key: one_said for one, one_said in zip(asked, said, strict=True) if one_said}
    plan = snapshot(*asked, coming(8, 3), coming(9, 40))

    found = adapt(plan, answers, about=max(answers), earlier=[(Cause.AS_INTENDED, (1, n)) for n in earlier])

    assert days(found) == ({(1, 8): 12} if moved else {}), remark  # ten would be a Saturday


@pytest.mark.parametrize(
    ("meetings", "moves", "remark"),
    [
        ([course(day(20))], {1: 5}, "four days from now, which is a Sunday"),
        ([course(day(7))], {}, "near enough"),
        ([course(day(-1), OPEN), course(day(20))], {}, "there is one to be found already"),
        ([course(day(20)), course(day(40))], {1: 5}, "the next one, not the one after"),
        ([course(day(-1), COMPLETED), course(day(20))], {2: 6}, "a week after the one before"),
        ([course(day(-1), COMPLETED), course(day(6))], {}, "near enough"),
        (
            [course(day(12), meeting=placed(NOW + 12 * DAY))],
            {},
            "two people have agreed, and it is not that far",
        ),
        ([course(day(26), meeting=placed(NOW + 26 * DAY))], {1: 5}, "agreed, but weeks away"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_barrier_brings_the_meeting_forward(
    meetings: list[Course], moves: dict[int, int], remark: str
) -> None:
    met = [follow_up(n, one, MEETING) for n, one in enumerate(meetings, 1)]
    plan = snapshot(answered(), *met)
    assert days(adapt(plan, HINDERED)) == {(3, n): when for n, when in moves.items()}, remark


def test_a_meeting_that_is_very_far_leaves_both_calendars() -> None:
    far = follow_up(1, course(day(26), meeting=placed(NOW + 26 * DAY)), MEETING)

    (found,) = after(adapt(snapshot(answered(), far), HINDERED)).values()

    assert found.meeting is not None
    assert (found.meeting.state, found.meeting.reason) == (CheckInState.UNPLACED, None)


def test_for_want_of_an_occasion_nobody_need_meet() -> None:
    said = Said(applied=Applied.NOT_YET, barrier=Barrier.NO_OPPORTUNITY)
    assert adapt(snapshot(answered(), coming(1, 30, MEETING)), said) == []


def test_one_answer_may_ask_later_and_bring_the_meeting_forward() -> None:
    plan = snapshot(answered(), coming(2, 2), coming(3, 30), coming(1, 30, MEETING))
    said = Said(applied=Applied.NO_OPPORTUNITY, barrier=Barrier.TOOLS)
    assert days(adapt(plan, said)) == {(3, 1): 5, (1, 2): 7}


@pytest.mark.parametrize("state", [one for one in PlanState if one is not PlanState.ACTIVE])
def test_a_plan_that_does_not_run_adapts_to_nothing(state: PlanState) -> None:
    plan = snapshot(answered(), coming(2, 2), coming(3, 30), state=state)
    assert adapt(plan, NOT_YET) == []


def test_a_programme_without_rules_adapts_to_nothing() -> None:
    plan = snapshot(answered(), coming(2, 2), coming(3, 30), coming(1, 30, MEETING))
    assert adapt(plan, replace(NOT_YET, barrier=Barrier.TOOLS), rules=Rules()) == []


def test_a_corrected_answer_to_an_older_question_says_nothing_of_today() -> None:
    plan = snapshot(answered(-9), answered(-1, 5), coming(2, 2), coming(3, 30))
    assert adapt(plan, {ASKED: NOT_YET, (1, 5): HINDERED}) == []


@st.composite
def answered_plans(draw: st.DrawFn) -> tuple[Snapshot, Mapping[Key, Said], Key]:
    """A running plan of which a question was just answered and a meeting is far, with leave ahead."""
    zone = draw(zones)

    def some(
        number: int, n: int, kind: StepKind = QUESTION, state: TouchpointState | None = None
    ) -> FollowUp:
        return follow_up(number, course(day(n), state or TouchpointState.PLANNED, zone=zone), kind, zone=zone)

    kinds = st.lists(st.tuples(st.integers(1, 60), st.sampled_from([QUESTION, QUESTION, PROMPT])), min_size=2)
    ahead = [some(10 + n, *one) for n, one in enumerate(draw(kinds))]
    asked = [some(n, n - 12, state=draw(st.sampled_from([COMPLETED, COMPLETED, MISSED]))) for n in (1, 2)]
    about = some(9, -draw(st.integers(0, 3)), state=COMPLETED)
    meeting = some(8, draw(st.integers(1, 80)), MEETING)
    first = day(draw(st.integers(0, 30)))
    leave = (Leave(first=first, last=first + timedelta(days=draw(st.integers(0, 14)))),)
    plan = replace(
        snapshot(*asked, about, *ahead, meeting, some(30, 90, LAST), zone=zone),
        week=WorkingTime(pattern=WEEK, leave=leave),
    )
    said = st.builds(
        Said,
        applied=st.sampled_from([Applied.NO_OPPORTUNITY, *[Applied.AS_INTENDED] * 3]),
        barrier=st.sampled_from([None, Barrier.MANAGER]),
    )
    answers = {one.key: draw(said) for one in (*asked, about) if one.course.state is COMPLETED}
    return plan, answers, about.key


rules = st.builds(
    Rules,
    no_opportunity_days=st.none() | st.integers(2, 60),
    barrier_days=st.none() | st.integers(3, 60),
    as_intended_in_a_row=st.integers(2, 3),
    as_intended_days=st.integers(2, 60),
)


def mails(plan: Snapshot) -> list[FollowUp]:
    """What the person is still to get by mail, in the order of its days."""
    left = [
        one
        for one in plan.follow_ups
        if one.kind in MAILED
        and one.course.state is TouchpointState.PLANNED
        and one.course.dates.due_at > NOW
    ]
    return sorted(left, key=lambda one: one.course.dates.due_at)


@settings(max_examples=80)
@given(answered_plans(), rules)
def test_nothing_sent_moves_nothing_is_lost_doubled_or_overtaken_and_once_is_enough(
    answered: tuple[Snapshot, Mapping[Key, Said], Key], rules: Rules
) -> None:
    plan, answers, about = answered
    found = adapt(plan, answers, about=about, rules=rules)
    stood = {one.key: one for one in plan.follow_ups}
    before, then = mails(plan), plan
    for one in found:
        then = snapshots.after(then, one.change)
    left = {one.key for one in mails(then)}

    assert [one.key for one in mails(then)] == [one.key for one in before if one.key in left]
    assert not {one.key for one in before if one.kind is QUESTION} - left
    assert not set([one.key for one in before if one.kind is QUESTION][-1:]) & after(found).keys()
    for key, course_ in after(found).items():
        if course_.state is TouchpointState.EXCUSED:
            assert stood[key].kind is PROMPT
            continue
        assert course_.dates.due_at > NOW
        assert course_.dates.closes_at > course_.dates.due_at
        assert worktime.is_working_day(plan.week, course_.dates.day)
        following = [one for one in mails(then) if one.course.dates.due_at > course_.dates.due_at]
        if key not in stood:  # asked once more
            assert key[0] == about[0]
        elif stood[key].kind is MEETING:
            assert course_.dates.day < stood[key].course.dates.day
            continue
        else:
            assert stood[key] in before[:-1]
            assert course_.dates.day > stood[key].course.dates.day
        assert all(one.course.dates.day - course_.dates.day >= APART for one in following)
    earlier = [(one.cause, about) for one in found]
    assert adapt(then, answers, about=about, rules=rules, earlier=earlier) == []


def test_nothing_of_the_reason_stands_on_what_was_changed() -> None:
    """These words are read by L&D, managers and exports (law 10)."""
    far = follow_up(1, course(day(26), meeting=placed(NOW + 26 * DAY)), MEETING)
    plan = snapshot(answered(), coming(2, 5, PROMPT), coming(3, 30), coming(4, 60), far)
    found = after(adapt(plan, Said(applied=Applied.NO_OPPORTUNITY, barrier=Barrier.TOOLS)))

    said = {
        text
        for one in found.values()
        for text in (one.why, one.state_reason, one.meeting and one.meeting.reason)
    }
    assert said == {MOVED, UNSENT, course().why, None}


@pytest.mark.parametrize(
    ("next_one", "is_closed", "remark"),
    [
        (QUESTION, True, "the next question closes the one before it"),
        (PROMPT, False, "a reminder of the plan closes nothing"),
    ],
)
def test_what_moved_says_so_and_closes_before_the_next_question(
    next_one: StepKind, remark: str, *, is_closed: bool
) -> None:
    near = coming(3, 10, next_one)

    moved = after(adapt(snapshot(answered(), coming(2, 2), near, coming(4, 30)), NOT_YET))[1, 2]

    assert moved.why == MOVED
    assert (moved.dates.closes_at == near.course.dates.due_at) is is_closed, remark
    assert moved.dates.closes_at > moved.dates.due_at
