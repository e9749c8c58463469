"""What the fields of a draft's forms are called in the summary above them."""

from collections.abc import Iterable, Mapping, Sequence

# the longest that a field begins with counts: “sponsor-words-de” is what they say, “sponsor” is who
_CALLED: Mapping[str, str] = {
    "title": "Title",
    "why": "Why it matters here",
    "sponsor": "Who asks for it",
    "sponsor-words": "What they say",
    "threshold": "Finished from",
    "minutes": "Attended: minutes",
    "sessions": "Attended: sessions",
    "no-opportunity": "No opportunity yet",
    "barrier": "Something in the way",
    "as-intended": "As intended",
    "silent-after": "No reminders after",
    "allow": "What people may choose",
    "good": "A good plan",
    "poor": "A poor plan",
    "example": "Example",
    "theme": "Theme",
    "new-theme": "A new theme",
    "kind": "What it is",
    "days": "How many",
    "anchor": "Counted from",
    "at": "Local time",
    "lasts": "How long it must last",
    "gaps": "Days until it comes again",
    "subject": "Subject",
    "body": "Text",
    "question": "Question",
    "label": "Words of the answers",
    "open_days": "Open for how many days",
    "reminder": "Reminder",
    "mandatory": "Mandatory",
}


def called(fields: Iterable[str], languages: Sequence[str]) -> Mapping[str, str]:
    """What each of these fields is called, with its language where there are several."""
    return {field: f"{words}{_in(field, languages)}" for field in fields if (words := _words(field))}


def _words(field: str) -> str:
    found = [name for name in _CALLED if field == name or field.startswith(f"{name}-")]
    return _CALLED[max(found, key=len)] if found else ""


def _in(field: str, languages: Sequence[str]) -> str:
    mine = [code for code in languages if field.endswith(f"-{code}")]
    return f" ({mine[0]})" if mine and len(languages) > 1 else ""
