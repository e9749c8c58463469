"""`coachfollow limits`: how many mails one person gets at most, from a terminal."""

import pytest

from tests.cli.conftest import Terminal


def test_limits_are_kept_and_shown(terminal: Terminal) -> None:
    assert terminal.json("limits") == {"a_day": 1, "a_week": 3}
    assert terminal.json("limits", "2", "5") == {"a_day": 2, "a_week": 5}
    assert terminal.json("limits", "2", "6") == {"a_day": 2, "a_week": 6}
    assert "At most 2 a day and 6 a week" in terminal.run("limits").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("2",), "Say both: how many mails a day, and how many a week"),
        (("0", "3"), "These limits cannot be: at least one mail a day must be allowed"),
        (("3", "2"), "These limits cannot be: a week allows no fewer mails than a day"),
    ],
)
def test_what_cannot_be_gets_a_sentence(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in terminal.run("limits", *arguments, code=1).stderr
