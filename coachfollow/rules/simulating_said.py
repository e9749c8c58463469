"""Says what a simulation found, in sentences for a page and a terminal: what is short, when, and what would do."""

from collections.abc import Iterator, Mapping, Sequence
from typing import assert_never

from coachfollow.rules import days
from coachfollow.rules.kinds import Cause
from coachfollow.rules.simulating_values import Answers, Model, Simulated, Way, WayKind, Week

LEFT_OUT = (
    "Left out are mail servers that refuse, people who miss the training, pauses and changes by hand, meetings that"
    " are moved, wait for an answer or come sooner because something got in the way, rhythms of one's own,"
    " reminders in a calendar, what coaches are told of beside their meetings and their silent people, and other"
    " programmes of the same people."
)

_MOVED = {
    Cause.NO_OPPORTUNITY: "would come later, or once more, as there was no opportunity yet",
    Cause.AS_INTENDED: "would come later, as it went as intended",
}
_NUMBERS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)


def meetings(found: Simulated, *, coaches: int, ways: Sequence[Way]) -> str:
    """The first sentence: whether all meetings find a time, and what would help."""
    sums = found.meetings
    if not sums.wanted:
        return "This programme has no meetings with a coach: there is nothing to place."
    if not coaches:
        return f"{_many(sums.wanted, 'meeting')} would be wanted, and there is no coach to hold one."
    if not sums.unplaced:
        return f"All {_many(sums.wanted, 'meeting')} find a time with {_many(coaches, 'coach', 'coaches')}."
    short = fullest(sums.weeks)
    who = _many(coaches, "coach", "coaches")
    if short is None:
        said = f"{_many(sums.unplaced, 'meeting')} of {sums.wanted:,} would find no time with {who}."
    else:
        said = (
            f"In the week of {days.said(short.monday)} {who} would be wanted for {short.wanted:,} meetings and"
            f" {'has' if coaches == 1 else 'have'} room for {short.room:,}; {sums.unplaced:,} of"
            f" {sums.wanted:,} would find no time at all."
        )
    return f"{said} {_help(ways)}" if ways else said


def why(reasons: Mapping[str, int]) -> Sequence[str]:
    """Why meetings have no time, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
    return [f"{_many(number, 'meeting')}: {reason}" for reason, number in ordered]


def fullest(weeks: Sequence[Week]) -> Week | None:
    """The week that lacks most room; None where no week lacks any."""
    found = max(weeks, key=lambda one: (one.wanted - one.room, one.monday), default=None)
    return found if found and found.wanted > found.room else None


def way(one: Way) -> str:
    """One change that would do, like “three more coaches”."""
    match one.kind:
        case WayKind.COACHES:
            said = f"{_word(one.more)} more {'coach' if one.more == 1 else 'coaches'}"
        case WayKind.WINDOW:
            said = f"a window {_word(one.more)} {'day' if one.more == 1 else 'days'} wider"
        case WayKind.GROUPS:
            said = f"{_word(one.value)} groups that begin one after the other"
        case _:
            assert_never(one.kind)
    return said if not one.unplaced else f"{said} (but for {_many(one.unplaced, 'meeting')})"


def mails(one: Answers) -> str:
    """How much leaves, when most, and whether anybody would get too much."""
    if one.busiest is None:
        return "No mail would leave."
    said = (
        f"{_many(one.mails, 'mail')} would leave, most of them on {days.short(one.busiest)}:"
        f" {one.busiest_mails:,}."
    )
    if not one.over:
        return f"{said} Nobody would have more to get than our limits allow."
    joined = [f"{_many(one.merged, 'mail')} would join another"] if one.merged else []
    waited = [f"{_many(one.waited, 'mail')} would wait for another day"] if one.waited else []
    return (
        f"{said} For {_many(one.over, 'person', 'people')} there would be more at some time than our limits allow:"
        f" {' and '.join([*joined, *waited]) or 'some would be left out'}."
    )


def assumed(model: Model) -> str:
    """What people are taken to do and to say, as nobody can know it before."""
    said = "Assumed: two in three of those who answer do so within two days, the others after four to nine."
    answers = " and ".join(f"{_percent(share)} {what}" for share, what in _answers(model))
    return f"{said} Of the answers, {answers}." if answers else said


def _answers(model: Model) -> Iterator[tuple[float, str]]:
    """What is said in answers, of that to which the programme adapts."""
    if model.adapts.no_opportunity_days:
        yield model.no_opportunity, "say that there was no opportunity yet"
    if model.adapts.as_intended_in_a_row:
        yield model.as_intended, "say that it went as intended"


def adapted(found: Mapping[Cause, int]) -> Sequence[str]:
    """What answers would move, a sentence for each thing that they say."""
    return [
        f"{_many(found[cause], 'question')} {said}." for cause, said in _MOVED.items() if found.get(cause)
    ]


def _help(ways: Sequence[Way]) -> str:
    said = [way(one) for one in ways]
    *most, last = said
    listed = f"{', '.join(most)} or {last}" if most else last
    return f"{listed[:1].upper()}{listed[1:]} would do."


def _many(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
