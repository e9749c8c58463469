"""A list may be as long as it likes: what is kept in memory of it does not grow."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coachfollow.intake.reading import Reading, read
from tests.intake.samples import read_bytes

SHORT, LONG = 100, 900
READINGS = 5
A_LITTLE = 100_000  # bytes; kept in memory, 800 rows more take from two hundred thousand to a million


def people(count: int) -> Iterator[str]:
    yield "Name,Email,Minutes,Zone\n"
    yield from (f"Person {n},person{n}@example.org,{n % 200},Europe/Berlin\n" for n in range(count))


def returning(count: int) -> Iterator[str]:
    yield "Name,Email,Join time,Leave time\n"
    for n in range(count):
        who = n % (count // 2)
        yield f"Person {who},person{who}@example.org,2026-11-14 09:{n % 60:02},2026-11-14 10:{n % 60:02}\n"


def wrong(count: int) -> Iterator[str]:
    yield "Name,Email\n"
    yield from (f"Person {n},person{n}example.org\n" for n in range(count))


def contradicting(count: int) -> Iterator[str]:
    yield "Name,Email,Present\n"
    yield from (f"Person {n},person{n // 2}@example.org,{'yn'[n % 2]}\n" for n in range(count))


def teams(count: int) -> Iterator[str]:
    """Every tenth is a guest without an address, whose stays are found by name."""
    yield "1. Summary\nStart time\t14/11/26, 09:00:00\nEnd time\t14/11/26, 12:00:00\n\n2. Participants\n"
    yield "Name\tFirst join\tLast leave\tIn-meeting duration\tEmail\tRole\n"
    rows = [
        f"Person {n}\t14/11/26, 09:00:00\t14/11/26, 11:00:00\t1h 50m\t"
        f"{f'person{n}@example.org' if n % 10 else ''}\tAttendee\n"
        for n in range(count // 2)
    ]
    yield from rows
    yield "\n3. In-Meeting activities\nName\tJoin time\tLeave time\tDuration\tEmail\tRole\n"
    yield from rows


def read_through(path: Path) -> Reading:
    reading = read(path, name="list.csv")
    for found in (reading.sightings, reading.problems, reading.notes):
        assert sum(1 for _ in found) == len(found)
    return reading


def peak(path: Path) -> int:
    """The most bytes that Python held while a list was read through."""
    gc.collect()
    tracemalloc.start()
    try:
        read_through(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("make", [people, returning, wrong, contradicting, teams])
def test_a_long_list_takes_no_more_memory_than_a_short_one(
    tmp_path: Path, make: Callable[[int], Iterator[str]]
) -> None:
    short, long = tmp_path / "short.csv", tmp_path / "long.csv"
    short.write_text("".join(make(SHORT)), encoding="utf-8")
    long.write_text("".join(make(LONG)), encoding="utf-8")
    assert read_through(short).rows, "what is remembered once, like the zones, is remembered by now"

    # what other threads hold, like a server that an earlier test left, is counted too, but not each time
    grown = (peak(long) - peak(short) for _ in range(READINGS))
    assert any(more < A_LITTLE for more in grown)


def test_a_long_list_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("".join(people(LONG)), encoding="utf-8")
    reading = read(path, name="list.csv")
    assert len(reading.sightings) == LONG
    assert [seen.minutes for seen in reading.sightings] == [n % 200 for n in range(LONG)]
    assert reading.sightings[-1].email == f"person{LONG - 1}@example.org"


WHO = st.sampled_from(["", "a@example.org", "b@example.org", "c@example.org"])


@given(st.lists(st.tuples(WHO, WHO, st.sampled_from(["", "1", "2"])), min_size=1, max_size=12))
@settings(deadline=None)
def test_no_two_people_of_a_reading_have_one_address(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    lines = "".join(f"Anna,{email},{upn},{number}\n" for email, upn, number in rows)
    reading = read_bytes(
        tmp_path_factory.getbasetemp() / "one", f"Name,Email,UPN,Employee ID\n{lines}".encode()
    )
    emails = [seen.email for seen in reading.sightings if seen.email]
    assert len(emails) == len(set(emails))
