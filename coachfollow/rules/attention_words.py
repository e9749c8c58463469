"""Says in a sentence why somebody needs their coach: on a page, and shorter in a mail, which holds no answers."""

from collections.abc import Callable, Mapping, Sequence

from coachfollow.rules import days
from coachfollow.rules.attention import Need, Reason
from coachfollow.rules.forms import BARRIER_WORDS
from coachfollow.rules.kinds import Audience, Barrier


def said(value: Reason) -> str:
    """Say why somebody needs their coach."""
    match value.need:
        case Need.UNREACHABLE:
            told = "Our mails do not arrive: the mail server says that nobody has this address"
            return f"{told}. Ask which one is right, and tell your L&D team."
        case Need.MARK_MEETING | Need.NOTHING_BOOKED | Need.NO_LONGER_FITS:
            return _about_a_meeting(value)
        case Need.SILENT | Need.MISSED_TWICE:
            how = _unanswered(value.detail)
            rests = ", so no reminders are sent any more" if value.need is Need.SILENT else ""
            return f"{how}{rests}. A friendly word may help."
        case Need.NO_PLAN:
            return f"No plan yet, more than a week after its day, {_day(value)}. Five minutes together may do it."
        case Need.BARRIER:
            named = (f"“{BARRIER_WORDS[Barrier(code)]}”" for code in value.detail.split(","))
            return f"Named what got in the way: {', '.join(named)}."
        case Need.UNREAD:
            return _unread([Audience(one) for one in value.detail.split(",")])


def mailed(value: Reason, *, language: str) -> str:
    """Say it in a mail: in the words of the page, but for what somebody answered, which stays on the page."""
    if language in _MAILED:
        return _MAILED[language][value.need](value)
    return "Named what got in the way." if value.need is Need.BARRIER else said(value)


def _german_day(value: Reason) -> str:
    return f"{value.spot.day:%d.%m.}" if value.spot else "diesem Tag"


_GERMAN: Mapping[Need, Callable[[Reason], str]] = {
    Need.UNREACHABLE: lambda _: "Unsere Mails kommen nicht an. Frag nach der richtigen Adresse.",
    Need.MARK_MEETING: lambda one: f"Hat das Gespräch vom {_german_day(one)} stattgefunden? Ein Satz genügt.",
    Need.SILENT: lambda _: "Fragen blieben ohne Antwort, deshalb erinnert nichts mehr daran.",
    Need.MISSED_TWICE: lambda one: f"{one.detail} Fragen hintereinander blieben ohne Antwort.",
    Need.NO_PLAN: lambda one: f"Noch kein Plan geschrieben; dran war er am {_german_day(one)}.",
    Need.NO_LONGER_FITS: lambda one: f"Das Gespräch am {_german_day(one)} passt nicht mehr.",
    Need.BARRIER: lambda _: "Hat genannt, was im Weg stand.",
    Need.NOTHING_BOOKED: lambda one: f"Das Gespräch um den {_german_day(one)} hat noch keine Zeit.",
    Need.UNREAD: lambda _: "Es gibt etwas zu lesen, das du noch nicht gelesen hast.",
}
_MAILED: Mapping[str, Mapping[Need, Callable[[Reason], str]]] = {"de": _GERMAN}


def _about_a_meeting(value: Reason) -> str:
    if value.need is Need.MARK_MEETING:
        return f"Did the meeting of {_day(value)} take place? One sentence is enough."
    if value.need is Need.NOTHING_BOOKED:
        why = f" ({value.detail})" if value.detail else ""
        return f"No time is booked yet for the meeting of about {_day(value)}{why}."
    stays = "It stays until you choose another time."
    return f"The meeting of {_day(value)} no longer fits: {value.detail}. {stays}"


def _unanswered(count: str) -> str:
    match count:
        case "":
            return "Questions went unanswered"
        case "1":
            return "A question went unanswered"
        case _:
            return f"{count} questions in a row went unanswered"


def _unread(writers: Sequence[Audience]) -> str:
    """Say who wrote what the coach has not read: a participant shares a note, a manager writes to the coach."""
    shared, written = writers.count(Audience.PARTICIPANT), writers.count(Audience.MANAGER)
    notes = "a note" if shared == 1 else f"{shared} notes"
    told = f"Shared {notes} with you" if shared else ""
    if written:
        told = f"{told}, and the manager wrote to you" if told else "The manager wrote to you"
    return f"{told}. You have not read {'it' if len(writers) == 1 else 'them'} yet."


def _day(value: Reason) -> str:
    return days.short(value.spot.day) if value.spot else "that day"
