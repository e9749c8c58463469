"""Says why an answer changed what comes, to whoever gave it and to their coach; nobody else is told (law 10)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from coachfollow.queries.adapted import Adapted, Moved
from coachfollow.queries.timelines import Dated
from coachfollow.rules import adjusting, rearranging
from coachfollow.rules.kinds import Cause, StepKind
from coachfollow.web import hearing, saying, tongues

BECAUSE: Mapping[Cause, str] = {
    Cause.NO_OPPORTUNITY: tongues.mark("because there was no opportunity yet"),
    Cause.BARRIER: tongues.mark("because something got in the way"),
    Cause.AS_INTENDED: tongues.mark("because it went as intended"),
}
TWICE = 2
ON_THE_FORM = tongues.mark(
    "Your answer may move the next question or meeting. Only you and your coach read why; your manager, the L&D team"
    " and whoever runs this service see the new day."
)


def sentence(one: Adapted) -> str:
    """Say why and what: “Because there was no opportunity yet, the next question comes on …”."""
    because = _because(one)
    effects = tongues.say(" and ").join(_effect(moved) for moved in one.moved)
    return tongues.say(
        "%(because)s, %(effects)s",
        because=f"{because[0].upper()}{because[1:]}",
        effects=effects or tongues.say("what came next was moved"),
    )


def why_this_day(adapted: Sequence[Adapted], dates: Iterable[Dated]) -> Mapping[int, str]:
    """Give the reason of each follow-up whose day an answer changed last, by its id."""
    found = {
        moved.follow_up: _because(one) + (_instead_of(moved.was) if moved.was else "")
        for one in reversed(adapted)
        if not one.is_undone
        for moved in one.moved
    }
    moved = [one for one in dates if one.id in found and one.why.startswith(adjusting.MOVED)]
    return {one.id: found[one.id] + _and_then(one.why.removeprefix(adjusting.MOVED)) for one in moved}


def _instead_of(was: date) -> str:
    return tongues.say(", instead of %(day)s", day=saying.short_day(was))


def _and_then(said: str) -> str:
    """What moved it once more, as its reason has it: nothing, or behind a comma."""
    return f", {hearing.said(said.removeprefix(', '))}" if said else ""


def _because(one: Adapted) -> str:
    if one.cause is not Cause.AS_INTENDED or not one.in_a_row:
        return tongues.say(BECAUSE[one.cause])
    if one.in_a_row == TWICE:
        return tongues.say("because it went as intended twice in a row")
    return tongues.say("because it went as intended %(number)s times in a row", number=one.in_a_row)


def own_choices(dates: Iterable[Dated]) -> Mapping[int, str]:
    """Give the reason of each meeting whose time its participant chose, as they read it, by its id."""
    return {
        one.id: tongues.say("I chose this time") for one in dates if one.why == rearranging.BY_PARTICIPANT
    }


def _effect(moved: Moved) -> str:
    was, becomes = (saying.short_day(day) if day else "" for day in (moved.was, moved.becomes))
    if not becomes:
        return tongues.say("the reminder of %(was)s is left out", was=was)
    if not was:
        return tongues.say("the same is asked once more on %(day)s", day=becomes)
    if moved.kind is StepKind.CHECK_IN:
        return tongues.say(
            "a time to meet is looked for from %(day)s on, instead of about %(was)s", day=becomes, was=was
        )
    return tongues.say("the next question comes on %(day)s instead of %(was)s", day=becomes, was=was)
