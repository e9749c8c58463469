"""`coachfollow worktime`: holidays, quiet hours, closed days and leave from a terminal."""

import pytest

from tests.cli.conftest import Terminal


def test_what_a_house_keeps_is_said(terminal: Terminal) -> None:
    assert terminal.json("worktime", "holidays", "Germany", "Bayern") == {"region": "DE-BY"}
    assert terminal.json("worktime", "quiet", "20:00", "07:00") == {"since": "20:00", "until": "07:00"}
    assert terminal.json("worktime", "closed", "2099-12-24", "2100-01-01") == {"plans": 0}


def test_somebody_is_away(terminal: Terminal) -> None:
    terminal.run("admin", "add", "ada@example.org")
    said = terminal.run("worktime", "leave", "ada@example.org", "2024-01-01", "2099-01-01", code=1)
    assert "longer than a year" in said.stderr
    assert terminal.run("worktime", "leave", "nobody@example.org", "2099-01-01", "2099-01-02", code=1).stderr
    away = ("ada@example.org", "2099-01-01", "2099-01-02", "--from-noon")
    assert terminal.json("worktime", "leave", *away) == {"plans": 0}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("holidays", "Atlantis"), "“Atlantis” is no country whose holidays we know"),
        (("closed", "2026-12-24", "2026-12-01"), "These closed days cannot be: the last day lies before"),
        (
            ("leave", "ada@example.org", "2026-12-24", "2026-12-01"),
            "The last day away lies before the first.",
        ),
    ],
)
def test_what_cannot_be_gets_a_sentence(
    terminal: Terminal, arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in terminal.run("worktime", *arguments, code=1).stderr
