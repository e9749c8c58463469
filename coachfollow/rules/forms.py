"""The forms themselves: every question, its words, and who will see the answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from coachfollow.rules.kinds import Applied, Barrier, StepKind


class QuestionKind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    CHOICE = "choice"
    COUNT = "count"
    TEXT = "text"


class SeenBy(StrEnum):
    """Who will see an answer; `label` is printed on the form."""

    PRIVATE = "private"
    COACH = "coach"
    COUNTED = "counted"
    THEIR_COACH = "their_coach"
    COACHES = "coaches"

    @property
    def label(self) -> str:
        """The words on the form, spoken to the person who answers."""
        return SEEN_BY_WORDS[self]


SEEN_BY_WORDS: Mapping[SeenBy, str] = {
    SeenBy.PRIVATE: "Only you",
    SeenBy.COACH: "You and your coach",
    SeenBy.COUNTED: "You and your coach; counted without names in groups of five or more",
    SeenBy.THEIR_COACH: "You and the participant's coach",
    SeenBy.COACHES: "You, and whoever coaches this person after you",
}

APPLIED_WORDS: Mapping[Applied, str] = {
    Applied.AS_INTENDED: "Yes, as intended",
    Applied.PARTLY: "Partly",
    Applied.NOT_YET: "Not yet",
    Applied.NO_OPPORTUNITY: "There was no opportunity",
}

BARRIER_WORDS: Mapping[Barrier, str] = {
    Barrier.NO_TIME: "There was no time",
    Barrier.NO_OPPORTUNITY: "There was no occasion for it",
    Barrier.MANAGER: "My manager did not support it",
    Barrier.TOOLS: "Tools, rules or processes stood in the way",
    Barrier.DID_NOT_REMEMBER: "I did not remember in the moment",
    Barrier.NOT_USEFUL: "It is not useful in my work",
    Barrier.OTHER: "Something else",
}

DONE_WORDS: Mapping[str, str] = {"yes": "Yes", "no": "Not yet"}

# The box beside a private note: whoever ticks it shows this one note to the coach.
SHARE_FIELD = "share"
SHARE_LABEL = "Show this note to my coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One field of a form; choices are (value, words)."""

    key: str
    label: str
    kind: QuestionKind = QuestionKind.TEXT
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    seen_by: SeenBy


_RATING = Question(
    key="rating",
    label="Where am I with this now, from 1 (just beginning) to 10 (it comes by itself)?",
    kind=QuestionKind.SCALE,
    seen_by=SeenBy.COUNTED,
)

_COMMITMENT = (
    Question(key="situation", label="When …", required=True, seen_by=SeenBy.COACH),
    Question(key="action", label="I will …", required=True, seen_by=SeenBy.COACH),
    Question(key="reason", label="Why it matters to me, or to the people I do it for", seen_by=SeenBy.COACH),
    _RATING,
)

_REFLECTION = (
    Question(
        key="applied",
        label="Did you do what you planned?",
        kind=QuestionKind.CHOICE,
        choices=tuple(APPLIED_WORDS.items()),
        required=True,
        seen_by=SeenBy.COUNTED,
    ),
    Question(key="times", label="How often did you do it?", kind=QuestionKind.COUNT, seen_by=SeenBy.COUNTED),
    _RATING,
    Question(
        key="barrier",
        label="What got in the way, if anything?",
        kind=QuestionKind.CHOICE,
        choices=tuple(BARRIER_WORDS.items()),
        seen_by=SeenBy.COUNTED,
    ),
    Question(key="note", label="A note to yourself", seen_by=SeenBy.PRIVATE),
)

_SPONSOR = (
    Question(
        key="done",
        label="Did you have the talk?",
        kind=QuestionKind.CHOICE,
        choices=tuple(DONE_WORDS.items()),
        seen_by=SeenBy.THEIR_COACH,
    ),
    Question(
        key="outcome",
        label="What came of it, or what stands in the way? One sentence is enough",
        required=True,
        seen_by=SeenBy.THEIR_COACH,
    ),
)

_CHECK_IN = (
    Question(
        key="outcome",
        label="What came of the meeting? One sentence is enough",
        required=True,
        seen_by=SeenBy.COACHES,
    ),
)

FORMS: Mapping[StepKind, tuple[Question, ...]] = {
    StepKind.COMMITMENT: _COMMITMENT,
    StepKind.PROMPT: (),
    StepKind.REFLECTION: _REFLECTION,
    StepKind.CHECK_IN: _CHECK_IN,
    StepKind.SPONSOR: _SPONSOR,
    StepKind.UNPROMPTED: _REFLECTION,
}

# What its recipient answers themselves, from their mail; a meeting is marked by its coach.
ANSWERED_BY_MAIL: frozenset[StepKind] = frozenset(
    kind for kind, form in FORMS.items() if form and kind is not StepKind.CHECK_IN
)
