"""What is different between two versions, told before one is published."""

import pytest

from coachfollow.intake import programme, programme_changes
from coachfollow.intake.programme_changes import Change, Part
from tests.programmes.small import SMALL, documented, read, spoilt

STEP = "One question"


def changes(text: str, before: str = SMALL) -> tuple[Change, ...]:
    return programme_changes.changes(read(before), read(text))


@pytest.mark.parametrize("text", [*programme.shipped().values(), documented()])
def test_nothing_is_different_from_itself_however_it_is_spelt(text: str) -> None:
    assert changes(f"# a remark\n{text}", before=text) == ()


def test_lines_that_are_broken_elsewhere_say_the_same() -> None:
    narrow = spoilt("Hello {{first_name}},\n", "Hello {{first_name}}, how\n          are you?\n")
    wide = spoilt("Hello {{first_name}},\n", "Hello {{first_name}}, how are you?\n")

    assert changes(wide, before=narrow) == ()


@pytest.mark.parametrize(
    ("text", "change"),
    [
        (
            spoilt("A small one", "Another"),
            Change(part=Part.TITLE, language="en", before="A small one", after="Another"),
        ),
        (
            SMALL + "completion: {threshold: 0.5}\n",
            Change(part=Part.THRESHOLD, before="80%", after="50%"),
        ),
        (
            SMALL + "attended: {minutes: 60, sessions: 2}\n",
            Change(part=Part.ATTENDED, before="", after="60 minutes, 2 sessions"),
        ),
        (
            SMALL + "allow: {rhythm: true, time: true, weekday: false}\n",
            Change(part=Part.ALLOWS, before="", after="rhythm, time"),
        ),
        (
            spoilt("{days: 7}", "{days: 7}\n    series: {gaps: [9, 12]}"),
            Change(part=Part.SERIES, step=STEP, before="", after="9, 12"),
        ),
        (
            SMALL + "adapt: {silent_after: 2}\n",
            Change(part=Part.SILENT_AFTER, before="", after="2"),
        ),
        (
            SMALL + "adapt: {no_opportunity: {later_days: 7}}\n",
            Change(part=Part.NO_OPPORTUNITY, before="", after="7 days"),
        ),
        (
            SMALL + "adapt: {as_intended: {in_a_row: 2, later_days: 7}}\n",
            Change(part=Part.AS_INTENDED, before="", after="after 2 in a row, 7 days"),
        ),
        (
            spoilt("{days: 7}", "{days: 9, session: first}"),
            Change(part=Part.WHEN, step=STEP, before="7 calendar session", after="9 calendar session:first"),
        ),
        (
            spoilt("{days: 7}", "{working_days: 7}"),
            Change(part=Part.WHEN, step=STEP, before="7 calendar session", after="7 working session"),
        ),
        (
            spoilt("{days: 7}", "{days: 7}\n    reminders: [1, 3]"),
            Change(part=Part.REMINDERS, step=STEP, before="", after="1, 3"),
        ),
        (
            spoilt("{days: 7}", "{days: 7}\n    mandatory: true"),
            Change(part=Part.MANDATORY, step=STEP, before="no", after="yes"),
        ),
        (
            spoilt("How many times did you do it?", "Did you?"),
            Change(
                part=Part.QUESTION,
                step=STEP,
                language="en",
                before="How many times did you do it?",
                after="Did you?",
            ),
        ),
        (
            spoilt("Clear words", "Plain words"),
            Change(
                part=Part.THEMES, language="en", before="clarity: Clear words", after="clarity: Plain words"
            ),
        ),
    ],
)
def test_each_difference_is_told_once_with_both_sides(text: str, change: Change) -> None:
    assert changes(text) == (change,)


def test_a_step_that_comes_or_goes_is_one_change() -> None:
    without = SMALL[: SMALL.index("  - key: asked")]

    assert changes(SMALL, before=without) == (Change(part=Part.STEP, step=STEP, before="", after=STEP),)
    assert changes(without) == (Change(part=Part.STEP, step=STEP, before=STEP, after=""),)


def test_a_step_is_never_new_under_the_name_of_one_that_is_gone() -> None:
    renamed = SMALL.replace("key: asked", "key: asked-again")

    found = changes(renamed)
    assert [(change.before, change.after) for change in found] == [("", STEP), (STEP, "")]


def test_good_and_poor_examples_are_told_with_their_reason() -> None:
    good = "commitment: {good: {en: {situation: it rings, action: pick up, why: Others hear it.}}}\n"

    [change] = changes(SMALL + good)
    assert change.after == "it rings → pick up (Others hear it.)"
