"""A launch on invented people: its sums add up, it is the same each time, and what it proposes was seen to work."""

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.rules import simulating, simulating_said, simulating_ways, worktime
from coachfollow.rules.adapting import NO_RULES, Rules
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Audience, Cause, DayKind, MessageKind, StepKind
from coachfollow.rules.limits import Limits
from coachfollow.rules.simulating_values import Answers, Kind, Model, Simulated, WayKind
from coachfollow.rules.slots_values import Coach
from coachfollow.rules.worktime import WorkingTime

COACHES = frozenset({MessageKind.COACH_DIGEST})
OFFICE = WorkingTime(pattern=worktime.parse_week(worktime.DEFAULT_WEEK))
MORNINGS = WorkingTime(pattern=worktime.parse_week("mon-wed 08:00-12:00"))
BERLIN = Kind(zone="Europe/Berlin", hours=OFFICE, share=3)
LISBON = Kind(zone="Europe/Lisbon", hours=MORNINGS, share=1)


def step(key: str, kind: StepKind, days: int, **given: object) -> StepRule:
    usual = StepRule(
        key=key,
        kind=kind,
        audience=Audience.MANAGER if kind is StepKind.SPONSOR else Audience.PARTICIPANT,
        anchor="session",
        offset_days=days,
        at=time(10),
        open_days=None,
        reminders=(),
        mandatory=False,
    )
    return replace(usual, **given)  # type: ignore[arg-type]


ADAPTS = Rules(no_opportunity_days=7, barrier_days=14, as_intended_in_a_row=2, as_intended_days=7)
STEPS = (
    step("card", StepKind.SPONSOR, -7, reminders=(2,)),
    step("plan", StepKind.COMMITMENT, 0, reminders=(2, 4)),
    step("nudge", StepKind.PROMPT, 3),
    step("asked", StepKind.REFLECTION, 7, reminders=(2,)),
    step("meeting", StepKind.CHECK_IN, 14),
    step("again", StepKind.REFLECTION, 21, reminders=(2,)),
    step("nudge-later", StepKind.PROMPT, 35),
    step("later", StepKind.REFLECTION, 40),
    step("last", StepKind.UNPROMPTED, 120),
)


def coach(number: int, **given: object) -> Coach:
    usual = Coach(id=number, zone="Europe/Berlin", week=worktime.parse_week("mon-thu 10:00-12:00"))
    return replace(usual, **given)  # type: ignore[arg-type]


def model(
    participants: int = 24, coaches: int = 3, *, staff: tuple[Coach, ...] | None = None, **given: object
) -> Model:
    usual = Model(
        steps=STEPS,
        sessions=Sessions(days=(date(2026, 3, 2),), anchor=0),
        participants=participants,
        kinds=(BERLIN, LISBON),
        coaches=tuple(coach(number) for number in range(1, coaches + 1)) if staff is None else staff,
        seed=1,
        silent_after=2,
        window=10,
        notice=timedelta(hours=24),
        ahead=timedelta(days=21),
    )
    return replace(usual, **given)  # type: ignore[arg-type]


def everybody_answers(found: Simulated) -> Answers:
    return found.answers[-1]


models = st.builds(
    model,
    participants=st.integers(1, 24),
    coaches=st.integers(0, 3),
    seed=st.integers(0, 99),
    groups=st.integers(1, 3),
    away=st.sampled_from([0.0, 0.5]),
    a_manager=st.sampled_from([0, 1, 8]),
    window=st.integers(1, 20),
    limits=st.sampled_from([Limits(), Limits(a_day=2, a_week=3), Limits(a_day=1, a_week=1)]),
    silent_after=st.sampled_from([None, 2]),
    adapts=st.sampled_from([NO_RULES, ADAPTS]),
)


@given(models, st.sampled_from([0.0, 0.4, 1.0]))
@settings(max_examples=8)
def test_the_parts_add_up(given_model: Model, response: float) -> None:
    found = simulating.simulate(given_model, response=response, responses=(response,))

    sums, answers = found.meetings, found.story.answers
    assert sums.wanted == sums.placed + sums.unplaced == sum(sums.reasons.values()) + sums.placed
    assert sum(week.used for week in sums.weeks) == sums.placed
    assert all(one.used <= one.room for one in sums.by_coach)
    assert sum(day.mails for day in found.story.days) == answers.mails
    assert all(sum(day.kinds.values()) == day.mails for day in found.story.days)
    assert answers.asked == answers.on_time + answers.late + answers.missed + answers.not_sent
    invited = sum(day.kinds.get(MessageKind.INVITATION, 0) for day in found.story.days)
    assert invited == 2 * sums.placed


