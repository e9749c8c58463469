"""Reads a programme's YAML into values or says everything that is wrong with it; holds the shipped ones."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources

from coachfollow.intake.programme_nodes import (
    InvalidProgramme,
    Mistake,
    Spot,
    Unusable,
    each,
    fields,
    named,
    root,
)
from coachfollow.intake.programme_readers import (
    KEYS,
    by_language,
    flag,
    is_slug,
    language,
    share,
    slug,
    which_session,
    whole,
)
from coachfollow.intake.programme_steps import steps
from coachfollow.intake.programme_texts import line, passage
from coachfollow.intake.programme_values import Example, Judged, Programme, Step, StepText, Texts
from coachfollow.rules import adapting
from coachfollow.rules.adapting import Rules
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.tempo import Freedom

__all__ = [
    "Examined",
    "Example",
    "InvalidProgramme",
    "Judged",
    "Mistake",
    "Programme",
    "Step",
    "StepText",
    "Texts",
    "examine",
    "examine_spot",
    "read",
    "shipped",
]

FIELDS = (
    *("key", "languages", "title", "why", "sponsor", "themes"),
    *("completion", "anchor", "attended", "adapt", "allow", "commitment", "steps"),
)
THRESHOLD = 0.8
NO_MEETING = "has no meeting to bring forward; no step is a check_in"
LONGEST_TITLE, LONGEST_WHY, LONGEST_NAME, LONGEST_WORDS, LONGEST_PART = 120, 1_500, 80, 500, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What could be read of a text, stand-ins where something is wrong, and everything that is wrong."""

    programme: Programme | None
    mistakes: tuple[Mistake, ...]


def read(text: str, *, file: str) -> Programme:
    """Read a programme; InvalidProgramme names every mistake, `file` is what to call the text in them."""
    examined = examine(text, file=file)
    if examined.programme is None or examined.mistakes:
        raise InvalidProgramme(examined.mistakes)
    return examined.programme


def examine(text: str, *, file: str) -> Examined:
    """Read as much of a programme as can be read, for whoever is still writing it."""
    try:
        return examine_spot(root(text, file=file), source=text)
    except InvalidProgramme as refused:
        return Examined(programme=None, mistakes=refused.mistakes)


def examine_spot(spot: Spot, *, source: str) -> Examined:
    """The same for a file that was opened already."""
    programme = spot.read(partial(_programme, source=source), None)
    mistakes = tuple(sorted(spot.mistakes, key=lambda mistake: mistake.line))
    return Examined(programme=programme, mistakes=mistakes)


def shipped() -> Mapping[str, str]:
    """The YAML of the programmes that come with Coachfollow, by key."""
    files = resources.files("coachfollow").joinpath("programmes").iterdir()
    texts = {file.name.removesuffix(".yaml"): file for file in files if file.name.endswith(".yaml")}
    return {key: texts[key].read_text(encoding="utf-8") for key in sorted(texts)}


def _programme(spot: Spot, *, source: str) -> Programme:
    given = fields(spot, FIELDS)
    languages = given.need("languages", _languages, ())
    themes = given.get("themes", partial(_themes, languages=languages), {})
    sponsor_name, sponsor_words = given.need("sponsor", partial(_sponsor, languages=languages), ("", {}))
    minutes, sessions = given.get("attended", _attended, (None, None))
    examples, good, poor = given.get("commitment", partial(_help, languages=languages), ({}, {}, {}))
    silent_after, answers = given.get("adapt", _adapt, (None, Rules()))
    read_steps = given.need("steps", partial(steps, languages=languages, themes=themes), ())
    if answers.barrier_days and all(one.rule.kind is not StepKind.CHECK_IN for one in read_steps):
        given.found["adapt"].inner(spot.node, "barrier", line=given.found["adapt"].line).note(NO_MEETING)
    return Programme(
        key=given.need("key", slug, ""),
        languages=languages,
        title=given.need("title", by_language(languages, line(LONGEST_TITLE)), {}),
        why=given.need("why", by_language(languages, passage(LONGEST_WHY)), {}),
        sponsor_name=sponsor_name,
        sponsor_words=sponsor_words,
        themes=themes,
        threshold=given.get("completion", _threshold, THRESHOLD),
        anchor=given.get("anchor", which_session, "last"),
        attended_minutes=minutes,
        attended_sessions=sessions,
        silent_after=silent_after,
        answers=answers,
        allows=given.get("allow", _allow, ()),
        examples=examples,
        good=good,
        poor=poor,
        steps=read_steps,
        source=source,
        checksum=hashlib.sha256(source.encode()).hexdigest(),
    )


