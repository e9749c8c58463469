"""What a step asks, and what a filled form says: an answer, or a sentence per field that is in the way."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar, assert_never

from coachfollow.rules.forms import (
    ANSWERED_BY_MAIL,
    APPLIED_WORDS,
    BARRIER_WORDS,
    FORMS,
    SHARE_FIELD,
    SHARE_LABEL,
    Question,
    QuestionKind,
    SeenBy,
)
from coachfollow.rules.kinds import Applied, Barrier, StepKind

__all__ = [
    "ANSWERED_BY_MAIL",
    "APPLIED_WORDS",
    "BARRIER_WORDS",
    "NO_LABELS",
    "RATINGS",
    "SHARE_FIELD",
    "SHARE_LABEL",
    "TEXT_LIMIT",
    "Answered",
    "Problems",
    "Question",
    "QuestionKind",
    "SeenBy",
    "halves",
    "hint",
    "parse",
    "questions",
]

TEXT_LIMIT = 2000
RATINGS = range(1, 11)
COUNTS = range(1000)

_TICKED = frozenset({"1", "on", "true", "yes"})
_FEW_WORDS = 3
_VAGUE = frozenset({"aim", "attempt", "be", "become", "consider", "hope", "improve", "think", "try"})

# Each is printed before its field, and typed again by every third person: we quote it once.
_SAID_ALREADY: Mapping[str, re.Pattern[str]] = {
    "situation": re.compile(r"(when|wenn)\b[\s,:….]*", re.IGNORECASE),
    "action": re.compile(r"((then |dann )?(i will|i['’]ll|werde ich|ich werde)\b|…)[\s,:….]*", re.IGNORECASE),
}

NO_LABELS: Mapping[str, str] = MappingProxyType({})

Code = TypeVar("Code", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A filled form; None and the empty text mean that this was not asked or not answered."""

    applied: Applied | None = None
    times: int | None = None
    rating: int | None = None
    barrier: Barrier | None = None
    note: str = ""
    share_note: bool = False
    situation: str = ""
    action: str = ""
    reason: str = ""
    done: bool | None = None
    outcome: str = ""


class Problems(dict[str, str]):
    """What keeps a form from being stored: a sentence by field."""


TAPPED: Mapping[StepKind, str] = {  # what is answered by one press, in the mail already
    StepKind.REFLECTION: "applied",
    StepKind.UNPROMPTED: "applied",
    StepKind.SPONSOR: "done",
}


def questions(kind: StepKind, labels: Mapping[str, str] = NO_LABELS) -> tuple[Question, ...]:
    """What a step of this kind asks, in order; a prompt asks nothing. `labels` are other words for what is tapped."""
    return tuple(_reworded(question, labels) for question in FORMS[kind]) if labels else FORMS[kind]


def _reworded(question: Question, labels: Mapping[str, str]) -> Question:
    """Other words, the same values: what is counted stays comparable."""
    if question.key not in TAPPED.values():
        return question
    return replace(
        question, choices=tuple((value, labels.get(value, said)) for value, said in question.choices)
    )


def halves(question: str) -> tuple[str, str]:
    """Cut what an author asks in two: what a tap answers, and what is asked further and needs words.

    Only after a first question mark can there be a second question: “Did you do it? Which time do you remember?”.
    """
    first, mark, further = question.partition("? ")
    return f"{first}{mark.strip()}", further.strip()


def parse(kind: StepKind, form: Mapping[str, str]) -> Answered | Problems:
    """Read a filled form; only an empty required field, an odd number or an endless text is in the way."""
    said = {question.key: _said(question.key, form.get(question.key, "")) for question in questions(kind)}
    problems = Problems(
        {
            question.key: problem
            for question in questions(kind)
            if (problem := _problem(question, said[question.key])) is not None
        }
    )
    if problems:
        return problems
    return Answered(
        applied=_code(Applied, said.get("applied")),
        times=_number(said.get("times")),
        rating=_number(said.get("rating")),
        barrier=_code(Barrier, said.get("barrier")),
        note=said.get("note", ""),
        share_note=bool(said.get("note")) and form.get(SHARE_FIELD, "").strip().lower() in _TICKED,
        situation=said.get("situation", ""),
        action=said.get("action", ""),
        reason=said.get("reason", ""),
        done=said["done"] == "yes" if said.get("done") else None,
        outcome=said.get("outcome", ""),
    )


def _said(key: str, text: str) -> str:
    """What was written, without the words that its label has said already, and the comma that led on from them."""
    tidy = _tidy(text)
    again = _SAID_ALREADY.get(key)
    if again is None:
        return tidy
    found = again.match(tidy)
    return tidy[found.end() if found else 0 :].rstrip(" ,")


def _tidy(text: str) -> str:
    """Drop what browsers and mail add: CRLF would count double, NUL is refused by databases."""
    return text.replace("\r\n", "\n").replace("\0", "").strip()


def _problem(question: Question, said: str) -> str | None:
    if not said:
        return _emptiness(question) if question.required else None
    match question.kind:
        case QuestionKind.TEXT:
            too_long = f"This is {len(said)} characters long; please stay within {TEXT_LIMIT}."
            return too_long if len(said) > TEXT_LIMIT else None
        case QuestionKind.CHOICE:
            known = {value for value, _ in question.choices}
            return None if said in known else "Please choose one of the answers."
        case QuestionKind.SCALE:
            return None if _within(said, RATINGS) else "Please give a whole number from 1 to 10."
        case QuestionKind.COUNT:
            return None if _within(said, COUNTS) else "Please give a whole number, for example 3."
        case _:
            assert_never(question.kind)


def _emptiness(question: Question) -> str:
    if question.kind is QuestionKind.CHOICE:
        return "Please choose one of the answers."
    return "Please write a few words; they need not be perfect."


def _within(said: str, allowed: range) -> bool:
    # The length first: int() of a million digits is work that nobody asked for.
    return len(said) <= len(str(allowed.stop)) and said.isascii() and said.isdigit() and int(said) in allowed


def _number(said: str | None) -> int | None:
    return int(said) if said else None


def _code(codes: type[Code], said: str | None) -> Code | None:
    return codes(said) if said else None


def hint(action: str) -> str | None:
    """Suggest an observable action where one seems vague; it is advice and never in the way."""
    words = action.lower().replace(",", " ").split()
    if len(words) >= _FEW_WORDS and words[0] not in _VAGUE:
        return None
    return "Could a colleague see you do it? An action that can be seen is easier to remember and to notice."
