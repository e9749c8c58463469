"""The demo's mailbox: its mail server files what it takes, what cannot be delivered bounces, all is read again."""

import smtplib
import socket
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.errors import NotFound
from coachfollow.mail import mailbox
from tests import processes
from tests.demo.conftest import post_office


def mail(
    to: str = "Änna <anna@example.org>", *, subject: str = "Grüße", date: str | None = None
) -> EmailMessage:
    """A mail with text, HTML and a calendar part, as ours are."""
    written = EmailMessage()
    written["From"], written["To"], written["Subject"] = "Coach <coach@example.org>", to, subject
    if date is not None:
        written["Date"] = date
    written.set_content(
        "Open https://example.org/a/t0ken?x=1 and https://example.org/p/2.\nhttps://example.org/a/t0ken?x=1"
    )
    written.add_alternative("<p>Open it</p>", subtype="html")
    written.add_alternative(
        "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", subtype="calendar", params={"method": "REQUEST"}
    )
    return written


def test_an_empty_mailbox_is_empty(tmp_path: Path) -> None:
    assert mailbox.letters(tmp_path / "none yet", limit=10) == ()


def test_the_newest_mail_comes_first_and_only_so_many(tmp_path: Path) -> None:
    for number in range(5):
        mailbox.deliver(tmp_path, mail(subject=f"number {number}").as_bytes())

    subjects = [letter.subject for letter in mailbox.letters(tmp_path, limit=3)]

    assert subjects == ["number 4", "number 3", "number 2"]


def test_one_person_s_mails_are_found_by_address_alone(tmp_path: Path) -> None:
    for to in ("Anna <anna@example.org>", "ben@example.org", "ANNA@example.org"):
        mailbox.deliver(tmp_path, mail(to).as_bytes())

    assert len(mailbox.letters(tmp_path, recipient="Anna@Example.org", limit=10)) == 2
    assert mailbox.letters(tmp_path, recipient="na@example.org", limit=10) == ()


def test_a_mail_is_opened_with_everything_in_it(tmp_path: Path) -> None:
    raw = mail(date="Mon, 02 Mar 2026 10:00:00 +0100").as_bytes()

    opened = mailbox.letter(tmp_path, mailbox.deliver(tmp_path, raw))

    assert opened.letter.sender == "Coach <coach@example.org>"
    assert opened.letter.recipient == "anna@example.org"
    assert opened.letter.subject == "Grüße"
    assert opened.letter.arrived_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert opened.letter.has_calendar
    assert opened.text.startswith("Open https://")
    assert "<p>Open it</p>" in opened.html
    assert "BEGIN:VCALENDAR" in opened.calendar
    assert opened.links[0] == "https://example.org/a/t0ken?x=1"
    assert len(opened.links) == 2
    assert ("Subject", "Grüße") in opened.headers
    assert opened.source == raw.decode()


def test_a_bare_mail_is_opened_too(tmp_path: Path) -> None:
    opened = mailbox.letter(tmp_path, mailbox.deliver(tmp_path, b"\r\nnothing but words\r\n"))

    assert (opened.letter.recipient, opened.letter.subject, opened.html, opened.calendar) == ("", "", "", "")
    assert opened.text.strip() == "nothing but words"
    assert abs(opened.letter.arrived_at.timestamp() - tmp_path.stat().st_mtime) < 60


@pytest.mark.parametrize("name", ["", "../secret", "20260302-090000000000-00000000", "secret"])
def test_nothing_but_mails_can_be_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "box").mkdir()
    (tmp_path / "secret.eml").write_text("private")
    (tmp_path / "box" / "secret.eml").write_text("private")

    with pytest.raises(NotFound):
        mailbox.letter(tmp_path / "box", name)


@given(st.text(max_size=80))
def test_no_name_leads_out_of_the_mailbox(name: str) -> None:
    with pytest.raises(NotFound):
        mailbox.letter(Path("/"), name)


def test_the_mail_server_files_what_it_takes(tmp_path: Path) -> None:
    with post_office(tmp_path / "box") as port, smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(mail("anna@example.org"))

    (letter,) = mailbox.letters(tmp_path / "box", limit=10)
    assert letter.recipient == "anna@example.org"


def test_an_address_that_does_not_exist_is_refused_for_good(tmp_path: Path) -> None:
    with post_office(tmp_path / "box") as port, smtplib.SMTP("127.0.0.1", port) as client:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            client.send_message(mail("gone.vikram@example.org"))
        client.send_message(mail("anna@example.org"))  # the others still get theirs

    assert refused.value.recipients["gone.vikram@example.org"][0] == 550
    assert len(mailbox.letters(tmp_path / "box", limit=10)) == 1


def test_as_a_process_it_serves_on_the_socket_it_was_given(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        arguments = ("--folder", str(tmp_path), "--fd", str(listening.fileno()))
        with processes.started(
            "coachfollow.mail.postbox",
            *arguments,
            environ=processes.environment(),
            sockets=[listening.fileno()],
        ) as process:
            with smtplib.SMTP("127.0.0.1", listening.getsockname()[1], timeout=20) as client:
                client.send_message(mail("anna@example.org"))
            process.terminate()

            assert process.wait(timeout=10) == 0
    assert len(mailbox.letters(tmp_path, limit=10)) == 1
