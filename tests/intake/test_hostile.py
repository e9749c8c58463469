"""No bytes do anything but being read or being refused with a sentence."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from coachfollow.intake import decode
from coachfollow.intake.people import read_people
from coachfollow.intake.reading import DateOrder, Mapping, Unreadable, read
from tests.intake import samples
from tests.intake.samples import attendees, written

FILES = [
    *(
        written(make(attendees(day=14), DateOrder.DMY), delimiter=",", encoding="utf-8")
        for make in samples.MAKES.values()
    ),
    *(written(make(attendees(day=4), DateOrder.MDY)) for make in samples.MAKES.values()),
]
WORKBOOKS = [
    samples.workbook({"A": samples.teams(attendees(day=14), DateOrder.MDY)}),
    samples.open_document(samples.plain(attendees(), DateOrder.DMY)),
    samples.old_workbook(samples.plain(attendees(), DateOrder.DMY)),
]
ALPHABET = st.sampled_from("Name,Email\tJoin Time;1/2:@\"'|\r\n.é-\0\ufeff()<>9")
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 4)), min_size=1, max_size=6
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "upload"


def survive(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    sentences = []
    for reader in (read, read_people):
        try:
            reader(path, name="list.csv")
        except Unreadable as refused:
            sentences.append(refused.sentence)
    assert all(sentence.endswith(".") for sentence in sentences)


def changed(data: bytes, changes: list[tuple[float, bytes, int]]) -> bytes:
    """The file with some bytes taken out and others put in."""
    for place, new, old in changes:
        at = round(place * len(data))
        data = data[:at] + new + data[at + old :]
    return data


@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"\xef\xbb\xbf")
@example(b"\0")
@example(b"PK\x03\x04")
@example(b"\xd0\xcf\x11\xe0")
@settings(deadline=None)
def test_random_bytes_are_survived(path: Path, data: bytes) -> None:
    survive(path, data)


@given(st.binary(max_size=60), st.sampled_from(decode.ENCODINGS))
@example(b"\xff\xfeN\0a\0m\0e\0\n\0A\0", "utf-16-le")
@settings(deadline=None)
def test_any_encoding_may_be_chosen_for_any_bytes(path: Path, data: bytes, encoding: str) -> None:
    path.write_bytes(b"Name,Email\n" + data)
    with suppress(Unreadable):
        read(path, name="list.csv", mapping=Mapping(encoding=encoding))


@given(st.text(ALPHABET, max_size=120))
@settings(deadline=None)
def test_random_lists_are_survived(path: Path, text: str) -> None:
    survive(path, f"Name,Email,Join Time,Leave Time,Duration\n{text}".encode())


@given(st.sampled_from(FILES), CHANGES)
@settings(deadline=None)
def test_damaged_reports_are_survived(
    path: Path, data: bytes, changes: list[tuple[float, bytes, int]]
) -> None:
    survive(path, changed(data, changes))


@given(st.sampled_from(WORKBOOKS), CHANGES)
@settings(max_examples=15, deadline=None)
def test_damaged_workbooks_are_survived(
    path: Path, data: bytes, changes: list[tuple[float, bytes, int]]
) -> None:
    survive(path, changed(data, changes))


@given(st.sampled_from(FILES), CHANGES, st.sampled_from(DateOrder))
@settings(deadline=None)
def test_a_damaged_report_never_ends_before_it_begins(
    path: Path, data: bytes, changes: list[tuple[float, bytes, int]], order: DateOrder
) -> None:
    path.write_bytes(changed(data, changes))
    try:
        reading = read(path, name="list.csv", date_order=order)
    except Unreadable:
        return
    assert all(joined <= left for seen in reading.sightings for joined, left in seen.intervals)
    assert all((seen.minutes or 0) >= 0 for seen in reading.sightings)
