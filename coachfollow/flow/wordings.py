"""Says what a step's mail is made of: its author's words, the answers to choose from, who will see them."""

from collections.abc import Mapping

from coachfollow.mail.prepared import Wording
from coachfollow.queries.step_words import StepWords
from coachfollow.rules import asking
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
_CHOICES = frozenset({"applied", "done"})


def of_step(kind: MessageKind, step: StepKind | None, words: StepWords) -> Wording:
    """Give the wording of a mail of this kind about a step of that one."""
    return Wording(
        subject=words.subject,
        body=words.body,
        question=words.question,
        choices=_choices(step, words.labels) if kind in _CHOOSING else (),
        seen_by=_seen_by(step),
        audience=audience(step),
    )


def audience(step: StepKind | None) -> Audience:
    """Whom a mail speaks to: a sponsor moment is the manager's, all else the participant's or their coach's."""
    return Audience.MANAGER if step is StepKind.SPONSOR else Audience.PARTICIPANT


def _choices(step: StepKind | None, labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    for question in asking.questions(step, labels) if step else ():
        if question.key in _CHOICES:
            return question.choices
    return ()


def _seen_by(step: StepKind | None) -> str:
    """Who will see the answer, as the form says it too (law 10)."""
    required = (question for question in asking.questions(step) if question.required) if step else ()
    return next((question.seen_by.label for question in required), "")
