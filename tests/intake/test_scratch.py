"""What lies on disk behaves like the list, the dictionary and the lists by owner that it stands for."""

import json
import warnings
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.intake.namesakes import Namesakes
from coachfollow.intake.scratch import Pile, Register, Scratch, Shares

TEXTS = st.lists(st.text(max_size=20), max_size=30)


def pile_of(items: list[str]) -> Pile[str]:
    pile: Pile[str] = Pile(Scratch(), pack=json.dumps, unpack=json.loads)
    for item in items:
        pile.append(item)
    return pile


@given(TEXTS)
@settings(deadline=None)
def test_a_pile_is_a_list(items: list[str]) -> None:
    pile = pile_of(items)
    assert (list(pile), len(pile), pile[1:], pile[::-1]) == (items, len(items), items[1:], items[::-1])
    assert [pile[place] for place in range(-len(items), len(items))] == items + items
    assert pile == items
    assert pile == tuple(items)
    assert pile != [*items, "more"]
    assert pile != {"items": items}
    with pytest.raises(IndexError):
        pile[len(items)]


@given(st.lists(st.text(max_size=5), min_size=1), st.data())
@settings(deadline=None)
def test_an_item_of_a_pile_can_be_replaced(items: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(items) - 1))
    pile = pile_of(items)
    pile[place] = "new"
    assert pile == [*items[:place], "new", *items[place + 1 :]]


def test_two_piles_of_one_scratch_are_two() -> None:
    scratch = Scratch()
    one, other = (Pile(scratch, pack=json.dumps, unpack=json.loads) for _ in range(2))
    one.append("Anna")
    assert one == ["Anna"]
    assert not other


@given(st.lists(st.tuples(st.text(max_size=3), st.integers(0, 99))))
@settings(deadline=None)
def test_a_register_keeps_the_first_place_of_every_key(given_: list[tuple[str, int]]) -> None:
    register, expected = Register(Scratch()), dict(reversed(given_))
    kept = [register.keep(key, place) for key, place in given_]
    assert {key: register.get(key) for key in expected} == expected
    assert kept.count(True) == len(expected)
    assert register.get("never given") is None


def test_a_place_in_a_register_can_be_replaced() -> None:
    register = Register(Scratch())
    register.keep("anna", 1)
    register.replace("anna", 2)
    assert register.get("anna") == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.text(max_size=5))))
@settings(deadline=None)
def test_everybody_gets_their_shares_back_in_order(given_: list[tuple[int, str]]) -> None:
    shares: Shares[str] = Shares(Scratch(), pack=str, unpack=str)
    expected = defaultdict(list)
    for owner, item in given_:
        shares.add(owner, item)
        expected[owner].append(item)
    assert {owner: shares.of(owner) for owner in range(7)} == {owner: expected[owner] for owner in range(7)}


def test_a_scratch_ends_quietly_with_the_last_that_uses_it() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert list(pile_of(["Anna"])) == ["Anna"]


@pytest.mark.parametrize(
    ("name", "number", "remark"),
    [
        ("Anna Berg", 1, "the only one"),
        ("BERG, Änna (Guest)", 1, "in another spelling"),
        ("Ben Rot", None, "two people have it"),
        ("Dora Frei", None, "nobody has it"),
        ("", None, "no name is nobody's, even where one person has none"),
    ],
)
def test_a_name_tells_who_somebody_is_where_one_alone_has_it(
    name: str, number: int | None, remark: str
) -> None:
    people = Namesakes([(1, "Anna Berg"), (2, "Ben Rot"), (3, "ben rot"), (4, "Rot, Ben"), (5, "")])
    assert people.only(name) == number, remark
