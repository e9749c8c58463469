"""Measures a simulated launch: 500 people with 12 coaches, 5,000 with 120, over half a year, three shares of answers.

Coaches have too little room, as that is what takes longest: what has no time is explained, and ways out are tried.
"""

import json
import resource
import sys
import time
from datetime import date, timedelta

from coachfollow import almanac
from coachfollow.intake import programme as template
from coachfollow.rules import simulating, simulating_ways, worktime
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.simulating_values import Kind, Model
from coachfollow.rules.slots_values import Coach
from coachfollow.rules.worktime import WorkingTime

PROGRAMME = "customer-focused-leadership"
SIZES = (500, 5_000)
PEOPLE_A_COACH = 42
TUESDAY = date(2026, 3, 3)
WEEKS = (
    ("Europe/Berlin", "DE", "mon-fri 09:00-17:00", 5),
    ("Europe/London", "GB", "mon-fri 09:00-17:30", 3),
    ("Europe/Berlin", "DE", "mon-wed 09:00-17:00", 1),
    ("America/New_York", "US", "mon-fri 09:00-13:00", 1),
)


def model(people: int) -> Model:
    """A launch in mixed zones, weeks and regions."""
    programme = template.read(template.shipped()[PROGRAMME], file=PROGRAMME)
    return Model(
        steps=tuple(step.rule for step in programme.laid_out),
        sessions=Sessions(days=(TUESDAY,), anchor=0),
        participants=people,
        kinds=tuple(_kind(zone, region, week, share) for zone, region, week, share in WEEKS),
        coaches=tuple(_coach(number) for number in range(people // PEOPLE_A_COACH + 1)),
        seed=1,
        silent_after=programme.silent_after,
        adapts=programme.answers,
        window=10,
        notice=timedelta(hours=24),
        ahead=timedelta(days=21),
    )


def _kind(zone: str, region: str, week: str, share: float) -> Kind:
    hours = WorkingTime(pattern=worktime.parse_week(week), holidays=almanac.days(region, TUESDAY.year))
    return Kind(zone=zone, hours=hours, share=share)


def _coach(number: int) -> Coach:
    zone = WEEKS[number % len(WEEKS)][0]
    return Coach(id=number, zone=zone, week=worktime.parse_week("mon-thu 09:00-12:00"), a_week=12)


def measure(people: int) -> dict[str, object]:
    """Simulate one launch; CPU seconds with and without the ways out, megabytes."""
    given, start = model(people), time.process_time()
    found = simulating.simulate(given)
    simulated = time.process_time() - start
    ways = simulating_ways.ways(given, found.meetings)
    return {
        "people": people,
        "coaches": len(given.coaches),
        "meetings": found.meetings.wanted,
        "unplaced": found.meetings.unplaced,
        "mails": found.story.answers.mails,
        "cpu_seconds": simulated,
        "cpu_seconds_with_ways": time.process_time() - start,
        "ways": [f"{way.kind} {way.value}" for way in ways],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    for size in map(int, sys.argv[1:] or SIZES):
        print(json.dumps(measure(size)))
