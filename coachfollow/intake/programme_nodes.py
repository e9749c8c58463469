"""Reads YAML into spots that know their line and field, and notes every mistake, not only the first."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeVar

import yaml

from coachfollow.errors import Invalid

LARGEST = 256 * 1024
DEEPEST = 10
MOST_VALUES = 20_000
LONGEST_NAME = 60

_QUOTES = "a text with a colon, a brace, # or ? in it belongs in quotes"

T = TypeVar("T")
D = TypeVar("D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong with a programme's file, and where."""

    file: str
    line: int
    field: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.sentence}"


class InvalidProgramme(Invalid):
    """A programme's file that cannot be used; all of its mistakes are told at once, in the file's order."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)), {m.field: m.sentence for m in mistakes})
        self.mistakes = mistakes


class Unusable(Exception):
    """A value from which nothing can be read; caught where a stand-in is at hand, so that reading goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One value of the file, the line it is named on and the path of fields that leads to it."""

    node: yaml.Node
    line: int
    path: str
    file: str
    mistakes: list[Mistake]

    def note(self, sentence: str, *, line: int | None = None) -> None:
        """Write a mistake down; reading goes on."""
        self.mistakes.append(
            Mistake(file=self.file, line=line or self.line, field=self.path or "file", sentence=sentence)
        )

    def inner(self, node: yaml.Node, name: str, *, line: int) -> Spot:
        """A value inside this one."""
        path = f"{self.path}.{name}" if self.path else name
        return Spot(node=node, line=line, path=path, file=self.file, mistakes=self.mistakes)

    def read(self, reader: Callable[[Spot], T], otherwise: D) -> T | D:
        """What the reader makes of this value; if nothing, the mistake is noted and the stand-in returned."""
        try:
            return reader(self)
        except Unusable as problem:
            self.note(str(problem))
            return otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The known fields of a mapping."""

    spot: Spot
    found: Mapping[str, Spot]

    def get(self, name: str, reader: Callable[[Spot], T], otherwise: D) -> T | D:
        """The field's value, or the default if it is not there."""
        return self.found[name].read(reader, otherwise) if name in self.found else otherwise

    def need(
        self, name: str, reader: Callable[[Spot], T], otherwise: D, *, absent: str = "is missing"
    ) -> T | D:
        """The field's value; its absence is a mistake."""
        if name not in self.found:
            self.spot.inner(self.spot.node, name, line=self.spot.line).note(absent)
        return self.get(name, reader, otherwise)


def root(text: str, *, file: str) -> Spot:
    """The whole file as one spot; InvalidProgramme unless it is one plain YAML document of sensible size."""
    if len(text) > LARGEST or len(text.encode(errors="replace")) > LARGEST:
        raise _refusal(file, 1, f"is larger than {LARGEST // 1024} kB; a programme fits in far less")
    try:
        node = _composed(text)
    except _NotPlain as problem:
        raise _refusal(file, problem.line, str(problem)) from problem
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise _refusal(file, line, f"holds a character that no text has (U+{error.character:04X})") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _refusal(
            file, line, f"is not YAML that can be read here: {error.problem}; {_QUOTES}"
        ) from error
    if node is None:
        raise _refusal(file, 1, "is empty; docs/programmes.md shows a small complete programme")
    return Spot(node=node, line=node.start_mark.line + 1, path="", file=file, mistakes=[])


def _refusal(file: str, line: int, sentence: str) -> InvalidProgramme:
    return InvalidProgramme((Mistake(file=file, line=line, field="file", sentence=sentence),))


class _NotPlain(Exception):
    """YAML that a programme never needs."""

    def __init__(self, problem: str, event: yaml.Event) -> None:
        super().__init__(problem)
        self.line = event.start_mark.line + 1 if event.start_mark else 1


def _composed(text: str) -> yaml.Node | None:
    """Read by libyaml, twenty times as fast where it is there; what that refuses, Python's reader tells better."""
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _compose_by(quick, text)
    except (yaml.YAMLError, UnicodeEncodeError):
        return _compose_by(yaml.SafeLoader, text)


def _compose_by(loader: type[yaml.SafeLoader], text: str) -> yaml.Node | None:
    _insist_on_plain(text, loader=loader)
    node: yaml.Node | None = yaml.compose(text, Loader=loader)
    return node


def _insist_on_plain(text: str, *, loader: type[yaml.SafeLoader]) -> None:
    """Refuse what can grow without end, aliases, tags, depth and sheer number, before nodes are built."""
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=loader)):
        if isinstance(event, yaml.AliasEvent):
            raise _NotPlain(f"“*{event.anchor}” repeats another place; write the text out", event)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            raise _NotPlain(f"the tag “{event.tag}” has no meaning here; leave it out", event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise _NotPlain(f"is nested more than {DEEPEST} levels deep", event)
        if number > MOST_VALUES:
            raise _NotPlain(f"holds more than {MOST_VALUES:,} names and values", event)


def scalar(spot: Spot) -> str:
    """The value as it is written, whatever YAML would make of it: `no` stays “no”, `14:30` stays “14:30”."""
    if not isinstance(spot.node, yaml.ScalarNode):
        raise Unusable("must be a single value, not a list or a group of fields")
    if spot.node.tag == "tag:yaml.org,2002:null" or not spot.node.value.strip():
        raise Unusable("is empty; write a value or leave the field out")
    return str(spot.node.value).strip()


def each(spot: Spot, reader: Callable[[Spot], T]) -> tuple[T, ...]:
    """What the reader makes of every entry of a list; unusable ones are noted and passed over."""
    if not isinstance(spot.node, yaml.SequenceNode):
        raise Unusable("must be a list, each entry on a line of its own after “- ”")
    read = (
        spot.inner(node, f"#{number}", line=node.start_mark.line + 1).read(reader, None)
        for number, node in enumerate(spot.node.value, start=1)
    )
    return tuple(value for value in read if value is not None)


def fields(spot: Spot, known: Collection[str]) -> Fields:
    """A mapping's fields; doubled and unknown ones are noted, a near miss is read as what it meant."""
    given = named(spot)
    free = set(known) - {name for name, _ in given}
    found: dict[str, Spot] = {}
    for name, inner in given:
        meant = name if name in known else _close(name, free)
        if meant != name:
            inner.note(f"is not a field here; {_suggestion(meant, known)}")
        elif name in found:
            inner.note(f"is given twice; it is already on line {found[name].line}")
        if meant is not None:
            found.setdefault(meant, inner)
    return Fields(spot=spot, found=found)


def named(spot: Spot) -> tuple[tuple[str, Spot], ...]:
    """A mapping's values with the names they are given under, doubled ones included."""
    if not isinstance(spot.node, yaml.MappingNode):
        raise Unusable("must be a group of fields, each on a line of its own as “name: value”")
    return tuple(_entry(spot, name, value) for name, value in spot.node.value)


def _entry(spot: Spot, name: yaml.Node, value: yaml.Node) -> tuple[str, Spot]:
    said = str(name.value)[:LONGEST_NAME] if isinstance(name, yaml.ScalarNode) else "?"
    return said, spot.inner(value, said, line=name.start_mark.line + 1)


def _close(name: str, known: Collection[str]) -> str | None:
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1)), None)


def _suggestion(meant: str | None, known: Collection[str]) -> str:
    return f"did you mean “{meant}”?" if meant else f"the fields here are {', '.join(known)}"
