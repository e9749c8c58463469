"""A list that was killed, has failed or was withdrawn changes nothing that anybody sees; a live one all of it."""

import pytest
from sqlalchemy import select

from coachfollow.flow import attendance, people_files, recognising
from coachfollow.intake.people import PersonRow
from coachfollow.models import Coaching, Cohort, ImportBatch, ImportRow, Membership, Person, Reporting, Team
from coachfollow.queries import actors, choices, coached, finding, managed, matching, my_plan, staged
from coachfollow.queries.filters import Area
from coachfollow.queries.staged import Fate
from coachfollow.queries.teams import Tree
from coachfollow.rules.kinds import ImportState
from tests.flow.world import AFTER, DAY, World

ANNA, BEN, NEW = "anna@example.org", "ben@example.org", "new@example.org"
HEAD = "Name;Email;Manager;Team;Coach\n"
BEFORE = f"{HEAD}Anna Berg;{ANNA};boss@example.org;Sales;\nBen Roth;{BEN};boss@example.org;Sales;\n"
AFTERWARDS = (
    f"{HEAD}Anna Berg;{ANNA};other@example.org;Sales / North;\n"
    f"New Person;{NEW};boss@example.org;East;c2@example.org\n"
    f"Ben Roth;{BEN};{BEN};Sales;\n"
)


class Killed(Exception):
    """The power went."""


def die(done: int, rows: int) -> None:
    raise Killed(f"{done} of {rows}")


@pytest.fixture(autouse=True)
def chunks_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small chunks, so that the first one has what matters."""
    monkeypatch.setattr(attendance, "CHUNK", 2)


def what_a_reader_sees(world: World) -> dict[str, object]:
    session, house = world.session, world.organisation_id
    session.rollback()
    whole = Area(whole=True)
    found = {
        "teams": sorted(name for name, _ in Tree.read(session, organisation_id=house).nodes.values()),
        "in teams": sorted(
            tuple(row)
            for row in session.execute(
                select(Person.email, Team.name)
                .join(Membership, Membership.person_id == Person.id)
                .join(Team, Team.id == Membership.team_id)
                .where(Membership.to_at.is_(None), Person.email.in_([ANNA, BEN]))
            )
        ),
        "managers": {email: world.manager_of(email) for email in (ANNA, BEN)},
        "past": len(session.scalars(select(Reporting.id).where(Reporting.to_at.is_not(None))).all()),
        "plans": {
            email: len(my_plan.plans_of(session, person_id=world_id))
            for email, world_id in session.execute(select(Person.email, Person.id)).all()
            if email in {ANNA, BEN}
        },
        "known": matching.by_email(session, organisation_id=house, emails=[ANNA, BEN, NEW]),
        "named": matching.by_name(session, organisation_id=house, names=["Anna Berg", "New Person"]),
        "coaches": sorted(map(str, choices.choices(session, organisation_id=house, area=whole).coaches)),
    }
    session.rollback()
    return found


def killed(world: World, cohort: Cohort, text: str = AFTERWARDS) -> ImportBatch:
    batch = world.stage(cohort, text, now=AFTER + DAY)
    with pytest.raises(Killed):
        attendance.carry_out(world.session, batch_id=batch.id, now=AFTER + DAY, progress=die)
    world.session.rollback()
    return batch


def fail(world: World, batch: ImportBatch) -> None:
    batch.state, batch.error = ImportState.FAILED, "It broke."
    world.session.commit()


def test_a_list_that_was_killed_and_withdrawn_changes_nothing_a_reader_sees(world: World) -> None:
    group = world.open_group(coaches=["coach@example.org"])
    world.bring_in(group, BEFORE)
    before = what_a_reader_sees(world)

    batch = killed(world, group)
    assert what_a_reader_sees(world) == before
    fail(world, batch)
    assert what_a_reader_sees(world) == before
    attendance.withdraw(world.session, batch=batch)

    assert what_a_reader_sees(world) == before
    kept = world.session.scalars(select(Person.email).where(Person.email.is_not(None)))
    assert NEW not in set(kept)


def test_carried_out_again_it_changes_all_of_it_at_once(world: World) -> None:
    group = world.open_group()
    world.bring_in(group, BEFORE)
    batch = killed(world, group)

    attendance.carry_out(world.session, batch_id=batch.id, now=AFTER + DAY)

    seen = what_a_reader_sees(world)
    assert seen["teams"] == ["East", "North", "Sales"]
    assert seen["in teams"] == [(ANNA, "North"), (BEN, "Sales")]
    assert seen["managers"] == {
        ANNA: "other@example.org",
        BEN: "boss@example.org",
    }  # nobody manages themselves
    assert seen["past"] == 1
    assert world.manager_of(NEW) == "boss@example.org"
    coach = select(Person.email).join(Coaching, Coaching.coach_id == Person.id)
    assert world.session.scalars(coach.where(Coaching.plan_id == world.plan(NEW).id)).all() == [
        "c2@example.org"
    ]


def test_the_draft_of_a_list_that_is_not_live_is_on_nobodys_page(world: World) -> None:
    group = world.open_group(coaches=["coach@example.org"])
    known = world.person("known@example.org")
    world.manages("boss@example.org", "known@example.org")
    coach = world.person("coach@example.org")
    killed(world, group, "known@example.org\nother@example.org\nthird@example.org\n")

    assert my_plan.plans_of(world.session, person_id=known) == []
    assert managed.my_team(world.session, people=[known], now=AFTER) == []
    assert coached.my_people(world.session, coach_id=coach, now=AFTER) == ()
    actor = actors.actor(world.session, person_id=coach, version=1, now=AFTER)
    assert actor.coached_plans == frozenset()


def test_another_list_does_not_make_the_drafts_of_a_failed_one_absent(world: World) -> None:
    group = world.open_group()
    fail(world, killed(world, group, "a@example.org\nb@example.org\nc@example.org\n"))

    done = world.bring_in(group, "d@example.org\n")

    assert (done.started, done.shelved) == (1, 0)


def test_somebody_of_a_failed_list_is_new_to_the_next_one_and_then_known(world: World) -> None:
    group = world.open_group()
    failed = killed(world, group, f"New Person <{NEW}>\na@example.org\nc@example.org\n")
    fail(world, failed)

    batch = world.stage(group, f"New Person <{NEW}>\nNew Person\n")
    rows = staged.rows(world.session, batch_id=batch.id)
    assert [row.fate for row in rows if row.email] == [Fate.NEW]
    assert rows[0].problem == recognising.NOBODY  # the name alone means nobody yet
    attendance.carry_out(world.session, batch_id=batch.id, now=AFTER)
    attendance.withdraw(world.session, batch=failed)

    who = finding.person_with(world.session, organisation_id=world.organisation_id, address=NEW)
    assert world.plan(NEW).person_id == who


def test_who_is_brought_by_a_people_file_meanwhile_stays_when_the_list_is_withdrawn(world: World) -> None:
    failed = killed(world, world.open_group(), f"{NEW}\na@example.org\nc@example.org\n")
    fail(world, failed)

    people_files.bring(
        world.session,
        organisation_id=world.organisation_id,
        rows=[PersonRow(line=2, email=NEW, name="New Person")],
        now=AFTER,
    )
    attendance.withdraw(world.session, batch=failed)

    assert finding.person_with(world.session, organisation_id=world.organisation_id, address=NEW)
    rest = world.session.scalars(select(ImportRow.is_new).where(ImportRow.batch_id == failed.id)).all()
    assert sorted(rest) == [False, True, True]
