"""Groups, programmes, people and profiles: opened and changed with a sentence, or refused leaving nothing behind."""

from datetime import datetime, time

import pytest
from sqlalchemy import func, select

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import cohorts, people, people_files, profiles, programmes
from coachfollow.flow.cohorts import Meeting
from coachfollow.intake import programme as template
from coachfollow.intake.people import PersonRow
from coachfollow.intake.words import Field, Mapping, Reading
from coachfollow.models import (
    Coaching,
    CoachProfile,
    Cohort,
    Grant,
    Membership,
    Person,
    Reporting,
    Step,
    Team,
    TrainingSession,
)
from coachfollow.queries import actors, schedules
from coachfollow.queries import programmes as known
from coachfollow.rules.kinds import Role, Scope
from tests.flow.grounds import Ground
from tests.flow.world import AFTER, DAY, MOMENTS, OPENED, TRAINING, World

ANNA, BEN, BOSS, COACH = "anna@example.org", "ben@example.org", "boss@example.org", "coach@example.org"


def open_group(world: World, **given: object) -> Cohort:
    facts: dict[str, object] = {
        "organisation_id": world.organisation_id,
        "programme": "moments",
        "key": "spring",
        "title": "",
        "zone": "Europe/Berlin",
        "meetings": [Meeting(begins=datetime.combine(TRAINING, time(9)), minutes=180)],
        "now": OPENED,
    }
    return cohorts.open_cohort(world.session, **(facts | given))  # type: ignore[arg-type]  # a test's own keywords


def counts(world: World) -> list[int | None]:
    tables = (Cohort, TrainingSession, Person, Grant, CoachProfile)
    return [world.session.scalar(select(func.count()).select_from(table)) for table in tables]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"programme": "no-such"}, NotFound),
        ({"zone": "Europe/Atlantis"}, Invalid),
        ({"meetings": []}, Invalid),
        ({"attended_sessions": 2}, Invalid),
        ({"coaches": [COACH, "nobody"]}, Invalid),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_group_that_cannot_be_opened_leaves_nothing_behind(
    world: World, given: dict[str, object], refusal: type[Exception]
) -> None:
    before = counts(world)

    with pytest.raises(refusal):
        open_group(world, **given)
    world.session.commit()  # whatever the page does next

    assert counts(world) == before


def test_a_short_name_is_taken_once(world: World) -> None:
    open_group(world)

    with pytest.raises(Conflict):
        open_group(world)


def test_a_group_needs_the_sessions_its_programme_counts_from(world: World) -> None:
    later = MOMENTS.replace("key: moments", "key: long").replace(
        "when: {days: 40}", "when: {days: 40, session: 3}"
    )
    publish(world, later)

    with pytest.raises(Invalid) as refused:
        open_group(world, programme="long")

    assert "last-nudge" in refused.value.sentence


def publish(world: World, text: str) -> tuple[int, bool]:
    version, is_new = programmes.publish(
        world.session,
        organisation_id=world.organisation_id,
        programme=template.read(text, file="some.yaml"),
        now=OPENED + DAY,
    )
    return version.number, is_new


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, 60),  # what the programme says
        ({"attended_minutes": 45}, 45),
        ({"attended_minutes": 0}, 0),  # being on the list is enough
        ({"programme": "service"}, 30),
    ],
    ids=str,
)
def test_how_long_one_has_to_have_been_there(world: World, given: dict[str, object], expected: int) -> None:
    assert open_group(world, **given).attended_minutes == expected


def test_sessions_are_numbered_by_their_days_and_kept_in_their_zone(world: World) -> None:
    days = [TRAINING + 27 * DAY, TRAINING]  # the clocks change in between
    group = open_group(
        world, meetings=[Meeting(begins=datetime.combine(day, time(9)), minutes=90) for day in days]
    )

    rows = world.session.scalars(
        select(TrainingSession)
        .where(TrainingSession.cohort_id == group.id)
        .order_by(TrainingSession.position)
    ).all()
    assert [(row.position, row.local_date, row.starts_at.hour) for row in rows] == [
        (1, TRAINING, 8), (2, TRAINING + 27 * DAY, 7),
    ]  # fmt: skip
    assert (rows[0].ends_at - rows[0].starts_at).seconds == 90 * 60
    assert group.title == "spring"


