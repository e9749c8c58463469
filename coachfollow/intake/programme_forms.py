"""Between a programme's document and the fields of its forms: what stands in them, and what was typed.

Fields have one value each; a field of one language ends in “-” and its code. What was typed goes into the document
as it is, so that nothing is lost and the one reader of programmes judges it.
"""

import re
from collections.abc import Collection, Mapping
from copy import deepcopy

from coachfollow.intake.programme_documents import Document, Node, entries, group, put, tidy, words
from coachfollow.rules.cadence import ANSWER, STEP
from coachfollow.rules.kinds import Applied, DayKind
from coachfollow.rules.tempo import Freedom

# a list, or what our reader will refuse by its line
_BEGINS = re.compile(r"\s*([-*+]|[0-9]{1,9}[.)])\s|\s*[#>`<]")

Values = Mapping[str, str]

# the fields that say to what a follow-up adapts, with where that stands in the document
ADAPTING: Mapping[str, tuple[str, ...]] = {
    "silent-after": ("silent_after",),
    "no-opportunity-days": ("no_opportunity", "later_days"),
    "barrier-days": ("barrier", "check_in_within_days"),
    "as-intended-in-a-row": ("as_intended", "in_a_row"),
    "as-intended-days": ("as_intended", "later_days"),
}

SPOKEN = ("subject", "body", "question")

_PERCENT = re.compile(r"([0-9]{1,3})\s*%?")


def step_values(step: Document) -> dict[str, str]:
    """What stands in the fields of a step's form."""
    working = words(step, "when", "working_days")
    days = working or words(step, "when", "days")
    reminders = [word for word in entries(step, "reminders") if isinstance(word, str)]
    return {
        "kind": words(step, "kind"),
        "days": days.removeprefix("-"),
        "day-kind": (DayKind.WORKING if working else DayKind.CALENDAR).value,
        "side": "before" if days.startswith("-") else "after",
        "anchor": _anchor(group(step, "when")),
        "at": words(step, "at"),
        "lasts": words(step, "series", "lasts_days"),
        "gaps": ", ".join(word for word in entries(step, "series", "gaps") if isinstance(word, str)),
        "open_days": words(step, "open_days"),
        "mandatory": _ticked(words(step, "mandatory")),
        "reminder-1": reminders[0] if reminders else "",
        "reminder-2": ", ".join(reminders[1:]),
        "theme": words(step, "theme"),
        **_spoken(group(step, "texts")),
    }


def step_of(values: Values, *, before: Document, languages: Collection[str]) -> Document:
    """The step that a form describes; what the form does not show stays as it was."""
    said = {name: tidy(value) for name, value in values.items()}
    step = deepcopy(before)
    for name in ("kind", "at", "open_days", "theme"):
        put(step, said.get(name, ""), name)
    put(step, "true" if said.get("mandatory") else "", "mandatory")
    step["when"] = _when(said)
    put(step, said.get("lasts", ""), "series", "lasts_days")
    put(step, list(_listed(said.get("gaps", ""))), "series", "gaps")
    if not group(step, "series"):
        step.pop("series", None)
    reminders: list[Node] = [word for n in (1, 2) for word in _listed(said.get(f"reminder-{n}", ""))]
    step["reminders"] = reminders
    if not reminders:
        del step["reminders"]
    for code in languages:
        for name in SPOKEN:
            put(step, said.get(f"{name}-{code}", ""), "texts", code, name)
        for answer in Applied:
            put(step, said.get(f"label-{answer}-{code}", ""), "texts", code, "labels", answer.value)
        if not group(step, "texts", code, "labels"):
            group(step, "texts", code).pop("labels", None)
    return step


