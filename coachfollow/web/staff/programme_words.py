"""The words of the pages on which programmes are written: kinds, distances, mistakes and changes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from babel.core import Locale, UnknownLocaleError

from coachfollow.intake import programme_editing, programme_places
from coachfollow.intake.programme import Mistake, Step
from coachfollow.intake.programme_changes import Change, Part
from coachfollow.intake.programme_documents import Document, words
from coachfollow.intake.programme_editing import Survey
from coachfollow.rules import step_misfits
from coachfollow.rules.cadence import ANSWER, ANSWERED, STEP
from coachfollow.rules.kinds import Applied, DayKind, StepKind
from coachfollow.rules.tempo import Freedom
from coachfollow.rules.wording import PLACEHOLDERS
from coachfollow.web.staff import programme_fields
from coachfollow.web.staff.words import LOCALE, anchor, capital

WEEK = 7

KINDS: Mapping[StepKind, tuple[str, str]] = {
    StepKind.COMMITMENT: ("Own plan", "Asks everybody for a plan: “When …, I will …”. A programme has one."),
    StepKind.PROMPT: ("Reminder of the plan", "Brings people their own words back. Wants no answer."),
    StepKind.REFLECTION: ("Question", "Asks how it is going; one tap in the mail answers it."),
    StepKind.CHECK_IN: ("Meeting with the coach", "Stands in both calendars; its text is the agenda."),
    StepKind.SPONSOR: ("Manager’s card", "A short script for the participant’s manager, before or after."),
    StepKind.UNPROMPTED: ("One last question", "Long after the reminders have ended: what has lasted?"),
}
FREEDOMS: Mapping[Freedom, str] = {
    Freedom.RHYTHM: "fewer or more reminders",
    Freedom.WEEKDAY: "a weekday",
    Freedom.TIME: "a time of day",
    Freedom.CHANNEL: "reminders in their calendar instead of by mail",
}
DAY_KINDS = ((DayKind.CALENDAR.value, "days"), (DayKind.WORKING.value, "working days"))
CHOICES = tuple((kind.value, name) for kind, (name, _) in KINDS.items())

# the values of `kind` as a mistake names them, and what people call them
_IN_MISTAKES: Mapping[str, str] = {
    StepKind.COMMITMENT.value: "plan",
    StepKind.PROMPT.value: "reminder of the plan",
    StepKind.REFLECTION.value: "question",
    StepKind.CHECK_IN.value: "meeting",
    StepKind.SPONSOR.value: "manager’s card",
    StepKind.UNPROMPTED.value: "last question",
}
_A_KIND = re.compile(rf"\ban? (second )?({'|'.join(_IN_MISTAKES)})\b")
_A_LINE = re.compile(r"the one on line [0-9]+")

PARTS: Mapping[Part, str] = {
    Part.STEP: "The whole step",
    Part.LANGUAGES: "Languages",
    Part.TITLE: "Title",
    Part.WHY: "Why it matters here",
    Part.SPONSOR: "Who asks for it",
    Part.SPONSOR_WORDS: "What they say",
    Part.THRESHOLD: "Finished from",
    Part.ANCHOR: "Which session days count from",
    Part.ATTENDED: "What counts as attended",
    Part.ALLOWS: "What people may choose",
    Part.SILENT_AFTER: "No reminders after so many unanswered questions",
    Part.NO_OPPORTUNITY: "Asked again where there was no opportunity",
    Part.BARRIER: "Meeting brought forward when something is in the way",
    Part.AS_INTENDED: "Asked less often when it goes as intended",
    Part.THEMES: "Themes",
    Part.ADVICE: "Examples",
    Part.KIND: "Kind",
    Part.WHEN: "Day",
    Part.SERIES: "Days until it comes again",
    Part.AT: "Time",
    Part.OPEN_DAYS: "How many days it is open",
    Part.MANDATORY: "Mandatory",
    Part.REMINDERS: "Reminders, working days later",
    Part.THEME: "Theme",
    Part.SUBJECT: "Subject",
    Part.BODY: "Text",
    Part.QUESTION: "Question",
    Part.LABELS: "Words of the answers",
}


def language(code: str) -> str:
    """What a language is called."""
    try:
        return Locale.parse(code, sep="-").get_display_name(LOCALE) or code
    except (UnknownLocaleError, ValueError):
        return code


def languages(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Languages to choose from."""
    return [(code, language(code)) for code in codes]


def fields(problems: Iterable[str], codes: Sequence[str]) -> Mapping[str, str]:
    """What these fields of a form are called."""
    return programme_fields.called(problems, codes)


def shows(field: str, kind: str, values: Iterable[str]) -> bool:
    """Whether a form has a field for this kind of step; one that is filled stays until it is emptied."""
    known = _known(kind)
    return known is None or field not in step_misfits.fields(known) or any(values)


def placeholders(kind: str) -> Mapping[str, str]:
    """What an author may put into the texts of this kind of step, with what it stands for."""
    known = _known(kind)
    unfit = step_misfits.placeholders(known) if known else {}
    return {name: meaning for name, meaning in PLACEHOLDERS.items() if name not in unfit}


