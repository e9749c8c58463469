"""Programmes: the list, one as people will read it, a new version from a file with every mistake named."""

import pytest

from tests.house import PROGRAMME
from tests.web.browsers import Browser
from tests.web.staff.people import signed_in, upload
from tests.web.worlds import LENA, ON_ONE, World


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


@ON_ONE
def test_a_programme_is_shown_step_by_step(lena: Browser) -> None:
    lena.open("/programmes")
    assert "Service that listens · version 1" in lena.text

    lena.open("/programmes/service")

    assert "Because customers notice." in lena.text
    assert "7 days after the training, 09:00 · 1 reminder" in lena.text
    assert "<strong>{{commitment}}</strong>" in lena.page.text
    assert "30 days after the training, 09:00 · to the manager" in lena.text
    assert "Ruth Adeyemi" in lena.text


@ON_ONE
def test_there_is_no_page_for_a_programme_that_is_not_there(lena: Browser) -> None:
    assert lena.open("/programmes/nothing").status_code == 404


def test_a_changed_file_is_a_new_version_and_the_same_one_is_none(lena: Browser) -> None:
    changed = PROGRAMME.replace("Because customers notice.", "Because it matters.")

    upload(lena, "/programmes", "service.yaml", changed.encode())
    assert "Version 2 is published." in lena.text
    assert "Because it matters." in lena.text

    upload(lena, "/programmes", "service.yaml", changed.encode())
    assert "nothing was changed" in lena.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (PROGRAMME.replace("days: 7", "days: soon").encode(), "Line 25, steps.first-question.when.days"),
        (PROGRAMME.replace("{{commitment}}", "{{password}}", 1).encode(), "{{password}}"),
        (b"\xff\xfe\x00", "This is not text."),
        (b"- a\n- b\n", "Nothing was published."),
        (b"key: [", "Nothing was published."),
        (b"x" * 300_000, "Nothing was published."),
    ],
    ids=["a wrong number", "an unknown blank", "no text", "no mapping", "no YAML", "too large"],
)
@ON_ONE
def test_every_mistake_is_named_with_its_line_and_field(lena: Browser, data: bytes, sentence: str) -> None:
    answer = upload(lena, "/programmes", "service.yaml", data)

    assert answer.status_code == 422
    assert sentence in lena.text


@ON_ONE
def test_no_file_is_said_kindly(lena: Browser) -> None:
    lena.open("/programmes")

    assert lena.send("/programmes").status_code == 422
    assert "Choose a file." in lena.text
