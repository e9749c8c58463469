"""`coachfollow worktime`: holidays, quiet hours, closed days and leave from a terminal."""

from pathlib import Path

import pytest

from tests.cli.conftest import Terminal


def test_what_a_house_keeps_is_said(terminal: Terminal) -> None:
    bavaria = ("worktime", "holidays", "Germany", "Bayern")
    kept = {"done": True, "region": "DE-BY", "plans": 0, "moved": 0}
    assert terminal.json(*bavaria, "--preview") == kept | {"done": False}
    assert "Nothing has changed so far." in terminal.run(*bavaria, "--preview").stdout
    assert terminal.json(*bavaria) == kept
    assert "0 follow-ups come on another day or hour" in terminal.run(*bavaria).stdout
    assert terminal.json("worktime", "quiet", "20:00", "07:00") == {"since": "20:00", "until": "07:00"}
    assert terminal.json("worktime", "closed", "2099-12-24", "2100-01-01") == {"plans": 0}


def test_somebody_is_away(terminal: Terminal) -> None:
    terminal.run("admin", "add", "ada@example.org")
    said = terminal.run("worktime", "leave", "ada@example.org", "2024-01-01", "2099-01-01", code=1)
    assert "longer than a year" in said.stderr
    assert terminal.run("worktime", "leave", "nobody@example.org", "2099-01-01", "2099-01-02", code=1).stderr
    away = ("ada@example.org", "2099-01-01", "2099-01-02", "--from-noon")
    assert terminal.json("worktime", "leave", *away) == {"plans": 0}
    assert terminal.json("worktime", "leave", *away, "--withdraw") == {"withdrawn": True, "moved": 0}
    assert terminal.json("worktime", "leave", *away) == {"plans": 0}
    back = terminal.run("worktime", "leave", *away, "--withdraw").stdout
    assert back == "Taken back. Nothing had moved for it.\n"
    assert "no such leave" in terminal.run("worktime", "leave", *away, "--withdraw", code=1).stderr


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


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("roster", "person,date,hours\nada@example.org,2099-01-02,\nada@example.org,soon,\n"),
        ("leaves", "person,first,last\nada@example.org,2099-01-02,2099-01-03\nada@example.org,soon,\n"),
    ],
)
def test_a_file_is_looked_at_first_and_then_kept(
    terminal: Terminal, tmp_path: Path, command: str, text: str
) -> None:
    terminal.run("admin", "add", "ada@example.org")
    file = tmp_path / "list.csv"
    file.write_text(text, encoding="utf-8")

    foreseen = terminal.json("worktime", command, file, "--preview")
    assert (foreseen["entries"], foreseen["people"], foreseen["problems"][0]["line"]) == (1, 1, 3)

    said = terminal.run("worktime", command, file).stdout
    assert "New or changed entries: 1." in said
    assert "Line 3 was left out" in said
    assert terminal.json("worktime", command, file)["entries"] == 0
