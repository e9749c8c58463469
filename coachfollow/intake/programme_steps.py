"""Reads the steps of a programme: when each falls, what its kind may ask, what it says in every language."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import time
from functools import partial

import yaml

from coachfollow.intake.programme_nodes import Fields, Spot, Unusable, each, fields, named, scalar
from coachfollow.intake.programme_readers import (
    KEYS,
    by_language,
    choice,
    flag,
    is_slug,
    slug,
    wall_time,
    which_session,
    whole,
    word,
)
from coachfollow.intake.programme_texts import line, passage
from coachfollow.intake.programme_values import Step, StepText, laid_out
from coachfollow.rules import planning, series, step_misfits, step_problems
from coachfollow.rules.cadence import ANSWER, STEP, StepRule
from coachfollow.rules.kinds import Applied, Audience, DayKind, StepKind

FIELDS = (
    *("key", "kind", "audience", "when", "at", "open_days", "mandatory", "reminders"),
    *("series", "theme", "texts"),
)
MORNING = time(9)
MOST_STEPS = 100
_LATEST = 730
LONGEST_SUBJECT, LONGEST_QUESTION, LONGEST_LABEL, LONGEST_BODY = 100, 250, 60, 3_000

_ASKING = frozenset({StepKind.REFLECTION, StepKind.SPONSOR, StepKind.UNPROMPTED})


def steps(spot: Spot, *, languages: Collection[str], themes: Collection[str]) -> tuple[Step, ...]:
    """Read every step, then check what shows only between them."""
    if isinstance(spot.node, yaml.SequenceNode) and len(spot.node.value) > MOST_STEPS:
        raise Unusable(
            f"holds {len(spot.node.value)} steps; nobody wants more than {MOST_STEPS} from a training"
        )
    placed = each(spot, partial(_placed, languages=languages, themes=themes))
    laid = [
        (place, step.rule)
        for (place, _), own in zip(placed, laid_out([step for _, step in placed]), strict=True)
        for step in own
    ]
    if len(laid) > MOST_STEPS:
        spot.note(f"makes {len(laid)} steps with all its series; nobody wants more than {MOST_STEPS}")
    for place, complaint in (*_doubled(laid), *_commitments(spot, placed), *_unplannable(spot, laid)):
        place.note(complaint)
    return tuple(step for _, step in placed)


def _doubled(laid: Sequence[tuple[Spot, StepRule]]) -> Iterator[tuple[Spot, str]]:
    first: dict[str, Spot] = {}
    for place, rule in laid:
        taken = first.setdefault(rule.key, place)
        if rule.key and taken is not place:
            yield place, f"the key “{rule.key}” is taken by the step on line {taken.line}"


def _commitments(spot: Spot, placed: Sequence[tuple[Spot, Step]]) -> Iterator[tuple[Spot, str]]:
    """Everything later quotes the one plan; a kind that could not be read may have been it."""
    places = [place for place, step in placed if step.rule.kind is StepKind.COMMITMENT]
    if not places and not any(mistake.field.endswith(".kind") for mistake in spot.mistakes):
        yield spot, "no step is a commitment; one step must ask the participant for a plan"
    for place in places[1:]:
        yield place, f"is a second commitment; the one on line {places[0].line} is enough"


def _unplannable(spot: Spot, laid: Sequence[tuple[Spot, StepRule]]) -> Iterator[tuple[Spot, str]]:
    rules = {rule.key: rule for _, rule in reversed(laid)}
    places = {rule.key: place for place, rule in reversed(laid)}
    for problem in step_problems.of(tuple(rules.values())):
        subject = problem.removeprefix("step ").split(" ", 1)[0]
        yield places.get(subject, spot), problem


def _placed(spot: Spot, *, languages: Collection[str], themes: Collection[str]) -> tuple[Spot, Step]:
    place = _under_its_key(spot)
    return place, _step(place, languages=languages, themes=themes)


def _under_its_key(spot: Spot) -> Spot:
    """Mistakes name a step by its key, which says more than its number."""
    key = next((str(inner.node.value) for name, inner in named(spot) if name == "key"), "")
    return replace(spot, path=f"{spot.path.rpartition('.')[0]}.{key}") if is_slug(key) else spot


def _step(spot: Spot, *, languages: Collection[str], themes: Collection[str]) -> Step:
    given = fields(spot, FIELDS)
    kind = given.need("kind", choice(StepKind), None)
    _refuse(given, kind)
    rule = _rule(given, kind)
    lasts_days, gaps = given.get("series", partial(_series, rule=rule), (None, ()))
    return Step(
        rule=rule,
        lasts_days=lasts_days,
        gaps=gaps if kind in step_misfits.RETURNING else (),
        theme=given.get("theme", word(themes), None),
        texts=given.need("texts", by_language(languages, partial(_text, kind=kind)), {}),
    )


def _refuse(given: Fields, kind: StepKind | None) -> None:
    """Note the fields that make no sense for this kind of step."""
    misfits = step_misfits.fields(kind) if kind else {}
    for name in misfits:
        if name in given.found:
            given.found[name].note(misfits[name])


def _rule(given: Fields, kind: StepKind | None) -> StepRule:
    anchor, days, day_kind = given.need("when", _when, ("session", 0, DayKind.CALENDAR))
    open_days = given.get("open_days", whole(1, 365), None)
    return StepRule(
        key=given.need("key", slug, ""),
        kind=kind or StepKind.REFLECTION,
        audience=_audience(given, kind),
        anchor=anchor,
        offset_days=days,
        day_kind=day_kind,
        at=given.get("at", wall_time, MORNING),
        open_days=open_days,
        reminders=given.get("reminders", partial(_reminders, open_days=open_days), ()),
        mandatory=given.get("mandatory", flag, otherwise=False),
    )


def _audience(given: Fields, kind: StepKind | None) -> Audience:
    theirs = Audience.MANAGER if kind is StepKind.SPONSOR else Audience.PARTICIPANT
    if kind and given.get("audience", choice(Audience), theirs) is not theirs:
        given.found["audience"].note(f"a {kind} speaks to the {theirs}; leave the audience out")
    return theirs


def _when(spot: Spot) -> tuple[str, int, DayKind]:
    given = fields(spot, ("days", "working_days", "session", "after"))
    name, days, day_kind = _offset(given)
    if {"days", "working_days"} <= given.found.keys():
        spot.note("counts in days or in working days, not in both")
    session = given.get("session", which_session, None)
    after = given.get("after", _after, None)
    if after is None:
        return (f"session:{session}" if session else "session"), days, day_kind
    if session is not None:
        spot.note("counts from a session or after a step, not from both")
    least = 1 if after.startswith(ANSWER) else 0
    if days < least:
        said = f"“after: {after.removeprefix(STEP)}” needs {least} {'day' if least else 'days'} or more"
        given.found[name if name in given.found else "after"].note(said)
    return after, days, day_kind


def _after(spot: Spot) -> str:
    """The step that another follows, or the answer to it."""
    said = scalar(spot)
    anchor, key = (ANSWER, said.removeprefix(ANSWER)) if said.startswith(ANSWER) else (STEP, said)
    if not is_slug(key):
        spot.note(f"“{key[:60]}” is no key; {KEYS}")
    return f"{anchor}{key}"


def _offset(given: Fields) -> tuple[str, int, DayKind]:
    """How far, as the field of this name says; without either it is the days that are missing."""
    if "working_days" in given.found:
        return "working_days", given.need("working_days", whole(-260, 520), 0), DayKind.WORKING
    return "days", given.need("days", whole(-365, _LATEST), 0), DayKind.CALENDAR


def _reminders(spot: Spot, *, open_days: int | None) -> tuple[int, ...]:
    """Working days after the step is due."""
    days = each(spot, whole(1, 30))
    if len(days) > planning.MOST_REMINDERS:
        spot.note(f"has {len(days)} entries; {planning.MOST_REMINDERS} reminders at most, more is nagging")
    if list(days) != sorted(set(days)):
        spot.note("must be in order, each day once")
    open_for = planning.OPEN_DAYS if open_days is None else open_days
    if days and _at_most(max(days)) > open_for:
        spot.note(
            f"reminds after the step may have closed: {max(days)} working days can be {_at_most(max(days))} days,"
            f" and it is open for {open_for} days"
        )
    return days[: planning.MOST_REMINDERS]


def _at_most(working_days: int) -> int:
    """How many calendar days so many working days may be, in a week of five; then the step still has to be open."""
    return working_days + 2 * -(-working_days // 5)


def _series(spot: Spot, *, rule: StepRule) -> tuple[int | None, tuple[int, ...]]:
    """How long it must last, and the gaps: those of the file, or what is suggested."""
    given = fields(spot, ("lasts_days", "gaps"))
    if not given.found:
        raise Unusable("says neither how long it must last nor its gaps; write for example {lasts_days: 90}")
    if rule.day_kind is DayKind.WORKING:
        spot.note("counts in days; every time still comes on a working day")
    if rule.offset_days < 0:
        spot.note("has to begin on the day it counts from, or later")
    lasts = given.get("lasts_days", whole(series.SHORTEST, series.LONGEST), None)
    if "gaps" in given.found:
        return lasts, given.get("gaps", partial(_gaps, first=rule.offset_days, until=lasts or _LATEST), ())
    gaps = series.suggested(lasts, first=rule.offset_days) if lasts else ()
    if lasts and not gaps:
        given.found["lasts_days"].note(
            f"leaves no room to come again after day {rule.offset_days}, its first"
        )
    return lasts, gaps


def _gaps(spot: Spot, *, first: int, until: int) -> tuple[int, ...]:
    gaps = each(spot, whole(1, series.LONGEST))
    if not gaps:
        raise Unusable("is empty; write the days from each time to the next, or leave it out")
    if len(gaps) > series.MOST_GAPS:
        spot.note(f"has {len(gaps)} entries; {series.MOST_GAPS} at most")
    if first + sum(gaps) > until:
        spot.note(f"has its last on day {first + sum(gaps)}, later than day {until}")
    return gaps[: series.MOST_GAPS]


def _text(spot: Spot, *, kind: StepKind | None) -> StepText:
    given = fields(spot, ("subject", "question", "labels", "body"))
    _refuse(given, kind)
    unfit = step_misfits.placeholders(kind) if kind else {}
    asks = line(LONGEST_QUESTION, unfit=unfit)
    if kind in _ASKING:
        question = given.need("question", asks, None, absent=f"is missing; a {kind} asks one")
    else:
        question = given.get("question", asks, None)
    return StepText(
        subject=given.need("subject", line(LONGEST_SUBJECT, unfit=unfit), ""),
        body=given.need("body", passage(LONGEST_BODY, unfit=unfit), ""),
        question=question,
        labels=given.get("labels", _labels, {}),
    )


def _labels(spot: Spot) -> Mapping[str, str]:
    given = fields(spot, tuple(Applied))
    return {name: given.get(name, line(LONGEST_LABEL), "") for name in given.found}
