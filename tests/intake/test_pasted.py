"""A dozen names and addresses can be pasted in whatever way they were copied."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.intake import pasted
from coachfollow.intake.reading import DateOrder, Unreadable, read_pasted

ANNA, BEN = ("Anna Example", "anna@example.org"), ("Ben Other", "ben@example.org")


def pairs(text: str) -> list[tuple[str, str | None]]:
    return [(seen.name, seen.email) for seen in read_pasted(text).sightings]


@pytest.mark.parametrize(
    ("text", "people", "remark"),
    [
        ("Anna Example <anna@example.org>\nBen Other <ben@example.org>", [ANNA, BEN], "from a mail program"),
        ("Anna Example <anna@example.org>, Ben Other <ben@example.org>", [ANNA, BEN], "in one line"),
        (
            '"Example, Anna" <Anna@Example.org>; "Other, Ben" <ben@example.org>',
            [ANNA, BEN],
            "last name first",
        ),
        ("Example, Anna; anna@example.org", [ANNA], "with a semicolon"),
        ("Example, Anna, anna@example.org", [ANNA], "with commas"),
        ("anna@example.org Anna Example\nben@example.org;Ben Other", [ANNA, BEN], "the address first"),
        (
            "anna@example.org Anna Example, ben@example.org Ben Other",
            [ANNA, BEN],
            "the address first, in one line",
        ),
        (
            "Anna\tExample\tanna@example.org\nBen\tOther\tben@example.org",
            [ANNA, BEN],
            "cells of a spreadsheet",
        ),
        ("Anna Example\tSales\tanna@example.org", [ANNA], "a cell in between"),
        ("mailto:anna@example.org", [("", "anna@example.org")], "a link"),
        ("anna@example.org", [("", "anna@example.org")], "an address alone"),
        (
            "anna@example.org, ben@example.org",
            [("", "anna@example.org"), ("", "ben@example.org")],
            "two of them",
        ),
        (
            "anna@example.org; ben@example.org Ben",
            [("", "anna@example.org"), ("Ben", "ben@example.org")],
            "one named",
        ),
        ("\n Anna Example \n\n Ben Other\n", [("Anna Example", None), ("Ben Other", None)], "names alone"),
        ("Anna Example, Ben Other", [("Anna Example", None), ("Ben Other", None)], "two names"),
        ("Example, Anna", [("Anna Example", None)], "one name"),
        ("Example, Anna; Other, Ben", [("Anna Example", None), ("Ben Other", None)], "two, last names first"),
        ("Anna, Ben, Chloé", [("Anna", None), ("Ben", None), ("Chloé", None)], "three first names"),
        ("Name\tE-Mail\nAnna Example\tanna@example.org", [ANNA], "a table with its header"),
        ("anna@example.org\nAnna@example.org", [("", "anna@example.org")], "the same person twice"),
    ],
)
def test_a_pasted_list_is_taken_apart(text: str, people: list[tuple[str, str | None]], remark: str) -> None:
    assert pairs(text) == people, remark


def test_everybody_in_a_pasted_list_has_a_line_of_their_own() -> None:
    reading = read_pasted("anna@example.org, ben@example.org\n\nchloe@example.org\nname@here@there\n")
    assert [seen.line for seen in reading.sightings] == [1, 2, 3]
    assert [problem.line for problem in reading.problems] == [4]
    assert reading.problems[0].sentence.startswith("“name@here@there” is not a mail address")
    assert (reading.layout, reading.rows) == ("pasted", 4)


def test_a_pasted_table_asks_about_its_dates_like_a_file() -> None:
    text = "Name\tJoin Time\nAnna Example\t4/11/2026 09:00\n"
    assert read_pasted(text).questions[0].kind == "date_order"
    assert read_pasted(text, date_order=DateOrder.DMY).sightings[0].intervals[0][0].day == 4


@pytest.mark.parametrize("text", ["", " \n\t\n", ",;,"])
def test_nobody_is_refused(text: str) -> None:
    with pytest.raises(Unreadable, match="There is neither a name nor an address in the pasted list"):
        read_pasted(text)


def test_too_much_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"more than 200,000 characters\. Upload it as a file"):
        read_pasted("x" * (pasted.LONGEST + 1))


@given(st.text(st.sampled_from("ab@.,;<>\"' \t\n|é"), max_size=80))
@settings(deadline=None)
def test_no_pasted_text_does_anything_but_being_read_or_refused(text: str) -> None:
    try:
        reading = read_pasted(text)
    except Unreadable:
        return
    lines = [seen.line for seen in reading.sightings] + [problem.line for problem in reading.problems]
    assert len(lines) == len(set(lines))
