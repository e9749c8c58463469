"""Says what is different between two versions of a programme, in the order people read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from coachfollow.intake.programme_forms import unwrapped
from coachfollow.intake.programme_values import Example, Judged, Programme, Step, StepText
from coachfollow.rules.adapting import Rules


class Part(StrEnum):
    """What of a programme or a step is different."""

    STEP = "step"
    LANGUAGES = "languages"
    TITLE = "title"
    WHY = "why"
    SPONSOR = "sponsor"
    SPONSOR_WORDS = "sponsor's words"
    THRESHOLD = "threshold"
    ANCHOR = "anchor"
    ATTENDED = "attended"
    SILENT_AFTER = "silent_after"
    NO_OPPORTUNITY = "no_opportunity"
    BARRIER = "barrier"
    AS_INTENDED = "as_intended"
    ALLOWS = "allows"
    THEMES = "themes"
    ADVICE = "advice"
    KIND = "kind"
    WHEN = "when"
    SERIES = "series"
    AT = "at"
    OPEN_DAYS = "open_days"
    MANDATORY = "mandatory"
    REMINDERS = "reminders"
    THEME = "theme"
    SUBJECT = "subject"
    BODY = "body"
    QUESTION = "question"
    LABELS = "labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is different; `step` is the subject of the step it is about, none for the programme itself.

    An empty `before` means that it is new, an empty `after` that it is gone; a language stands where it is a text.
    """

    part: Part
    before: str
    after: str
    step: str = ""
    language: str = ""


def changes(before: Programme, after: Programme) -> tuple[Change, ...]:
    """Give what is different; nothing where only the spelling of the file is."""
    found = (*_pairs(_facts(before), _facts(after), step=""), *_steps(before, after))
    return tuple(change for change in found if change.before != change.after)


Facts = Mapping[tuple[Part, str], str]  # by part and language


def _steps(before: Programme, after: Programme) -> Iterator[Change]:
    old = {step.rule.key: step for step in before.steps}
    new = {step.rule.key: step for step in after.steps}
    for key, step in new.items():
        title = _title(step, after)
        if key in old:
            yield from _pairs(_step_facts(old[key]), _step_facts(step), step=title)
        else:
            yield Change(part=Part.STEP, before="", after=title, step=title)
    for key, step in old.items():
        if key not in new:
            title = _title(step, before)
            yield Change(part=Part.STEP, before=title, after="", step=title)


def _pairs(before: Facts, after: Facts, *, step: str) -> Iterator[Change]:
    for part, language in dict.fromkeys((*after, *before)):
        said = before.get((part, language), ""), after.get((part, language), "")
        yield Change(part=part, before=said[0], after=said[1], step=step, language=language)


def _title(step: Step, of: Programme) -> str:
    text = step.texts.get(of.languages[0])
    return text.subject if text else step.rule.key


def _facts(of: Programme) -> Facts:
    found = {
        (Part.LANGUAGES, ""): ", ".join(of.languages),
        (Part.SPONSOR, ""): of.sponsor_name,
        (Part.THRESHOLD, ""): f"{of.threshold:.0%}",
        (Part.ANCHOR, ""): of.anchor,
        (Part.ATTENDED, ""): _attended(of),
        (Part.SILENT_AFTER, ""): str(of.silent_after or ""),
        (Part.NO_OPPORTUNITY, ""): _days(of.answers.no_opportunity_days),
        (Part.BARRIER, ""): _days(of.answers.barrier_days),
        (Part.AS_INTENDED, ""): _as_intended(of.answers),
        (Part.ALLOWS, ""): ", ".join(of.allows),
    }
    for code in of.languages:
        found |= {
            (Part.TITLE, code): of.title.get(code, ""),
            (Part.WHY, code): unwrapped(of.why.get(code, "")),
            (Part.SPONSOR_WORDS, code): of.sponsor_words.get(code, ""),
            (Part.THEMES, code): "\n".join(f"{key}: {by.get(code, '')}" for key, by in of.themes.items()),
            (Part.ADVICE, code): _advice(of, code),
        }
    return found


def _days(number: int | None) -> str:
    return f"{number} days" if number else ""


def _as_intended(rules: Rules) -> str:
    if not rules.as_intended_in_a_row:
        return ""
    return f"after {rules.as_intended_in_a_row} in a row, {_days(rules.as_intended_days)}"


def _attended(of: Programme) -> str:
    said = (
        f"{of.attended_minutes} minutes" if of.attended_minutes else "",
        f"{of.attended_sessions} sessions" if of.attended_sessions else "",
    )
    return ", ".join(filter(None, said))


def _advice(of: Programme, code: str) -> str:
    judged = (of.good.get(code), of.poor.get(code))
    found: tuple[Example | Judged | None, ...] = (*of.examples.get(code, ()), *judged)
    lines = (f"{one.situation} → {one.action}{_reason(one)}" for one in found if one)
    return "\n".join(lines)


def _reason(of: Example | Judged) -> str:
    return f" ({of.why})" if isinstance(of, Judged) else ""


def _step_facts(step: Step) -> Facts:
    rule = step.rule
    found = {
        (Part.KIND, ""): str(rule.kind),
        (Part.WHEN, ""): f"{rule.offset_days} {rule.day_kind} {rule.anchor}",
        (Part.SERIES, ""): ", ".join(map(str, step.gaps)),
        (Part.AT, ""): f"{rule.at:%H:%M}",
        (Part.OPEN_DAYS, ""): str(rule.open_days or ""),
        (Part.MANDATORY, ""): "yes" if rule.mandatory else "no",
        (Part.REMINDERS, ""): ", ".join(map(str, rule.reminders)),
        (Part.THEME, ""): step.theme or "",
    }
    for code, text in step.texts.items():
        found |= {(part, code): said for part, said in _texts(text).items()}
    return found


def _texts(text: StepText) -> Mapping[Part, str]:
    return {
        Part.SUBJECT: text.subject,
        Part.BODY: unwrapped(text.body),
        Part.QUESTION: text.question or "",
        Part.LABELS: "\n".join(f"{answer}: {said}" for answer, said in text.labels.items()),
    }
