"""Says a form's answers, and who will see them, in the language of a mail or a page."""

from collections.abc import Mapping

from coachfollow.rules import spoken
from coachfollow.rules.forms import APPLIED_WORDS, DONE_WORDS, SEEN_BY_WORDS, SeenBy
from coachfollow.rules.kinds import Applied

_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "en": {**{str(value): said for value, said in APPLIED_WORDS.items()}, **DONE_WORDS},
    "de": {
        Applied.AS_INTENDED: "Ja, wie geplant",
        Applied.PARTLY: "Teilweise",
        Applied.NOT_YET: "Noch nicht",
        Applied.NO_OPPORTUNITY: "Es gab keine Gelegenheit",
        "yes": "Ja",
        "no": "Noch nicht",
    },
}

_SEEN_BY: Mapping[str, Mapping[SeenBy, str]] = {
    "en": SEEN_BY_WORDS,
    "de": {
        SeenBy.PRIVATE: "nur du",
        SeenBy.COACH: "du und dein Coach",
        SeenBy.COUNTED: "du und dein Coach; ohne Namen gezählt in Gruppen ab fünf Personen",
        SeenBy.THEIR_COACH: "du und der Coach dieser Person",
        SeenBy.COACHES: "du und wer diese Person nach dir begleitet",
    },
}


def answers(locale: str) -> Mapping[str, str]:
    """Give the words of each answer that can be tapped, by its value."""
    return spoken.in_language(_ANSWERS, locale)


def seen_by(who: SeenBy, locale: str) -> str:
    """Say who will see an answer, to whoever gives it."""
    return spoken.in_language(_SEEN_BY, locale)[who]