@pytest.mark.parametrize(("anchor", "expected"), [("first", 0), ("last", 2), ("2", 1), ("7", 2)])
def test_the_session_that_anchors(world: World, anchor: str, expected: int) -> None:
    """A group with fewer sessions than the programme thought of counts from its last."""
    text = MOMENTS.replace("key: moments", "key: anchored").replace(
        "attended:", f"anchor: {anchor}\nattended:"
    )
    publish(world, text)
    group = open_group(
        world,
        programme="anchored",
        meetings=[
            Meeting(begins=datetime.combine(TRAINING + n * DAY, time(9)), minutes=60) for n in range(3)
        ],
    )

    assert schedules.sessions(world.session, group).anchor == expected


def test_a_coach_is_named_once_with_a_role_and_a_profile(world: World) -> None:
    group = open_group(world, coaches=[COACH])

    cohorts.add_coach(world.session, cohort=group, email="  Coach@Example.org ", now=OPENED)
    world.session.commit()

    grants = world.session.execute(select(Grant.role, Grant.scope, Grant.scope_id)).all()
    assert [tuple(row) for row in grants] == [(Role.COACH, Scope.COHORT, group.id)]
    assert world.session.scalars(select(CoachProfile.person_id)).all() == [world.person(COACH)]


def test_a_changed_programme_is_a_new_version_and_running_plans_keep_theirs(world: World) -> None:
    world.train(ANNA)
    begun_with = world.plan(ANNA).programme_version_id

    assert publish(world, MOMENTS) == (1, False)
    assert publish(world, MOMENTS.replace("Moments that count", "Moments")) == (2, True)

    newest = known.newest_of(world.session, organisation_id=world.organisation_id, key="moments")
    assert (newest.number, newest.id == begun_with) == (2, False)
    assert world.plan(ANNA).programme_version_id == begun_with
    assert open_group(world, key="autumn").programme_version_id == newest.id
    keys = [step.key for step in schedules.steps(world.session, version_id=newest.id).values()]
    assert keys[:3] == ["before", "plan", "nudge"]


@pytest.mark.parametrize(
    ("locale", "title"), [("de", "Momente"), ("de-AT", "Momente"), ("pt-BR", "Moments that count")]
)
def test_a_programme_speaks_the_language_of_its_reader_or_its_own(
    world: World, locale: str, title: str
) -> None:
    version = known.newest_of(world.session, organisation_id=world.organisation_id, key="moments")

    assert known.text(world.session, version_id=version.id, locale=locale).title == title


def test_the_shipped_programmes_are_published_once(world: World) -> None:
    for _ in range(2):
        programmes.load_shipped(world.session, organisation_id=world.organisation_id, now=OPENED)

    found = known.newest(world.session, organisation_id=world.organisation_id)
    assert {version.number for _, version in found} == {1}
    assert {"customer-focused-leadership", "eight-week-coaching"} <= {programme.key for programme, _ in found}
    assert (world.session.scalar(select(func.count()).select_from(Step)) or 0) > 30


ROWS = (
    PersonRow(line=2, email=ANNA, name="Anna Berg", team=("Sales", "North"), manager=BOSS, zone="Asia/Tokyo"),
    PersonRow(line=3, email=BEN, name="Ben Roth", team=("Sales",), manager=ANNA, external_id="4711"),
)


def bring(world: World, *rows: PersonRow, now: datetime = OPENED) -> tuple[int, int, int]:
    brought = people_files.bring(world.session, organisation_id=world.organisation_id, rows=rows, now=now)
    return brought.added, brought.changed, brought.unchanged


def test_a_people_file_twice_changes_nothing(world: World) -> None:
    assert bring(world, *ROWS) == (2, 0, 0)
    assert bring(world, *ROWS, now=OPENED + DAY) == (0, 0, 2)

    anna = world.session.get_one(Person, world.person(ANNA))
    assert (anna.name, anna.zone, world.manager_of(ANNA), world.manager_of(BEN)) == (
        "Anna Berg", "Asia/Tokyo", BOSS, ANNA,
    )  # fmt: skip
    for table in (Reporting, Membership):
        assert set(world.session.scalars(select(table.from_at))) == {OPENED}
        assert world.session.scalar(select(func.count()).select_from(table)) == 2
    assert sorted(world.session.scalars(select(Team.name))) == ["North", "Sales"]


