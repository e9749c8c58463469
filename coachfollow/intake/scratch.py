"""Keeps what a reading finds on disk, so that a list of any length takes the same memory.

Field notes: SQLite gives a database without a name a private file, which no other process sees and which is gone
when it is closed, however this process ends. A short list never leaves the cache and writes nothing.
"""

import sqlite3
import weakref
from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Generic, TypeVar, overload

T = TypeVar("T")

_SET_UP = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -2000;
CREATE TABLE items (pile INTEGER, place INTEGER, packed TEXT, PRIMARY KEY (pile, place)) WITHOUT ROWID;
CREATE TABLE places (register INTEGER, key TEXT, place INTEGER, PRIMARY KEY (register, key)) WITHOUT ROWID;
CREATE TABLE shares (pile INTEGER, owner INTEGER, n INTEGER, packed TEXT, PRIMARY KEY (pile, owner, n)) WITHOUT ROWID;
BEGIN;
"""


class Scratch:
    """The file behind the piles and registers of one reading; it ends with the last of them."""

    __slots__ = ("__weakref__", "database", "numbers")

    def __init__(self) -> None:
        self.database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self.database.close)
        self.database.executescript(_SET_UP)
        self.numbers = count()


class Stored(Sequence[T]):
    """A sequence whose items are made when they are asked for; it equals any sequence with the same items."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]  # it grows

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == another for one, another in zip(self, other, strict=True))

    @overload
    def __getitem__(self, place: int) -> T: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[T]: ...

    def __getitem__(self, place: int | slice) -> T | Sequence[T]:
        if isinstance(place, slice):
            return [self._item(one) for one in range(*place.indices(len(self)))]
        return self._item(range(len(self))[place])

    @abstractmethod
    def _item(self, place: int) -> T: ...


class Pile(Stored[T]):
    """A list on disk."""

    __slots__ = ("_length", "_number", "_pack", "_scratch", "_unpack")

    def __init__(self, scratch: Scratch, *, pack: Callable[[T], str], unpack: Callable[[str], T]) -> None:
        self._scratch, self._number = scratch, next(scratch.numbers)
        self._pack, self._unpack = pack, unpack
        self._length = 0

    def append(self, item: T) -> int:
        """Put an item on top; gives its place."""
        place = self._length
        self._length += 1
        self[place] = item
        return place

    def __setitem__(self, place: int, item: T) -> None:
        self._scratch.database.execute(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?)", (self._number, place, self._pack(item))
        )

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        found = self._scratch.database.execute(
            "SELECT packed FROM items WHERE pile = ? ORDER BY place", (self._number,)
        )
        return (self._unpack(packed) for (packed,) in found)

    def _item(self, place: int) -> T:
        (packed,) = self._scratch.database.execute(
            "SELECT packed FROM items WHERE pile = ? AND place = ?", (self._number, place)
        ).fetchone()
        return self._unpack(packed)


class Register:
    """A place for each key, on disk; the first that was given stays."""

    __slots__ = ("_number", "_scratch")

    def __init__(self, scratch: Scratch) -> None:
        self._scratch, self._number = scratch, next(scratch.numbers)

    def get(self, key: str) -> int | None:
        """The place of a key, if it has one."""
        found = self._scratch.database.execute(
            "SELECT place FROM places WHERE register = ? AND key = ?", (self._number, key)
        ).fetchone()
        return found[0] if found else None

    def keep(self, key: str, place: int) -> bool:
        """Give a key its place; False where it had one, which stands."""
        done = self._scratch.database.execute(
            "INSERT OR IGNORE INTO places VALUES (?, ?, ?)", (self._number, key, place)
        )
        return done.rowcount == 1

    def replace(self, key: str, place: int) -> None:
        """Give a key another place."""
        self._scratch.database.execute(
            "INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (self._number, key, place)
        )


class Shares(Generic[T]):
    """A short list for each of many owners, on disk."""

    __slots__ = ("_added", "_number", "_pack", "_scratch", "_unpack")

    def __init__(self, scratch: Scratch, *, pack: Callable[[T], str], unpack: Callable[[str], T]) -> None:
        self._scratch, self._number = scratch, next(scratch.numbers)
        self._pack, self._unpack = pack, unpack
        self._added = 0

    def add(self, owner: int, item: T) -> None:
        """Give an owner one more."""
        self._added += 1
        self._scratch.database.execute(
            "INSERT INTO shares VALUES (?, ?, ?, ?)", (self._number, owner, self._added, self._pack(item))
        )

    def of(self, owner: int) -> list[T]:
        """What an owner was given, in that order."""
        if not self._added:
            return []
        found = self._scratch.database.execute(
            "SELECT packed FROM shares WHERE pile = ? AND owner = ? ORDER BY n", (self._number, owner)
        )
        return [self._unpack(packed) for (packed,) in found]
