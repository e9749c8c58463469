"""One step of a programme that is being written: its form, its mistakes, its mail beside it."""

import re
from html import unescape

import pytest

from coachfollow.rules.kinds import StepKind
from tests.house import PROGRAMME
from tests.web.browsers import Browser
from tests.web.staff.people import at_a_draft, signed_in
from tests.web.worlds import LENA, ON_ONE, World

pytestmark = ON_ONE

DRAFT = "/programmes/service/draft"
STEP = f"{DRAFT}/steps/first-question"
GOOD = {
    "kind": "reflection",
    "days": "7",
    "side": "after",
    "anchor": "session",
    "at": "",
    "subject-en": "How is it going?",
    "body-en": "**{{commitment}}**",
    "question-en": "Did you do it?",
    "reminder-1": "2",
}


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team, at the draft of a programme."""
    return at_a_draft(world)


def test_a_step_is_kept_and_takes_its_place_in_time(lena: Browser) -> None:
    lena.open(STEP)
    lena.send(
        STEP, **GOOD | {"days": "3", "side": "before", "at": "8:30", "mandatory": "yes", "theme": "clarity"}
    )

    assert lena.path == STEP
    assert "Kept." in lena.text
    lena.open(DRAFT)
    assert "Before the training 3 days before the training, 08:30 How is it going?" in lena.text
    assert "Question · mandatory · 1 reminder Clear words" in lena.text
    lena.open(f"{DRAFT}/publish")
    assert "Day was 1 week after the training → is now 3 days before the training" in lena.text
    assert "Mandatory was no → is now yes" in lena.text


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"days": "soon"}, "days", "“soon” must be a whole number"),
        ({"at": "noon"}, "at", "“noon” is no time of day"),
        ({"open_days": "0"}, "open_days", "from 1 to 365"),
        ({"reminder-2": "1"}, "reminder-1", "must be in order"),
        ({"subject-en": ""}, "subject-en", "This is missing."),
        ({"body-en": "{{password}}"}, "body-en", "“{{password}}” is not a placeholder"),
        ({"body-en": "{{participant}}"}, "body-en", "write {{first_name}}"),
        ({"body-en": "<b>x</b>"}, "body-en", "holds HTML"),
        ({"question-en": ""}, "question-en", "This is missing; a question asks one."),
        ({"kind": "commitment", "body-en": "x"}, "kind", "This is a second plan; one is enough."),
        ({"kind": "reinforcement_prompt"}, "question-en", "has no place in a reminder of the plan"),
        (
            {"kind": "sponsor_moment", "label-partly-en": "x"},
            "label-as_intended-en",
            "has no place in a manager’s card",
        ),
        ({"anchor": "step:first-question"}, "anchor", "depends on itself"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_the_words_are_kept(
    lena: Browser, change: dict[str, str], field: str, sentence: str
) -> None:
    lena.open(STEP)

    page = lena.send(STEP, **GOOD | change)

    assert page.status_code == 200
    assert "Kept. Below is what still has to be fixed" in lena.text
    assert sentence in lena.text
    assert re.search(rf'href="#field-{field}">[A-Z][a-z ]+: ', page.text), "the summary names the field"
    assert f'id="problem-{field}"' in page.text
    for name, typed in change.items():
        assert lena.fields.get(name, typed) == typed
    lena.open(DRAFT)
    assert "to be fixed" in lena.text


@pytest.mark.parametrize("kind", StepKind)
def test_a_new_step_begins_with_its_kind_and_has_only_the_fields_of_it(lena: Browser, kind: StepKind) -> None:
    lena.open(f"{DRAFT}/new-step")
    assert f"new-step?kind={kind}" in lena.page.text

    page = lena.open(f"{DRAFT}/new-step", kind=kind)

    assert lena.fields["body-en"].strip() == "Hello {{first_name}},"
    assert ('name="question-en"' in page.text) == (kind is not StepKind.PROMPT)
    assert ('name="reminder-1"' in page.text) == (kind not in {StepKind.PROMPT, StepKind.UNPROMPTED})
    assert ("{{commitment}}" in page.text) == (
        kind not in {StepKind.COMMITMENT, StepKind.SPONSOR, StepKind.CHECK_IN}
    )
    assert ("{{participant}}" in page.text) == (kind is StepKind.SPONSOR)


def test_a_step_is_added_looked_at_and_taken_out(lena: Browser) -> None:
    lena.open(f"{DRAFT}/new-step", kind="reflection")
    lena.send(f"{DRAFT}/new-step", **GOOD | {"days": "10", "subject-en": "Ten days on"})
    assert lena.path == f"{DRAFT}/steps/question-10"
    assert lena.open(f"{DRAFT}/steps/question-10/mail").status_code == 200

    lena.open(f"{DRAFT}/steps/question-10")
    lena.send(f"{DRAFT}/steps/question-10/remove")

    assert "The step is taken out of the draft." in lena.text
    assert "Ten days on" not in lena.text
    assert lena.open(f"{DRAFT}/steps/question-10").status_code == 404


def test_steps_lead_to_the_one_before_and_the_one_after(lena: Browser) -> None:
    lena.open(STEP)

    assert f"{DRAFT}/steps/prompt" in lena.page.text
    assert f"{DRAFT}/steps/meeting" in lena.page.text


def test_the_mail_stands_in_a_frame_that_runs_nothing_and_fetches_nothing(lena: Browser) -> None:
    page = lena.open(f"{STEP}/mail")

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert "script" not in policy
    html = unescape(page.text)
    assert html.startswith("<!DOCTYPE html>")
    assert "To Maya Lindqvist <maya@example.org>" in html
    assert "When a colleague asks me for help, I will put my screen away" in html


@pytest.mark.parametrize(
    ("asked", "says", "says_not"),
    [
        ({"plan": "no"}, "Write my plan", "1. Yes, as intended"),
        ({"as": "text"}, "<pre", "<table"),
        ({"mail": "reminder"}, "still open", "{{"),
        ({"in": "xx"}, "How is it going?", "{{"),
    ],
)
def test_a_mail_is_looked_at_in_different_ways(
    lena: Browser, asked: dict[str, str], says: str, says_not: str
) -> None:
    html = lena.open(f"{STEP}/mail", **asked).text

    assert says in html
    assert says_not not in html


def test_what_is_typed_is_shown_and_not_kept(lena: Browser) -> None:
    lena.open(STEP)
    shown = lena.send(f"{STEP}/mail", **GOOD | {"subject-en": "Only typed <b>"})
    assert "Only typed &lt;b&gt;" in shown.text

    lena.open(STEP)
    assert lena.fields["subject-en"] == "How is it going?"
    fresh = lena.send(f"{DRAFT}/new-step/mail", **GOOD | {"subject-en": "Fresh"})
    assert "Fresh" in fresh.text
    lena.open(DRAFT)
    assert "Fresh" not in lena.text


def test_words_that_cannot_be_a_mail_yet_are_told_in_the_frame(lena: Browser) -> None:
    lena.open(STEP)

    shown = lena.send(f"{STEP}/mail", **GOOD | {"body-en": "{{password}}"})
    assert "This mail cannot be shown yet" in shown.text
    lena.open(f"{DRAFT}/file")
    lena.send(f"{DRAFT}/file", text=f"{PROGRAMME}  - dance\n")
    assert "This step cannot be read yet." in lena.open(f"{STEP}/mail").text
    assert lena.open(f"{DRAFT}/steps/8").status_code == 404


def test_whoever_saves_a_step_second_is_told_even_if_it_was_taken_out(world: World, lena: Browser) -> None:
    lena.open(STEP)
    other = signed_in(world, LENA)
    other.open(STEP)
    other.send(f"{STEP}/remove")

    page = lena.send(STEP, **GOOD | {"subject-en": "Mine"})
    assert page.status_code == 409
    assert "Somebody else has changed this draft" in lena.text
    assert lena.fields["subject-en"] == "Mine"
    lena.send(STEP, **GOOD | {"subject-en": "Mine"})

    assert "Kept." in lena.text
    lena.open(DRAFT)
    assert "1 week after the training, 09:00 Mine" in lena.text


def test_how_long_it_must_last_suggests_gaps_that_can_be_changed(lena: Browser) -> None:
    lena.open(STEP)
    lena.send(STEP, **GOOD | {"lasts": "90"})
    assert "8 times in all: again after 9, 9, 10, 11, 12, 13 and 14 days. So it is suggested" in lena.text

    lena.send(STEP, **GOOD | {"lasts": "90", "gaps": "14, 28"})
    assert "3 times in all: again after 14 and 28 days." in lena.text
    assert "So it is suggested" not in lena.text
    lena.open(f"{DRAFT}/publish")
    assert "Days until it comes again is now 14, 28" in lena.text
    lena.send(f"{DRAFT}/publish")
    assert lena.text.count("How is it going?") == 3  # published as ordinary steps


def test_a_series_that_does_not_fit_is_told_beside_its_field(lena: Browser) -> None:
    lena.open(STEP)
    lena.send(STEP, **GOOD | {"lasts": "30", "gaps": "14, 28"})

    assert "has its last on day 49, later than day 30" in lena.text
    assert 'id="problem-gaps"' in lena.page.get_data(as_text=True)


def test_a_step_can_wait_for_an_answer(lena: Browser) -> None:
    lena.open(STEP)
    lena.send(STEP, **GOOD | {"anchor": "answer:plan", "days": "0"})
    assert "“after: answer:plan” needs 1 day or more" in lena.text

    lena.send(STEP, **GOOD | {"anchor": "answer:plan", "days": "5"})
    lena.open(DRAFT)
    assert "When an answer comes 5 days after the answer to “" in lena.text
    lena.open(f"{DRAFT}/publish")
    lena.send(f"{DRAFT}/publish")
    assert "5 days after the answer to “" in lena.text
