"""Makes a form of a question: what stands on the first screen, what behind “more”, and what is filled in already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from coachfollow.queries.asked import OwnPlan
from coachfollow.queries.examples import Example
from coachfollow.rules import asking, form_words
from coachfollow.rules.asking import Question, SeenBy
from coachfollow.rules.kinds import StepKind
from coachfollow.web import hearing, tongues

SCALE = tuple((number, str(number)) for number in asking.RATINGS)
REFLECTIVE = frozenset({StepKind.REFLECTION, StepKind.UNPROMPTED})
ON_THE_FIRST_SCREEN = frozenset({"applied", "times"})
# the field for words, by the kind of question
IN_WORDS: Mapping[StepKind, str] = {
    StepKind.REFLECTION: "note",
    StepKind.UNPROMPTED: "note",
    StepKind.SPONSOR: "outcome",
}


def context(
    kind: StepKind,
    *,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    labels: Mapping[str, str] = asking.NO_LABELS,
    further: str = "",
) -> dict[str, object]:
    """Give what the templates of a form need; a part with something in it stands open.

    What the author asks `further`, beside what a tap answers, is asked first of what has room for words.
    """
    locale = tongues.current().locale
    questions = [
        replace(one, label=further) if further and one.key == IN_WORDS.get(kind) else _spoken(one)
        for one in asking.questions(kind, {**form_words.answers(locale), **labels})
    ]
    first = [one for one in questions if kind not in REFLECTIVE or one.key in ON_THE_FIRST_SCREEN]
    more = [one for one in questions if one not in first]
    more.sort(key=lambda one: not further or one.key != IN_WORDS.get(kind))
    return {
        "first": first,
        "more": more,
        "further": further,
        "more_open": any(values.get(one.key) or one.key in problems for one in more),
        "values": values,
        "problems": {key: hearing.said(problem) for key, problem in problems.items()},
        "labels": {one.key: one.label.rstrip(" …?") for one in questions},
        "scale": SCALE,
        "text_limit": asking.TEXT_LIMIT,
        "share_field": asking.SHARE_FIELD,
        "share_label": hearing.said(asking.SHARE_LABEL),
    }


def _spoken(one: Question) -> Question:
    """The question in the language of the page; the answers that a mail has too are in it already."""
    choices = tuple((value, hearing.said(words)) for value, words in one.choices)
    return replace(one, label=hearing.said(one.label), choices=choices)


def seen_by(who: SeenBy) -> str:
    """Say who will see an answer, within a sentence (a template filter)."""
    said = form_words.seen_by(who, tongues.current().locale)
    return said[0].lower() + said[1:]


def runs(questions: Sequence[Question]) -> list[list[Question]]:
    """Cut questions into runs that the same people will see: it is said once before each (a template filter)."""
    return [list(run) for _, run in groupby(questions, key=lambda one: one.seen_by)]


def tapped(kind: StepKind, arguments: Mapping[str, str]) -> Mapping[str, str]:
    """Give what a tap in the mail chose (`?v=partly`); an odd value chooses nothing."""
    return {asking.TAPPED[kind]: arguments.get("v", "")} if kind in asking.TAPPED else {}


def plan_so_far(
    arguments: Mapping[str, str], own_plan: OwnPlan | None, examples: Sequence[Example]
) -> Mapping[str, str]:
    """Give the words of a plan to begin with: a tapped example (`?example=2`, from 1), or one's own so far."""
    number = arguments.get("example", "")
    if number in {str(n) for n in range(1, len(examples) + 1)}:
        chosen = examples[int(number) - 1]
        return {"situation": chosen.situation, "action": chosen.action}
    if own_plan is None:
        return {}
    return {"situation": own_plan.situation, "action": own_plan.action}
