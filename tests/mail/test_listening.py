"""Replies are read within a time and a size, and told in words that are safe to show."""

import socket
from collections.abc import Iterator

import pytest

from coachfollow.mail.listening import LONGEST_REPLY, Listener, Reply, readable


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Our end and the server's."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_replies_are_read_in_order_however_they_arrive(ends: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = ends
    listener = Listener(ours, patience=5)
    theirs.sendall(b"250-one\r\n250-two\r\n250 three\r\n354 go\r\n4")
    assert listener.reply() == Reply(250, "one two three")
    assert listener.has_more
    assert listener.reply() == Reply(354, "go")
    theirs.sendall(b"51\n")
    assert listener.reply() == Reply(451, "")
    assert not listener.has_more


def test_a_reply_is_told_in_the_server_s_own_words() -> None:
    assert str(Reply(250, "2.0.0 Ok: queued as 4B2")) == "250 2.0.0 Ok: queued as 4B2"
    assert str(Reply(250, "")) == "250"


def test_f17_a_reply_may_be_as_long_as_allowed_and_no_longer(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ours, theirs = ends
    listener = Listener(ours, patience=5)
    last = b"250 end\r\n"
    lines = (LONGEST_REPLY - len(last)) // 10
    theirs.sendall(b"250-abcd\r\n" * lines + last)
    assert listener.reply().code == 250
    theirs.sendall(b"250-abcd\r\n" * (lines + 2) + last)
    with pytest.raises(OSError, match="longer than"):
        listener.reply()


def test_there_is_no_waiting_when_the_time_is_over(ends: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(TimeoutError, match="did not finish"):
        Listener(ends[0], patience=0).reply()


@pytest.mark.parametrize(
    "line", [b"hello\r\n", b"25\r\n", b"2500 ok\r\n", b"150 no\r\n", b"600 no\r\n", b"\r\n"]
)
def test_f17_what_is_not_smtp_is_no_reply(ends: tuple[socket.socket, socket.socket], line: bytes) -> None:
    ours, theirs = ends
    theirs.sendall(line)
    with pytest.raises(OSError, match="not SMTP"):
        Listener(ours, patience=5).reply()


@pytest.mark.parametrize(
    ("words", "text", "remark"),
    [
        (b"Ok: queued", "Ok: queued", "as it is"),
        ("für dich".encode(), "für dich", "UTF-8"),
        (b"f\xfcr dich", "f\ufffdr dich", "octets that are no UTF-8"),
        (b"a\0b\x1b[31mc\r\nd", "a b [31mc d", "control characters"),
        (b"x" * 9000, "x" * 500, "endless"),
    ],
)
def test_the_server_s_words_are_one_line_of_text(words: bytes, text: str, remark: str) -> None:
    assert readable(words) == text, remark
