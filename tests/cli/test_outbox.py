"""`coachfollow outbox`: what an operator sees and does without a browser, for people and for programs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal


@pytest.fixture
def mail(group: Terminal, tmp_path: Path) -> Iterator[str]:
    """The public id of a mail of which nobody can tell whether it arrived."""
    group.run("admin", "add", "ada@example.org")
    file = tmp_path / "list.csv"
    file.write_text("Name;Email\nAnna Berg;anna@example.org\n", encoding="utf-8")
    group.run("attendance", "import", file, "--cohort", "spring")
    group.run("drain")
    with closing(sqlite3.connect(tmp_path / "coachfollow.db")) as database:
        database.execute(
            "UPDATE messages SET state = 'in_doubt', settled_at = send_at, expires_at = '2999-01-01 00:00:00',"
            " address = 'anna@example.org' WHERE id = (SELECT min(id) FROM messages)"
        )
        database.commit()
        yield database.execute("SELECT public_id FROM messages ORDER BY id").fetchone()[0]


def test_mails_are_counted_and_listed_by_state(group: Terminal, mail: str) -> None:
    counts = group.json("outbox", "list")["counts"]
    listed = group.json("outbox", "list", "--state", "in_doubt")

    assert counts["in_doubt"] == 1
    assert [one["public_id"] for one in listed["mails"]] == [mail]
    assert mail in group.run("outbox", "list", "--state", "in_doubt").stdout
    assert "in_doubt" in group.run("outbox", "list").stdout
    assert group.run("outbox", "list", "--state", "sent").stdout == "No mail is in this state.\n"


def test_one_mail_shows_its_whole_history_and_nobody_s_name(group: Terminal, mail: str) -> None:
    group.run("outbox", "resend", mail, "--reason", "the log has nothing")
    document = group.json("outbox", "show", mail)
    said = group.run("outbox", "show", mail).stdout

    assert document["mail"]["state"] == "queued"
    assert document["mail"]["reason"] == "the log has nothing"
    assert "mail sent again by hand" in [one["name"] for one in document["history"]]
    assert "mail sent again by hand" in said
    assert "anna" not in said.lower()


def test_what_is_in_doubt_is_settled(group: Terminal, mail: str) -> None:
    settled = group.json("outbox", "settle", mail, "--as", "sent", "--reason", "seen in the log")

    assert settled == {"settled": 1, "as": "sent"}
    again = group.run("outbox", "settle", mail, "--as", "sent", "--reason", "again", code=1)
    assert "what became of it is known" in again.stderr


def test_a_mail_that_waits_is_taken_back(group: Terminal, mail: str) -> None:
    group.run("outbox", "resend", mail, "--reason", "the log has nothing")

    assert group.run("outbox", "cancel", mail, "--reason", "a mistake").stdout == "1 taken back.\n"
    state = group.json("outbox", "show", mail)["mail"]["state"]
    assert state == "in_doubt", "an earlier copy may have arrived"


def test_a_mail_that_is_not_there_is_told(group: Terminal) -> None:
    assert "There is no such mail" in group.run("outbox", "show", "nowhere", code=1).stderr
    refused = group.run("outbox", "cancel", "nowhere", "--reason", "why", code=1)
    assert "There is no mail nowhere." in refused.stderr
