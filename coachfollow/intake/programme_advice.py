"""Between a programme's document and the form of its advice: a good plan, a poor one, examples, and its themes.

Fields have one value each and end in “-” and the code of their language. A row that is left empty is taken away.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy

from coachfollow.intake.programme_documents import Document, Node, entries, group, put, tidy, words
from coachfollow.intake.programme_editing import first_free, key_of
from coachfollow.intake.programme_forms import Values
from coachfollow.intake.programme_nodes import Mistake
from coachfollow.intake.programme_places import Problems, by_field

JUDGED = ("good", "poor")
PARTS = ("situation", "action")
EMPTY_ROWS = 2  # after those that are filled: for more, it is kept and opened again
NEW_THEMES = ("1", "2")

_ROW = re.compile(r"example-([0-9]{1,3})-(?:situation|action)-(.+)")


def advice_values(document: Document) -> dict[str, str]:
    """What stands in the fields of the form."""
    found: dict[str, str] = {}
    for which in JUDGED:
        for code in group(document, "commitment", which):
            for part in (*PARTS, "why"):
                found[f"{which}-{part}-{code}"] = words(document, "commitment", which, code, part)
    for code in group(document, "commitment", "examples"):
        for row, example in enumerate(entries(document, "commitment", "examples", code), start=1):
            found |= {f"example-{row}-{part}-{code}": words(example, part) for part in PARTS}
    for key in group(document, "themes"):
        found |= {
            f"theme-{key}-{code}": words(document, "themes", key, code)
            for code in group(document, "themes", key)
        }
    return found


def rows(values: Values, code: str) -> range:
    """The rows of examples that a form of one language has: those that are filled, and some that are not."""
    filled = (
        int(found[1])
        for name in values
        if (found := _ROW.fullmatch(name)) and found[2] == code and values[name]
    )
    return range(1, max(filled, default=0) + EMPTY_ROWS + 1)


def advice_of(values: Values, *, before: Document, languages: Collection[str]) -> Document:
    """The document with what the form says; what the form does not show stays as it was."""
    said = {name: tidy(value) for name, value in values.items()}
    document = deepcopy(before)
    for code in languages:
        for which in JUDGED:
            for part in (*PARTS, "why"):
                put(document, said.get(f"{which}-{part}-{code}", ""), "commitment", which, code, part)
            _drop_empty(document, "commitment", which, code)
        _put_examples(document, _examples(said, code), code)
    for path in (("commitment", "examples"), ("commitment", "good"), ("commitment", "poor"), ("commitment",)):
        _drop_empty(document, *path)
    _put_themes(document, said, languages)
    return document


def problems(mistakes: Iterable[Mistake], *, languages: Collection[str]) -> Problems:
    """What is wrong with themes and examples, by the fields of the form."""
    own = [one for one in mistakes if is_advice(one)]
    return by_field(own, lambda mistake: _place(mistake.field, languages))


def is_advice(mistake: Mistake) -> bool:
    """Whether a mistake is about what this form is for."""
    return mistake.field.partition(".")[0] in {"commitment", "themes"}


def _examples(said: Mapping[str, str], code: str) -> list[Node]:
    rows_ = (
        {part: said.get(f"example-{row}-{part}-{code}", "") for part in PARTS} for row in rows(said, code)
    )
    return [{part: text for part, text in row.items() if text} for row in rows_ if any(row.values())]


def _put_examples(document: Document, examples: list[Node], code: str) -> None:
    there = group(document, "commitment", "examples").get(code, [])
    if examples or isinstance(there, list):  # what is no list has no row here, and is mended in the file
        put(document, examples, "commitment", "examples", code)


def _put_themes(document: Document, said: Mapping[str, str], languages: Collection[str]) -> None:
    for key in list(group(document, "themes")):
        for code in languages:
            put(document, said.get(f"theme-{key}-{code}", ""), "themes", key, code)
        _drop_empty(document, "themes", key)
    for number in NEW_THEMES:
        texts = {code: text for code in languages if (text := said.get(f"new-theme-{number}-{code}"))}
        if texts:
            taken = group(document, "themes")
            key = first_free(key_of(next(iter(texts.values()))), taken=taken)
            for code, text in texts.items():
                put(document, text, "themes", key, code)
    _drop_empty(document, "themes")


def _drop_empty(document: Document, *path: str) -> None:
    """Take a group away in which nothing is left; whatever else stands there stays."""
    around = group(document, *path[:-1])
    if around.get(path[-1]) == {}:
        del around[path[-1]]


def _place(path: str, languages: Collection[str]) -> str:
    first = next(iter(languages), "en")
    match path.split("."):
        case ["commitment", ("good" | "poor") as which, code, ("situation" | "action" | "why") as part] if (
            code in languages
        ):
            return f"{which}-{part}-{code}"
        case ["commitment", ("good" | "poor") as which, *code]:
            return f"{which}-situation-{code[0] if code and code[0] in languages else first}"
        case ["commitment", "examples", code, row, *part] if code in languages:
            return f"example-{row.removeprefix('#')}-{part[0] if part and part[0] in PARTS else 'situation'}-{code}"
        case ["commitment", "examples", *code]:
            return f"example-1-situation-{code[0] if code and code[0] in languages else first}"
        case ["themes", key, *code]:
            return f"theme-{key}-{code[0] if code and code[0] in languages else first}"
    return f"good-situation-{first}"
