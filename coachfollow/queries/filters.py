"""What a report is about, how it is cut into groups, and what its reader may see of it: values only."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from coachfollow.rules.kinds import StepKind


class GroupBy(StrEnum):
    """How a report is cut; every follow-up and every person is in exactly one of the groups."""

    NONE = "none"
    PROGRAMME = "programme"
    COHORT = "cohort"
    TEAM = "team"
    COACH = "coach"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of one organisation: all of it, or what at least one of these sets holds; empty is nothing."""

    whole: bool = False
    cohorts: frozenset[int] = frozenset()
    teams: frozenset[int] = frozenset()  # with every team beneath them, by who is in them today
    plans: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.whole or bool(self.cohorts or self._parts)

    @property
    def has_whole_groups(self) -> bool:
        """Whether of every group in it all is in it."""
        return self.whole or not self._parts

    @property
    def _parts(self) -> bool:
        return bool(self.teams or self.plans or self.people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a reader may see: counted in numbers, and with names; nothing unless said."""

    numbers: Area = Area()
    names: Area = Area()


NOTHING = Sight()
EVERYTHING = Sight(numbers=Area(whole=True), names=Area(whole=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What a report is about; it shows nothing until `sight.visible` has said what its reader may see.

    A team stands for all teams beneath it. Team and coach are those of a follow-up's due day, and for people
    those of today. `since` and `until` are local days, both included: a follow-up's current due date, and for
    people the last session of their training. `kind` concerns follow-ups alone: the completion of meetings is
    the adoption by coaches, that of sponsor moments the adoption by managers.
    """

    organisation_id: int
    cohort_id: int | None = None
    programme_id: int | None = None
    team_id: int | None = None
    coach_id: int | None = None
    kind: StepKind | None = None
    since: date | None = None
    until: date | None = None
    sight: Sight = NOTHING
