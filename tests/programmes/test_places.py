"""Where a mistake is told: beside the field of the form that it is about, in a sentence that stands by itself."""

import pytest

from coachfollow.intake import programme, programme_advice, programme_places
from coachfollow.intake.programme import Mistake
from tests.programmes.small import SMALL, documented, spoilt

SEVEN, QUESTION = "when: {days: 7}", "        question: How many times did you do it?\n"


def mistakes(text: str) -> tuple[Mistake, ...]:
    return programme.examine(text, file="small.yaml").mistakes


@pytest.mark.parametrize(
    ("text", "field", "says"),
    [
        (spoilt(SEVEN, "when: {days: soon}"), "days", "“soon” must be a whole number"),
        (spoilt(SEVEN, "when: {days: 7, after: party}"), "anchor", "there is no such step"),
        (spoilt(SEVEN, "when: {days: 7, after: answer:party}"), "anchor", "there is no such step"),
        (spoilt(SEVEN, "when: {days: 0, after: answer:plan}"), "days", "needs 1 day or more"),
        (spoilt(SEVEN, "when: {working_days: many}"), "days", "whole number from -260 to 520"),
        (spoilt(SEVEN, "when: {session: 0, days: 7}"), "anchor", "counted from 1"),
        (spoilt(SEVEN, SEVEN + "\n    at: noon"), "at", "no time of day"),
        (spoilt(SEVEN, SEVEN + "\n    open_days: 0"), "open_days", "from 1 to 365"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: [soon]"), "reminder-1", "whole number"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: [1, soon]"), "reminder-2", "whole number"),
        (spoilt(SEVEN, SEVEN + "\n    reminders: [1, 2, 3]"), "reminder-1", "2 reminders at most"),
        (spoilt(SEVEN, SEVEN + "\n    series: {lasts_days: long}"), "lasts", "from 7 to 365"),
        (spoilt(SEVEN, SEVEN + "\n    series: {gaps: [9, soon]}"), "gaps", "whole number from 1 to 365"),
        (spoilt(SEVEN, SEVEN + "\n    mandatory: maybe"), "mandatory", "true or false"),
        (spoilt(SEVEN, SEVEN + "\n    theme: joy"), "theme", "is unknown"),
        (spoilt(SEVEN, SEVEN + "\n    colour: red"), "form", "This is not a field here"),
        (spoilt("kind: reflection", "kind: dance"), "kind", "use one of"),
        (spoilt(QUESTION, ""), "question-en", "This is missing; a reflection asks one."),
        (spoilt("One question", "x" * 101), "subject-en", "This has 101 characters"),
        (spoilt("**{{commitment}}**", "{{password}}"), "body-en", "is not a placeholder"),
        (spoilt(QUESTION, QUESTION + "        labels: {partly: }\n"), "label-partly-en", "This is empty"),
        (SMALL.replace("[en]", "[en, de]"), "subject-de", "This is missing; the programme is written in en, de."),
        (spoilt("    texts:\n      en:\n        sub", "    text:\n      en:\n        sub"), "form", "did you mean"),
    ],
)  # fmt: skip
def test_a_mistake_of_a_step_stands_at_its_field(text: str, field: str, says: str) -> None:
    languages = ("en", "de") if "de]" in text else ("en",)
    found = programme_places.of_step(mistakes(text), name="asked", languages=languages)

    assert says in found[field]


def test_a_second_plan_is_told_at_the_kind() -> None:
    text = spoilt("kind: reflection", "kind: commitment").replace("**{{commitment}}**", "Again?")

    assert (
        "second commitment"
        in programme_places.of_step(mistakes(text), name="asked", languages=("en",))["kind"]
    )


def test_a_step_without_words_is_told_at_its_first_subject() -> None:
    text = SMALL[: SMALL.rindex("    texts:")]

    found = programme_places.of_step(mistakes(text), name="asked", languages=("en",))
    assert found == {"subject-en": "This is missing."}


