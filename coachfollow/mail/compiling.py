"""Renders the authored wording and our templates once, into an edition of which only the blanks are open."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from coachfollow.mail import blanks, markup, templates
from coachfollow.mail.blanks import Marks, Part
from coachfollow.mail.facts import LINKS, House, Wording, direction, known_blanks
from coachfollow.rules import wording as placeholders
from coachfollow.rules.kinds import Audience, MessageKind

# what a person without a plan reads where an author quotes it
_UNWRITTEN = {"commitment": "“…”", "situation": "…", "action": "…"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A mail's words for people with a plan of their own, or for people without one."""

    subject: tuple[str, ...]  # every odd piece names a blank
    text: Part
    html: Part

    @property
    def needs(self) -> frozenset[str]:
        """The names of all blanks: values by name, links as `link.answer`."""
        return frozenset((*self.subject[1::2], *self.text.blanks, *self.html.blanks))

    def subject_line(self, facts: Mapping[str, str]) -> str:
        """Fill the subject; a missing fact raises KeyError."""
        return "".join(facts[piece] if place % 2 else piece for place, piece in enumerate(self.subject))


def with_plan(kind: MessageKind, wording: Wording, house: House, locale: str) -> Edition:
    """Compile the mail that quotes the person's own plan."""
    marks = Marks()
    values = {name: marks.mark(name) for name in known_blanks()}
    return _edition(kind, wording, marks, _furniture(house, locale, marks, values) | {"has_plan": True})


def without_plan(kind: MessageKind, wording: Wording, house: House, locale: str) -> Edition:
    """Compile the mail that asks for a plan first."""
    marks = Marks()
    values = {name: marks.mark(name) for name in known_blanks()} | _UNWRITTEN
    return _edition(kind, wording, marks, _furniture(house, locale, marks, values) | {"has_plan": False})


def _edition(kind: MessageKind, wording: Wording, marks: Marks, furniture: Mapping[str, object]) -> Edition:
    context = {**furniture, **_authored(kind, wording, furniture)}
    context["subject"] = templates.text(f"{kind}/subject.txt", context).strip()
    fixed, names = marks.cut(str(context["subject"]))
    return Edition(
        subject=blanks.alternating(fixed, names),
        text=blanks.part(marks, templates.text(f"{kind}/body.txt", context), escape=str),
        html=blanks.part(marks, templates.html(f"{kind}/body.html", context), escape=_as_html),
    )


def _furniture(house: House, locale: str, marks: Marks, values: Mapping[str, str]) -> dict[str, object]:
    """Everything a template may name but the wording."""
    return {
        **values,
        "link": {name: marks.mark(f"link.{name}") for name in LINKS},
        "house": house,
        "locale": locale.replace("_", "-"),
        "direction": direction(locale),
        "start": "left" if direction(locale) == "ltr" else "right",
        "language": templates.language(locale),
    }


def _authored(kind: MessageKind, wording: Wording, furniture: Mapping[str, object]) -> dict[str, object]:
    """The wording with stand-ins for its placeholders; an unknown placeholder raises ValueError."""
    values = {name: str(furniture[name]) for name in known_blanks()}
    own_subject, own_body = templates.own_words(kind, furniture)
    body = wording.body.strip() or own_body
    plan_first = not furniture["has_plan"] and _quotes_plan(body)
    if plan_first:  # words about a plan that is not there help nobody: greet, and ask for it
        body = _greeting(body)
    plain = placeholders.fill(markup.plain(body), values)
    return {
        "subject": placeholders.fill(wording.subject, values) or own_subject,
        "body_text": plain,
        "body_html": Markup(placeholders.fill(markup.html(body), values)),  # noqa: S704 - cleaned by nh3
        "preview": _preview(plain),
        "question": placeholders.fill(wording.question or "", values),
        "choices": [(value, placeholders.fill(label, values)) for value, label in wording.choices],
        "seen_by": placeholders.fill(wording.seen_by, values),
        "to_manager": wording.audience is Audience.MANAGER,
        "plan_first": plan_first,
        "plan_is_quoted": placeholders.Blank("commitment") in placeholders.parts(body),
    }


def _quotes_plan(body: str) -> bool:
    return any(placeholders.Blank(name) in placeholders.parts(body) for name in _UNWRITTEN)


def _greeting(body: str) -> str:
    first = body.split("\n\n", 1)[0].strip()
    return first if first.endswith(",") else ""


def _preview(body: str) -> str:
    """Return the first paragraph that is no greeting: an inbox shows it beside the subject."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in body.split("\n\n"))
    return next((paragraph for paragraph in paragraphs if not paragraph.endswith(",")), "")


def _as_html(value: str) -> str:
    return str(escape(value)).replace("\n", "<br>")
