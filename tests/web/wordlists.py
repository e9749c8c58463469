"""What pages say in their reader's language: every word that templates and modules mark, and the catalogues."""

import ast
import os
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from babel.messages import Catalog, pofile
from babel.messages.extract import extract
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from coachfollow.web import distances, hearing, tongues

TREE = Path(__file__).parent.parent.parent
TEMPLATES, WEB = TREE / "templates" / "web", TREE / "coachfollow" / "web"
BELOW = tuple(TREE / "coachfollow" / room for room in ("rules", "flow", "queries"))
WRITES = os.environ.get("COACHFOLLOW_WORDS") == "write"

SPOKEN = (
    *("base.html", "front.html", "refusal.html", "_away.html", "_components.html", "_forms.html"),
    *sorted(
        path.relative_to(TEMPLATES).as_posix()
        for folder in ("answer", "following", "leaving")
        for path in (TEMPLATES / folder).glob("*.html")
    ),
)
"""The templates of pages that speak their reader's language."""

AS_THEY_ARE = frozenset({"Coachfollow", "– Coachfollow", "Outlook:", "Google:", "Apple:", "one-screen"})
ENGLISH = {  # the demo speaks English, as do the parts of pages that staff alone see
    "base.html": {"This is the demo. Its clock says", "Move it ahead", ", or read", "everybody’s mail"},
    "_components.html": {
        "Show everything",
        "Page of",
        "Day",
        "What comes",
        "Earlier rows",
        "More rows",
        "Other dates",
    },
    "answer/mailed.html": {"Open the demo’s mailbox"},
    "_forms.html": {'aria-describedby="" aria-invalid="true"'},
}
_CODE = re.compile(r"\{#.*?#\}|\{% trans.*?endtrans %\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_SEVERAL_WORDS = re.compile(r"\w[,.:;]? \w")
_SENTENCE = re.compile(r"[A-Z].* .*[.?]", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")

KEYWORDS: dict[str, tuple[int, ...] | None] = {"say": None, "mark": None, "count": (1, 2)}
OPTIONS = {"trimmed": "true", "silent": "false"}

Message = tuple[str | None, str | tuple[str, str]]
"""The context and the English, with its plural if it has one."""


def wanted() -> dict[Message, set[str]]:
    """Everything that is said, and where; what is heard from rules and flow stands in `hearing` and `distances`."""
    found: dict[Message, set[str]] = {}
    for message, place in (*_of_templates(), *_of_modules(), *_heard()):
        found.setdefault(message, set()).add(place)
    return found


def catalogue(language: str) -> Catalog:
    """Read a catalogue as translators have it."""
    with (tongues.folder() / f"{language}.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


def of(read: Catalog) -> dict[Message, tuple[str, ...]]:
    """Every message of a catalogue, and how it is said: once, or in each plural."""
    found: dict[Message, tuple[str, ...]] = {}
    for one in read:
        match one.id, one.string:
            case (str(single), str(many)), (tuple() | list()) as said:
                found[one.context, (single, many)] = tuple(str(plural) for plural in said)
            case str(words), str(said) if words:
                found[one.context, words] = (said,)
    return found


def write(language: str, words: Mapping[Message, tuple[str, ...]] = MappingProxyType({})) -> None:
    """Bring a catalogue to what is wanted: what is new has no words yet, what nobody says is dropped."""
    file = tongues.folder() / f"{language}.po"
    known = {**of(catalogue(language)), **words}
    new = Catalog(locale=language)
    for message, places in sorted(wanted().items(), key=lambda one: (min(one[1]), str(one[0]))):
        context, said = message
        where = [(place, 0) for place in sorted(places)]
        string = known.get(message, ("",))
        new.add(
            said, string=string if isinstance(said, tuple) else string[0], locations=where, context=context
        )
    body = BytesIO()
    pofile.write_po(body, new, width=110, include_lineno=False, omit_header=True)
    head = file.read_text().partition("\n\n")[0]
    file.write_text(f"{head}\n\n{body.getvalue().decode().strip()}\n")


def unmarked(environment: Environment, name: str) -> list[str]:
    """What a template says past the catalogues: texts between its tags, and texts of several words in its code."""
    source = (TEMPLATES / name).read_text()
    between = (" ".join(text.split()) for text in _TAG.split(_CODE.sub("", source)))
    tree = environment.parse(source)
    said = {
        id(one)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in {"_", "gettext", "ngettext", "pgettext"}
        for one in call.find_all(nodes.Const)
    }
    within = (one.value for one in tree.find_all(nodes.Const) if id(one) not in said)
    texts = (*between, *(text for text in within if isinstance(text, str) and _SEVERAL_WORDS.search(text)))
    allowed = AS_THEY_ARE | ENGLISH.get(name, set())
    return [text for text in texts if any(char.isalpha() for char in text) and text not in allowed]


def sentences_below() -> set[str]:
    """Every constant text of the rooms below the pages."""
    modules = (ast.parse(path.read_text()) for room in BELOW for path in room.rglob("*.py"))
    return {
        node.value
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def refused(*modules: str) -> set[str]:
    """Every sentence with which modules below refuse something, a gap (`{}`) where it holds a fact."""
    found: set[str] = set()
    for module in modules:
        tree = ast.parse((TREE / "coachfollow" / f"{module}.py").read_text())
        constants = (
            one.value for one in tree.body if isinstance(one, (ast.Assign, ast.AnnAssign)) and one.value
        )
        raised = (one for one in ast.walk(tree) if isinstance(one, ast.Raise))
        for place in (*constants, *raised):
            found.update(text for text in _texts(place) if _SENTENCE.fullmatch(text))
    return found


def _texts(place: ast.AST) -> Iterator[str]:
    if isinstance(place, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in place.values)
    elif isinstance(place, ast.Constant) and isinstance(place.value, str):
        yield place.value
    else:
        for inner in ast.iter_child_nodes(place):
            yield from _texts(inner)


def _of_templates() -> Iterator[tuple[Message, str]]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        with path.open("rb") as file:
            for _, function, said, _ in babel_extract(
                file, ("_", "gettext", "ngettext", "pgettext"), (), OPTIONS
            ):
                yield _message(function, said), path.relative_to(TREE).as_posix()


def _of_modules() -> Iterator[tuple[Message, str]]:
    for path in sorted(WEB.rglob("*.py")):
        with path.open("rb") as file:
            for _, said, _, _ in extract("python", file, KEYWORDS):
                message = (said[0], said[1]) if isinstance(said, tuple) else said
                yield (None, message), path.relative_to(TREE).as_posix()


def _heard() -> Iterator[tuple[Message, str]]:
    for sentence in hearing.sentences():
        yield (None, sentence), "coachfollow/web/hearing.py"
    for state in hearing.STATES:
        yield ("follow-up", state), "coachfollow/web/hearing.py"
    for put in (distances.AFTER, distances.ON):
        for anchor in distances.ANCHORS:
            yield (put, anchor), "coachfollow/web/distances.py"


def _message(function: str | None, said: object) -> Message:
    match function, said:
        case "ngettext", (str(one), str(many), *_):
            return None, (one, many)
        case "pgettext", (str(context), str(words), *_):
            return context, words
        case _, (str(words), *_):
            return None, words
        case _, str(words):
            return None, words
    raise AssertionError(f"{function}({said}) cannot be translated")
