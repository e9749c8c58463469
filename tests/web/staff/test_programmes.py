"""Programmes: the list, one as people will read it, and the ways a draft begins: edit, copy, a file."""

import pytest

from coachfollow.flow import programmes
from tests.house import PROGRAMME
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in, upload
from tests.web.worlds import ANNA, ASKED, LENA, ON_ONE, World

RICH = PROGRAMME.replace(
    "first-question\n    kind: reflection", "first-question\n    kind: reflection\n    theme: clarity"
)
RICH = RICH.replace(
    'question: "Did you do it?",', 'question: "Did you do it?", labels: {partly: Half of it},', 1
)
RICH += """\
commitment:
  examples: {en: [{situation: a guest complains, action: listen first}]}
  good: {en: {situation: it rings, action: pick up, why: Others hear it.}}
  poor: {en: {situation: there is time, action: care more, why: Nobody sees it.}}
"""


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


@ON_ONE
def test_a_programme_is_shown_step_by_step(lena: Browser) -> None:
    lena.open("/programmes")
    assert "Service that listens Version 1 of Monday 16 February 2026 · 7 steps · 2 groups" in lena.text

    lena.open("/programmes/service")

    assert "Because customers notice." in lena.text
    assert "1 week after the training, 09:00 Question · 1 reminder" in lena.text
    assert "<strong>{{commitment}}</strong>" in lena.page.text
    assert "30 days after the training, 09:00 Manager’s card · to the manager" in lena.text
    assert "Ruth Adeyemi" in lena.text


@ON_ONE
def test_themes_examples_and_words_of_answers_are_shown_and_used(world: World, lena: Browser) -> None:
    with world.inside() as home:
        home.publish(RICH)

    lena.open("/programmes/service")

    assert "Question · 1 reminder Clear words" in lena.text
    assert "Half of it" in lena.text
    assert "Good: When it rings, I will pick up. Others hear it." in lena.text
    assert "Poor: When there is time, I will care more. Nobody sees it." in lena.text
    assert "When a guest complains, I will listen first" in lena.text


@ON_ONE
def test_there_is_no_page_for_a_programme_that_is_not_there(lena: Browser) -> None:
    assert lena.open("/programmes/nothing").status_code == 404
    assert lena.open("/programmes/nothing/copy").status_code == 404
    assert lena.open("/programmes/nothing/draft").status_code == 404


@ON_ONE
def test_a_programme_is_downloaded_as_the_file_it_is(lena: Browser) -> None:
    answer = lena.open("/programmes/service/programme.yaml")

    assert answer.text == PROGRAMME
    assert answer.headers["Content-Disposition"] == "attachment; filename=service-1.yaml"


def test_a_changed_file_is_a_draft_first_and_then_a_new_version(lena: Browser) -> None:
    changed = PROGRAMME.replace("Because customers notice.", "Because it matters.")

    upload(lena, "/programmes", "service.yaml", changed.encode())
    assert "The file is a draft now." in lena.text
    lena.open("/programmes")
    assert "Service that listens draft open" in lena.text
    lena.open("/programmes/service/draft/publish")
    assert "Why it matters here (en) was Because customers notice. → is now Because it matters." in lena.text
    assert "2 groups that run keep the version they began with." in lena.text

    lena.send("/programmes/service/draft/publish")

    assert "Version 2 is published." in lena.text
    assert "Because it matters." in lena.text


@ON_ONE
def test_a_file_for_which_there_is_a_draft_already_is_not_put_over_it(lena: Browser) -> None:
    upload(lena, "/programmes", "service.yaml", PROGRAMME.encode())

    answer = upload(lena, "/programmes", "service.yaml", PROGRAMME.encode())

    assert answer.status_code == 409
    assert "There is a draft of “service” already." in lena.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"\xff\xfe\x00", "This is not text."),
        (b"title: {en: x}", "says no key that can be used"),
        (b"- a\n- b\n", "Line 1, file : must be a group of fields"),
        (b"key: [", "service.yaml cannot be read"),
        (b"x" * 300_000, "is larger than 256 kB"),
    ],
    ids=["no text", "no key", "no mapping", "no YAML", "too large"],
)
@ON_ONE
def test_what_is_no_programme_at_all_is_refused_with_a_sentence(
    lena: Browser, data: bytes, sentence: str
) -> None:
    answer = upload(lena, "/programmes", "service.yaml", data)

    assert answer.status_code == 422
    assert sentence in lena.text


@ON_ONE
def test_no_file_is_said_kindly(lena: Browser) -> None:
    lena.open("/programmes")

    assert lena.send("/programmes").status_code == 422
    assert "Choose a file." in lena.text


@ON_ONE
def test_a_copy_is_given_a_title_and_stands_under_what_is_not_published(lena: Browser) -> None:
    lena.open("/programmes/service/copy")
    assert lena.fields["title"] == "Service that listens (our own)"

    assert lena.send("/programmes/service/copy", title=" ").status_code == 422
    assert "a title of its own" in lena.text
    lena.send("/programmes/service/copy", title="Our service")

    assert lena.path == "/programmes/our-service/draft"
    assert "Draft, not published yet" in lena.text
    lena.open("/programmes")
    assert "Not published yet Our service draft" in lena.text
    lena.open("/programmes/our-service/draft/publish")
    assert "This is its first version, with 7 steps." in lena.text
    lena.send("/programmes/our-service/draft/publish")
    assert "Version 1 is published." in lena.text


@ON_ONE
def test_editing_opens_the_draft_that_is_there(lena: Browser) -> None:
    for _ in range(2):
        lena.open("/programmes/service/copy")  # any form has what it takes to send one
        lena.send("/programmes/service/edit")

        assert lena.path == "/programmes/service/draft"


@ON_ONE
def test_only_the_team_for_learning_writes_programmes(world: World) -> None:
    anna = signed_in(world, ANNA)

    assert anna.open("/programmes").status_code == 403
    assert anna.open("/programmes/service/draft").status_code == 403


@ON_ONE
def test_an_invented_sponsor_is_pointed_out_before_anybody_reads_of_them(world: World, lena: Browser) -> None:
    with world.inside() as home:
        programmes.load_shipped(home.session, organisation_id=home.organisation_id, now=ASKED)

    lena.open("/programmes/eight-week-coaching")
    assert "Daniel Osei, who asks for it below, is invented." in lena.text

    lena.open("/programmes/service")
    assert "is invented" not in lena.text
