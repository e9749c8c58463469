"""Holds a programme as the words it is written in: YAML to plain groups, lists and texts, changed, and back.

Nothing is judged here: a document may be full of mistakes and keeps every word. What YAML would take for a number,
a time or a truth stays the text it is, as in `programme_nodes.scalar`.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml

from coachfollow.intake.programme_nodes import InvalidProgramme, Mistake, Spot, root

Node: TypeAlias = "str | list[Node] | dict[str, Node]"
Document: TypeAlias = dict[str, "Node"]

NO_GROUP = "must be a group of fields, each on a line of its own as “name: value”"

_BARE = re.compile(r"(?P<int>[+-]?(0|[1-9][0-9]{0,5}))|(?P<float>0?\.[0-9]{1,6})|(?P<bool>true|false)")
_TAG = "tag:yaml.org,2002:"
_WIDTH = 100


def load(text: str, *, file: str) -> Document:
    """Take a YAML text apart; InvalidProgramme if it is no plain group of fields."""
    return taken_apart(root(text, file=file))


def taken_apart(spot: Spot) -> Document:
    """The same for a file that was opened already."""
    found = _plain(spot.node)
    if not isinstance(found, dict):
        mistake = Mistake(file=spot.file, line=spot.line, field="file", sentence=NO_GROUP)
        raise InvalidProgramme((mistake,))
    return found


def dump(document: Document) -> str:
    """Write a document as YAML that people can go on writing; `load` gives it back."""
    # PyYAML's stubs know nothing of what a dumper may be given
    return str(yaml.dump(document, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=_WIDTH))


def group(node: Node, *path: str) -> Document:
    """The fields at the end of this path; none where there is no such group."""
    for name in path:
        node = node.get(name, {}) if isinstance(node, dict) else {}
    return node if isinstance(node, dict) else {}


def entries(node: Node, *path: str) -> list[Node]:
    """The list at the end of this path; an empty one where there is none."""
    found = group(node, *path[:-1]).get(path[-1], [])
    return found if isinstance(found, list) else []


def words(node: Node, *path: str) -> str:
    """The text at the end of this path; the empty one where there is none."""
    found = group(node, *path[:-1]).get(path[-1], "")
    return found if isinstance(found, str) else ""


def put(document: Document, said: Node, *path: str) -> None:
    """Write a text or a list at the end of this path, or take the field away where nothing is said."""
    if not said:
        group(document, *path[:-1]).pop(path[-1], None)
        return
    for name in path[:-1]:
        if not isinstance(document.get(name), dict):
            document[name] = {}
        document = group(document, name)
    document[path[-1]] = said


def tidy(said: str) -> str:
    """What a form sends, as a file would hold it: one kind of line end, no empty ends."""
    return said.replace("\r\n", "\n").replace("\r", "\n").strip()


def _plain(node: yaml.Node) -> Node:
    match node:
        case yaml.MappingNode():
            found: Document = {}
            for name, value in node.value:
                found.setdefault(_said(name), _plain(value))
            return found
        case yaml.SequenceNode():
            return [_plain(entry) for entry in node.value]
        case _:
            return _said(node)


def _said(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode) or node.tag == f"{_TAG}null":
        return ""
    return str(node.value)


class _Writer(yaml.SafeDumper):
    """Texts of several lines as blocks, numbers without quotes, lists set in under their name."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - PyYAML's
        """Set lists in."""
        del indentless
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out: our reader refuses aliases."""
        del data
        return True


def _text(writer: yaml.SafeDumper, said: str) -> yaml.ScalarNode:
    if bare := _BARE.fullmatch(said):
        return writer.represent_scalar(f"{_TAG}{bare.lastgroup}", said)
    return writer.represent_scalar(f"{_TAG}str", said, style="|" if "\n" in said else None)


_Writer.add_representer(str, _text)
