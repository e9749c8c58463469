"""The guarantee names a test for each of its promises and each fault, and those tests are there."""

import re
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([FG])(\d+) \| (.+) \|$", re.MULTILINE)
SHOWN_BY = re.compile(r"`(tests/[\w/]+\.py)`")
TEST = re.compile(r"^def (test_\w+)", re.MULTILINE)
PROMISES, FAULTS = 6, 36
NOT_OURS = {"F33", "F34"}  # of incoming mail, which is fetched by nobody here


def rows() -> dict[str, str]:
    """Each numbered row of the document, by its number."""
    text = (HOUSE / "docs" / "guarantee.md").read_text(encoding="utf-8")
    return {f"{letter}{number}": rest for letter, number, rest in ROW.findall(text)}


def number(row: str) -> str:
    """How a test bears it in its name: two digits for a fault, as pytest -k f1 would find f12, too."""
    return f"f{int(row[1:]):02}" if row[0] == "F" else row.lower()


def test_every_promise_and_every_fault_has_its_row() -> None:
    wanted = [f"G{n}" for n in range(1, PROMISES + 1)] + [f"F{n}" for n in range(1, FAULTS + 1)]

    assert list(rows()) == wanted


@pytest.mark.parametrize("row", [row for row in rows() if row not in NOT_OURS])
def test_every_row_names_tests_that_bear_its_number(row: str) -> None:
    files = SHOWN_BY.findall(rows()[row])

    assert files, "no test is named"
    for file in files:
        found = TEST.findall((HOUSE / file).read_text(encoding="utf-8"))
        assert [one for one in found if number(row) in one.split("_")], f"{file} has none of this number"


def test_every_test_with_a_number_stands_in_its_row() -> None:
    told = {row: set(SHOWN_BY.findall(rest)) for row, rest in rows().items()}
    names = {number(row): row for row in told}
    strangers = [
        f"{path.relative_to(HOUSE)}: {test}"
        for path in sorted((HOUSE / "tests").rglob("test_*.py"))
        for test in TEST.findall(path.read_text(encoding="utf-8"))
        for word in test.split("_")
        if word in names and str(path.relative_to(HOUSE)) not in told[names[word]]
    ]

    assert strangers == []
