"""Draft plans: every date as the rules have it, whatever the zone and the week; coaches shared out evenly."""

from collections import Counter

from sqlalchemy import select

from coachfollow.flow import attendance, deciding, placing
from coachfollow.models import Coaching, Cohort, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import schedules
from coachfollow.rules import planning, worktime
from tests.flow.world import AFTER, DAY, TRAINING, World

ZONES = ("Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "Europe/Berlin", "Australia/Lord_Howe")
WEEKS = ("sun-thu 08:00-16:00", "mon-fri 09:00-17:00", "tue 10:00-12:00; sat 22:00-23:30")
COACHES = ("coach@example.org", "other@example.org", "third@example.org")


FACTS = ("kind", "audience", "local_date", "local_time", "zone", "due_at", "grace_until", "closes_at", "why")


def stored(world: World, email: str) -> set[tuple[object, ...]]:
    rows = world.session.scalars(select(Touchpoint).where(Touchpoint.plan_id == world.plan(email).id))
    return {tuple(getattr(one, fact) for fact in FACTS) for one in rows}


def by_the_rules(world: World, cohort: Cohort, *, zone: str, week: str) -> set[tuple[object, ...]]:
    steps = schedules.steps(world.session, version_id=cohort.programme_version_id)
    planned = planning.plan(
        tuple(steps.values()),
        sessions=schedules.sessions(world.session, cohort),
        week=worktime.parse_week(week),
        zone=zone,
    )
    return {tuple(getattr(one, fact) for fact in FACTS) for one in planned}


def load(world: World) -> Counter[str | None]:
    rows = world.session.scalars(
        select(Person.email).join(Coaching, Coaching.coach_id == Person.id).where(Coaching.to_at.is_(None))
    )
    return Counter(rows)


def test_every_date_is_the_one_the_rules_give(world: World) -> None:
    cohort = world.open_group(days=[TRAINING, TRAINING + 9 * DAY])
    people = {
        f"p{i}{j}@example.org": (zone, week) for i, zone in enumerate(ZONES) for j, week in enumerate(WEEKS)
    }
    lines = [f'{email};{email};{zone};"{week}"' for email, (zone, week) in people.items()]

    world.invite(cohort, "\n".join(["Name;Email;Time Zone;Working Week", *lines, ""]))

    cohort = world.session.merge(cohort)
    for email, (zone, week) in people.items():
        assert stored(world, email) == by_the_rules(world, cohort, zone=zone, week=week), (zone, week)


def test_coaches_are_shared_out_evenly_over_several_lists(world: World) -> None:
    cohort = world.open_group(coaches=COACHES)

    for number, size in enumerate((7, 1, 4, 2)):
        world.invite(cohort, "".join(f"P {number} {n} <p{number}-{n}@example.org>\n" for n in range(size)))

    assert sorted(load(world).values()) == [4, 5, 5]


def test_nobody_is_their_own_coach(world: World) -> None:
    """A coach may well take part; they and nobody else are given to somebody else."""
    cohort = world.open_group(coaches=COACHES)

    world.invite(cohort, "".join(f"{email}\n" for email in (*COACHES, "anna@example.org")))

    pairs = world.session.execute(
        select(FollowUpPlan.person_id, Coaching.coach_id).join(Coaching, Coaching.plan_id == FollowUpPlan.id)
    ).all()
    assert len(pairs) == 4
    assert all(person_id != coach_id for person_id, coach_id in pairs)


def test_the_only_coach_of_a_group_coaches_the_others(world: World) -> None:
    cohort = world.open_group(coaches=COACHES[:1])

    world.bring_in(
        cohort,
        "Name;Email;Coach\nCoach;coach@example.org;coach@example.org\nAnna Berg;anna@example.org;\n",
    )
    placing.place_due(world.session, now=AFTER)

    assert load(world) == {COACHES[0]: 1}
    assert world.plan("anna@example.org").id == world.session.scalars(select(Coaching.plan_id)).one()


def test_a_row_that_is_left_out_gives_nobody_a_coach(world: World) -> None:
    cohort = world.open_group()
    world.invite(cohort, "anna@example.org\nben@example.org\ncarla@example.org\n")
    batch = world.stage(
        cohort, "Email;Coach\nanna@example.org;\nben@example.org;coach@example.org\ncarla@example.org;\n"
    )

    deciding.leave_out(world.session, batch=batch, line=3)
    attendance.carry_out(world.session, batch_id=batch.id, now=AFTER)

    assert load(world) == {}
