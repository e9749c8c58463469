"""Says in a person's language what we ourselves write into their calendar; authors write the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from coachfollow.rules import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Our words in one language; `question` holds the place of a time, those of a meeting of what they name."""

    a_reminder: str
    a_question: str
    my_plan: str
    unwritten: str
    question: str
    page: str
    meeting: str
    lasts: str
    about: str
    calls: str


_WORDS: Mapping[str, Words] = {
    "en": Words(
        a_reminder="A reminder of your plan",
        a_question="A question comes by mail",
        my_plan="My plan",
        unwritten="You have not written your plan yet. One sentence is enough: “When …, I will …”",
        question="This comes by mail on this day, about {at}, and is answered from there.",
        page="All my dates, once one of our mails has opened the page here:",
        meeting="Follow-up: {participant} and {coach}",
        lasts="{minutes} minutes",
        about="{lasts} to look at what worked and what got in the way.",
        calls="{coach} will call.",
    ),
    "de": Words(
        a_reminder="Eine Erinnerung an deinen Plan",
        a_question="Eine Frage kommt per Mail",
        my_plan="Mein Plan",
        unwritten="Dein Plan fehlt noch. Ein Satz genügt: „Wenn …, dann werde ich …“",
        question="Das kommt an diesem Tag gegen {at} Uhr per Mail und wird von dort beantwortet.",
        page="Alle meine Termine, sobald eine unserer Mails die Seite hier geöffnet hat:",
        meeting="Gespräch: {participant} und {coach}",
        lasts="{minutes} Minuten",
        about="{lasts} für das, was geklappt hat und was im Weg stand.",
        calls="{coach} ruft an.",
    ),
}


def of(locale: str) -> Words:
    """Give our words in this language, in English where there are none."""
    return spoken.in_language(_WORDS, locale)


def length(starts_at: datetime, ends_at: datetime, *, locale: str) -> str:
    """How long a meeting is."""
    return of(locale).lasts.format(minutes=(ends_at - starts_at) // timedelta(minutes=1))
