"""Gives a page its language: its reader's where a mail led to it, as their mails have it; English everywhere else.

The words are in `templates/web/<language>.po`, by their English, and are read once. `say` and `count` translate here,
`_()` and `trans` in templates; `mark` names a constant that is said later, so that no catalogue lacks it.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages import mofile, pofile
from flask import Flask, g, has_request_context, request, session

from coachfollow.rules import spoken
from coachfollow.rules.access import ANONYMOUS

ENGLISH = "en"
PLACE = "locale"  # in a browser's memory: of whoever's link it opened last
SPOKEN = frozenset(
    {
        *("answers", "following", "being_away", "another_time", "rhythm", "in_my_calendar", "leaving"),
        "front",
    }
)
"""The groups of pages that speak their reader's language."""

# the wheel carries the templates inside the package; the source tree has them at its top
_INSTALLED = Path(__file__).parent.parent / "templates"
_IN_THE_TREE = Path(__file__).parent.parent.parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How a page speaks: the language of its words, and the locale of its days and times."""

    language: str
    locale: str


OURS = Tongue(language=ENGLISH, locale=spoken.OURS)
MOST_LOCALES = 64  # that are remembered: browsers can name any number


def register(app: Flask) -> None:
    """Let templates say things in the language of the page."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(say, count, newstyle=True, pgettext=say_of)  # type: ignore[attr-defined]  # the extension's
    app.context_processor(lambda: {"tongue": current()})


def folder() -> Path:
    """Where the catalogues are: beside the templates of the pages."""
    return (_INSTALLED if _INSTALLED.exists() else _IN_THE_TREE) / "web"


@lru_cache(maxsize=MOST_LOCALES)
def of(locale: str) -> Tongue:
    """How pages speak to somebody of this locale: English where there is no catalogue."""
    language = spoken.language(locale)
    return Tongue(language=language, locale=spoken.known(locale)) if language in languages() else OURS


@cache
def languages() -> frozenset[str]:
    """The languages into which pages are translated."""
    return frozenset(file.stem for file in folder().glob("*.po"))


def current() -> Tongue:
    """How the page that is being made speaks; English where there is none."""
    if not has_request_context():
        return OURS
    if "tongue" not in g:
        g.tongue = _guessed()
    tongue: Tongue = g.tongue
    return tongue


def speak(locale: str) -> None:
    """Make this page in the language of whom it is for."""
    g.tongue = of(locale) if is_spoken() else OURS


@contextmanager
def in_english() -> Iterator[None]:
    """Say something in English on whatever page: what the demo says is not translated."""
    before = current()
    g.tongue = OURS
    try:
        yield
    finally:
        g.tongue = before


def remember(locale: str) -> None:
    """Let this browser's later pages be in this language where they do not know whom they are for."""
    session[PLACE] = locale


def is_spoken() -> bool:
    """Whether this page speaks its reader's language; one that does not exist does, to whoever is not signed in."""
    if request.endpoint is None:
        return g.get("actor", ANONYMOUS).person_id is None
    return request.blueprint in SPOKEN


def say(sentence: str, /, **facts: object) -> str:
    """Say a sentence in the language of the page; `facts` fill its `%(name)s`."""
    # to nothing gettext would answer with the head of its catalogue
    said = _words(current().language).gettext(sentence) if sentence else ""
    return said % facts if facts else said


def say_of(context: str, words: str) -> str:
    """Say words that mean several things in other languages, as they are meant there."""
    return _words(current().language).pgettext(context, words)


def count(one: str, many: str, number: int, /, **facts: object) -> str:
    """Say a number of things: `one` of them or `many`, in the plurals of the language of the page."""
    said = _words(current().language).ngettext(one, many, number)
    return said % facts if facts else said


def mark(sentence: str) -> str:
    """A constant that is said later."""
    return sentence


def make_ready() -> None:
    """Read every catalogue, so that no visitor waits for it."""
    for language in languages():
        _words(language)


def _guessed() -> Tongue:
    """Nobody has said whom the page is for: the last who opened a link here, or what the browser asks for."""
    if not is_spoken():
        return OURS
    locale = session.get(PLACE)
    if locale is None:
        wanted = (
            tag
            for tag in request.accept_languages.values()
            if spoken.language(tag) in {ENGLISH, *languages()}
        )
        locale = next(wanted, ENGLISH)
    return of(locale)


@cache
def _words(language: str) -> gettext.NullTranslations:
    if language == ENGLISH:
        return gettext.NullTranslations()
    with (folder() / f"{language}.po").open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    compiled = BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