@given(models)
@settings(max_examples=2)
def test_the_same_model_tells_the_same_story(given_model: Model) -> None:
    assert simulating.simulate(given_model) == simulating.simulate(given_model)


@given(st.integers(1, 60), st.integers(1, 4), st.integers(0, 9))
@settings(max_examples=5)
def test_more_coaches_never_place_fewer(participants: int, coaches: int, seed: int) -> None:
    alike = model(participants, coaches, kinds=(BERLIN,), away=0.0, a_manager=0, seed=seed)

    fewer = simulating.simulate(alike, responses=()).meetings
    more = simulating.simulate(simulating_ways.with_coaches(alike, coaches + 1), responses=()).meetings

    assert more.placed >= fewer.placed


def test_more_answers_mean_fewer_missed_and_fewer_silences() -> None:
    found = simulating.simulate(model(120, 12)).answers

    assert [one.response for one in found] == [0.4, 0.6, 0.8]
    assert found[0].missed > found[1].missed > found[2].missed
    assert found[0].silent > found[1].silent > found[2].silent
    for one in found:
        answered = one.on_time + one.late
        assert abs(answered / one.asked - one.response) < 0.1, "a share of answers is what it says"


def test_nobody_gets_more_mails_than_the_limits_allow() -> None:
    crowded = tuple(step(f"q{n}", StepKind.REFLECTION, n, reminders=(1, 2)) for n in range(1, 9))
    one = model(1, 1, steps=(*STEPS, *crowded), away=0.0, a_manager=0, silent_after=None)

    days = {
        day.day: sum(n for kind, n in day.kinds.items() if not kind.is_calendar and kind not in COACHES)
        for day in simulating.simulate(one).story.days
    }
    days = {day: n for day, n in days.items() if n}

    weeks = Counter(day - timedelta(days=day.weekday()) for day, n in days.items() for _ in range(n))
    assert max(days.values()) == 1
    assert max(weeks.values()) <= 3


def test_where_all_answer_at_once_nothing_is_missed_and_nobody_falls_silent() -> None:
    found = simulating.simulate(model(30, 6, away=0.0), response=1.0, responses=(1.0,))

    assert (found.story.answers.missed, found.story.answers.silent) == (0, 0)


def test_nobody_misses_a_meeting_for_which_no_time_was_found() -> None:
    unbookable = model(12, staff=(coach(1, week=None),), away=0.0)

    found = simulating.simulate(unbookable, response=1.0, responses=())

    assert found.meetings.unplaced == found.meetings.wanted > 0
    assert found.story.answers.missed == 0


def test_where_nobody_answers_nothing_reminds_after_two_questions() -> None:
    found = simulating.simulate(model(30, 6, away=0.0), response=0.0, responses=(0.0,))

    assert found.story.answers.silent == 30
    reminded = {day.day for day in found.story.days if MessageKind.PROMPT in day.kinds}
    assert date(2026, 4, 6) not in reminded, "the later reminder of the plan rests"


WAITING = (
    step("asked", StepKind.REFLECTION, 7),
    step("tip", StepKind.PROMPT, 5, anchor="answer:asked"),
    step("then", StepKind.REFLECTION, 10, anchor="step:tip"),
    step("meeting", StepKind.CHECK_IN, 3, anchor="answer:then"),
    step("praise", StepKind.PROMPT, 2, anchor="answer:then", day_kind=DayKind.WORKING),
)


def mails_of_one(response: float) -> dict[MessageKind, list[date]]:
    """The mails to a single person without a manager, where as many answer."""
    one = model(1, 1, steps=WAITING, kinds=(BERLIN,), away=0.0, a_manager=0)
    found = simulating.simulate(one, response=response, responses=())
    return {
        kind: [day.day for day in found.story.days if kind in day.kinds]
        for kind in {kind for day in found.story.days for kind in day.kinds}
    }