def _languages(spot: Spot) -> tuple[str, ...]:
    codes = each(spot, language)
    if not codes:
        raise Unusable("is empty; name at least one language, the first is the default")
    if len(set(codes)) < len(codes):
        spot.note("names a language twice")
    return tuple(dict.fromkeys(codes))


def _themes(spot: Spot, *, languages: Collection[str]) -> dict[str, Texts]:
    given = fields(spot, [name for name, _ in named(spot)])
    for name, inner in given.found.items():
        if not is_slug(name):
            inner.note(f"“{name}” is no key; {KEYS}")
    label = by_language(languages, line(LONGEST_NAME))
    return {name: given.get(name, label, {}) for name in given.found}


def _sponsor(spot: Spot, *, languages: Collection[str]) -> tuple[str, Texts]:
    given = fields(spot, ("name", "words"))
    words = by_language(languages, line(LONGEST_WORDS))
    return given.need("name", line(LONGEST_NAME), ""), given.need("words", words, {})


def _threshold(spot: Spot) -> float:
    return fields(spot, ("threshold",)).need("threshold", share, THRESHOLD)


def _attended(spot: Spot) -> tuple[int | None, int | None]:
    given = fields(spot, ("minutes", "sessions"))
    return given.get("minutes", whole(1, 1440), None), given.get("sessions", whole(1, 99), None)


def _adapt(spot: Spot) -> tuple[int | None, Rules]:
    given = fields(spot, ("silent_after", "no_opportunity", "barrier", "as_intended"))
    if not given.found:
        raise Unusable("is empty; say what to adapt to, or leave it out")
    in_a_row, later = given.get("as_intended", _as_intended, (None, None))
    return given.get("silent_after", _IN_A_ROW, None), Rules(
        no_opportunity_days=given.get("no_opportunity", _only("later_days", adapting.LATER_DAYS), None),
        barrier_days=given.get("barrier", _only("check_in_within_days", adapting.WITHIN_DAYS), None),
        as_intended_in_a_row=in_a_row,
        as_intended_days=later,
    )


def _as_intended(spot: Spot) -> tuple[int | None, int | None]:
    given = fields(spot, ("in_a_row", "later_days"))
    return given.need("in_a_row", _IN_A_ROW, None), given.need(
        "later_days", _within(adapting.LATER_DAYS), None
    )


def _only(name: str, allowed: range) -> Callable[[Spot], int | None]:
    return lambda spot: fields(spot, (name,)).need(name, _within(allowed), None)


def _within(allowed: range) -> Callable[[Spot], int]:
    return whole(allowed.start, allowed.stop - 1)


_IN_A_ROW = whole(adapting.FEWEST, adapting.MOST)


def _allow(spot: Spot) -> tuple[Freedom, ...]:
    given = fields(spot, tuple(Freedom))
    return tuple(one for one in Freedom if given.get(one.value, flag, otherwise=False))


Help = tuple[Mapping[str, tuple[Example, ...]], Mapping[str, Judged], Mapping[str, Judged]]


def _help(spot: Spot, *, languages: Collection[str]) -> Help:
    given = fields(spot, ("examples", "good", "poor"))
    examples = by_language(languages, partial(each, reader=_example))
    judged = by_language(languages, _judged)
    return given.get("examples", examples, {}), given.get("good", judged, {}), given.get("poor", judged, {})


def _example(spot: Spot) -> Example:
    given = fields(spot, ("situation", "action"))
    part = line(LONGEST_PART)
    return Example(situation=given.need("situation", part, ""), action=given.need("action", part, ""))


def _judged(spot: Spot) -> Judged:
    given = fields(spot, ("situation", "action", "why"))
    part = line(LONGEST_PART)
    return Judged(
        situation=given.need("situation", part, ""),
        action=given.need("action", part, ""),
        why=given.need("why", line(LONGEST_WORDS), ""),
    )
