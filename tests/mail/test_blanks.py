"""Blanks stand in a text while it is compiled, and are filled without anything else changing."""

import html
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.mail import blanks
from coachfollow.mail.blanks import Marks

# the lone halves of characters cannot be encoded; what else is unseen is left out, and tested below
TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029"))


@given(pieces=st.lists(TEXT, min_size=1, max_size=5), value=TEXT)
def test_a_filled_text_is_read_as_if_it_had_been_written_so(pieces: list[str], value: str) -> None:
    marks = Marks()
    rendered = pieces[0] + "".join(marks.mark("name") + piece for piece in pieces[1:])
    part = blanks.part(marks, rendered, escape=str)
    filled = part.fill({"name": value}, blanks.plain({"name": value}))
    assert quopri.decodestring(filled).decode() == value.join(pieces)
    assert filled.isascii()
    assert all(len(line) <= 76 for line in filled.split(b"\r\n"))


@pytest.mark.parametrize(
    "value", ["ü" * 12 + "abcd", "ab" + "ü" * 12 + "ü" * 12, "a" * 76, "ü\n" + "a" * 70 + "ü"]
)
def test_a_line_that_is_full_already_gets_no_longer(value: str) -> None:
    marks = Marks()
    filled = blanks.part(marks, marks.mark("name") + "!", escape=str).fill({"name": value}, {})
    assert quopri.decodestring(filled).decode().replace("\r\n", "\n") == f"{value}!"
    assert max(map(len, filled.split(b"\r\n"))) <= 76


@given(value=st.text())
def test_a_plain_value_is_written_as_every_part_would_write_it(value: str) -> None:
    marks = Marks()
    mark = marks.mark("name")
    facts = {"name": value}
    for escape in (str, html.escape):
        part = blanks.part(marks, f"<{mark}>", escape=escape)
        assert part.fill(facts, blanks.plain(facts)) == part.fill(facts, {})


def test_a_template_may_place_a_blank_and_not_change_it() -> None:
    marks = Marks()
    mark = marks.mark("name")
    with pytest.raises(ValueError, match="changed the letters"):
        marks.cut(mark.replace("x", "X"))


@pytest.mark.parametrize(
    ("value", "read", "remark"),
    [
        ("a\r\nb\rc\nd\x85e\u2028f\u2029g", "a\nb\nc\nd\ne\nf\ng", "every kind of line end"),
        ("a\0b\x08c\x1bd\x7fe\x9ff", "abcdef", "what cannot be seen"),
        ("a\tb", "a\tb", "a tab stays"),
        ("a\xa0b\u200db", "a\xa0b\u200db", "blanks and joiners of other scripts stay"),
    ],
)
def test_values_are_made_readable(value: str, read: str, remark: str) -> None:
    assert blanks.readable(value) == read, remark


def test_half_a_character_does_not_stop_a_mail() -> None:
    assert blanks.quoted_printable("a\ud800b") == b"a?b"