def test_a_people_file_changes_what_it_says_and_leaves_what_it_does_not(world: World) -> None:
    bring(world, *ROWS)

    moved = PersonRow(line=2, email=ANNA, name="Anna Roth", team=("Sales", "South"), manager=BEN)
    assert bring(world, moved, now=OPENED + DAY) == (0, 1, 0)

    anna = world.session.get_one(Person, world.person(ANNA))
    assert (anna.name, anna.zone) == ("Anna Roth", "Asia/Tokyo")
    hers = world.session.execute(
        select(Reporting.from_at, Reporting.to_at)
        .where(Reporting.person_id == anna.id)
        .order_by(Reporting.id)
    ).all()
    assert [tuple(row) for row in hers] == [(OPENED, OPENED + DAY), (OPENED + DAY, None)]
    assert world.manager_of(ANNA) == BEN


def test_nobody_manages_themselves(world: World) -> None:
    bring(world, PersonRow(line=2, email=ANNA, name="Anna", manager=ANNA))

    assert world.manager_of(ANNA) is None


def test_a_zone_is_changed_to_one_there_is(world: World) -> None:
    anna = world.person(ANNA)

    people.set_zone(world.session, person_id=anna, zone="Asia/Tokyo", now=OPENED)
    with pytest.raises(Invalid):
        people.set_zone(world.session, person_id=anna, zone="Asia/Atlantis", now=OPENED)

    assert world.session.scalars(select(Person.zone).where(Person.id == anna)).one() == "Asia/Tokyo"


def test_what_is_no_address_makes_nobody(world: World) -> None:
    with pytest.raises(Invalid):
        world.person("nobody")


def test_what_somebody_is_to_the_things_here(world: World, ground: Ground) -> None:
    world.appoint("lena@example.org", Role.LND)
    world.manages(BOSS, ANNA)
    bring(world, PersonRow(line=2, email=ANNA, name="Anna", team=("Sales", "North")))
    group = open_group(world)
    world.bring_in(group, f"Email;Coach\n{ANNA};{COACH}\n")
    batch = world.stage(group, BEN + "\n")
    plan, session = world.plan(ANNA), world.session
    north = session.scalars(select(Team).where(Team.name == "North")).one()

    def is_now(email: str) -> tuple[frozenset[int], frozenset[int]]:
        found = actors.actor(session, person_id=world.person(email), version=1, now=AFTER)
        return found.coached_plans, found.managed_people

    assert is_now(COACH) == (frozenset({plan.id}), frozenset())
    assert is_now(BOSS) == (frozenset(), frozenset({world.person(ANNA)}))
    target = actors.plan_target(session, public_id=plan.public_id)
    assert target is not None
    assert (target.person_id, target.cohort_id, target.team_ids) == (
        world.person(ANNA), group.id, frozenset({north.id, north.parent_id}),
    )  # fmt: skip
    about_the_group = [
        actors.cohort_target(session, public_id=group.public_id),
        actors.batch_target(session, public_id=batch.public_id),
    ]
    assert [one and (one.cohort_id, one.is_personal) for one in about_the_group] == [(group.id, False)] * 2
    touchpoint = world.touchpoint(ANNA, "asked")
    found = actors.touchpoint_of(session, touchpoint_id=touchpoint.id, plan_public_id=plan.public_id)
    assert found is touchpoint
    with pytest.raises(NotFound):
        actors.touchpoint_of(session, touchpoint_id=touchpoint.id, plan_public_id="another")
    nothing = (actors.plan_target, actors.cohort_target, actors.batch_target)
    assert [find(session, public_id="no such") for find in nothing] == [None] * 3
    assert ground.name
    assert session.scalars(select(Coaching.coach_id)).all() == [world.person(COACH)]


def test_a_way_to_read_a_file_is_remembered_under_its_name(world: World) -> None:
    reading = Reading(
        layout="mapped",
        header=("Wer", "Mail"),
        fingerprint="f" * 32,
        mapping=Mapping(columns={Field.NAME: "Wer", Field.EMAIL: "Mail"}),
    )
    here = world.organisation_id

    profiles.save(world.session, organisation_id=here, name=" Our lists ", reading=reading)

    assert profiles.named(world.session, organisation_id=here, name="Our lists") == reading.mapping
    assert profiles.fitting(world.session, organisation_id=here, fingerprint="f" * 32) == reading.mapping
    assert profiles.fitting(world.session, organisation_id=here, fingerprint="0" * 32) is None
    with pytest.raises(NotFound) as refused:
        profiles.named(world.session, organisation_id=here, name="Other lists")
    assert "Our lists" in refused.value.sentence
    with pytest.raises(Invalid):
        profiles.save(world.session, organisation_id=here, name="   ", reading=reading)
