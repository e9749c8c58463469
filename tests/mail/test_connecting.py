"""How a connection begins: greeting, encryption that is checked, login; and what each failure is called."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from coachfollow.mail.session import Session as ClientSession
from coachfollow.mail.smtp import Refused, Relay, Unreachable, connect
from tests.mail.certificates import self_signed
from tests.mail.encrypted import Door, mail_server, server_context
from tests.mail.servers import Answer, Fault, scripted
from tests.ports import free_port

PLAIN = Relay(host="127.0.0.1", port=0, tls="none", timeout=10.0, reply_timeout=10.0, helo="client.example")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that only those trust who are told to."""
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate, trusted the way an operator with a private authority does it."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate


@contextmanager
def real_server(certificate: Path) -> Iterator[Relay]:
    with mail_server(certificate, Door((b"post", b"geheim"))) as port:
        yield replace(PLAIN, port=port, tls="starttls")


def test_starttls_with_a_trusted_certificate_and_a_login(trusted: Path) -> None:
    with real_server(trusted) as relay:
        post = connect(replace(relay, username="post", password="geheim"))
        post.offer("a@example.org", "b@example.org", b"Subject: x\r\n\r\ny\r\n")
        post.hand_over()
        assert post.reply().accepted
        post.close()


def test_a_wrong_password_is_refused_by_name(trusted: Path) -> None:
    with real_server(trusted) as relay, pytest.raises(Refused) as refused:
        connect(replace(relay, username="post", password="falsch"))
    assert (refused.value.verb, refused.value.permanent) == ("AUTH", True)
    assert "falsch" not in str(refused.value)


def test_a_password_the_protocol_cannot_carry_is_said_so(trusted: Path) -> None:
    with real_server(trusted) as relay, pytest.raises(Unreachable, match="ascii"):
        connect(replace(relay, username="post", password="für immer"))


def test_a_login_where_none_is_offered_is_said_so() -> None:
    with scripted() as server, pytest.raises(Unreachable, match="AUTH"):
        connect(replace(PLAIN, port=server.port, username="post", password="geheim"))


def test_f18_an_unknown_certificate_is_not_trusted(certificate: Path) -> None:
    with real_server(certificate) as relay, pytest.raises(Unreachable, match="certificate"):
        connect(relay)


def test_f18_a_certificate_for_another_host_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = self_signed(tmp_path, address="127.0.0.2")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    with real_server(other) as relay, pytest.raises(Unreachable, match="certificate"):
        connect(relay)


def test_encryption_from_the_first_octet(trusted: Path) -> None:
    context = server_context(trusted)
    with scripted(encrypted=context) as server:
        post = connect(replace(PLAIN, port=server.port, tls="tls"))
        assert post.pipelining
        post.close()
    assert [line.upper() for line in server.heard] == ["EHLO CLIENT.EXAMPLE", "QUIT"]


def test_f18_a_server_whose_starttls_was_stripped_gets_nothing() -> None:
    with scripted() as server, pytest.raises(Unreachable, match="STARTTLS"):
        connect(replace(PLAIN, port=server.port, tls="starttls"))
    assert [line.upper() for line in server.heard] == ["EHLO CLIENT.EXAMPLE"]


def test_f18_words_slipped_in_before_the_encryption_are_not_believed(trusted: Path) -> None:
    with injecting_server(trusted) as port, pytest.raises(Unreachable, match="before the encryption"):
        connect(replace(PLAIN, port=port, tls="starttls"))


@contextmanager
def injecting_server(certificate: Path) -> Iterator[int]:
    """Speaks in the clear after STARTTLS, as an attacker on the way would, then encrypts as if nothing was."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"220 hello\r\n")
            connection.recv(1000)
            connection.sendall(b"250-hello\r\n250 STARTTLS\r\n")
            connection.recv(1000)
            connection.sendall(b"220 go ahead\r\n250-evil\r\n250 AUTH PLAIN\r\n")
            with server_context(certificate).wrap_socket(connection, server_side=True) as encrypted:
                encrypted.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("verb", "answer", "named", "permanent"),
    [
        ("GREETING", b"554 5.7.1 not from here\r\n", "the greeting", True),
        ("GREETING", b"421 too busy\r\n", "the greeting", False),
        ("EHLO", b"421 shutting down\r\n", "EHLO", False),
        ("STARTTLS", b"454 no TLS today\r\n", "STARTTLS", False),
    ],
)
def test_a_refusal_at_the_door_names_the_step(
    verb: str, answer: bytes, named: str, *, permanent: bool
) -> None:
    script = {verb: [answer], "HELO": [answer]}
    with scripted(script, features=("STARTTLS",)) as server, pytest.raises(Refused) as refused:
        connect(replace(PLAIN, port=server.port, tls="starttls"))
    assert (refused.value.verb, refused.value.permanent) == (named, permanent)


@pytest.mark.parametrize("verb", ["GREETING", "EHLO"])
@pytest.mark.parametrize("fault", [Fault.HANG_UP, Fault.SILENCE, Fault.ENDLESS, b"HTTP/1.1 400 Bad\r\n"])
def test_a_server_that_is_none_is_unreachable(verb: str, fault: Answer) -> None:
    with scripted({verb: [fault]}) as server, pytest.raises(Unreachable, match="cannot be used"):
        connect(replace(PLAIN, port=server.port, timeout=0.2 if fault is Fault.SILENCE else 10.0))


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="cannot be used"):
        connect(replace(PLAIN, port=free_port()))


def test_a_session_that_is_closed_says_so() -> None:
    session = ClientSession(local_hostname="client.example")
    with pytest.raises(smtplib.SMTPServerDisconnected, match="closed"):
        session.getreply()


def test_an_old_server_that_knows_only_helo_will_do() -> None:
    with scripted({"EHLO": [b"502 unknown\r\n"]}) as server:
        post = connect(replace(PLAIN, port=server.port))
        assert not post.pipelining
        post.offer("a@example.org", "b@example.org", b"x\r\n")
        post.hand_over()
        assert post.reply().accepted
        post.close()


def test_f17_a_reply_that_comes_a_byte_now_and_then_is_given_up_in_time() -> None:
    """Every single read is quick; the whole is not."""
    trickle = threading.Event()

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            while not trickle.wait(0.05):
                connection.sendall(b"2")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with pytest.raises(Unreachable, match=r"within 0\.3 seconds"):
                connect(replace(PLAIN, port=listening.getsockname()[1], timeout=0.3))
        finally:
            trickle.set()
            thread.join()
