"""Says what a step's mail is made of: its author's words, the answers to choose from, who will see them."""

from collections.abc import Mapping

from coachfollow.mail.prepared import Wording
from coachfollow.queries.step_words import StepWords
from coachfollow.rules import asking, form_words
from coachfollow.rules.kinds import Audience, MessageKind, StepKind

# mails in which an answer can be tapped
_CHOOSING = frozenset(
    {
        MessageKind.REFLECTION,
        MessageKind.UNPROMPTED,
        MessageKind.REMINDER,
        MessageKind.SPONSOR,
        MessageKind.CURRENT_QUESTION,
    }
)


def of_step(kind: MessageKind, step: StepKind | None, words: StepWords, *, locale: str) -> Wording:
    """Give the wording of a mail of this kind about a step of that one, to somebody who reads this language."""
    return Wording(
        subject=words.subject,
        body=words.body,
        question=words.question,
        choices=_choices(step, {**form_words.answers(locale), **words.labels}) if kind in _CHOOSING else (),
        seen_by=_seen_by(step, locale),
        audience=audience(step),
    )


def audience(step: StepKind | None) -> Audience:
    """Whom a mail speaks to: a sponsor moment is the manager's, all else the participant's or their coach's."""
    return Audience.MANAGER if step is StepKind.SPONSOR else Audience.PARTICIPANT


def _choices(step: StepKind | None, labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    tapped = (
        [one for one in asking.questions(step, labels) if one.key == asking.TAPPED.get(step)] if step else []
    )
    return tapped[0].choices if tapped else ()


def _seen_by(step: StepKind | None, locale: str) -> str:
    """Who will see the answer, as the form says it too (law 10)."""
    required = (question for question in asking.questions(step) if question.required) if step else ()
    return next((form_words.seen_by(question.seen_by, locale) for question in required), "")