def _known(kind: str) -> StepKind | None:
    return next((one for one in StepKind if one == kind), None)


def labels() -> tuple[Applied, ...]:
    """The answers that a programme may word anew."""
    return tuple(Applied)


def labels_in(values: Mapping[str, str], code: str) -> list[str]:
    """What stands in the fields for other words, in one language."""
    return [values.get(f"label-{answer}-{code}", "") for answer in Applied]


def is_about(problems: Iterable[str], code: str) -> bool:
    """Whether one of these fields is of this language."""
    return any(field.endswith(f"-{code}") for field in problems)


def anchors(found: Survey, *, but: str = "") -> list[tuple[str, str]]:
    """What the days of a step may count from; not from itself."""
    numbers = [anchor.partition(":")[2] for step in found.steps.values() if (anchor := step.rule.anchor)]
    most = max((int(number) for number in numbers if number.isdigit()), default=0)
    others = {name: step for name, step in found.steps.items() if name != but}
    steps = [(f"{STEP}{name}", f"“{title(step, found)}”") for name, step in others.items()]
    answers = [
        (f"{ANSWER}{name}", f"the answer to “{title(step, found)}”")
        for name, step in others.items()
        if step.rule.kind in ANSWERED
    ]
    return [
        ("session", "the training"),
        ("session:first", "its first session"),
        ("session:last", "its last session"),
        *((f"session:{number}", f"session {number}") for number in range(2, max(most, 5) + 1)),
        *steps,
        *answers,
    ]


def title(step: Step, of: Survey) -> str:
    """What a step is called: its subject in the programme's own language."""
    language = (*of.programme.languages, "")[0]
    text = step.texts.get(language)
    return text.subject if text and text.subject else step.rule.key or "without a subject"


def name_of(document: Document) -> str:
    """What a programme is called, finished or not."""
    first = (*programme_editing.languages(document), "en")[0]
    return words(document, "title", first) or words(document, "key")


def distance(days: int, day_kind: DayKind) -> str:
    """How far it is from where it counts from: 2 weeks after, 3 working days before, the same day as."""
    if not days:
        return "on the day of"
    number, unit = abs(days), "day" if day_kind is DayKind.CALENDAR else "working day"
    if day_kind is DayKind.CALENDAR and days % WEEK == 0:
        number, unit = number // WEEK, "week"
    return f"{number} {unit}{'' if number == 1 else 's'} {'before' if days < 0 else 'after'}"


def when(step: Step, of: Survey) -> str:
    """When a step falls, in words."""
    known = dict(anchors(of))
    return f"{distance(step.rule.offset_days, step.rule.day_kind)} {known.get(step.rule.anchor, step.rule.anchor)}"


def again(step: Step) -> str:
    """How often a series comes, and after which gaps; nothing where it comes once."""
    gaps = step.gaps
    if not gaps:
        return ""
    listed = f"{', '.join(map(str, gaps[:-1]))} and {gaps[-1]}" if len(gaps) > 1 else str(gaps[0])
    unit = "day" if gaps[-1] == 1 else "days"
    return f"{len(gaps) + 1} times in all: again after {listed} {unit}"


def counted_from(said: str, titles: Mapping[str, str]) -> str:
    """What the days of a step count from; another step by its title."""
    which, _, key = said.partition(":")
    if key not in titles or which == "session":
        return anchor(said)
    return f"the answer to “{titles[key]}”" if said.startswith(ANSWER) else f"“{titles[key]}”"


def week(days: int) -> str:
    """The part of the time line on which a day lies."""
    if days < 0:
        return "Before the training"
    return "The day of the training" if not days else f"Week {(days - 1) // WEEK + 1}"


def plain(sentence: str) -> str:
    """A mistake without the words of the file's format."""
    said = _A_KIND.sub(lambda found: f"a {found[1] or ''}{_IN_MISTAKES[found[2]]}", sentence)
    return _A_LINE.sub("one", said)


def mistake(found: Mistake) -> str:
    """A mistake as a sentence for a page."""
    return plain(programme_places.sentence(found))


def said(change: Change, value: str) -> str:
    """One side of a change in words."""
    match change.part:
        case Part.KIND if value:
            return KINDS[StepKind(value)][0]
        case Part.ALLOWS if value:
            return ", ".join(FREEDOMS[Freedom(one)] for one in value.split(", "))
        case Part.WHEN if value:
            days, day_kind, counted_from = value.split(" ", 2)
            return capital(f"{distance(int(days), DayKind(day_kind))} {anchor(counted_from)}")
    return value


def part(change: Change) -> str:
    """What a change is about."""
    language = f" ({change.language})" if change.language else ""
    return f"{PARTS[change.part]}{language}"


def by_step(changes: Iterable[Change]) -> Sequence[tuple[str, Sequence[Change]]]:
    """Changes under the step they are about, those of the programme itself under no name; new and gone ones alone."""
    runs = groupby(changes, key=lambda change: (change.step, change if change.part is Part.STEP else None))
    return [(step, list(run)) for (step, _), run in runs]
