"""Finds on a page what stands in no catalogue: for that, everything that does is said in brackets."""

import gettext
import re
from collections.abc import Collection, Iterator
from html.parser import HTMLParser

from coachfollow.rules import form_words
from coachfollow.rules.forms import SeenBy
from tests.web import wordlists
from tests.web.wordlists import Message

VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})
SILENT = frozenset({"script", "style"})
READ_OUT = ("aria-label", "placeholder", "alt", "title")

_ADDRESS = re.compile(r"https?://\S+")
_FACT = re.compile(r"(%\(\w+\)s)")
_SAID = re.compile(r"⟦[^⟦⟧]*⟧")
_DAY = re.compile(
    r"\b(?:Montag|Dienstag|Mittwoch|Donnerstag|Freitag|Samstag|Sonntag|Mo\.|Di\.|Mi\.|Do\.|Fr\.|Sa\.|So\.|Januar"
    r"|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
)


class Brackets(gettext.NullTranslations):
    """Says everything that a catalogue has in brackets, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.known: Collection[Message] = wordlists.wanted().keys()

    def gettext(self, message: str) -> str:
        """As gettext does."""
        return self._in_brackets((None, message), message)

    def pgettext(self, context: str, message: str) -> str:
        """As gettext does."""
        return self._in_brackets((context, message), message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """As gettext does."""
        return self._in_brackets((None, (msgid1, msgid2)), msgid1 if n == 1 else msgid2)

    def _in_brackets(self, message: Message, said: str) -> str:
        if message not in self.known:
            return said
        pieces = _FACT.split(said)  # what fills a sentence must be said, too
        return "".join(piece if _FACT.fullmatch(piece) else f"⟦{piece}⟧" for piece in pieces if piece)


def words(html: str, *, of: Collection[str]) -> list[str]:
    """Give what stands on a page in its own language and in no catalogue; `of` are names, titles and the like."""
    page = _Page()
    page.feed(html)
    german = [*form_words.answers("de").values(), *(form_words.seen_by(who, "de") for who in SeenBy)]
    data = sorted((*of, *german, "Coachfollow"), key=len, reverse=True)
    before, said = "", "\n".join(page.said)
    while before != said:  # what is said may hold tags, and what is said within it
        before, said = said, _SAID.sub(" ", said)
    return [left for line in said.splitlines() if (left := _left(line, data))]


def _left(said: str, data: Collection[str]) -> str:
    for one in data:
        said = said.replace(one, " ")
    said = _DAY.sub(" ", _ADDRESS.sub(" ", said))
    return said.strip() if any(char.isalpha() for char in said) else ""


class _Page(HTMLParser):
    """Every text and every attribute that is read out, but not within what is marked to be in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[bool] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_foreign = tag in SILENT or (tag != "html" and "lang" in given)
        if not (is_foreign or any(self.open)):
            self.said += self._read_out(given)
        if tag not in VOID:
            self.open.append(is_foreign)

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if not any(self.open):
            self.said.append(" ".join(data.split()))

    @staticmethod
    def _read_out(given: dict[str, str | None]) -> Iterator[str]:
        return (given[name] or "" for name in READ_OUT if name in given)
