"""Words of the pages on which programmes are written: distances, weeks, languages, mistakes and changes."""

import pytest

from coachfollow.intake.programme_changes import Change, Part
from coachfollow.intake.programme_editing import Survey, survey
from coachfollow.rules.kinds import DayKind
from coachfollow.web.staff import programme_line, programme_words
from tests.house import PROGRAMME


def found(text: str = PROGRAMME) -> Survey:
    return survey(text, file="service.yaml")


@pytest.mark.parametrize(
    ("days", "distance", "week"),
    [
        (-14, "2 weeks before", "Before the training"),
        (-1, "1 day before", "Before the training"),
        (0, "on the day of", "The day of the training"),
        (1, "1 day after", "Week 1"),
        (7, "1 week after", "Week 1"),
        (8, "8 days after", "Week 2"),
        (180, "180 days after", "Week 26"),
    ],
)
def test_days_are_said_as_people_say_them(days: int, distance: str, week: str) -> None:
    assert programme_words.distance(days, DayKind.CALENDAR) == distance
    assert programme_words.week(days) == week


@pytest.mark.parametrize(
    ("days", "distance"),
    [(-1, "1 working day before"), (0, "on the day of"), (7, "7 working days after")],  # seven are no week
)
def test_working_days_are_never_called_weeks(days: int, distance: str) -> None:
    assert programme_words.distance(days, DayKind.WORKING) == distance


@pytest.mark.parametrize(
    ("code", "name"),
    [("de", "German"), ("pt-BR", "Portuguese (Brazil)"), ("xx", "xx"), ("Not one", "Not one")],
)
def test_a_language_is_called_by_its_name_where_there_is_one(code: str, name: str) -> None:
    assert programme_words.language(code) == name


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        (Part.KIND, "sponsor_moment", "Manager’s card"),
        (Part.WHEN, "14 calendar session", "2 weeks after the training"),
        (Part.WHEN, "-3 calendar session:first", "3 days before the first session"),
        (Part.WHEN, "0 calendar session:2", "On the day of session 2"),
        (Part.WHEN, "90 working step:plan", "90 working days after the step “plan”"),
        (Part.WHEN, "", ""),
        (Part.SUBJECT, "Hello", "Hello"),
    ],
)
def test_a_side_of_a_change_is_said_in_words(part: Part, value: str, said: str) -> None:
    assert programme_words.said(Change(part=part, before=value, after=""), value) == said


def test_days_count_from_another_step_by_its_title() -> None:
    titles = {"plan": "Your plan"}

    assert programme_words.counted_from("step:plan", titles) == "“Your plan”"
    assert programme_words.counted_from("step:party", titles) == "the step “party”"
    assert programme_words.counted_from("session:first", titles) == "the first session"


def test_what_days_may_count_from_leaves_the_step_itself_out_and_offers_every_session_that_is_named() -> None:
    named = found(PROGRAMME.replace("when: {days: 7}", "when: {days: 7, session: 8}"))
    offered = dict(programme_words.anchors(named, but="prompt"))

    assert offered["session"] == "the training"
    assert "session:8" in offered
    assert offered["step:first-question"] == "“How is it going?”"
    assert "step:prompt" not in offered


def test_a_step_without_a_subject_goes_by_its_key_or_by_saying_so() -> None:
    bare = found(
        "key: x\nlanguages: [en]\nsteps:\n  - {key: one, kind: reflection}\n  - {kind: reflection}\n"
    )

    assert [programme_words.title(step, bare) for step in bare.steps.values()] == ["one", "without a subject"]


@pytest.mark.parametrize(
    ("sentence", "plain"),
    [
        ("This is missing; a sponsor_moment asks one.", "This is missing; a manager’s card asks one."),
        ("This has no place in an unprompted_check.", "This has no place in a last question."),
        ("is a second commitment; the one on line 11 is enough", "is a second plan; one is enough"),
        ("No step is a commitment.", "No step is a plan."),
    ],
)
def test_a_mistake_names_kinds_as_people_do(sentence: str, plain: str) -> None:
    assert programme_words.plain(sentence) == plain


def test_dots_that_are_near_stand_above_each_other_and_far_ones_beside() -> None:
    line = programme_line.drawn(found())
    assert line is not None
    places = {dot.name: (dot.x, dot.y) for dot in line.dots}

    assert len(places) == len(set(places.values())) == 7
    assert places["plan"][0] == line.training
    assert sorted(places, key=lambda name: places[name][0]) == list(found().steps)
    assert all(0 < dot.x < line.width and 0 < dot.y < line.axis for dot in line.dots)
    assert line.ticks[0] == (line.training, "training")


def test_a_line_of_years_has_few_enough_ticks_to_read() -> None:
    line = programme_line.drawn(found(PROGRAMME.replace("days: 35", "days: 730")))

    assert line is not None
    assert 2 <= len(line.ticks) <= programme_line.MOST_TICKS + 1
