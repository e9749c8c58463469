"""Says what has no place in a step of a kind, and why: fields of a programme, and placeholders in its texts."""

from collections.abc import Mapping

from coachfollow.rules.kinds import StepKind

RETURNING = frozenset({StepKind.REFLECTION, StepKind.PROMPT})  # what may come again and again

_NAMES_ANSWERS = frozenset({StepKind.REFLECTION, StepKind.UNPROMPTED})
_OWN_WORDS = ("commitment", "situation", "action")
_TO_PARTICIPANT: Mapping[str, str] = {"participant": "the participant reads this; write {{first_name}}"}
_PLACEHOLDERS: Mapping[StepKind, Mapping[str, str]] = {
    StepKind.SPONSOR: dict.fromkeys(_OWN_WORDS, "a manager sees the plan only if the participant shows it"),
    StepKind.CHECK_IN: {**_TO_PARTICIPANT, **dict.fromkeys(_OWN_WORDS, "others can read a calendar")},
    StepKind.COMMITMENT: {**_TO_PARTICIPANT, **dict.fromkeys(_OWN_WORDS, "this step asks for it")},
}


def fields(kind: StepKind) -> Mapping[str, str]:
    """Give the fields that make no sense for this kind of step, each with the reason."""
    misfits: dict[str, str] = {}
    if not kind.wants_answer:
        reminding = ("open_days", "mandatory", "reminders", "question")
        misfits |= dict.fromkeys(reminding, f"has no place in a {kind}, which wants no answer")
    if kind is StepKind.UNPROMPTED:
        misfits["reminders"] = f"has no place in an {kind}, which asks once"
    if kind is StepKind.SPONSOR:
        misfits["mandatory"] = (
            f"has no place in a {kind}; nobody's finishing depends on what their manager does"
        )
    if kind not in _NAMES_ANSWERS:
        misfits["labels"] = f"has no place in a {kind}; only a question about the plan has answers to name"
    if kind not in RETURNING:
        misfits["series"] = f"has no place in a {kind}; only a question or a reminder comes again and again"
    return misfits


def placeholders(kind: StepKind) -> Mapping[str, str]:
    """Give the placeholders that the texts of this kind of step may not use, each with the reason."""
    return _PLACEHOLDERS.get(kind, _TO_PARTICIPANT)
