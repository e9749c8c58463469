"""Changes a programme's document: steps added, replaced, taken out and put in the order of time; copies; languages.

A step goes by its key; one whose key cannot be used goes by its number in the list, as mistakes name it.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, time

from coachfollow.intake.programme import InvalidProgramme, Mistake, Programme, Step, examine_spot
from coachfollow.intake.programme_documents import (
    Document,
    Node,
    dump,
    entries,
    group,
    put,
    taken_apart,
    words,
)
from coachfollow.intake.programme_nodes import root
from coachfollow.intake.programme_readers import is_slug
from coachfollow.intake.programme_values import laid_out
from coachfollow.rules import cadence, worktime
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import StepKind

_DAY_ZERO = date(2000, 1, 3)
_OFFICE = worktime.parse_week(worktime.DEFAULT_WEEK)  # of nobody in particular
_MOST_SESSIONS = 99
_LATEST = 9999, time()  # what waits for an answer that nothing can bring
_LONGEST_KEY = 50

# how the key of a new step begins, before the day it falls on
_BEGINNINGS = {
    StepKind.COMMITMENT: "my-plan",
    StepKind.PROMPT: "reminder",
    StepKind.REFLECTION: "question",
    StepKind.CHECK_IN: "meeting",
    StepKind.SPONSOR: "manager",
    StepKind.UNPROMPTED: "last-question",
}


def names(document: Document) -> tuple[str, ...]:
    """What the steps go by, in the order of the document."""
    said = [words(step, "key") for step in entries(document, "steps")]
    return tuple(
        key if is_slug(key) and said.index(key) == place else str(place + 1) for place, key in enumerate(said)
    )


def step(document: Document, name: str) -> Document | None:
    """One step, to read; None where there is none of this name."""
    found = dict(zip(names(document), entries(document, "steps"), strict=True)).get(name)
    return found if isinstance(found, dict) else None


def replaced(document: Document, name: str, changed: Document) -> Document:
    """The document with this step as it is now; it is put back where somebody took it out."""
    if name not in names(document):
        return _with_steps(document, [*entries(document, "steps"), changed])
    steps = zip(names(document), entries(document, "steps"), strict=True)
    return _with_steps(document, [changed if one == name else found for one, found in steps])


def added(document: Document, new: Document) -> tuple[Document, str]:
    """The document with one more step, and the key it was given."""
    key = _free_key(new, taken=set(names(document)))
    return _with_steps(document, [*entries(document, "steps"), {"key": key, **new}]), key


def removed(document: Document, name: str) -> Document:
    """The document without this step."""
    steps = zip(names(document), entries(document, "steps"), strict=True)
    return _with_steps(document, [found for one, found in steps if one != name])


def copied(document: Document, *, key: str, title: str) -> Document:
    """The same programme under a key and a title of its own; the title is said in its first language."""
    copy = {"key": key, **{name: node for name, node in deepcopy(document).items() if name != "key"}}
    put(copy, title, "title", (languages(copy) or ("en",))[0])
    return copy


def key_of(title: str) -> str:
    """A key that sounds like a title: “Bessere Übergaben!” is bessere-ubergaben."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words_ = re.findall(r"[a-z0-9]+", plain)
    return "-".join(words_)[:_LONGEST_KEY].strip("-") or "programme"


def first_free(base: str, *, taken: Collection[str]) -> str:
    """The key itself, or the first with a number behind it that nothing has."""
    tries = (f"{base}-{number}" if number > 1 else base for number in range(1, len(taken) + 2))
    return next(key for key in tries if key not in taken)


def languages(document: Document) -> tuple[str, ...]:
    """The languages it says it is written in."""
    found = (code for code in entries(document, "languages") if isinstance(code, str))
    return tuple(dict.fromkeys(filter(None, found)))