def test_what_waits_for_an_answer_comes_as_long_after_it_and_so_does_what_waits_for_that() -> None:
    mails = mails_of_one(1.0)

    first, then = mails[MessageKind.REFLECTION]
    tip, praise = mails[MessageKind.PROMPT]
    assert first == date(2026, 3, 9)
    answered = date(2026, 3, 10)  # by the chance of this seed: a day later
    assert worktime.next_working_day(OFFICE.pattern, answered + timedelta(days=5)) == tip == date(2026, 3, 16)
    assert then == answered + timedelta(days=15) == date(2026, 3, 25)
    assert praise == date(2026, 3, 30), (
        "answered on Thursday, the next day: the second working day is a Monday"
    )
    assert MessageKind.INVITATION not in mails, (
        "a meeting that waits for an answer is left out, and said to be"
    )


def test_what_waits_for_an_answer_that_never_comes_does_not_come() -> None:
    assert mails_of_one(0.0) == {MessageKind.REFLECTION: [date(2026, 3, 9)]}


def questions_of_one(*, no_opportunity: float = 0.0, as_intended: float = 0.0) -> tuple[list[date], Answers]:
    """When a single person is asked who answers all and says so in so many answers, and what became of it."""
    steps = (
        *(step(f"q{n}", StepKind.REFLECTION, n) for n in (7, 14, 35, 77)),
        *(step(f"p{n}", StepKind.PROMPT, n) for n in (44, 60)),
    )
    one = model(
        1,
        1,
        steps=steps,
        kinds=(BERLIN,),
        away=0.0,
        a_manager=0,
        adapts=ADAPTS,
        no_opportunity=no_opportunity,
        as_intended=as_intended,
    )
    story = simulating.simulate(one, response=1.0, responses=()).story
    return [day.day for day in story.days if MessageKind.REFLECTION in day.kinds], story.answers


FIRST, SECOND, THIRD, LAST = date(2026, 3, 9), date(2026, 3, 16), date(2026, 4, 6), date(2026, 5, 18)


@pytest.mark.parametrize(
    ("said", "asked", "adapted", "remark"),
    [
        ({}, [FIRST, SECOND, THIRD, LAST], {}, "nothing that moves anything"),
        (
            {"no_opportunity": 1.0},
            [FIRST, date(2026, 3, 17), THIRD, date(2026, 4, 14), LAST],
            {Cause.NO_OPPORTUNITY: 2},
            "the second a week from the answer; the third once more, in place of a reminder of the plan",
        ),
        (
            {"as_intended": 1.0},
            [FIRST, SECOND, THIRD + timedelta(days=7), LAST],
            {Cause.AS_INTENDED: 1},
            "twice in a row: the third a week later; after it the last one stays where it is",
        ),
    ],
)
def test_what_answers_say_moves_the_questions_after_them_as_the_programme_says(
    said: dict[str, float], asked: list[date], adapted: dict[Cause, int], remark: str
) -> None:
    days, answers = questions_of_one(**said)

    assert (days, answers.adapted) == (asked, adapted), remark


def test_what_waits_for_an_answer_comes_once_though_its_question_was_asked_once_more() -> None:
    steps = (
        step("asked", StepKind.REFLECTION, 7),
        step("nudge", StepKind.PROMPT, 17),
        step("tip", StepKind.COMMITMENT, 2, anchor="answer:asked"),
        step("then", StepKind.REFLECTION, 60),
        step("last", StepKind.REFLECTION, 90),
    )
    one = model(1, 1, steps=steps, kinds=(BERLIN,), away=0.0, a_manager=0, adapts=ADAPTS, no_opportunity=1.0)

    story = simulating.simulate(replace(one, as_intended=0.0), response=1.0, responses=()).story

    kinds = Counter(kind for day in story.days for kind, n in day.kinds.items() for _ in range(n))
    assert (kinds[MessageKind.REFLECTION], kinds[MessageKind.PROMPT]) == (4, 0), "once more for the reminder"
    assert kinds[MessageKind.COMMITMENT] == 1


def test_where_the_programme_adapts_to_nothing_it_is_all_one_what_answers_say() -> None:
    plain = model(20, 3)
    others = replace(plain, no_opportunity=0.5, as_intended=0.5)

    assert simulating.simulate(plain) == simulating.simulate(others)
    assert simulating_said.assumed(plain).endswith("the others after four to nine.")


def test_what_was_assumed_and_what_it_moves_is_said() -> None:
    assert simulating_said.assumed(model(adapts=ADAPTS)).endswith(
        "Of the answers, 15 % say that there was no opportunity yet and 50 % say that it went as intended."
    )
    assert simulating_said.adapted({Cause.NO_OPPORTUNITY: 2, Cause.AS_INTENDED: 1}) == [
        "2 questions would come later, or once more, as there was no opportunity yet.",
        "1 question would come later, as it went as intended.",
    ]