def about_values(document: Document) -> dict[str, str]:
    """What stands in the fields of the form about the programme itself."""
    parts = {"title": ("title",), "why": ("why",), "sponsor-words": ("sponsor", "words")}
    return {
        "sponsor": words(document, "sponsor", "name"),
        "threshold": _percent(words(document, "completion", "threshold")),
        "anchor": words(document, "anchor") or "last",
        "minutes": words(document, "attended", "minutes"),
        "sessions": words(document, "attended", "sessions"),
        **{name: words(document, "adapt", *path) for name, path in ADAPTING.items()},
        **{f"allow-{one}": _ticked(words(document, "allow", one)) for one in Freedom},
        **{
            f"{name}-{code}": unwrapped(words(document, *path, code))
            for name, path in parts.items()
            for code in group(document, *path)
        },
    }


def about_of(values: Values, *, before: Document, languages: Collection[str]) -> Document:
    """The document with what the form about the programme says."""
    said = {name: tidy(value) for name, value in values.items()}
    document = deepcopy(before)
    put(document, said.get("sponsor", ""), "sponsor", "name")
    for code in languages:
        put(document, said.get(f"title-{code}", ""), "title", code)
        put(document, said.get(f"why-{code}", ""), "why", code)
        put(document, said.get(f"sponsor-words-{code}", ""), "sponsor", "words", code)
    put(document, _share(said.get("threshold", "")), "completion", "threshold")
    put(document, said.get("anchor", ""), "anchor")
    put(document, said.get("minutes", ""), "attended", "minutes")
    put(document, said.get("sessions", ""), "attended", "sessions")
    for field, path in ADAPTING.items():
        put(document, said.get(field, ""), "adapt", *path)
        if len(path) > 1 and not group(document, "adapt", path[0]):
            group(document, "adapt").pop(path[0], None)
    for one in Freedom:
        put(document, "true" if said.get(f"allow-{one}") else "", "allow", one.value)
    for name in ("completion", "attended", "adapt", "allow"):
        if not group(document, name):
            document.pop(name, None)
    return document


def unwrapped(text: str) -> str:
    """A text without the line breaks that only kept a file narrow: they read as blanks, and fields wrap."""
    lines: list[str] = []
    for line in text.strip().split("\n"):
        goes_on = bool(lines and lines[-1] and line.strip()) and not _BEGINS.match(line)
        if goes_on and not lines[-1].endswith(("  ", "\\")):
            lines[-1] = f"{lines[-1]} {line.lstrip()}"
        else:
            lines.append(line if line.strip() else "")
    return "\n".join(lines)


def _ticked(said: str) -> str:
    return "yes" if said.lower() in {"true", "yes"} else ""


def _anchor(when: Document) -> str:
    """What the days count from, as `StepRule.anchor` says it."""
    if after := words(when, "after"):
        return after if after.startswith(ANSWER) else f"{STEP}{after}"
    session = words(when, "session")
    return f"session:{session}" if session else "session"


def _when(said: Values) -> Node:
    days = said.get("days", "")
    when: Document = {}
    signed = f"-{days}" if said.get("side") == "before" and days.strip("0").isdigit() else days
    put(when, signed, "working_days" if said.get("day-kind") == DayKind.WORKING else "days")
    match said.get("anchor", "").partition(":"):
        case ("session", ":", which):
            put(when, which, "session")
        case ("step", ":", key):
            put(when, key, "after")
        case ("answer", ":", _):
            put(when, said["anchor"], "after")
    return when


def _spoken(texts: Document) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in texts:
        found |= {f"{name}-{code}": unwrapped(words(texts, code, name)) for name in SPOKEN}
        found |= {f"label-{answer}-{code}": words(texts, code, "labels", answer) for answer in Applied}
    return found


def _listed(said: str) -> list[str]:
    """The second field holds whatever a file said beyond the first, so that it can be seen and mended."""
    return [word for word in re.split(r"[,;\s]+", said) if word]


def _share(said: str) -> str:
    """80 or 80 % is written 0.8; what is no share of a hundred stays as it was typed."""
    found = _PERCENT.fullmatch(said)
    return f"{int(found[1]) / 100:g}" if found else said


def _percent(share: str) -> str:
    try:
        return f"{float(share) * 100:g}"
    except ValueError:
        return share
