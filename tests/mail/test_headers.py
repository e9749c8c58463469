"""Header lines as bytes: readable by old programs, folded, and read back as they were meant."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import compat32, default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.mail import headers
from coachfollow.mail.guard import Unmailable
from tests.mail import oracle

VISIBLE = st.text(
    alphabet=st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=200
)


def unfolded(line: bytes) -> str:
    return str(message_from_bytes(line + b"\r\n", policy=default)["Subject"])


@pytest.mark.parametrize(
    ("value", "written", "remark"),
    [
        ("Hello", b"Subject: Hello\r\n", "as it is"),
        ("", b"Subject: \r\n", "nothing"),
        ("a\r\n b\t c", b"Subject: a b c\r\n", "white space of any kind is one blank"),
        ("Grüße", b"Subject: =?utf-8?b?R3LDvMOfZQ==?=\r\n", "other letters are encoded"),
        ("=?utf-8?q?x?=", b"Subject: =?utf-8?b?PT91dGYtOD9xP3g/PQ==?=\r\n", "what looks encoded is encoded"),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            b"Subject: one two three four five six seven eight nine ten eleven twelve\r\n thirteen\r\n",
            "a long one is folded at a blank",
        ),
    ],
)
def test_free_text_is_written_plainly_where_it_can_be(value: str, written: bytes, remark: str) -> None:
    assert headers.text("Subject", value) == written, remark


@given(VISIBLE)
def test_free_text_is_read_back_and_keeps_to_its_lines(value: str) -> None:
    line = headers.text("Subject", value)
    assert unfolded(line) == " ".join(value.split())
    assert line.isascii()
    assert all(len(piece) <= headers.LINE for piece in line.split(b"\r\n"))
    assert all(piece.startswith(b" ") and piece.strip() for piece in line.split(b"\r\n")[1:-1])


@given(VISIBLE)
def test_every_encoded_word_can_be_read_alone(value: str) -> None:
    """Some programs decode line by line: a character cut in two would be lost."""
    raw = message_from_bytes(headers.text("Subject", value) + b"\r\n", policy=compat32)["Subject"]
    for piece in str(raw).split("\n"):
        make_header(decode_header(piece.strip()))


@pytest.mark.parametrize(
    ("display", "written", "remark"),
    [
        ("", b"To: a@example.org\r\n", "no name"),
        ("  ", b"To: a@example.org\r\n", "blanks are no name"),
        ("Anna", b'To: "Anna" <a@example.org>\r\n', "a name"),
        ('Doe, "Jo" \\', b'To: "Doe, \\"Jo\\" \\\\" <a@example.org>\r\n', "commas and quotation marks"),
        ("Zoë", b"To: =?utf-8?b?Wm/Dqw==?= <a@example.org>\r\n", "other letters"),
    ],
)
def test_a_mailbox_is_written_with_its_name_in_quotes(display: str, written: bytes, remark: str) -> None:
    assert headers.mailbox("To", display, "a@example.org") == written, remark


@given(VISIBLE)
def test_any_name_is_read_back(display: str) -> None:
    line = headers.mailbox("Reply-To", display, "someone@example.org")
    assert oracle.mailbox(line + b"\r\n", "Reply-To") == (display.strip(), "someone@example.org")
    assert all(len(piece) <= headers.LINE for piece in line.split(b"\r\n"))


def test_a_header_for_programs_is_never_folded_or_encoded() -> None:
    link = f"<https://example.org/{'u' * 300}>"
    assert headers.machine("List-Unsubscribe", link) == f"List-Unsubscribe: {link}\r\n".encode()
    with pytest.raises(Unmailable, match="outside ASCII"):
        headers.machine("List-Id", "<grüße.example.org>")


def test_message_ids_stand_one_to_a_line() -> None:
    assert headers.ids("References", ("<a@b>", "<c@d>")) == b"References: <a@b>\r\n <c@d>\r\n"
