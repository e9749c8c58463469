"""The standard library, told not to spoil what programs read."""

from email.message import EmailMessage

import pytest

from coachfollow.mail.policy import POLICY

LINK = f"<https://followup.example.org/u/{'Zk3pQ9vX' * 12}>"


def written(name: str, value: str) -> bytes:
    mail = EmailMessage(policy=POLICY)
    mail[name] = value
    return mail.as_bytes().partition(b"\r\n\r\n")[0] + b"\r\n"


def test_a_long_link_stays_one_link() -> None:
    assert written("List-Unsubscribe", LINK) == f"List-Unsubscribe: {LINK}\r\n".encode()


def test_two_links_are_folded_between_them() -> None:
    assert written("List-Unsubscribe", f"{LINK}, <mailto:u@example.org>") == (
        f"List-Unsubscribe: {LINK},\r\n <mailto:u@example.org>\r\n".encode()
    )


def test_message_ids_are_folded_at_blanks_alone() -> None:
    ids = [f"<{n:032x}@mail.example.org>" for n in range(3)]
    assert written("References", " ".join(ids)) == ("References: " + "\r\n ".join(ids) + "\r\n").encode()


def test_a_value_with_a_line_end_is_refused_by_the_library_itself() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        written("List-Id", "<a.example.org>\r\nX: y")


def test_text_for_people_is_encoded_as_ever() -> None:
    assert written("Subject", "Grüße") == b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"


def test_the_same_rules_hold_for_text() -> None:
    mail = EmailMessage(policy=POLICY)
    mail["List-Unsubscribe"] = LINK
    mail["Subject"] = "Hello"
    assert mail.as_string().startswith(f"List-Unsubscribe: {LINK}\r\nSubject: Hello\r\n")
