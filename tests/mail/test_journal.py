"""The send journal survives its process, says only what it knows, and a disk that is full stops the dot."""

import os
import resource
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from coachfollow.mail import journal
from coachfollow.mail.journal import Journal, Machine, Unwritten
from coachfollow.mail.listening import Reply

HERE = Machine(host="here", boot="today")
OK = Reply(250, "2.0.0 Ok: queued as Q1")


def written(folder: Path, *octets: bytes) -> str:
    """A journal with these octets behind its header."""
    ours = Journal(folder, HERE)
    ours.close()
    with (folder / f"{ours.id}.journal").open("ab") as file:
        file.writelines(octets)
    return ours.id


@contextmanager
def disk_is_full(path: Path, *, room: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many octets more than this one has."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)


def test_what_was_written_is_read_by_whoever_looks_while_it_is_open(tmp_path: Path) -> None:
    ours = Journal(tmp_path / "new" / "folder", HERE)
    ours.dot(7, 3)
    ours.reply(7, 3, OK)
    ours.dot(8, 3)

    said = journal.read(tmp_path / "new" / "folder", ours.id)
    ours.close()

    assert said is not None
    assert said.machine == HERE
    assert said.dots == {(7, 3), (8, 3)}
    assert said.replies == {(7, 3): OK}


def test_f01_a_killed_process_leaves_every_line_behind(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        ours = Journal(tmp_path, HERE)
        ours.dot(7, 3)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)

    (left,) = journal.left_behind(tmp_path)
    said = journal.read(tmp_path, left)

    assert said is not None
    assert said.dots == {(7, 3)}


@pytest.mark.parametrize(
    ("octets", "dots", "replies", "remark"),
    [
        (b"7 3 DO", set(), {}, "a torn dot: it was never answered for, so it never left"),
        (b"7 3 DOT\n7 3 25", {(7, 3)}, {}, "a torn reply is none"),
        (b"7 3 DOT\n7 3 250", {(7, 3)}, {}, "whole but for its newline: torn"),
        (b"7 3 DOT\n7 3 250\n", {(7, 3)}, {(7, 3): Reply(250, "")}, "a server of few words"),
        (b"7 3 DOT\n7 3 250 ok\n7 3 DOT\n", {(7, 3)}, {}, "an answer is to the dot before it"),
        (b"\0\0\0\0\n7 3 DOT\n", {(7, 3)}, {}, "what a power cut left is passed over"),
        ("7 3 DOT\n7 3 250 schön\n".encode(), {(7, 3)}, {(7, 3): Reply(250, "schön")}, "words of the world"),
    ],
)
def test_a_journal_is_read_line_by_line(
    tmp_path: Path, octets: bytes, dots: set[journal.Try], replies: dict[journal.Try, Reply], remark: str
) -> None:
    said = journal.read(tmp_path, written(tmp_path, octets))

    assert said is not None
    assert (set(said.dots), dict(said.replies)) == (dots, replies), remark


@pytest.mark.parametrize(
    ("which", "here", "proves", "remark"),
    [
        ((8, 3), HERE, True, "its line is missing here and now"),
        ((7, 3), HERE, False, "its line is there"),
        ((8, 3), Machine(host="here", boot="tomorrow"), False, "a power cut may have taken the line"),
        ((8, 3), Machine(host="there", boot="today"), False, "another machine's page cache"),
    ],
)
def test_f23_only_the_boot_that_wrote_it_proves_that_no_dot_left(
    tmp_path: Path, which: journal.Try, here: Machine, *, proves: bool, remark: str
) -> None:
    said = journal.read(tmp_path, written(tmp_path, b"7 3 DOT\n"))

    assert said is not None
    assert said.proves_no_dot(which, here=here) is proves, remark


def test_where_boots_have_no_names_nothing_is_proved(tmp_path: Path) -> None:
    nameless = Machine(host="here", boot=None)
    ours = Journal(tmp_path, nameless)
    ours.close()
    said = journal.read(tmp_path, ours.id)

    assert said is not None
    assert not said.proves_no_dot((7, 3), here=nameless)


@pytest.mark.parametrize("octets", [b"", b"something else\n", b"coachfollow-journal-2 here today\n"])
def test_what_is_no_journal_proves_nothing(tmp_path: Path, octets: bytes) -> None:
    (tmp_path / "one.journal").write_bytes(octets)

    assert journal.read(tmp_path, "one") is None
    assert journal.read(tmp_path, "none") is None


def test_only_what_nobody_writes_any_more_is_left_behind(tmp_path: Path) -> None:
    ours = Journal(tmp_path, HERE)
    assert list(journal.left_behind(tmp_path)) == []

    ours.close()

    assert list(journal.left_behind(tmp_path)) == [ours.id]
    journal.remove(tmp_path, ours.id)
    journal.remove(tmp_path, ours.id)
    assert list(tmp_path.iterdir()) == []


def test_f22_after_a_line_that_was_cut_short_there_is_no_other(tmp_path: Path) -> None:
    """The disk is full. No line, no dot; what was torn stays the last line, so it cannot be misread."""
    ours = Journal(tmp_path, HERE)
    ours.dot(7, 3)
    with (
        disk_is_full(tmp_path / f"{ours.id}.journal", room=3),
        pytest.raises(Unwritten, match="only a part of a line"),
    ):
        ours.dot(8, 3)
    assert not ours.may_go_on
    with pytest.raises(Unwritten, match="another is begun"):
        ours.reply(7, 3, OK)
    ours.close()

    said = journal.read(tmp_path, ours.id)

    assert said is not None
    assert (set(said.dots), dict(said.replies)) == ({(7, 3)}, {})


def test_a_line_that_cannot_be_written_at_all_is_told(tmp_path: Path) -> None:
    ours = Journal(tmp_path, HERE)
    with (
        disk_is_full(tmp_path / f"{ours.id}.journal", room=0),
        pytest.raises(Unwritten, match="cannot be written"),
    ):
        ours.dot(7, 3)


def test_threads_that_share_a_journal_neither_lose_a_line_nor_find_it_torn(tmp_path: Path) -> None:
    """A line that another thread is writing at this moment is no torn one."""
    ours = Journal(tmp_path, HERE)

    def write(fence: int) -> bool:
        went_on = True
        for message_id in range(1, 501):
            went_on &= ours.may_go_on
            ours.dot(message_id, fence)
        return went_on

    with ThreadPoolExecutor(4) as threads:
        assert all(threads.map(write, range(1, 5)))

    said = journal.read(tmp_path, ours.id)
    assert said is not None
    assert said.dots == {(message_id, fence) for message_id in range(1, 501) for fence in range(1, 5)}


def test_a_journal_is_let_go_of_with_the_last_who_holds_it(tmp_path: Path) -> None:
    ours = Journal(tmp_path, HERE)
    theirs = ours
    del ours
    assert list(journal.left_behind(tmp_path)) == []

    del theirs

    assert len(list(journal.left_behind(tmp_path))) == 1


def test_what_is_left_of_a_journal_that_was_never_begun_is_swept_away(tmp_path: Path) -> None:
    """Its process died between creating and renaming it."""
    begun = Journal(tmp_path, HERE)
    (tmp_path / "one.new").write_text("coachfollow-jour")

    journal.sweep(tmp_path)

    assert [path.stem for path in tmp_path.iterdir()] == [begun.id]


def test_where_no_journal_can_be_begun_the_sentence_names_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unwritten, match=str(tmp_path / "file")):
        Journal(tmp_path / "file", HERE)
