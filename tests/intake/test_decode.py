"""Any encoding that attendance files really have is found and decoded, in pieces, without loss."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.intake import decode
from tests.intake.samples import ENCODINGS, encoded

HEADER = "Name\tFirst join\tLast leave\tIn-meeting duration\tEmail\tRole\r\n"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_list_with_umlauts_is_decoded_from_every_encoding(encoding: str) -> None:
    text = HEADER + "Anna Müller\t\t\t1h 2m\tanna.mueller@example.org\tPresenter\r\n"
    assert decode.decode(encoded(text, encoding)).lstrip("\ufeff") == text


@pytest.mark.parametrize("encoding", [name for name in ENCODINGS if name != "cp1252"])
@given(names=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_decoding_gives_back_what_was_encoded_under_a_latin_header(encoding: str, names: str) -> None:
    text = HEADER + names
    assert decode.decode(encoded(text, encoding)) == text


@given(names=st.text(st.characters(codec="cp1252", exclude_characters="\0"), min_size=1, max_size=40))
def test_windows_1252_comes_back_unless_it_happens_to_be_utf8(names: str) -> None:
    data = (HEADER + names).encode("cp1252")
    assert decode.decode(data) in {HEADER + names, data.decode("utf-8", "replace")}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_decoded_line_by_line_as_it_would_be_whole(tmp_path: Path, encoding: str) -> None:
    data = encoded(HEADER + "Zoë Ångström\r\n" * 3_000, encoding)
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    found = decode.lines(path, decode.encoding_of(path))
    assert "".join(found) == decode.decode(data)


def test_one_stray_byte_at_the_end_of_a_long_file_makes_it_windows_1252(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"Name,Email\r\n" * 20_000 + b"M\xfcller,")
    assert decode.encoding_of(path) == "cp1252"


@pytest.mark.parametrize(
    ("end", "encoding"), [("\r", "mac-roman"), ("\r\n", "cp1252"), ("\n", "cp1252"), ("", "cp1252")]
)
def test_a_list_from_an_old_macintosh_is_known_by_the_ends_of_its_lines(
    tmp_path: Path, end: str, encoding: str
) -> None:
    text = end.join(["Name;Email", "Björn Åse;bjoern@example.org", ""])
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(encoding))
    assert decode.encoding_of(path) == encoding
    assert decode.decode(path.read_bytes()) == text


def test_a_byte_that_windows_1252_does_not_define_is_shown_as_unreadable() -> None:
    assert decode.decode(b"M\xfcller \x81") == f"Müller {decode.UNREADABLE}"


@pytest.mark.parametrize("cut", range(1, 4))
def test_the_beginning_of_a_text_may_end_within_a_character(cut: int) -> None:
    head = ("Name,名前" * 3).encode()[:-cut]
    assert decode.beginning(head).startswith("Name,")
    assert decode.UNREADABLE not in decode.beginning(head)


@pytest.mark.parametrize("name", decode.ENCODINGS)
def test_every_encoding_that_is_offered_exists(name: str) -> None:
    assert codecs.lookup(name).name
