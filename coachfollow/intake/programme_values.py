"""The values a programme's file is read into: what it offers, why, and its steps with their texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from coachfollow.rules import series
from coachfollow.rules.adapting import Rules
from coachfollow.rules.cadence import StepRule
from coachfollow.rules.tempo import Freedom

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
    """One step: when it falls, what it is about, what it says in every language of its programme.

    A series returns after each of the gaps, in days; `lasts_days` is what they were asked for.
    """

    rule: StepRule
    theme: str | None
    texts: Mapping[str, StepText]
    lasts_days: int | None = None
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A whole programme; a mapping by language holds each of `languages`, the first being the default.

    The anchor is “last”, “first” or the number of the session, counted from 1. None for attended minutes or
    sessions leaves the rule to the group, for `silent_after` that reminders never rest; `answers` says what is
    done about them, `allows` what people may choose of their rhythm. The checksum is the SHA-256 of the source.
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
    allows: tuple[Freedom, ...]
    examples: Mapping[str, tuple[Example, ...]]
    good: Mapping[str, Judged]
    poor: Mapping[str, Judged]
    steps: tuple[Step, ...]
    source: str
    checksum: str

    @property
    def laid_out(self) -> tuple[Step, ...]:
        """The steps with every return of a series as a step of its own: what is published and planned."""
        return tuple(step for own in laid_out(self.steps) for step in own)

    def language_for(self, locale: str) -> str:
        """The language a person of this locale (“de-AT”, “de_AT”) gets: theirs, its base, or the default."""
        wanted = locale.replace("_", "-")
        fitting = (code for code in (wanted, wanted.split("-")[0]) if code in self.languages)
        return next(fitting, self.languages[0])


def laid_out(steps: Sequence[Step]) -> tuple[tuple[Step, ...], ...]:
    """Each step as the ordinary steps it stands for: itself, and every return of a series."""
    rules = series.laid_out([(step.rule, step.gaps) for step in steps])
    return tuple(
        tuple(replace(step, rule=rule, lasts_days=None, gaps=()) for rule in own)
        for step, own in zip(steps, rules, strict=True)
    )
