"""Checks the texts people will read: length, placeholders, and the small part of Markdown we render.

Subject, question and label are plain lines. A body is paragraphs, bold, emphasis, lists and https links;
anything else CommonMark knows is refused here, because it would look different in every mail program.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from coachfollow.intake.programme_nodes import Spot, scalar
from coachfollow.rules import wording
from coachfollow.rules.wording import Blank

Unfit = Mapping[str, str]  # placeholders that this text may not use, each with the reason

NOWHERE: Unfit = dict.fromkeys(wording.PLACEHOLDERS, "placeholders are for the texts of steps; write it out")

_MARKDOWN = MarkdownIt("commonmark")
_SAFE_LINK = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?(?=[/?#]|$)(?!.*%7B%7B)", re.IGNORECASE)
_WELCOME = frozenset(
    {"inline", "text", "text_special", "softbreak", "hardbreak"}
    | {f"{kind}_{end}" for kind in ("paragraph", "strong", "em", "link") for end in ("open", "close")}
    | {f"{kind}_{end}" for kind in ("bullet_list", "ordered_list", "list_item") for end in ("open", "close")}
)
_IN_WORDS = {
    "heading_open": "a heading (“#”)",
    "blockquote_open": "a quotation (“>”)",
    "hr": "a rule (“---”)",
    "code_block": "code (indented by four spaces or more)",
    "fence": "code (“```”)",
    "code_inline": "code (“`”)",
    "html_block": "HTML",
    "html_inline": "HTML",
    "image": "an image",
}


def line(longest: int, *, unfit: Unfit = NOWHERE) -> Callable[[Spot], str]:
    """A reader of a plain text on one line."""

    def reader(spot: Spot) -> str:
        text = scalar(spot)
        if "\n" in text:
            spot.note("must be on one line")
        _check(spot, text, longest=longest, unfit=unfit)
        return text

    return reader


def passage(longest: int, *, unfit: Unfit = NOWHERE) -> Callable[[Spot], str]:
    """A reader of a Markdown text of one or more paragraphs."""

    def reader(spot: Spot) -> str:
        text = scalar(spot)
        if _check(spot, text, longest=longest, unfit=unfit):
            for row, complaint in dict.fromkeys(_strangers(text)):
                spot.note(complaint, line=_line_of(spot, row))
        return text

    return reader


def _check(spot: Spot, text: str, *, longest: int, unfit: Unfit) -> bool:
    """Note what is wrong with any text; False if it is too long to be looked at more closely."""
    if len(text) > longest:
        spot.note(f"has {len(text):,} characters; people read up to {longest:,} here")
        return False
    for row, written in enumerate(text.split("\n")):
        for complaint in (*wording.problems(written), *_unfit(written, unfit), *_unprintable(written)):
            spot.note(complaint, line=_line_of(spot, row))
    return True


def _line_of(spot: Spot, row: int) -> int:
    """The line of the file that holds this row of the text; only a “|” block keeps its rows."""
    if not isinstance(spot.node, yaml.ScalarNode) or spot.node.style != "|":
        return spot.line
    written = str(spot.node.value)
    blank = written[: len(written) - len(written.lstrip())].count("\n")
    return int(spot.node.start_mark.line) + 2 + blank + row


def _unfit(written: str, unfit: Unfit) -> tuple[str, ...]:
    if wording.problems(written):
        return ()
    used = dict.fromkeys(piece.name for piece in wording.parts(written) if isinstance(piece, Blank))
    return tuple(f"“{{{{{name}}}}}” has no place here: {unfit[name]}" for name in used if name in unfit)


def _unprintable(written: str) -> tuple[str, ...]:
    found = {c for c in written if unicodedata.category(c) in {"Cc", "Zl", "Zp"}}
    return tuple(f"holds the control character U+{ord(c):04X}; delete it" for c in sorted(found))


def _strangers(text: str) -> Iterator[tuple[int, str]]:
    row = 0
    for block in _MARKDOWN.parse(text):
        row = block.map[0] if block.map else row
        for token in (block, *(block.children or ())):
            if complaint := _complaint(token):
                yield row, complaint


def _complaint(token: Token) -> str | None:
    if token.type == "link_open" and not _SAFE_LINK.match(str(token.attrs["href"])):
        return "this link cannot be used; a link is [words](https://…), without placeholders"
    if token.type == "text" and ("](" in token.content or "http://" in token.content):
        return "this link cannot be used; a link is [words](https://…)"
    if token.type in _WELCOME or token.nesting < 0:
        return None
    stranger = _IN_WORDS.get(token.type, token.type)
    return f"holds {stranger}; use only paragraphs, **bold**, *emphasis*, lists and links"
