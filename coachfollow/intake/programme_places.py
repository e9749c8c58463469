"""Says of each mistake in a programme's document beside which field of which form it belongs."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping

from coachfollow.intake.programme_nodes import Mistake
from coachfollow.rules.kinds import Applied

Problems = Mapping[str, str]  # sentences by the field they are about

GENERAL = "form"  # of no field in particular

_ABOUT = frozenset({"title", "why", "sponsor", "completion", "anchor", "attended", "adapt", "allow"})
_ADVICE = frozenset({"commitment", "themes"})
_FRAGMENT = re.compile(
    r"(is|are|has|holds|must|needs|reminds|names|counts|depends|follows|says|leaves|makes)\b"
)
_PLAIN = {
    "sponsor.name": "sponsor",
    "sponsor": "sponsor",
    "completion": "threshold",
    "completion.threshold": "threshold",
    "anchor": "anchor",
    "attended": "minutes",
    "attended.minutes": "minutes",
    "attended.sessions": "sessions",
    "adapt": "silent-after",
    "adapt.silent_after": "silent-after",
    "adapt.no_opportunity": "no-opportunity-days",
    "adapt.no_opportunity.later_days": "no-opportunity-days",
    "adapt.barrier": "barrier-days",
    "adapt.barrier.check_in_within_days": "barrier-days",
    "adapt.as_intended": "as-intended-in-a-row",
    "adapt.as_intended.in_a_row": "as-intended-in-a-row",
    "adapt.as_intended.later_days": "as-intended-days",
    "allow": "allow-rhythm",
    "allow.rhythm": "allow-rhythm",
    "allow.weekday": "allow-weekday",
    "allow.time": "allow-time",
    "allow.channel": "allow-channel",
    "when": "anchor",
    "when.days": "days",
    "when.working_days": "days",
    "when.session": "anchor",
    "when.after": "anchor",
    "reminders": "reminder-1",
    "reminders.#1": "reminder-1",
    "reminders.#2": "reminder-2",
    "kind": "kind",
    "at": "at",
    "series": "lasts",
    "series.lasts_days": "lasts",
    "series.gaps": "gaps",
    "open_days": "open_days",
    "mandatory": "mandatory",
    "theme": "theme",
}


def sentence(mistake: Mistake) -> str:
    """A mistake as a sentence that can stand by itself, beside the field it is about."""
    text = mistake.sentence
    return f"This {text}." if _FRAGMENT.match(text) else f"{text[0].upper()}{text[1:]}."


def of_step(mistakes: Iterable[Mistake], *, name: str, languages: Collection[str]) -> Problems:
    """What is wrong with the step of this name, by the fields of its form."""
    path = f"steps.#{name}" if name.isdigit() else f"steps.{name}"
    own = [one for one in mistakes if one.field == path or one.field.startswith(f"{path}.")]

    def place(mistake: Mistake) -> str:
        return _of_step(mistake.field.removeprefix(path).lstrip("."), mistake, languages)

    return by_field(own, place)


def of_programme(mistakes: Iterable[Mistake], *, languages: Collection[str]) -> Problems:
    """What is wrong with what a programme says about itself, by the fields of that form."""
    own = [one for one in mistakes if one.field.partition(".")[0] in _ABOUT]
    return by_field(own, lambda mistake: _of_programme(mistake.field, languages))


def elsewhere(mistakes: Iterable[Mistake]) -> tuple[Mistake, ...]:
    """What is wrong with the document and belongs to no form: it is mended in the file itself."""
    known = _ABOUT | _ADVICE | {"steps"}
    return tuple(one for one in mistakes if one.field.partition(".")[0] not in known or one.field == "steps")


def by_field(mistakes: Iterable[Mistake], place: Callable[[Mistake], str]) -> Problems:
    """Mistakes by the field that `place` gives them, each sentence once."""
    found: dict[str, list[str]] = {}
    for mistake in mistakes:
        told = found.setdefault(place(mistake), [])
        if sentence(mistake) not in told:
            told.append(sentence(mistake))
    return {field: " ".join(told) for field, told in found.items()}


def _of_step(path: str, mistake: Mistake, languages: Collection[str]) -> str:
    match path.split("."):
        case ["texts", code, "labels", *answer] if code in languages:
            return f"label-{(*answer, Applied.AS_INTENDED)[0]}-{code}"
        case ["texts", code, name] if code in languages and name in {"subject", "body", "question"}:
            return f"{name}-{code}"
        case ["texts", *code] if languages:
            return f"subject-{code[0] if code and code[0] in languages else next(iter(languages))}"
        case ["series", "gaps", _]:
            return "gaps"
        case [""]:  # rules.planning says what a step counts from; the reader that there is one like it
            return "anchor" if mistake.sentence.startswith("step ") else "kind"
    return _PLAIN.get(path, GENERAL)


def _of_programme(path: str, languages: Collection[str]) -> str:
    match path.split("."):
        case ["title" | "why" as name, code] if code in languages:
            return f"{name}-{code}"
        case ["sponsor", "words", code] if code in languages:
            return f"sponsor-words-{code}"
        case ["title" | "why" as name] if languages:
            return f"{name}-{next(iter(languages))}"
        case ["sponsor", "words"] if languages:
            return f"sponsor-words-{next(iter(languages))}"
    return _PLAIN.get(path, GENERAL)
