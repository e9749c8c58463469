"""Which words of a mail server say that nobody has an address: few, and never those about us or about a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.mail.wire import Refused
from coachfollow.rules import refusals


@pytest.mark.parametrize(
    ("verb", "code", "text", "says_so"),
    [
        ("RCPT", 550, "5.1.1 no such user", True),
        ("RCPT", 554, "5.1.1", True),
        ("RCPT", 550, "5.1.2 no such domain", True),
        ("RCPT", 553, "5.1.3 bad address", True),
        ("RCPT", 551, "5.1.6 moved", True),
        ("RCPT", 556, "5.1.10 null MX", True),
        ("RCPT", 550, "5.1.0 other", False),
        ("RCPT", 550, "5.1.4 ambiguous", False),
        ("RCPT", 553, "5.1.7 bad sender", False),
        ("RCPT", 550, "5.1.8 bad sender's domain", False),
        ("RCPT", 550, "5.1.11 unheard of", False),
        ("RCPT", 550, "5.7.1 5.1.1", False),
        ("RCPT", 550, "no such user", False),
        ("RCPT", 450, "4.1.1 nobody yet", False),
        ("RCPT", 450, "5.1.1 says both", False),
        ("MAIL", 550, "5.1.1 you do not exist", False),
        ("DATA", 550, "5.1.1 no such user", False),
    ],
)
def test_what_says_that_nobody_has_the_address(verb: str, code: int, text: str, *, says_so: bool) -> None:
    words = refusals.worded(verb=verb, code=code, text=text)

    assert refusals.says_nobody(words) is says_so
    assert str(Refused(code, text, verb=verb)) == words, "a mail keeps what is read here"


def test_a_mail_without_an_answer_says_nothing() -> None:
    assert not refusals.says_nobody(None)


@given(st.text())
def test_an_answer_to_the_dot_never_does_whatever_it_quotes(quoted: str) -> None:
    assert not refusals.says_nobody(f"550 {quoted}")
