"""How the invented people treat what they get: each by their habit, the same each time, with a turn in the story."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.flow import demo_answers, demo_moods, demo_people
from coachfollow.flow.demo_people import Habit
from coachfollow.queries.invented import Over, Unread, Waiting
from coachfollow.rules import asking, forms
from coachfollow.rules.kinds import Applied, Barrier, StepKind

SENT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MANY = range(300)
AMARA = "amara.okafor@brightwater.example"


def waiting(
    step: str = "day-7",
    *,
    plan_id: int = 1,
    kind: StepKind = StepKind.REFLECTION,
    reminded: bool = False,
    closes_after: timedelta = 14 * DAY,
    email: str = AMARA,
    is_own: bool = True,
) -> Waiting:
    """A question that was sent."""
    return Waiting(
        touchpoint_id=1,
        plan_id=plan_id,
        step=step,
        kind=kind,
        closes_at=SENT + closes_after,
        person_id=1,
        email=email,
        zone="Europe/London",
        sent_at=SENT,
        reminded_at=SENT + 3 * DAY if reminded else None,
        going_since=SENT - 30 * DAY,
        is_own=is_own,
    )


def over(step: str, day: int, *, coach: str = "Ruth Ekström") -> Over:
    """A meeting that is over."""
    return Over(
        check_in_id=1,
        email=AMARA,
        coach=demo_people.address(coach),
        step=step,
        day=day,
        ended_at=SENT,
    )


def answer(habit: Habit, step: str, *, reminded: bool = False) -> list[datetime]:
    """When three hundred people of one habit answer a question, those who do."""
    found = (demo_moods.moment(waiting(step, plan_id=number, reminded=reminded), habit) for number in MANY)
    return [moment for moment in found if moment is not None]


@pytest.mark.parametrize(
    ("habit", "step", "least", "most"),
    [
        pytest.param(Habit.PROMPT, "day-7", 0.8, 0.98, id="most answer at first"),
        pytest.param(Habit.PROMPT, "day-30", 0.4, 0.7, id="the busy weeks get in the way"),
        pytest.param(Habit.PROMPT, "day-90", 0.8, 0.96, id="most come back to it"),
        pytest.param(Habit.FADING, "day-14", 0.7, 0.95, id="the fading are with us for some weeks"),
        pytest.param(Habit.FADING, "day-30", 0, 0, id="and then no more"),
        pytest.param(Habit.RETURNING, "day-14", 0, 0, id="the returning are away at first"),
        pytest.param(Habit.RETURNING, "day-60", 1, 1, id="and come back after the first meeting"),
        pytest.param(Habit.REMINDED, "day-7", 0, 0, id="some wait for a reminder"),
        pytest.param(Habit.STOPPING, "day-30", 1, 1, id="whoever stops does it on their day"),
        pytest.param(Habit.SILENT, "day-7", 0, 0, id="the silent keep silent"),
        pytest.param(Habit.BOUNCING, "day-7", 0, 0, id="the address that does not exist answers nothing"),
        pytest.param(Habit.PROMPT, "six-months", 0.7, 0.9, id="half a year later most still answer"),
    ],
)
def test_how_many_answer_follows_from_habit_and_week(
    habit: Habit, step: str, least: float, most: float
) -> None:
    assert least <= len(answer(habit, step)) / len(MANY) <= most


def test_the_late_take_days_and_the_reminded_answer_their_reminder() -> None:
    assert all(SENT + 5 * DAY <= moment <= SENT + 9 * DAY for moment in answer(Habit.LATE, "day-7"))
    reminded = answer(Habit.REMINDED, "day-7", reminded=True)
    assert reminded
    assert all(SENT + 3 * DAY < moment < SENT + 4 * DAY for moment in reminded)


@given(
    st.sampled_from(Habit),
    st.sampled_from(["commitment", "day-2", "day-7", "day-30", "six-months"]),
    st.integers(1, 400),
    st.integers(2, 400),
)
def test_whoever_answers_does_so_in_time_and_the_same_each_time(
    habit: Habit, step: str, plan_id: int, hours: int
) -> None:
    question = waiting(step, plan_id=plan_id, reminded=True, closes_after=timedelta(hours=hours))

    moment = demo_moods.moment(question, habit)

    assert moment is None or moment < question.closes_at
    assert moment == demo_moods.moment(question, habit)


@pytest.mark.parametrize(
    ("coach", "soonest", "latest"),
    [
        pytest.param("Ruth Ekström", timedelta(0), timedelta(hours=20), id="one writes it up at once"),
        pytest.param("Samuel Adeyemi", 2 * DAY, 4 * DAY, id="the visitor's leaves something to do"),
        pytest.param("Laura Penn", timedelta(hours=20), 7 * DAY, id="one takes her time"),
    ],
)
def test_coaches_write_up_their_meetings_each_in_their_own_time(
    coach: str, soonest: timedelta, latest: timedelta
) -> None:
    marked = demo_moods.marked_at(over("meeting-1", 14, coach=coach))

    assert soonest <= marked - SENT <= latest


def test_the_silent_and_the_faded_do_not_come_to_meetings() -> None:
    first, second = over("meeting-1", 14), over("meeting-2", 45)

    assert [demo_moods.comes(first, habit) for habit in (Habit.FADING, Habit.SILENT)] == [True, False]
    assert [demo_moods.comes(second, habit) for habit in (Habit.FADING, Habit.RETURNING)] == [False, True]


def test_coaches_read_what_they_are_told_within_days() -> None:
    ruth, samuel = (
        Unread(plan_id=1, coach_id=1, coach=demo_people.address(name), told_at=SENT)
        for name in ("Ruth Ekström", "Samuel Adeyemi")
    )

    assert timedelta(hours=6) <= demo_moods.read_at(ruth) - SENT <= 4 * DAY
    assert 4 * DAY <= demo_moods.read_at(samuel) - SENT <= 9 * DAY


def answers_to(step: str, *, email: str = AMARA) -> list[asking.Answered]:
    """What three hundred people answer."""
    return [demo_answers.answered(waiting(step, plan_id=number, email=email)) for number in MANY]


def test_behaviour_moves_with_a_dip_in_the_middle() -> None:
    used = {
        step: sum(said.applied in demo_answers.USES for said in answers_to(step)) / len(MANY)
        for step in ("day-2", "day-14", "day-30", "day-60", "day-90")
    }

    assert used["day-2"] < used["day-14"] < used["day-60"] < used["day-90"]
    assert used["day-30"] < used["day-14"]


def test_what_is_in_the_way_differs_by_where_people_work() -> None:
    def most_named(email: str) -> Barrier:
        named = Counter(said.barrier for said in answers_to("day-7", email=email) if said.barrier)
        return named.most_common(1)[0][0]

    assert most_named(AMARA) is Barrier.NO_TIME
    assert most_named("kayla.johnson@brightwater.example") is Barrier.TOOLS


def test_whoever_did_it_as_intended_had_nothing_in_the_way() -> None:
    for said in answers_to("day-60"):
        assert (said.barrier is None) == (said.applied is Applied.AS_INTENDED)
        assert (said.times == 0) == (said.applied not in demo_answers.USES)
        assert said.rating in asking.RATINGS


@pytest.mark.parametrize("kind", sorted(forms.ANSWERED_BY_MAIL))
def test_every_kind_of_question_gets_an_answer_of_its_kind(kind: StepKind) -> None:
    said = demo_answers.answered(waiting("x", kind=kind, is_own=kind is not StepKind.SPONSOR))

    assert bool(said.action) == (kind is StepKind.COMMITMENT)
    assert bool(said.done) == (kind is StepKind.SPONSOR)
    assert (said.applied is not None) == (kind in {StepKind.REFLECTION, StepKind.UNPROMPTED})
