"""Names that were written differently are suggested to a person, quickly, and never decided."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.intake import matching


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller, Änne", "Anne Muller"),
        ("Anna Example (EXT)", "anna  example"),
        ("ØSTERGÅRD, Søren", "Soren Ostergard"),
        ("Łukasz Żółć", "Lukasz Zolc"),
        ("Straße, Hans", "Hans Strasse"),
        ("Anna-Maria O’Neil", "Anna Maria O'Neil"),
        ("Example, Anna [Finance]", "Anna Example"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert matching.match_key(one) == matching.match_key(other)


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(name: str) -> None:
    key = matching.match_key(name)
    assert matching.match_key(key) == key


KNOWN = [
    (1, "Anna Example"),
    (2, "Ben Other"),
    (3, "Anne Exemple"),
    (4, "Chloé Martin"),
    (5, "Max Mustermann"),
]


@pytest.mark.parametrize(
    ("name", "first", "remark"),
    [
        ("Anna Exmaple", 1, "letters swapped"),
        ("Example Anna", 1, "the words in the other order, without a comma"),
        ("Anna", 1, "one of two names"),
        ("Chloe Martin-Dubois", 4, "married"),
        ("Musterman Max", 5, "a letter missing"),
        ("B. Other", 2, "an initial"),
    ],
)
def test_the_likeliest_person_is_suggested_first(name: str, first: int, remark: str) -> None:
    assert matching.suggest(name, KNOWN)[0] == first, remark


@pytest.mark.parametrize("name", ["Zoltán Nagy", "", "!!!", "客人"])
def test_nobody_is_suggested_where_nobody_is_like_it(name: str) -> None:
    assert matching.suggest(name, KNOWN) == ()


def test_no_more_are_suggested_than_wanted() -> None:
    crowd = [(number, f"Anna Example {number}") for number in range(50)]
    assert len(matching.suggest("Anna Example", crowd)) == 3
    assert matching.suggest("Anna Example", crowd, limit=1) == (0,)


def test_the_order_of_the_known_does_not_decide_who_is_likeliest() -> None:
    assert matching.suggest("Anna Exampel", KNOWN) == matching.suggest("Anna Exampel", KNOWN[::-1])


def test_forty_names_among_five_thousand_take_a_moment() -> None:
    parts = ["Anna", "Ben", "Chloe", "David", "Elif", "Femi", "Grace", "Hiro", "Ines", "Jonas"]
    known = [(number, f"{parts[number % 10]} Surname{number * 7919 % 5000}") for number in range(5_000)]
    wanted = [f"{parts[number % 10]} Surnam{number * 131 % 5000}" for number in range(40)]
    started = time.perf_counter()
    found = matching.suggest_all(wanted, known)
    assert len(found) == 40
    assert all(found.values())
    assert time.perf_counter() - started < 10
