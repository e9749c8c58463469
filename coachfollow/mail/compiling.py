"""Renders the authored wording and our templates once, into an edition of which only the blanks are open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from coachfollow.mail import blanks, markup, templates
from coachfollow.mail.blanks import Marks, Part
from coachfollow.mail.facts import LINKS, House, Section, Wording, direction, known_blanks, part_prefix
from coachfollow.rules import asking
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


def together(sections: Sequence[Section], house: House, locale: str) -> Edition:
    """Compile one mail of several parts; the blanks of each begin with its number, as in `1.commitment`."""
    marks = Marks()
    plain = [_section(n, sections, house, locale, marks) for n in range(len(sections))]
    first = plain[0]
    is_of_one_text = all(section.shares == 0 for section in sections[1:])
    subject = templates.text("together/subject.txt", {**first, "parts": plain}).strip()
    frame = {
        **first,
        "subject": subject,
        "question": "",
        "preview": subject,
        "is_of_one_text": is_of_one_text,
    }
    in_text = [_rendered(part, _as_text) for part in plain]
    in_html = [_rendered(part, _as_html_part) for part in plain]
    fixed, names = marks.cut(subject)
    return Edition(
        subject=blanks.alternating(fixed, names),
        text=blanks.part(marks, templates.text("together/body.txt", {**frame, "parts": in_text}), escape=str),
        html=blanks.part(
            marks, templates.html("together/body.html", {**frame, "parts": in_html}), escape=_as_html
        ),
    )


def _section(
    n: int, sections: Sequence[Section], house: House, locale: str, marks: Marks
) -> dict[str, object]:
    """What the template of one part may name."""
    section, prefix = sections[n], part_prefix(n)
    values = {name: marks.mark(prefix + name) for name in known_blanks()}
    shown = values if section.has_plan else values | _UNWRITTEN
    furniture = _furniture(house, locale, marks, shown, prefix=prefix)
    furniture |= {"has_plan": section.has_plan, "is_further": n > 0}
    furniture |= _shared(n, sections, marks)
    context = {**furniture, **_authored(section.kind, section.wording, furniture)}
    subject = templates.text(f"{section.kind}/subject.txt", context).strip()
    about_others = section.wording.audience is Audience.MANAGER
    is_named = values["participant"] in subject
    title = f"{values['participant']}: {subject}" if about_others and not is_named else subject
    return context | {
        "subject": subject,
        "title": title,
        "kind": section.kind,
        "has_footer": section.has_footer and section.shares is None,
    }


def _shared(n: int, sections: Sequence[Section], marks: Marks) -> dict[str, object]:
    """Of whom the words of a part are, where they stand above, and of whom else, where they stand here."""
    shares = sections[n].shares
    above = "" if shares is None else marks.mark(f"{part_prefix(shares)}participant")
    others = [place for place, other in enumerate(sections) if other.shares == n]
    about = [
        {
            "name": marks.mark(f"{part_prefix(place)}participant"),
            "stop": marks.mark(f"link.{part_prefix(place)}stop"),
        }
        for place in ([n, *others] if others else ())
    ]
    return {"above": above, "about": about}


def _rendered(
    part: Mapping[str, object], render: Callable[[str, Mapping[str, object]], str]
) -> dict[str, object]:
    """A part with its content and the way out of its mails, as its own template has them."""
    name = str(part["kind"])
    footer = render(name, {**part, "only": "footer"}) if part["has_footer"] else ""
    return {"title": part["title"], "content": render(name, {**part, "only": "content"}), "footer": footer}


def _as_text(kind: str, context: Mapping[str, object]) -> str:
    return templates.text(f"{kind}/body.txt", context)


def _as_html_part(kind: str, context: Mapping[str, object]) -> str:
    return templates.piece(f"{kind}/body.html", context)


def _edition(kind: MessageKind, wording: Wording, marks: Marks, furniture: Mapping[str, object]) -> Edition:
    context = {**furniture, **_authored(kind, wording, furniture)}
    context["subject"] = templates.text(f"{kind}/subject.txt", context).strip()
    fixed, names = marks.cut(str(context["subject"]))
    return Edition(
        subject=blanks.alternating(fixed, names),
        text=blanks.part(marks, templates.text(f"{kind}/body.txt", context), escape=str),
        html=blanks.part(marks, templates.html(f"{kind}/body.html", context), escape=_as_html),
    )


def _furniture(
    house: House, locale: str, marks: Marks, values: Mapping[str, str], *, prefix: str = ""
) -> dict[str, object]:
    """Everything a template may name but the wording."""
    return {
        **values,
        "link": {name: marks.mark(f"link.{prefix}{name}") for name in LINKS},
        "house": house,
        "locale": locale.replace("_", "-"),
        "direction": direction(locale),
        "start": "left" if direction(locale) == "ltr" else "right",
        "language": templates.language(locale),
        "only": "",  # the whole mail, not a part of it
        "parts": (),
        "is_further": False,  # a part after the first, whose reader has been greeted
        "above": "",  # of whom the words are that stand further up and go for this part too
        "about": (),  # everybody of whom the words of this part are, where they go for several
    }


def _authored(kind: MessageKind, wording: Wording, furniture: Mapping[str, object]) -> dict[str, object]:
    """The wording with stand-ins for its placeholders; an unknown placeholder raises ValueError."""
    values = {name: str(furniture[name]) for name in known_blanks()}
    own_subject, own_body = templates.own_words(kind, furniture)
    body = wording.body.strip() or own_body
    if furniture["is_further"]:
        body = _without_greeting(body, tuple(values.values()))
    plan_first = not furniture["has_plan"] and _quotes_plan(body)
    if plan_first:  # words about a plan that is not there help nobody: greet, and ask for it
        body = _greeting(body)
    plain = placeholders.fill(markup.plain(body), values)
    question, further = placeholders.fill(wording.question or "", values), ""
    if wording.choices:
        question, further = asking.halves(question)
    return {
        "subject": placeholders.fill(wording.subject, values) or own_subject,
        "body_text": plain,
        "body_html": Markup(placeholders.fill(markup.html(body), values)),  # noqa: S704 - cleaned by nh3
        "preview": _preview(plain),
        "question": question,
        "further": further,
        "choices": [(value, placeholders.fill(label, values)) for value, label in wording.choices],
        "seen_by": placeholders.fill(wording.seen_by, values),
        "to_manager": wording.audience is Audience.MANAGER,
        "new_coach": wording.new_coach,
        "chosen_by": wording.chosen_by,
        "plan_first": plan_first,
        "plan_is_quoted": placeholders.Blank("commitment") in placeholders.parts(body),
    }


def _quotes_plan(body: str) -> bool:
    return any(placeholders.Blank(name) in placeholders.parts(body) for name in _UNWRITTEN)


def _greeting(body: str) -> str:
    first = body.split("\n\n", 1)[0].strip()
    return first if first.endswith(",") else ""


def _without_greeting(body: str, marks: tuple[str, ...]) -> str:
    """What follows a greeting begins small in many languages; by itself it is a sentence. Marks stay as they are."""
    greeting = _greeting(body)
    rest = body.strip().removeprefix(greeting).lstrip()
    return rest if not greeting or rest.startswith(marks) else rest[:1].upper() + rest[1:]


def _preview(body: str) -> str:
    """Return the first paragraph that is no greeting: an inbox shows it beside the subject."""
    paragraphs = (" ".join(paragraph.split()) for paragraph in body.split("\n\n"))
    return next((paragraph for paragraph in paragraphs if not paragraph.endswith(",")), "")


def _as_html(value: str) -> str:
    return str(escape(value)).replace("\n", "<br>")
