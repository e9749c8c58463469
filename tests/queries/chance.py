"""Random worlds, and beside each what is in it, worked out in plain Python to compare the database with."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.rules import measuring
from coachfollow.rules.kinds import PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.measuring import Counted, FollowUps, People, Standing
from tests.queries import worlds
from tests.queries.worlds import DAY, NOW, Facts, Offer

HOUR = timedelta(hours=1)
TARGETS = (None, 0.7, 0.7, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """From when to when somebody had a team or a coach."""

    since: datetime
    until: datetime | None
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """One follow-up (with the team and coach of its due day) or one person (with those of today)."""

    counted: Counted | Standing | None
    plan_id: int
    person_id: int
    cohort_id: int
    programme_id: int
    team_id: int | None
    coach_id: int | None
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is in one organisation."""

    house: int
    parents: dict[int, int | None]
    coaches: tuple[int, ...]
    follow_ups: tuple[One, ...]
    people: tuple[One, ...]

    def above(self, team_id: int | None) -> list[int]:
        """A team and all teams above it, from the root down."""
        return [] if team_id is None else [*self.above(self.parents[team_id]), team_id]

    def key(self, one: One, filters: Filters, by: GroupBy) -> int | None:
        """The group that something belongs to."""
        match by:
            case GroupBy.NONE:
                return None
            case GroupBy.PROGRAMME:
                return one.programme_id
            case GroupBy.COHORT:
                return one.cohort_id
            case GroupBy.COACH:
                return one.coach_id
            case GroupBy.MONTH:
                return int(one.day.strftime("%Y%m"))
            case GroupBy.TEAM:
                path: list[int | None] = [None, *self.above(one.team_id)]
                return [*path, path[-1]][path.index(filters.team_id) + 1]

    def chosen(self, all_of_them: Sequence[One], filters: Filters) -> Iterator[One]:
        """Keep what the filters keep; what the reader may see is another matter."""
        for one in all_of_them:
            wanted = (
                filters.cohort_id in {None, one.cohort_id},
                filters.programme_id in {None, one.programme_id},
                filters.coach_id in {None, one.coach_id},
                filters.team_id is None or filters.team_id in self.above(one.team_id),
                filters.since is None or one.day >= filters.since,
                filters.until is None or one.day <= filters.until,
            )
            if one.counted is not None and all(wanted):
                yield one

    def counts(self, filters: Filters, by: GroupBy) -> dict[int | None, tuple[FollowUps, People]]:
        """The numbers as a report should give them."""
        due = defaultdict[int | None, list[Counted]](list)
        attended = defaultdict[int | None, list[Standing]](list)
        for one in self.chosen((*self.follow_ups, *self.people), filters):
            match one.counted:
                case Counted():
                    due[self.key(one, filters, by)].append(one.counted)
                case Standing():
                    attended[self.key(one, filters, by)].append(one.counted)
        return {key: (FollowUps.of(due[key]), People.of(attended[key])) for key in {*due, *attended}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """A group of people and what they take."""

    cohort_id: int
    taken: Offer
    target: float | None
    trained_on: date


def world(session: Session, seed: int, *, plans: int = 40) -> World:
    """Make a world: two programmes, three groups, seven teams, people who change team and coach."""
    rng = Random(seed)
    house = worlds.organisation(session, f"House {seed}")
    parents = _teams(session, house)
    coaches = tuple(worlds.person(session, house, name) for name in ("Cem", "Dora", "Eve"))
    takings = _takings(session, rng, house)
    follow_ups: list[One] = []
    people: list[One] = []
    for _ in range(plans):
        taking = rng.choice(takings)
        teams_had, coaches_had = _history(rng, tuple(parents)), _history(rng, coaches)
        someone, theirs = _plan(session, rng, house, taking, teams_had, coaches_had)
        people.append(someone)
        follow_ups += theirs
    return World(
        house=house,
        parents=parents,
        coaches=coaches,
        follow_ups=tuple(follow_ups),
        people=tuple(people),
    )


def _teams(session: Session, house: int) -> dict[int, int | None]:
    parents: dict[int, int | None] = {}
    for name, above in (("R", None), ("S", None), ("RA", 0), ("RB", 0), ("SA", 1), ("RAX", 2), ("RAY", 2)):
        parent = None if above is None else list(parents)[above]
        parents[worlds.team(session, house, name, parent=parent)] = parent
    return parents


def _takings(session: Session, rng: Random, house: int) -> list[Taking]:
    service, leading = (worlds.offer(session, house, key) for key in ("service", "leading"))
    takings = []
    for key, taken in (("a", service), ("b", leading), ("c", service)):
        trained = tuple(NOW.date() - rng.randrange(10, 90) * DAY for _ in range(rng.randint(1, 2)))
        target = rng.choice(TARGETS)
        cohort_id = worlds.cohort(session, house, taken, key, target=target, trained=trained)
        takings.append(Taking(cohort_id=cohort_id, taken=taken, target=target, trained_on=max(trained)))
    return takings


def _plan(
    session: Session,
    rng: Random,
    house: int,
    taking: Taking,
    teams_had: Sequence[Spell],
    coaches_had: Sequence[Spell],
) -> tuple[One, list[One]]:
    """Insert a person with a plan, its past and its touchpoints; give the person and the follow-ups."""
    bounced, committed = rng.random() < 0.1, rng.random() < 0.7
    state = rng.choice([*PlanState, PlanState.ACTIVE, PlanState.ACTIVE, PlanState.ACTIVE])
    reason = rng.choice([StopReason.ABSENT, StopReason.LEFT]) if state is PlanState.STOPPED else None
    person_id = worlds.person(session, house, rng.choice(["Ann", "Bo", None]), undeliverable=bounced)
    plan_id = worlds.plan(
        session, taking.cohort_id, person_id, state=state, stop_reason=reason, committed=committed
    )
    for spell in teams_had:
        worlds.member(session, person_id, spell.value, since=spell.since, until=spell.until)
    for spell in coaches_had:
        worlds.coached(session, plan_id, spell.value, since=spell.since, until=spell.until)
    facts = [_facts(rng) for _ in range(rng.randrange(8))]
    worlds.touchpoints(session, plan_id, taking.taken, facts)

    def one(counted: Counted | Standing | None, *, moment: datetime, day: date) -> One:
        return One(
            counted=counted,
            plan_id=plan_id,
            person_id=person_id,
            cohort_id=taking.cohort_id,
            programme_id=taking.taken.programme_id,
            team_id=_held(teams_had, moment),
            coach_id=_held(coaches_had, moment),
            day=day,
        )

    standing = measuring.standing(
        plan_state=state, has_commitment=committed, undeliverable=bounced, stop_reason=reason
    )
    return one(standing, moment=NOW, day=taking.trained_on), [
        one(_bucket(fact, state, reason), moment=fact.due_at, day=fact.due_at.date()) for fact in facts
    ]


def _facts(rng: Random) -> Facts:
    due_at = NOW + rng.randrange(-60 * 24, 60 * 24) * HOUR
    return Facts(
        kind=rng.choice(list(StepKind)),
        state=rng.choice(list(TouchpointState)),
        due_at=due_at,
        grace_until=due_at + 3 * DAY,
        settled_at=rng.choice([None, due_at + DAY, due_at + 5 * DAY]),
        undeliverable=rng.random() < 0.2,
    )


def _bucket(fact: Facts, state: PlanState, reason: StopReason | None) -> Counted | None:
    return measuring.bucket(
        kind=fact.kind,
        state=fact.state,
        plan_state=state,
        due_at=fact.due_at,
        grace_until=fact.grace_until,
        settled_at=fact.settled_at,
        undeliverable=fact.undeliverable,
        stop_reason=reason,
        now=NOW,
    )


def _history(rng: Random, values: Sequence[int]) -> list[Spell]:
    """Up to three spells, one after the other; some are corrected at once, some follow a gap, some ended."""
    spells: list[Spell] = []
    since = NOW + rng.randrange(-80, 20) * DAY
    last = rng.randrange(4)
    for n in range(last):
        until = since + rng.choice([0, 1, 10, 30]) * DAY
        ends = n < last - 1 or rng.random() < 0.2
        spells.append(Spell(since=since, until=until if ends else None, value=rng.choice(values)))
        since = until + rng.choice([0, 0, 5]) * DAY
    return spells


def _held(history: Sequence[Spell], moment: datetime) -> int | None:
    lasting = [spell for spell in history if spell.until is None or spell.until > spell.since]
    if lasting and moment < lasting[0].since:
        return lasting[0].value
    held = [
        spell.value
        for spell in lasting
        if spell.since <= moment and (spell.until is None or moment < spell.until)
    ]
    return held[0] if held else None
