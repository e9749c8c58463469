"""Finds our own mail templates, compiles them once and renders a mail with its blanks still open."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from coachfollow.rules import spoken

# the wheel carries the templates inside the package; the source tree has them at its top
_INSTALLED = Path(__file__).parent.parent / "templates"
_IN_THE_TREE = Path(__file__).parent.parent.parent / "templates"

# the rules for dark mode stay in <head>; all others become style attributes, which every client reads
_INLINER = CSSInliner(keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False)


def folder() -> Path:
    """Return where the mail templates are: one folder per kind, `_words.<language>.txt` per language."""
    return (_INSTALLED if _INSTALLED.exists() else _IN_THE_TREE) / "email"


@cache
def language(locale: str) -> str:
    """Return the language in which we have words of our own for a locale; English where there is none."""
    wanted = spoken.language(locale)
    return wanted if f"_words.{wanted}.txt" in _environment().list_templates() else "en"


def text(name: str, context: Mapping[str, object]) -> str:
    """Render a plain-text template; blank lines that blocks leave behind become one."""
    return re.sub(r"\n{3,}", "\n\n", _environment().get_template(name).render(context)).strip() + "\n"


def piece(name: str, context: Mapping[str, object]) -> Markup:
    """Render a part of an HTML mail, whose styles the whole of it brings."""
    return Markup(_environment().get_template(name).render(context))  # noqa: S704 - our own template, which escapes


def html(name: str, context: Mapping[str, object]) -> str:
    """Render an HTML template with its style sheet inlined."""
    return _INLINER.inline(_environment().get_template(name).render(context)) + "\n"


def own_words(kind: str, context: Mapping[str, object]) -> tuple[str, str]:
    """Return subject and body (Markdown subset) for a mail that no author has written."""
    subject, _, body = text(f"{kind}/own.{context['language']}.md", context).partition("\n\n")
    return subject, body


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(folder()),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
