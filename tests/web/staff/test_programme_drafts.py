"""A programme that is being written: its time line, its forms and their mistakes, two people, publishing."""

import pytest

from coachfollow.flow import programme_drafts
from tests.house import PROGRAMME
from tests.web.browsers import Browser
from tests.web.staff.people import at_a_draft, signed_in, upload
from tests.web.worlds import ASKED, LENA, ON_ONE, World

pytestmark = ON_ONE

DRAFT = "/programmes/service/draft"
GOOD = {
    "title-en": "Service that listens",
    "why-en": "Because customers notice.",
    "sponsor": "Ruth Adeyemi",
    "sponsor-words-en": "Please do one thing.",
    "threshold": "",
    "anchor": "last",
    "minutes": "30",
    "sessions": "",
    "no-opportunity-days": "",
    "barrier-days": "",
    "as-intended-in-a-row": "",
    "as-intended-days": "",
    "silent-after": "",
}


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team, at the draft of a programme."""
    return at_a_draft(world)


def test_the_time_line_says_what_comes_in_which_week(lena: Browser) -> None:
    lena.open(DRAFT)

    assert "Draft after version 1 · changed Wednesday 11 March 2026, 14:00 by Lena Torp" in lena.text
    assert "The day of the training On the day of the training, 17:00 Your plan Own plan" in lena.text
    assert "Week 1 3 days after the training, 09:00 Your plan again Reminder of the plan" in lena.text
    assert "2 weeks after the training, 10:00 We meet Meeting with the coach" in lena.text
    line, legend = lena.page.text.split('<ul class="line-legend">')
    assert line.count("<circle") == 7
    assert legend.partition("</ul>")[0].count("<circle") == 5, "each kind of dot says once what it is"


def test_what_the_programme_says_about_itself_is_kept(lena: Browser) -> None:
    lena.open(f"{DRAFT}/about")
    assert {name: lena.fields[name] for name in GOOD} == GOOD

    lena.send(
        f"{DRAFT}/about", **GOOD | {"title-en": "Service that hears", "threshold": "60", "barrier-days": "7"}
    )

    assert lena.path == DRAFT
    assert "Service that hears" in lena.text
    lena.open(f"{DRAFT}/publish")
    assert "Title (en) was Service that listens → is now Service that hears" in lena.text
    assert "Finished from was 80% → is now 60%" in lena.text
    assert "Meeting brought forward when something is in the way is now 7 days" in lena.text


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"title-en": ""}, "title-en", "This is missing"),
        ({"why-en": "Hello {{first_name}}"}, "why-en", "placeholders are for the texts of steps"),
        ({"why-en": "# Big"}, "why-en", "holds a heading"),
        ({"why-en": "{% for x in y %}"}, "why-en", "a stray “{{”, “}}” or “{%”"),
        ({"sponsor": ""}, "sponsor", "This is missing"),
        ({"sponsor-words-en": "x" * 501}, "sponsor-words-en", "people read up to 500 here"),
        ({"threshold": "most"}, "threshold", "“most” must be a number"),
        ({"anchor": "middle"}, "anchor", "“middle” is no session"),
        ({"minutes": "2000"}, "minutes", "from 1 to 1440"),
    ],
)
def test_a_mistake_stands_beside_its_field_and_the_words_are_kept(
    lena: Browser, change: dict[str, str], field: str, sentence: str
) -> None:
    [(name, typed)] = change.items()
    lena.open(f"{DRAFT}/about")
    lena.send(f"{DRAFT}/about", **GOOD | change)
    assert "One thing has to be fixed before it can be published." in lena.text

    page = lena.open(f"{DRAFT}/about")

    assert sentence in lena.text
    assert f'href="#field-{field}"' in page.text
    assert f'id="problem-{field}"' in page.text
    assert lena.fields[name] == typed
    lena.open(f"{DRAFT}/publish")
    assert "One thing has to be fixed first." in lena.text
    assert "Publish version" not in lena.text


def test_whoever_saves_second_is_told_sees_their_words_and_may_put_them_in_place(
    world: World, lena: Browser
) -> None:
    lena.open(f"{DRAFT}/about")
    other = signed_in(world, LENA)
    other.open(f"{DRAFT}/about")
    other.send(f"{DRAFT}/about", **GOOD | {"title-en": "Theirs"})

    page = lena.send(f"{DRAFT}/about", **GOOD | {"title-en": "Mine"})
    assert page.status_code == 409
    assert "Somebody else has changed this draft since you opened it." in lena.text
    assert lena.fields["title-en"] == "Mine"
    other.open(DRAFT)
    assert "Theirs" in other.text

    lena.send(f"{DRAFT}/about", **lena.fields)
    assert "Mine" in lena.text


def test_a_language_is_taken_up_and_out_again(lena: Browser) -> None:
    lena.open(f"{DRAFT}/about")
    lena.send(f"{DRAFT}/languages", add="German")
    assert "Write a language code" in lena.text
    lena.send(f"{DRAFT}/languages", add="de")
    assert "Every text can be written in “de” now." in lena.text
    assert "title-de" in lena.fields
    lena.open(DRAFT)
    assert "things have to be fixed" in lena.text

    lena.open(f"{DRAFT}/about")
    lena.send(f"{DRAFT}/languages", remove="de")
    assert "Everything written in “de” is gone." in lena.text
    lena.send(f"{DRAFT}/languages", remove="en")
    assert "written in one language at least" in lena.text
    lena.open(DRAFT)
    assert "to be fixed" not in lena.text


def test_the_file_is_shown_downloaded_and_replaced(lena: Browser) -> None:
    assert lena.open(f"{DRAFT}/programme.yaml").text == PROGRAMME
    lena.open(f"{DRAFT}/file")
    assert lena.fields["text"].replace("\r\n", "\n").strip() == PROGRAMME.strip()

    lena.send(f"{DRAFT}/file", text=PROGRAMME.replace("days: 7", "days: soon"))
    assert lena.path == DRAFT
    assert "How is it going?" in lena.text
    lena.open(f"{DRAFT}/file")
    assert "Line 26, steps.first-question.when.days : “soon” must be a whole number" in lena.text

    upload(lena, f"{DRAFT}/file", "ours.yaml", PROGRAMME.encode(), revision="2", text="")
    assert "to be fixed" not in lena.text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("key: [", "is not YAML that can be read here"),
        ("key: other\n", "The key must stay “service”."),
    ],
)
def test_a_file_that_cannot_take_its_place_is_shown_again(lena: Browser, text: str, sentence: str) -> None:
    lena.open(f"{DRAFT}/file")

    page = lena.send(f"{DRAFT}/file", text=text)

    assert page.status_code == 422
    assert sentence in lena.text
    assert lena.fields["text"].strip() == text.strip()


def test_what_no_form_shows_is_told_with_its_line(lena: Browser) -> None:
    lena.open(f"{DRAFT}/file")
    lena.send(f"{DRAFT}/file", text=PROGRAMME.replace("{en: Clear words}", "{en: }") + "colour: red\n")

    assert "2 things have to be fixed" in lena.text
    assert "colour : This is not a field here" in lena.text


def test_a_draft_in_which_a_step_hangs_in_the_air_is_listed_without_a_line(lena: Browser) -> None:
    lena.open(f"{DRAFT}/file")
    lena.send(f"{DRAFT}/file", text=PROGRAMME.replace("when: {days: 7}", "when: {days: 7, after: party}"))

    assert "How is it going?" in lena.text
    assert "<circle" not in lena.page.text


def test_nothing_is_published_that_is_not_different(lena: Browser) -> None:
    lena.open(f"{DRAFT}/publish")

    assert "Nothing is different from version 1." in lena.text
    lena.open(f"{DRAFT}/about")  # any form has what it takes to send one
    lena.send(f"{DRAFT}/publish", revision="1", follows="1")
    assert "Nothing is different from the version that is published." in lena.text


def test_a_number_that_was_tampered_with_publishes_nothing(lena: Browser) -> None:
    lena.open(f"{DRAFT}/about")
    lena.send(f"{DRAFT}/about", **GOOD | {"sponsor": "Somebody else"})
    lena.open(f"{DRAFT}/publish")

    lena.send(f"{DRAFT}/publish", revision="x", follows="1")

    assert "Version 2 is published" not in lena.text


def test_a_draft_is_put_away(world: World, lena: Browser) -> None:
    lena.open(DRAFT)
    lena.send(f"{DRAFT}/put-away", revision="1")

    assert "The draft is put away." in lena.text
    assert lena.open(DRAFT).status_code == 404
    with world.inside() as home:
        programme_drafts.edit(home.session, organisation_id=home.organisation_id, key="service", now=ASKED)
    assert lena.open(DRAFT).status_code == 200


ADVICE = {
    "good-situation-en": "a customer calls back",
    "good-action-en": "say their name",
    "good-why-en": "Others can hear it.",
    "example-2-situation-en": "it rings",
    "example-2-action-en": "listen first",
    "theme-clarity-en": "",
    "new-theme-1-en": "Room to decide",
}


def test_examples_and_themes_are_written_in_a_form_and_seen_before_publishing(lena: Browser) -> None:
    lena.open(f"{DRAFT}/advice")
    assert lena.fields["theme-clarity-en"] == "Clear words"

    lena.send(f"{DRAFT}/advice", **ADVICE)

    assert lena.path == DRAFT
    lena.open(f"{DRAFT}/file")
    assert "room-to-decide:" in lena.fields["text"]
    assert "clarity" not in lena.fields["text"]
    lena.open(f"{DRAFT}/publish")
    assert "a customer calls back" in lena.text
    lena.open(f"{DRAFT}/advice")
    kept = {name: lena.fields[name] for name in ADVICE if name.startswith("good")}
    assert kept == {name: said for name, said in ADVICE.items() if name.startswith("good")}
    assert lena.fields["example-1-action-en"] == "listen first"
    assert lena.fields["example-3-action-en"] == ""


def test_half_an_example_is_kept_and_told_at_its_field(lena: Browser) -> None:
    lena.open(f"{DRAFT}/advice")
    lena.send(f"{DRAFT}/advice", **{"example-1-situation-en": "it rings"})

    assert "One thing has to be fixed" in lena.text
    lena.open(f"{DRAFT}/advice")
    assert "This is missing." in lena.text
    assert lena.fields["example-1-situation-en"] == "it rings"


def test_advice_that_somebody_else_changed_meanwhile_is_not_overwritten(lena: Browser, world: World) -> None:
    lena.open(f"{DRAFT}/advice")
    other = signed_in(world, LENA)
    other.open(f"{DRAFT}/advice")
    other.send(f"{DRAFT}/advice", **{"new-theme-1-en": "Theirs"})

    page = lena.send(f"{DRAFT}/advice", **{"new-theme-1-en": "Mine"})

    assert page.status_code == 409
    assert lena.fields["new-theme-1-en"] == "Mine"
