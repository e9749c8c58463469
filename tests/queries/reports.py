"""Reports that tests ask for, what they are about, and what of them is compared."""

from dataclasses import replace
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import Cohort
from coachfollow.queries import completion
from coachfollow.queries.completion import Report
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from tests.queries import worlds
from tests.queries.chance import World
from tests.queries.worlds import NOW, Offer


def everything(house: int) -> Filters:
    return Filters(organisation_id=house, sight=EVERYTHING)


def report(session: Session, filters: Filters, by: GroupBy = GroupBy.NONE) -> Report:
    return completion.completion(session, filters=filters, by=by, now=NOW)


def cohort_of(session: Session, house: int, taken: Offer, key: str) -> int:
    known = session.scalar(select(Cohort.id).where(Cohort.organisation_id == house, Cohort.key == key))
    return known or worlds.cohort(session, house, taken, key)


def by_label(found: Report) -> dict[str, tuple[int, int]]:
    return {one.label.text: (one.follow_ups.due, one.people.attended) for one in found.groups}


def some_filters(world: World) -> list[Filters]:
    """Nothing chosen, each thing alone, and some together."""
    rng = Random(world.house)
    nothing = everything(world.house)
    one = rng.choice(world.people)
    first, last = sorted(rng.choices([item.day for item in world.follow_ups], k=2))
    teams = list(world.parents)
    return [
        nothing,
        replace(nothing, cohort_id=one.cohort_id),
        replace(nothing, programme_id=one.programme_id),
        replace(nothing, team_id=teams[0]),
        replace(nothing, team_id=teams[2]),
        replace(nothing, coach_id=rng.choice(world.coaches)),
        replace(nothing, since=first, until=last),
        replace(nothing, team_id=teams[0], coach_id=rng.choice(world.coaches), since=first),
    ]