def spoken(document: Document, codes: tuple[str, ...]) -> Document:
    """The same programme in these languages: what was written in others goes, what is new has to be written."""
    changed = deepcopy(document)
    gone = set(languages(document)) - set(codes)
    changed["languages"] = list(codes)
    for texts in _texts(changed):
        for code in gone:
            texts.pop(code, None)
    return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A text looked over: its document, what could be read of it, and everything that is wrong.

    Steps go by name in the order of the document; `days` says how many days after the training each falls, every
    session taken for one day, and `again` on which days a series returns. What waits for an answer has none of these,
    but a place in the `order`, as if the answer came at once. Nothing has any where a step hangs in the air: a time
    line would lie.
    """

    document: Document
    programme: Programme
    mistakes: tuple[Mistake, ...]
    steps: Mapping[str, Step]
    days: Mapping[str, int]
    again: Mapping[str, tuple[int, ...]]
    order: Mapping[str, int]


def survey(text: str, *, file: str) -> Survey:
    """Look a programme's text over; InvalidProgramme only where it is no plain group of fields."""
    spot = root(text, file=file)
    examined = examine_spot(spot, source=text)
    if examined.programme is None:
        raise InvalidProgramme(examined.mistakes)
    document = taken_apart(spot)
    called, found = names(document), examined.programme.steps
    steps = dict(zip(called, found, strict=True)) if len(called) == len(found) else {}
    days, order = _days(steps)
    return Survey(
        document=document,
        programme=examined.programme,
        mistakes=examined.mistakes,
        steps=steps,
        days={name: own[0] for name, own in days.items()},
        again={name: own[1:] for name, own in days.items()},
        order=order,
    )


def _days(steps: Mapping[str, Step]) -> tuple[Mapping[str, tuple[int, ...]], Mapping[str, int]]:
    """The days of every step that has some; and the first of each as if answers came at once."""
    laid = dict(zip(steps, laid_out(tuple(steps.values())), strict=True))
    rules = [step.rule for own in laid.values() for step in own]
    try:
        wanted = _wanted(rules, {})
        earliest = wanted
        while len(more := _wanted(rules, earliest)) > len(earliest):
            earliest = more
    except ValueError:
        return {}, {}
    days = {
        name: tuple((wanted[step.rule.key] - _DAY_ZERO).days for step in own)
        for name, own in laid.items()
        if own[0].rule.key in wanted
    }
    return days, {
        name: (earliest[key] - _DAY_ZERO).days
        for name, own in laid.items()
        if (key := own[0].rule.key) in earliest
    }


def _wanted(rules: Sequence[StepRule], answers: Mapping[str, date]) -> Mapping[str, date]:
    sessions = Sessions(days=(_DAY_ZERO,) * _MOST_SESSIONS, anchor=0, answers=answers)
    return cadence.wanted_days(rules, sessions=sessions, hours=_OFFICE)


def _with_steps(document: Document, steps: list[Node]) -> Document:
    """Steps in the order of time, if it is known; those of one moment stay as they were."""
    changed: Document = {**document, "steps": steps}
    found = survey(dump(changed), file="")
    if found.days:
        moments = {name: (days, found.steps[name].rule.at) for name, days in found.order.items()}
        placed = sorted(zip(names(changed), steps, strict=True), key=lambda one: moments.get(one[0], _LATEST))
        changed["steps"] = [step for _, step in placed]
    return changed


def _texts(document: Document) -> list[Document]:
    """Every group of texts by language."""
    steps = [group(one, "texts") for one in entries(document, "steps")]
    themes = [group(document, "themes", key) for key in group(document, "themes")]
    own = [group(document, *path) for path in (("title",), ("why",), ("sponsor", "words"))]
    advice = [group(document, "commitment", kind) for kind in ("examples", "good", "poor")]
    return [*own, *themes, *advice, *steps]


def _free_key(new: Document, *, taken: set[str]) -> str:
    kind, days = words(new, "kind"), words(new, "when", "working_days") or words(new, "when", "days")
    known = next((_BEGINNINGS[one] for one in StepKind if one == kind), "step")
    told = f"{known}-{days.removeprefix('-')}" + ("-before" if days.startswith("-") else "")
    return first_free(told if is_slug(told) else known, taken=taken)
