"""How a programme dates somebody: from its steps, the sessions they count from, and when and where they work."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from coachfollow.rules import planning
from coachfollow.rules.cadence import ANSWER, Sessions, StepRule
from coachfollow.rules.kinds import Audience, StepKind
from coachfollow.rules.planning import Planned
from coachfollow.rules.tempo import AS_PLANNED, Tempo
from coachfollow.rules.worktime import Hours, WorkingTime


class Item(NamedTuple):
    """What a step asks of whom, whichever version of the programme says so: by this two versions are matched."""

    step: str
    kind: StepKind
    audience: Audience
    n: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoning:
    """Everything that the dates of somebody's follow-ups follow from; steps by their id, `own` the rhythm chosen."""

    steps: Mapping[int, StepRule]
    sessions: Sessions
    week: Hours
    zone: str
    own: Tempo = AS_PLANNED

    def dated(self) -> Mapping[Item, Planned]:
        """Give where the programme puts each follow-up."""
        found = planning.plan(
            tuple(self.steps.values()), sessions=self.sessions, week=self.week, zone=self.zone, own=self.own
        )
        return {Item(one.step, one.kind, one.audience, one.n): one for one in found}

    @property
    def rhythm(self) -> Hashable:
        """The same only for people who share all dates; valid while the parts of the reckoning live."""
        sessions, anchors = self.sessions, {step.anchor for step in self.steps.values()}
        answers = sorted(one for one in sessions.answers.items() if f"{ANSWER}{one[0]}" in anchors)
        return id(self.steps), sessions.days, sessions.anchor, *answers, self.zone, self.own, _days(self.week)


def _days(hours: Hours) -> Hashable:
    """Weeks and holidays are read once and shared, so that it is enough to know which they are."""
    if not isinstance(hours, WorkingTime):
        return id(hours)
    holidays = id(hours.holidays) if hours.holidays else None
    roster = tuple(sorted(hours.roster.items()))
    return id(hours.pattern), holidays, roster, hours.leave, hours.closures, hours.quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchored:
    """Where the programme puts the follow-ups of somebody: until now, and from now on."""

    was: Mapping[Item, Planned]
    becomes: Mapping[Item, Planned]
    zones: tuple[str, str]
    week: Hours  # from now on
    steps: Mapping[Item, int]  # the ids of its steps from now on


def anchored(was: Reckoning, becomes: Reckoning) -> Anchored:
    """Date somebody by both."""
    return Anchored(
        was=was.dated(),
        becomes=becomes.dated(),
        zones=(was.zone, becomes.zone),
        week=becomes.week,
        steps={Item(one.key, one.kind, one.audience): step_id for step_id, one in becomes.steps.items()},
    )
