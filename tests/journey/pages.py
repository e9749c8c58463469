"""Reads a page as its visitor does: its words, its links, its tables, and its forms with what stands in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

INLINE = {"a", "b", "code", "em", "span", "strong"}  # what does not end a word
TICKED = {"checkbox", "radio"}
NOT_FILLED_IN = {"submit", "button", "file"}


@dataclass(slots=True, kw_only=True)
class Form:
    """One form: what its fields hold as it is shown, and what each of its buttons says and sends."""

    action: str
    is_multipart: bool
    values: dict[str, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    buttons: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a browser shows after a request."""

    status: int
    url: str
    text: str
    links: Sequence[tuple[str, str]]  # words, address
    forms: Sequence[Form]
    rows: Sequence[Sequence[str]]  # of all its tables

    def link(self, words: str) -> str:
        """Give the address behind the first link with these words in it."""
        found = next((address for said, address in self.links if words in said), None)
        assert found is not None, f"no link says “{words}” on {self.url}: {self.text}"
        return found

    def form(self, button: str) -> tuple[Form, Mapping[str, str]]:
        """Give the first form that has a button with these words, and what the button itself sends."""
        for form in self.forms:
            for said, sends in form.buttons:
                if button in said:
                    return form, sends
        raise AssertionError(f"no button says “{button}” on {self.url}: {self.text}")


def read(*, status: int, url: str, html: str) -> Page:
    """Read a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return Page(
        status=status,
        url=url,
        text=_line(reader.words),
        links=[(_line(words), address) for address, words in reader.links],
        forms=reader.forms,
        rows=[[_line(cell) for cell in row] for row in reader.rows],
    )


class _Reader(HTMLParser):
    """Goes through the tags; what is between them belongs to everything that is open."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[tuple[str, list[str]]] = []
        self.forms: list[Form] = []
        self.rows: list[list[list[str]]] = []
        self._open: dict[str, list[str]] = {}  # the words of what is open, by its tag
        self._about: dict[str, Mapping[str, str]] = {}  # its attributes
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attrs}
        if tag not in INLINE:
            self.handle_data(" ")
        match tag:
            case "form":
                self._form(about)
            case "input":
                self._input(about)
            case "select":
                self._select = about["name"]
                self._forms_last.names.add(self._select)
            case "option":
                self._option(about)
            case "tr":
                self.rows.append([])
            case "a" | "button" | "textarea" | "td" | "th":
                self._open[tag], self._about[tag] = [], about

    def handle_endtag(self, tag: str) -> None:
        words = self._open.pop(tag, None)
        if words is None:
            return
        about = self._about.pop(tag)
        match tag:
            case "a":
                self.links.append((about.get("href", ""), words))
            case "button":
                sends = {about["name"]: about.get("value", "")} if about.get("name") else {}
                self._forms_last.buttons.append((_line(words), sends))
            case "textarea":
                self._fill(about["name"], "".join(words))
            case _:
                self.rows[-1].append(words)

    def handle_data(self, data: str) -> None:
        for words in (self.words, *self._open.values()):
            words.append(data)

    @property
    def _forms_last(self) -> Form:
        return self.forms[-1]

    def _form(self, about: Mapping[str, str]) -> None:
        is_multipart = about.get("enctype") == "multipart/form-data"
        self.forms.append(Form(action=about.get("action", ""), is_multipart=is_multipart))

    def _input(self, about: Mapping[str, str]) -> None:
        name, kind = about.get("name", ""), about.get("type", "text")
        self._forms_last.names.add(name)
        if kind in NOT_FILLED_IN or (kind in TICKED and "checked" not in about):
            return
        self._fill(name, about.get("value", "on" if kind in TICKED else ""))

    def _option(self, about: Mapping[str, str]) -> None:
        """A drop-down shows its first line, or the one that is chosen."""
        if "selected" in about or self._select not in self._forms_last.values:
            self._fill(self._select, about.get("value", ""))

    def _fill(self, name: str, value: str) -> None:
        self._forms_last.names.add(name)
        self._forms_last.values[name] = value


def _line(words: Sequence[str]) -> str:
    """Words as they are read: what the browser breaks into lines is one."""
    return " ".join("".join(words).split())
