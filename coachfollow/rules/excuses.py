"""Why a follow-up may be excused: a short list in words, so that no free text about a person is kept."""

from collections.abc import Mapping
from enum import StrEnum

NO_TIME = "no time was found for it"  # a meeting, until it closed: nobody missed what nobody could come to


class Excuse(StrEnum):
    """A reason to leave one follow-up out of the numbers."""

    AWAY = "away"
    NO_OCCASION = "no_occasion"
    OTHER_WORK = "other_work"
    TALKED = "talked"
    OUR_MISTAKE = "our_mistake"

    @property
    def words(self) -> str:
        """The reason as it stands on the page of the plan, for the person too."""
        return _WORDS[self]


_WORDS: Mapping[Excuse, str] = {
    Excuse.AWAY: "away from work at that time",
    Excuse.NO_OCCASION: "there was no occasion for it at work",
    Excuse.OTHER_WORK: "the work has changed",
    Excuse.TALKED: "talked about in person instead",
    Excuse.OUR_MISTAKE: "a mistake of ours: the date or the text was wrong",
}
