"""Invents check-ins to be placed, from a seed, so that everybody can have a time.

There are overlapping pools of coaches, four zones, leave, limits and gaps, and a hidden placement of everybody, so
that whoever is left without a time is the method's doing.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from coachfollow.rules import slots_time, worktime
from coachfollow.rules.slots_time import Tile
from coachfollow.rules.slots_values import Coach, Participant, Problem, Wanted
from coachfollow.rules.worktime import WorkingWeek

COACHES, POOLS, ROUNDS = 200, 20, 4
ZONES = ("Europe/London", "Europe/Berlin", "Europe/Athens", "America/New_York")
MONDAY = date(2026, 3, 2)
WEEKS_APART = 3
BUSY = 90  # minutes
ALWAYS = worktime.parse_week("mon-sun 00:00-23:59")
WEEKS = [
    worktime.parse_week(text)
    for text in ("mon-fri 08:00-14:00", "mon-fri 09:00-17:30", "mon-fri 12:00-20:00", "tue-sat 10:00-16:00")
]


def invent(*, load: float, seed: int = 1, coaches: int = COACHES, own: bool = False) -> Problem:
    """An instance in which everybody can be placed: people are invented around times that suit them.

    With `own` every plan has its coach already, as it has where lists name coaches.
    """
    chance = random.Random(seed)
    staff = {number: _coach(number, chance) for number in range(coaches)}
    people, wanted = dict[int, Participant](), list[Wanted]()
    for coach in staff.values():
        for hidden in zip(*_seats(coach, load, chance), strict=False):
            person = _participant(len(people), coach, hidden, chance)
            people[person.id] = person
            for number, tile in enumerate(hidden):
                one = _wanted(person.id, number, coach, tile, staff)
                wanted.append(replace(one, coaches=(coach.id,), coach=coach.id) if own else one)
    return Problem(coaches=staff, people=people, wanted=wanted)


def _coach(number: int, chance: random.Random) -> Coach:
    return Coach(
        id=number,
        zone=ZONES[number * POOLS // COACHES % len(ZONES)],
        week=worktime.parse_week(chance.choice(["mon-fri 09:00-17:00", "mon-thu 08:00-12:00,13:00-18:00"])),
        minutes=chance.choice([30, 30, 45]),
        gap=chance.choice([0, 15]),
        a_day=chance.choice([None, 12]),
    )


def _monday(number: int) -> date:
    return MONDAY + timedelta(weeks=WEEKS_APART * number)


def _between(coach: Coach, number: int) -> tuple[datetime, datetime]:
    """The window of a round: Monday to Friday, by the coach's clock."""
    monday = datetime.combine(_monday(number), datetime.min.time())
    return (
        worktime.resolve(monday, coach.zone),
        worktime.resolve(monday + timedelta(days=4, hours=23), coach.zone),
    )


def _seats(coach: Coach, load: float, chance: random.Random) -> list[list[Tile]]:
    """For each round, the times that will be somebody's: as many as the load says, within the limit of a day."""
    rounds = []
    for number in range(ROUNDS):
        earliest, latest = _between(coach, number)
        tiles, days = list(slots_time.tiles(coach, earliest=earliest, latest=latest)), dict[int, int]()
        chance.shuffle(tiles)
        kept = []
        for tile in tiles:
            days[tile.day] = days.get(tile.day, 0) + 1
            if coach.a_day is None or days[tile.day] <= coach.a_day:
                kept.append(tile)
        rounds.append(kept[: round(len(kept) * load)])
    return rounds


def _participant(number: int, coach: Coach, hidden: Sequence[Tile], chance: random.Random) -> Participant:
    """Somebody who works at the hidden times, and is away or busy at some others."""
    zone = chance.choice([coach.zone, coach.zone, *ZONES])
    weeks = [week for week in WEEKS if all(_lies_in(tile, week, zone) for tile in hidden)]
    busy = []
    for tile in hidden:
        start = slots_time.moment(tile.start) + timedelta(hours=chance.randint(-30, 30))
        if abs(slots_time.minute(start) - tile.start) > BUSY:
            busy.append((start, start + timedelta(minutes=BUSY)))
    return Participant(id=number, zone=zone, week=chance.choice(weeks or [ALWAYS]), busy=tuple(busy))


def _lies_in(tile: Tile, week: WorkingWeek, zone: str) -> bool:
    start, end = (worktime.local(slots_time.moment(at), zone) for at in (tile.start, tile.end))
    return any(
        span.start <= start.time() and end.time() <= span.end
        for span in worktime.spans_on(week, start.date())
    )


def _wanted(person: int, number: int, coach: Coach, tile: Tile, staff: Mapping[int, Coach]) -> Wanted:
    """A window of two days around the hidden time; whoever coaches in a pool of theirs may be asked."""
    middle = datetime.combine(date.fromordinal(tile.day), datetime.min.time())
    first = worktime.resolve(middle - timedelta(days=person % 2), coach.zone)
    size = max(1, len(staff) // POOLS)
    pool = coach.id // size * size
    return Wanted(
        id=person * ROUNDS + number,
        plan=person,
        person=person,
        coaches=tuple(one for one in range(pool, pool + size + 2) if one in staff),
        ideal=worktime.resolve(middle + timedelta(days=person % 3 - 1, hours=10), coach.zone),
        earliest=first,
        latest=first + timedelta(days=2),
    )