def test_coaches_get_a_list_in_weeks_with_a_meeting_or_while_somebody_is_silent() -> None:
    one = model(1, 1, kinds=(BERLIN,), away=0.0, a_manager=0)

    def lists(response: float) -> list[date]:
        days = simulating.simulate(one, response=response, responses=()).story.days
        return [day.day for day in days if MessageKind.COACH_DIGEST in day.kinds]

    # the meeting is in the week of 16 March; the second question closes unanswered on the 23rd, at ten, and the last
    # of the questions in the evening of 27 April: five Monday mornings on which nothing reminds somebody
    silent = [date(2026, 3, 30) + timedelta(weeks=n) for n in range(5)]
    assert lists(1.0) == [date(2026, 3, 16)]
    assert lists(0.0) == [date(2026, 3, 16), *silent]


@pytest.mark.parametrize(
    ("coaches", "reason", "remark"),
    [
        ((), "there is no coach", "nobody to hold them"),
        ((coach(1, week=None),), "the coach has not said when they can be booked", "no hours"),
        (
            (coach(1, week=worktime.parse_week("sat 10:00-12:00")),),
            "the hours of the two never meet",
            "weekends",
        ),
        ((coach(1, a_week=2),), "as many meetings on these days as they take", "a limit"),
    ],
)
def test_a_meeting_without_a_time_says_why(coaches: tuple[Coach, ...], reason: str, remark: str) -> None:
    sums = simulating.simulate(model(12, staff=coaches)).meetings

    assert any(reason in one for one in sums.reasons), remark
    assert sums.unplaced == sum(sums.reasons.values())


def test_what_is_proposed_was_tried_and_is_enough() -> None:
    short = model(60, kinds=(BERLIN,), away=0.0, staff=(coach(1, a_week=8), coach(2, a_week=8)))
    before = simulating.simulate(short).meetings

    ways = {way.kind: way for way in simulating_ways.ways(short, before)}

    assert set(ways) == {WayKind.WINDOW, WayKind.GROUPS, WayKind.COACHES}
    for kind, change in (
        (WayKind.WINDOW, simulating_ways.with_window),
        (WayKind.GROUPS, simulating_ways.with_groups),
        (WayKind.COACHES, simulating_ways.with_coaches),
    ):
        assert (
            simulating.simulate(change(short, ways[kind].value)).meetings.unplaced == ways[kind].unplaced == 0
        )


@pytest.mark.parametrize("seed", [2, 3])
def test_nothing_is_proposed_that_leaves_as_many_without_a_time(seed: int) -> None:
    half_an_hour = WorkingTime(pattern=worktime.parse_week("fri 10:00-10:30"))
    rare = Kind(zone="Europe/Berlin", hours=half_an_hour, share=1)
    mornings = tuple(coach(number, week=worktime.parse_week("mon-fri 10:00-12:00")) for number in range(1, 5))
    one = model(
        110,
        staff=mornings,
        steps=(step("meeting", StepKind.CHECK_IN, 14),),
        kinds=(replace(BERLIN, share=8), rare),
        away=0.0,
        seed=seed,
    )
    before = simulating.simulate(one, responses=()).meetings
    assert before.unplaced == 1, "several for the same half hours with one coach"

    assert [way.unplaced for way in simulating_ways.ways(one, before) if way.unplaced] == []


def test_where_there_is_room_nothing_is_proposed() -> None:
    enough = model(6, 6)

    assert simulating_ways.ways(enough, simulating.simulate(enough).meetings) == ()


def test_the_first_sentence_names_the_week_and_what_would_do() -> None:
    short = model(60, kinds=(BERLIN,), away=0.0, staff=(coach(1, a_week=8), coach(2, a_week=8)))
    found = simulating.simulate(short)
    ways = simulating_ways.ways(short, found.meetings)

    said = simulating_said.meetings(found, coaches=2, ways=ways)

    assert said.startswith(
        "In the week of 16 March 2 coaches would be wanted for 60 meetings and have room for 16;"
    )
    assert "a window eight days wider, three groups that begin one after the other" in said.lower()
    assert said.endswith("or one more coach would do.")
    assert simulating_said.meetings(simulating.simulate(model(6, 6)), coaches=6, ways=()) == (
        "All 6 meetings find a time with 6 coaches."
    )
