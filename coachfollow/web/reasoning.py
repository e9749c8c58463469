"""Says why an answer changed what comes, to whoever gave it and to their coach; nobody else is told (law 10)."""

from collections.abc import Iterable, Mapping, Sequence

from coachfollow.queries.adapted import Adapted, Moved
from coachfollow.queries.timelines import Dated
from coachfollow.rules import adjusting, rearranging
from coachfollow.rules.kinds import Cause, StepKind
from coachfollow.web import saying

BECAUSE: Mapping[Cause, str] = {
    Cause.NO_OPPORTUNITY: "because there was no opportunity yet",
    Cause.BARRIER: "because something got in the way",
    Cause.AS_INTENDED: "because it went as intended",  # and how often in a row
}
TWICE = 2
ON_THE_FORM = (
    "Your answer may move the next question or meeting. Only you and your coach read why; your manager, the L&D team"
    " and whoever runs this service see the new day."
)


def sentence(one: Adapted) -> str:
    """Say why and what: “Because there was no opportunity yet, the next question comes on …”."""
    because, effects = _because(one), " and ".join(_effect(moved) for moved in one.moved)
    return f"{because[0].upper()}{because[1:]}, {effects or 'what came next was moved'}"


def why_this_day(adapted: Sequence[Adapted], dates: Iterable[Dated]) -> Mapping[int, str]:
    """Give the reason of each follow-up whose day an answer changed last, by its id."""
    found = {
        moved.follow_up: _because(one) + (f", instead of {saying.short_day(moved.was)}" if moved.was else "")
        for one in reversed(adapted)
        if not one.is_undone
        for moved in one.moved
    }
    moved = [one for one in dates if one.id in found and one.why.startswith(adjusting.MOVED)]
    return {one.id: found[one.id] + one.why.removeprefix(adjusting.MOVED) for one in moved}


def _because(one: Adapted) -> str:
    if one.cause is not Cause.AS_INTENDED or not one.in_a_row:
        return BECAUSE[one.cause]
    often = "twice" if one.in_a_row == TWICE else f"{one.in_a_row} times"
    return f"{BECAUSE[one.cause]} {often} in a row"


def own_choices(dates: Iterable[Dated]) -> Mapping[int, str]:
    """Give the reason of each meeting whose time its participant chose, as they read it, by its id."""
    return {one.id: "I chose this time" for one in dates if one.why == rearranging.BY_PARTICIPANT}


def _effect(moved: Moved) -> str:
    was, becomes = (saying.short_day(day) if day else "" for day in (moved.was, moved.becomes))
    if not becomes:
        return f"the reminder of {was} is left out"
    if not was:
        return f"the same is asked once more on {becomes}"
    if moved.kind is StepKind.CHECK_IN:
        return f"a time to meet is looked for from {becomes} on, instead of about {was}"
    return f"the next question comes on {becomes} instead of {was}"
