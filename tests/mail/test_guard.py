"""What may stand in a header, in an envelope and in a link, and what is set aside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.mail import guard
from coachfollow.mail.guard import Unmailable


@pytest.mark.parametrize("value", ["Anna", "Zoë “Z” Müller", "山田 太郎", "😀", "a, b; c <d>", ""])
def test_ordinary_text_may_stand_in_a_header(value: str) -> None:
    assert guard.header_value(value, what="the name") == value


@pytest.mark.parametrize(
    "char", ["\r", "\n", "\0", "\t", "\x0b", "\x1c", "\x7f", "\x85", "\u2028", "\u2029", "\udc00"]
)
def test_what_could_end_a_line_is_named_by_its_number(char: str) -> None:
    with pytest.raises(Unmailable, match=rf"the name holds the control character U\+{ord(char):04X}"):
        guard.header_value(f"An{char}na", what="the name")


@pytest.mark.parametrize(
    ("address", "written", "remark"),
    [
        ("anna@example.org", "anna@example.org", "ordinary"),
        ("a.b+c_d'e=f@sub.example-1.org", "a.b+c_d'e=f@sub.example-1.org", "every letter that may be there"),
        ('"anna maria"@example.org', '"anna maria"@example.org', "a quoted name keeps its quotes"),
        ('"anna"@example.org', "anna@example.org", "needless quotes go"),
        ("postmaster@localhost", "postmaster@localhost", "a host without a dot"),
    ],
)
def test_an_address_is_written_as_the_standard_says(address: str, written: str, remark: str) -> None:
    assert guard.address(address, what="the address") == written, remark


@pytest.mark.parametrize(
    ("address", "remark"),
    [
        ("", "nothing"),
        ("anna", "no domain"),
        ("@example.org", "no name"),
        ("anna@", "nothing after the @"),
        ("anna@@example.org", "two @"),
        ("anna@example..org", "an empty label"),
        ("anna@-example.org", "a label that begins with a hyphen"),
        ("anna@[127.0.0.1]", "a literal"),
        ("anna maria@example.org", "a blank"),
        ("Anna <anna@example.org>", "a name with it"),
        ("anna@example.org,eve@example.org", "two"),
        ("anna@example.org\r\nRCPT TO:<eve@example.org>", "a command in it"),
        ("anna@exämple.org", "a domain that should have been converted"),
        (f"{'a' * 250}@example.org", "too long"),
    ],
)
def test_what_is_no_address_is_set_aside(address: str, remark: str) -> None:
    with pytest.raises(Unmailable) as reason:
        guard.address(address, what="the address")
    assert "the address" in reason.value.sentence, remark


def test_only_an_envelope_sender_may_be_empty() -> None:
    assert guard.envelope_address("", what="the sender") == ""
    assert guard.envelope_address("a@example.org", what="the sender") == "a@example.org"


@given(st.text(max_size=60))
def test_no_address_that_passes_could_hide_a_command(text: str) -> None:
    try:
        written = guard.address(text, what="the address")
    except Unmailable:
        return
    assert written.isascii()
    assert written.isprintable()
    assert not set("<>") & set(written.partition('"')[0] if '"' not in written else "")


@pytest.mark.parametrize(
    "url", ["https://a.example/b?v=1&w=%20#c", "http://127.0.0.1:5000/a/TOKEN", "https://[::1]/x"]
)
def test_a_link_in_one_piece_passes(url: str) -> None:
    assert guard.link(url, what="the link") == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://a.example",
        "javascript:x",
        "https://a b",
        'https://a"b',
        "https://a<b>",
        "https://ä.example",
        "https://a\r\nb",
    ],
)
def test_a_link_that_would_break_is_set_aside(url: str) -> None:
    with pytest.raises(Unmailable, match="the link"):
        guard.link(url, what="the link")


@pytest.mark.parametrize("token", ["", "a b", "a>b", "ä", "x" * 65])
def test_a_token_is_letters_digits_and_hyphens(token: str) -> None:
    with pytest.raises(Unmailable):
        guard.token(token, what="the message id")