def test_a_step_whose_key_cannot_be_used_is_found_by_its_number() -> None:
    text = SMALL.replace("key: asked", "key: Asked!").replace("{days: 7}", "{days: soon}")

    found = programme_places.of_step(mistakes(text), name="2", languages=("en",))
    assert set(found) == {"days", "form"}


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (spoilt("A small one", "x" * 121), "title-en"),
        (spoilt("title: {en: A small one}\n", ""), "title-en"),
        (spoilt("Because it helps.", "~"), "why-en"),
        (spoilt("  name: Ruth Adeyemi\n", ""), "sponsor"),
        (spoilt("sponsor:\n  name: Ruth Adeyemi\n  words: {en: Please do.}\n", ""), "sponsor"),
        (spoilt("{en: Please do.}", "{en: }"), "sponsor-words-en"),
        (spoilt("{en: Please do.}", "Please do."), "sponsor-words-en"),
        (SMALL + "completion: {threshold: most}\n", "threshold"),
        (SMALL + "completion: most\n", "threshold"),
        (SMALL + "anchor: middle\n", "anchor"),
        (SMALL + "adapt: {silent_after: often}\n", "silent-after"),
        (SMALL + "allow: {weekday: often}\n", "allow-weekday"),
        (SMALL + "allow: {colour: true}\n", "form"),
        (SMALL + "adapt: {no_opportunity: {later_days: 1}}\n", "no-opportunity-days"),
        (SMALL + "adapt: {barrier: {check_in_within_days: 7}}\n", "barrier-days"),
        (SMALL + "adapt: {as_intended: {in_a_row: 2}}\n", "as-intended-days"),
        (SMALL + "adapt: {as_intended: twice}\n", "as-intended-in-a-row"),
        (SMALL + "attended: {minutes: 0}\n", "minutes"),
        (SMALL + "attended: {sessions: two}\n", "sessions"),
        (SMALL + "attended: {hours: 2}\n", "form"),
    ],
)
def test_a_mistake_of_the_programme_itself_stands_at_its_field(text: str, field: str) -> None:
    assert list(programme_places.of_programme(mistakes(text), languages=("en",))) == [field]


def test_examples_and_themes_are_told_at_their_fields_and_the_rest_with_its_line() -> None:
    text = SMALL.replace("{en: Clear words}", "{en: }") + "colour: red\ncommitment: {examples: {en: [x]}}\n"
    found = mistakes(text)

    told = programme_advice.problems(found, languages=("en",))
    assert {field: sentence.split(";")[0] for field, sentence in told.items()} == {
        "theme-clarity-en": "This is empty",
        "example-1-situation-en": "This must be a group of fields, each on a line of its own as “name: value”.",
    }
    assert [(one.line, one.field) for one in programme_places.elsewhere(found)] == [(27, "colour")]


def test_every_mistake_has_a_place_somewhere() -> None:
    text = (
        documented()
        .replace("days: 7", "days: soon")
        .replace("title:", "titel:")
        .replace("key: my-plan", "key: M!")
    )
    found = mistakes(text)
    languages = ("en", "de")
    told = [
        *programme_places.of_step(found, name="1", languages=languages),
        *programme_places.of_step(found, name="first-week", languages=languages),
        *programme_places.of_programme(found, languages=languages),
        *programme_places.elsewhere(found),
    ]

    assert len(told) >= len({mistake.field.partition(".")[0] for mistake in found})


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("is empty; write a value", "This is empty; write a value."),
        ("“x” is no key", "“x” is no key."),
        ("there is a stray “{{”", "There is a stray “{{”."),
        ("reminds after the step may have closed", "This reminds after the step may have closed."),
    ],
)
def test_a_mistake_becomes_a_sentence(sentence: str, says: str) -> None:
    mistake = Mistake(file="a.yaml", line=1, field="x", sentence=sentence)

    assert programme_places.sentence(mistake) == says
