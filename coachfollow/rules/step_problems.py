"""Says what in a programme's steps cannot be planned: doubled keys, broken anchors, odd numbers."""

from collections.abc import Iterator, Sequence

from coachfollow.rules import cadence
from coachfollow.rules.cadence import Distance, StepRule
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.planning import MOST_REMINDERS

_PROMPTING = frozenset({StepKind.PROMPT, StepKind.REFLECTION})


def of(steps: Sequence[StepRule]) -> tuple[str, ...]:
    """Give a sentence for each problem of these steps; none if they can be planned."""
    keys = [step.key for step in steps]
    doubled = [f"two steps have the key {key}" for key in dict.fromkeys(keys) if keys.count(key) > 1]
    odd = [problem for step in steps for problem in _odd_numbers(step)]
    hanging = cadence.anchor_problems(steps)
    return (*doubled, *hanging, *odd, *(() if hanging else _not_fading(steps)))


def _not_fading(steps: Sequence[StepRule]) -> Iterator[str]:
    """What still asks or reminds on the day of the unprompted check, or after it: then it is not unprompted."""
    far = {key: _roughly(distance) for key, distance in cadence.distances(steps).items()}
    for last in (step for step in steps if step.kind is StepKind.UNPROMPTED):
        for step in steps:
            if (
                step.kind in _PROMPTING
                and far[step.key][0] == far[last.key][0]
                and far[step.key] >= far[last.key]
            ):
                yield f"step {step.key} comes when {last.key} asks without having reminded; let it come before that"


def _roughly(distance: Distance) -> tuple[str, float]:
    return distance.anchor, distance.days + distance.working_days * 7 / 5


def _odd_numbers(step: StepRule) -> Sequence[str]:
    found: list[str] = []
    if len(step.reminders) > MOST_REMINDERS:
        found.append(f"step {step.key} has {len(step.reminders)} reminders; {MOST_REMINDERS} at most")
    if any(n < 1 for n in step.reminders):
        found.append(
            f"step {step.key} reminds before it is due; a reminder comes 1 or more working days after"
        )
    if step.open_days is not None and step.open_days < 1:
        found.append(f"step {step.key} is open for {step.open_days} days; it needs at least 1")
    return found
