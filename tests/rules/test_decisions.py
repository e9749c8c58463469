"""What is decided about a plan by hand: each decision changes what it says, nothing else, and can be taken back."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coachfollow.errors import Conflict, Invalid, NotFound, Refusal
from coachfollow.rules import changes, decisions, lifecycle, pausing, redating, snapshots, worktime
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import (
    Audience,
    ChangeKind,
    CheckInState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.rules.levers import Add, Lever, Mark, Meet, Move, Pause, Prolong, Resume, Silence, Skip, Stop
from coachfollow.rules.snapshots import Busy, Snapshot
from tests.rules import plans_by_hand
from tests.rules.plans_by_hand import DAY, NOW, WEEK, course, follow_up, placed, snapshot

MISSED, OPEN, DONE = TouchpointState.MISSED, TouchpointState.OPEN, TouchpointState.COMPLETED
BERLIN = "Europe/Berlin"
TUESDAY, SUNDAY = date(2026, 3, 17), date(2026, 3, 22)
AT_TEN = datetime(2026, 3, 17, 9, 0, tzinfo=NOW.tzinfo)  # in Berlin

QUESTIONS = (StepKind.REFLECTION, StepKind.PROMPT, StepKind.UNPROMPTED)

anything = plans_by_hand.decided()
few = settings(max_examples=30)  # each draws a whole plan
running = plans_by_hand.snapshots(
    states=[PlanState.ACTIVE], courses=[TouchpointState.PLANNED], kinds=QUESTIONS
)


@few
@given(anything)
def test_a_change_begins_where_the_plan_stands_and_is_told_follow_up_by_follow_up(
    decided: tuple[Snapshot, Lever | Mark],
) -> None:
    plan, lever = decided

    change = decisions.decide(plan, lever, now=NOW)

    assert change.before == plan.footing
    assert all(edit.before == plan.courses.get(edit.key) for edit in change.edits)
    assert all(edit.before != edit.after for edit in change.edits)
    assert changes.fits(change, footing=plan.footing, courses=plan.courses)


@few
@given(anything)
def test_every_state_follows_another_as_it_may(decided: tuple[Snapshot, Lever | Mark]) -> None:
    plan, lever = decided

    change = decisions.decide(plan, lever, now=NOW)

    if change.before.state is not change.after.state:
        assert lifecycle.may_become(change.before.state, change.after.state)
    for edit in change.edits:
        if edit.before and edit.before.state is not edit.after.state:
            assert lifecycle.may_become(edit.before.state, edit.after.state)


@few
@given(anything)
def test_taking_a_change_back_leaves_everything_as_it_was(decided: tuple[Snapshot, Lever | Mark]) -> None:
    plan, lever = decided
    change = decisions.decide(plan, lever, now=NOW)
    then = snapshots.after(plan, change)

    back = changes.inverse(change, now=NOW + DAY)

    added = {edit.key: edit.after for edit in change.edits if edit.before is None}
    assert changes.fits(back, footing=then.footing, courses={**then.courses, **added})
    assert snapshots.after(then, back) == plan


@few
@given(anything)
def test_a_change_is_read_as_it_was_written(decided: tuple[Snapshot, Lever | Mark]) -> None:
    plan, lever = decided

    change = decisions.decide(plan, lever, now=NOW)

    assert changes.from_json(changes.to_json(change)) == change


@few
@given(anything)
def test_what_was_shown_is_the_same_a_minute_later(decided: tuple[Snapshot, Lever | Mark]) -> None:
    plan, lever = decided
    later = NOW + timedelta(minutes=1)

    shown, done = (decisions.decide(plan, lever, now=now) for now in (NOW, later))

    assert changes.mark(shown) == changes.mark(done)


@few
@given(anything)
def test_what_was_decided_already_is_another_change_or_none(decided: tuple[Snapshot, Lever | Mark]) -> None:
    """So a second click does nothing twice."""
    plan, lever = decided
    change = decisions.decide(plan, lever, now=NOW)
    added = [
        follow_up(99, edit.after, plan.steps[edit.key[0]].kind)
        for edit in change.edits
        if edit.before is None
    ]
    then = snapshots.after(plan, change)
    there = replace(
        then, follow_ups=[*then.follow_ups, *(replace(one, key=(one.key[0], 99)) for one in added)]
    )

    try:
        again = decisions.decide(there, lever, now=NOW)
    except Refusal:
        return

    assert changes.mark(again) != changes.mark(change) or not change.edits


def test_going_on_after_a_pause_turns_nothing_round() -> None:
    thursday, friday, monday = date(2026, 3, 19), date(2026, 3, 20), date(2026, 3, 30)
    late = redating.moved(course(thursday).dates, day=thursday, at=time(16), week=WEEK, zone=BERLIN)
    asked = follow_up(1, replace(course(thursday), dates=late))
    plan = snapshot(follow_up(2, course(friday), StepKind.PROMPT), asked)
    paused = replace(plan.footing, state=PlanState.PAUSED, state_at=NOW - 9 * DAY)

    edits = decisions.decide(replace(plan, footing=paused), Resume(), now=NOW).edits

    assert {edit.after.dates.day for edit in edits} == {monday}
    assert {edit.after.dates.at for edit in edits} == {time(16)}


@given(running, plans_by_hand.days.filter(lambda day: day > NOW.date()), plans_by_hand.times)
def test_a_move_is_onto_a_working_day_in_working_hours_and_keeps_the_others(
    plan: Snapshot, day: date, at: time
) -> None:
    lever = Move(follow_up=1, day=day, at=at)
    assume(plans_by_hand.is_possible(plan, lever))

    (edit,) = decisions.decide(plan, lever, now=NOW).edits

    assert edit.key == plan.follow_up(1).key
    dates = edit.after.dates
    assert dates.day == worktime.next_working_day(WEEK, day)
    assert time(9) <= dates.at <= time(17)
    assert NOW < dates.due_at < dates.closes_at


@given(running, st.integers(1, 30))
def test_a_pause_and_going_on_keep_the_intervals(plan: Snapshot, length: int) -> None:
    pause = decisions.decide(plan, Pause(until=plan.today(NOW) + length * DAY), now=NOW)

    change = decisions.decide(snapshots.after(plan, pause), Resume(), now=NOW + length * DAY)

    assert {edit.key for edit in change.edits} == set(plan.courses)
    for edit in change.edits:
        assert edit.before is not None
        wanted = edit.before.dates.day + length * DAY
        assert edit.after.dates.day == worktime.next_working_day(WEEK, wanted)


@pytest.mark.parametrize(
    ("plan", "lever", "sentence"),
    [
        (
            snapshot(follow_up(1, course(state=OPEN))),
            Move(follow_up=1, day=SUNDAY, at=time(9)),
            "still to come",
        ),
        (
            snapshot(follow_up(1, course(), StepKind.CHECK_IN)),
            Move(follow_up=1, day=SUNDAY, at=time(9)),
            "A meeting moves with its time",
        ),
        (
            snapshot(follow_up(1, course()), state=PlanState.PAUSED),
            Move(follow_up=1, day=SUNDAY, at=time(9)),
            "let it go on first",
        ),
        (snapshot(follow_up(1, course())), Move(follow_up=1, day=TUESDAY, at=time(10)), "has already"),
        (
            snapshot(follow_up(1, course())),
            Move(follow_up=1, day=date(2026, 3, 2), at=time(9)),
            "in the future",
        ),
        (snapshot(follow_up(1, course())), Move(follow_up=1, day=date(2029, 3, 2), at=time(9)), "a year"),
        (snapshot(follow_up(1, course())), Meet(follow_up=1, starts_at=AT_TEN), "Only a meeting"),
        (snapshot(follow_up(1, course())), Prolong(follow_up=1, until=SUNDAY), "is open, or went unanswered"),
        (
            snapshot(follow_up(1, course(state=OPEN), StepKind.PROMPT)),
            Prolong(follow_up=1, until=SUNDAY),
            "Only a question can be given more time",
        ),
        (
            snapshot(follow_up(1, course(state=MISSED), audience=Audience.MANAGER)),
            Prolong(follow_up=1, until=SUNDAY),
            "is open, or went unanswered",
        ),
        (
            snapshot(follow_up(1, course(state=OPEN))),
            Prolong(follow_up=1, until=date(2026, 3, 24)),
            "a later day than it has now",
        ),
        (
            snapshot(follow_up(1, course(state=MISSED)), state=PlanState.STOPPED),
            Prolong(follow_up=1, until=SUNDAY),
            "was stopped; nothing of it can be asked any more",
        ),
        (
            snapshot(follow_up(1, course(state=DONE))),
            Skip(follow_up=1, excuse=Excuse.AWAY),
            "cannot be excused",
        ),
        (snapshot(), Add(step=4, day=SUNDAY, at=time(9)), "Choose what to add"),
        (snapshot(), Add(step=9, day=SUNDAY, at=time(9)), "Choose what to add"),
        (
            replace(snapshot(), has_coach=False),
            Add(step=3, day=SUNDAY, at=time(9)),
            "A meeting needs a coach",
        ),
        (snapshot(state=PlanState.PAUSED), Pause(until=SUNDAY), "only a running one can be paused"),
        (snapshot(), Pause(until=NOW.date()), "from tomorrow on"),
        (snapshot(), Pause(until=date(2026, 12, 1)), "within half a year"),
        (snapshot(), Resume(), "is not paused"),
        (snapshot(state=PlanState.FINISHED), Stop(reason=StopReason.LEAVE), "is finished already"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_decided_is_refused_with_a_sentence(
    plan: Snapshot, lever: Lever, sentence: str
) -> None:
    with pytest.raises((Conflict, Invalid)) as refused:
        decisions.decide(plan, lever, now=NOW)

    assert sentence in refused.value.sentence


def test_a_follow_up_of_another_plan_is_not_found() -> None:
    with pytest.raises(NotFound):
        decisions.decide(snapshot(), Skip(follow_up=1, excuse=Excuse.AWAY), now=NOW)


@pytest.mark.parametrize(
    ("meeting", "busy", "starts_at", "sentence"),
    [
        (placed(AT_TEN), [], NOW, "That time has passed"),
        (
            placed(AT_TEN),
            [Busy(follow_up=9, starts_at=AT_TEN + DAY, ends_at=AT_TEN + 2 * DAY)],
            AT_TEN + DAY,
            "another",
        ),
        (replace(placed(AT_TEN), state=CheckInState.HELD), [], AT_TEN + DAY, "settled already"),
    ],
)
def test_a_meeting_is_set_only_where_it_can_be(
    meeting: changes.Meeting, busy: list[Busy], starts_at: datetime, sentence: str
) -> None:
    plan = replace(snapshot(follow_up(1, course(meeting=meeting), StepKind.CHECK_IN)), busy=busy)

    with pytest.raises(Conflict) as refused:
        decisions.decide(plan, Meet(follow_up=1, starts_at=starts_at), now=NOW)

    assert sentence in refused.value.sentence


def test_a_meeting_may_be_moved_by_less_than_its_own_length() -> None:
    own = Busy(follow_up=1, starts_at=AT_TEN, ends_at=AT_TEN + timedelta(minutes=30))
    plan = replace(snapshot(follow_up(1, course(meeting=placed(AT_TEN)), StepKind.CHECK_IN)), busy=[own])

    change = decisions.decide(plan, Meet(follow_up=1, starts_at=AT_TEN + timedelta(minutes=15)), now=NOW)

    assert change.edits[0].after.dates.at == time(10, 15)


def test_leaving_out_the_last_one_ends_the_plan_by_its_bar() -> None:
    done, missed = course(state=DONE), course(state=MISSED)
    last = follow_up(3, course())
    lever = Skip(follow_up=3, excuse=Excuse.AWAY)

    well = decisions.decide(snapshot(follow_up(1, done), follow_up(2, done), last), lever, now=NOW)
    below = decisions.decide(snapshot(follow_up(1, done), follow_up(2, missed), last), lever, now=NOW)

    assert (well.after.state, well.after.stop_reason) == (PlanState.FINISHED, None)
    assert (below.after.state, below.after.stop_reason) == (PlanState.STOPPED, StopReason.ENDED)


def test_who_ended_by_their_managers_silence_alone_has_finished() -> None:
    own = [follow_up(n, course(state=DONE)) for n in range(1, 9)]
    missed = follow_up(9, course(state=MISSED))
    cards = [
        follow_up(n, course(state=MISSED), StepKind.SPONSOR, audience=Audience.MANAGER) for n in (10, 11)
    ]
    last = follow_up(12, course())
    lever = Skip(follow_up=12, excuse=Excuse.AWAY)

    theirs = decisions.decide(snapshot(*own, missed, *cards, last), lever, now=NOW)
    answered = [replace(one, course=course(state=DONE)) for one in cards]
    others = decisions.decide(snapshot(*own[:3], missed, *answered, last), lever, now=NOW)

    assert (theirs.after.state, theirs.after.stop_reason) == (PlanState.FINISHED, None)
    assert (others.after.state, others.after.stop_reason) == (PlanState.STOPPED, StopReason.ENDED)


def test_more_time_reopens_a_plan_that_had_come_to_its_end() -> None:
    plan = snapshot(follow_up(1, course(date(2026, 3, 3), MISSED)), state=PlanState.STOPPED)
    ended = replace(plan, footing=replace(plan.footing, stop_reason=StopReason.ENDED))

    change = decisions.decide(ended, Prolong(follow_up=1, until=SUNDAY), now=NOW)

    assert change.after.state is PlanState.ACTIVE
    assert change.edits[0].after.state is OPEN
    assert worktime.local(change.edits[0].after.dates.closes_at, "Europe/Berlin").date() == SUNDAY


def test_what_is_added_has_the_next_number_of_its_step_and_keeps_the_plan_running() -> None:
    plan = snapshot(follow_up(1, course(state=DONE)))

    change = decisions.decide(plan, Add(step=1, day=SUNDAY, at=time(9)), now=NOW)

    assert [edit.key for edit in change.edits] == [(1, 2)]
    assert change.edits[0].after.dates.day == SUNDAY + DAY
    assert change.after.state is PlanState.ACTIVE
    back = changes.inverse(change, now=NOW)
    assert (back.edits[0].after.state, back.edits[0].after.state_reason) == (
        TouchpointState.CANCELLED,
        changes.TAKEN_BACK,
    )


def test_a_stop_and_a_silence_free_the_calendars_of_what_is_to_come_alone() -> None:
    to_come = follow_up(1, course(meeting=placed(NOW + DAY)), StepKind.CHECK_IN)
    begun = follow_up(2, course(state=OPEN, meeting=placed(NOW - DAY)), StepKind.CHECK_IN)

    stopped = decisions.decide(snapshot(to_come, begun), Stop(reason=StopReason.LEAVE), now=NOW)
    silenced = decisions.decide(snapshot(to_come, begun, state=PlanState.FINISHED), Silence(), now=NOW)

    for change in (stopped, silenced):
        meetings = [edit.after.meeting.state for edit in change.edits if edit.after.meeting]
        assert meetings == [CheckInState.CANCELLED, CheckInState.PLACED]
    assert silenced.kind is ChangeKind.SILENCED
    assert silenced.after == silenced.before


@pytest.mark.parametrize(
    ("state", "is_asked", "plan_state", "becomes", "remark"),
    [
        (OPEN, True, PlanState.ACTIVE, TouchpointState.MISSED, "it was due, and nobody knows"),
        (OPEN, True, PlanState.FINISHED, TouchpointState.MISSED, "the last question, asked after the end"),
        (OPEN, False, PlanState.ACTIVE, TouchpointState.CANCELLED, "its mail had not left: nobody was asked"),
        (OPEN, True, PlanState.PAUSED, TouchpointState.CANCELLED, "held: it would have come due again"),
        (TouchpointState.PLANNED, False, PlanState.ACTIVE, TouchpointState.CANCELLED, "to come"),
    ],
)
def test_a_stop_closes_what_had_been_asked_and_leaves_out_what_was_to_come(
    *, state: TouchpointState, is_asked: bool, plan_state: PlanState, becomes: TouchpointState, remark: str
) -> None:
    plan = snapshot(follow_up(1, course(state=state), is_asked=is_asked), state=plan_state)
    lever = Silence() if plan_state is PlanState.FINISHED else Stop(reason=StopReason.LEAVE)

    change = decisions.decide(plan, lever, now=NOW)

    assert [edit.after.state for edit in change.edits] == [becomes], remark
    assert not changes.inverse(change, now=NOW).edits[0].asks_again


def test_a_pause_takes_meetings_to_come_off_the_calendars_to_be_placed_anew() -> None:
    plan = snapshot(follow_up(1, course(meeting=placed(NOW + DAY)), StepKind.CHECK_IN))

    change = decisions.decide(plan, Pause(until=SUNDAY), now=NOW)

    meeting = change.edits[0].after.meeting
    assert meeting is not None
    assert (meeting.state, meeting.reason) == (CheckInState.UNPLACED, pausing.PAUSED)


def test_only_plain_facts_are_written_down() -> None:
    change = decisions.decide(snapshot(), Pause(until=SUNDAY), now=NOW)
    odd = replace(change, before=replace(change.before, stop_reason={1, 2}))  # type: ignore[arg-type]  # on purpose

    with pytest.raises(TypeError, match="no plain fact"):
        changes.to_json(odd)
