"""The values a programme's file is read into: what it offers, why, and its steps with their texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from coachfollow.rules.adapting import Rules
from coachfollow.rules.planning import StepRule

Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A plan to tap and edit; both parts continue “When …, I will …”."""

    situation: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A plan shown as good or poor, and why it is."""

    situation: str
    action: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepText:
    """What one step says in one language; the body is Markdown, the labels reword answers of `Applied`."""

    subject: str
    body: str
    question: str | None
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: when it falls, what it is about, what it says in every language of its programme."""

    rule: StepRule
    theme: str | None
    texts: Mapping[str, StepText]


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A whole programme; a mapping by language holds each of `languages`, the first being the default.

    The anchor is “last”, “first” or the number of the session, counted from 1. None for attended minutes or
    sessions leaves the rule to the group, for `silent_after` that reminders never rest; `answers` says what is
    done about them. The checksum is the SHA-256 of the source.
    """

    key: str
    languages: tuple[str, ...]
    title: Texts
    why: Texts
    sponsor_name: str
    sponsor_words: Texts
    themes: Mapping[str, Texts]
    threshold: float
    anchor: str
    attended_minutes: int | None
    attended_sessions: int | None
    silent_after: int | None
    answers: Rules
    examples: Mapping[str, tuple[Example, ...]]
    good: Mapping[str, Judged]
    poor: Mapping[str, Judged]
    steps: tuple[Step, ...]
    source: str
    checksum: str

    def language_for(self, locale: str) -> str:
        """The language a person of this locale (“de-AT”, “de_AT”) gets: theirs, its base, or the default."""
        wanted = locale.replace("_", "-")
        fitting = (code for code in (wanted, wanted.split("-")[0]) if code in self.languages)
        return next(fitting, self.languages[0])
