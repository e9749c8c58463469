"""Reads with what a launch is to be simulated, as it was said, or refuses it with a sentence for each field."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coachfollow import almanac
from coachfollow.errors import Invalid
from coachfollow.models import Organisation
from coachfollow.queries import worktimes
from coachfollow.queries.hours import MINUTES
from coachfollow.rules import worktime
from coachfollow.rules.simulating_values import AS_INTENDED, MOST_GROUPS, NO_OPPORTUNITY, RESPONSE, WIDEST

MOST = 20_000  # participants
MOST_COACHES = 2_000
HOURS = "mon-thu 10:00-12:00,14:00-16:00"

_ZONE = re.compile(r"([^\s:]+)(?:[\s:]+([0-9]{1,3})\s*%?)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be simulated, as it was said; what is empty is as usual in the organisation.

    Zones are written “Europe/Berlin 70, America/New_York 30”; shares are from 0 to 1.
    """

    participants: int = 100
    coaches: int = 4
    seed: int = 1
    zones: str = ""
    region: str = ""
    week: str = ""
    part_time: float = 0.2
    away: float = 0.2
    hours: str = ""
    a_day: int | None = None
    a_week: int | None = None
    gap: int = 0
    minutes: int = MINUTES
    window: int | None = None
    groups: int = 1
    every: int = 7
    a_manager: int = 8
    response: float = RESPONSE
    no_opportunity: float = NO_OPPORTUNITY
    as_intended: float = AS_INTENDED


RANGES: Mapping[str, tuple[int, int]] = {
    "participants": (1, MOST),
    "coaches": (0, MOST_COACHES),
    "seed": (0, 2**31),
    "part_time": (0, 1),
    "away": (0, 1),
    "response": (0, 1),
    "no_opportunity": (0, 1),
    "as_intended": (0, 1),
    "a_day": (1, 100),
    "a_week": (1, 500),
    "gap": (0, 240),
    "minutes": (5, 480),
    "window": (1, WIDEST),
    "groups": (1, MOST_GROUPS),
    "every": (1, 90),
    "a_manager": (0, 500),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What was said, read: zones and their shares, whose holidays, the full-time week, when coaches can be booked."""

    zones: Sequence[tuple[str, float]]
    region: str | None
    week: str
    hours: str


def read(asked: Asked, *, organisation: Organisation) -> Said:
    """Give what was said, with the organisation's habits where nothing was; raises Invalid."""
    reading = _Read(asked, organisation)
    said = Said(
        zones=reading.zones(),
        region=reading.region(),
        week=reading.week("week", worktime.DEFAULT_WEEK),
        hours=reading.week("hours", HOURS),
    )
    reading.demand_numbers()
    reading.refuse()
    return said


@dataclass(slots=True)
class _Read:
    """What was said, and what is wrong with it, by field."""

    asked: Asked
    organisation: Organisation
    problems: dict[str, str] | None = None

    def note(self, name: str, sentence: str) -> None:
        self.problems = {**(self.problems or {}), name: sentence}

    def zones(self) -> Sequence[tuple[str, float]]:
        """Zones and their shares; one without a share counts as much as another."""
        found: list[tuple[str, float]] = []
        for part in re.split(r"[,;\n]+", self.asked.zones.strip()):
            if not part.strip():
                continue
            said = _ZONE.fullmatch(part.strip())
            if said is None:
                self.note(
                    "zones", f"“{part.strip()}” cannot be read; write Europe/Berlin 70, Asia/Kolkata 30."
                )
            elif (problem := worktime.zone_problem(said[1])) is not None:
                self.note("zones", f"{problem}.")
            else:
                found.append((said[1], float(said[2] or 100)))
        if any(share for _, share in found):
            return found
        return [(self.organisation.zone, 100.0)]

    def region(self) -> str | None:
        try:
            return (
                almanac.region(self.asked.region) if self.asked.region else self.organisation.holiday_region
            )
        except ValueError as error:
            self.note("region", f"{error}.")
        return None

    def week(self, name: str, usual: str) -> str:
        said = getattr(self.asked, name).strip() or usual
        try:
            worktimes.pattern(said)
        except ValueError as error:
            self.note(name, f"These hours cannot be read: {error}.")
        return said

    def demand_numbers(self) -> None:
        for name, (least, most) in RANGES.items():
            value = getattr(self.asked, name)
            if value is not None and not least <= value <= most:
                self.note(name, f"Give a number from {least} to {most:,}.")
        if self.asked.no_opportunity + self.asked.as_intended > 1:
            self.note(
                "as_intended", "With those who had no opportunity yet, these are more than all answers."
            )

    def refuse(self) -> None:
        if self.problems:
            raise Invalid(" ".join(self.problems.values()), self.problems)
