"""What a preview says of a list is what carrying it out then does, and minutes that were known stay known."""

import pytest
from sqlalchemy import select

from coachfollow.flow import attendance, deciding
from coachfollow.models import Attendance, Enrolment, ImportBatch, Person
from coachfollow.queries import batches, effects, staged
from coachfollow.rules.effects import Corrected, Effects, sentences
from coachfollow.rules.kinds import AttendanceState, ImportKind
from tests.flow.world import AFTER, DAY, TRAINING, World

ABSENT, EXCUSED = AttendanceState.ABSENT, AttendanceState.EXCUSED
PARTIAL, PRESENT = AttendanceState.PARTIAL, AttendanceState.PRESENT
ROSTER = "".join(f"{name}@example.org\n" for name in ("anna", "ben", "carla", "dora", "emil"))
HEAD = "Email;Status\n"
FIRST = f"{HEAD}anna@example.org;present\nben@example.org;present\ncarla@example.org;absent\n"


def foresee(world: World, batch: ImportBatch) -> Effects:
    return effects.foreseen(world.session, batch=batches.batch(world.session, public_id=batch.public_id))


def minutes(world: World, email: str) -> tuple[AttendanceState, int | None]:
    state, counted = world.session.execute(
        select(Attendance.state, Attendance.minutes)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Person.email == email)
    ).one()
    return state, counted


@pytest.mark.parametrize(
    ("sessions", "needed", "text"),
    [
        (1, 1, FIRST),
        (1, 1, f"{HEAD}anna@example.org;absent\ndora@example.org;present\nnew@example.org;present\n"),
        (1, 1, f"{HEAD}carla@example.org;present\nanna@example.org;excused\nlate@example.org;absent\n"),
        (2, 1, f"{HEAD}carla@example.org;present\nben@example.org;absent\nnew@example.org;absent\n"),
        (2, 2, f"{HEAD}carla@example.org;excused\nben@example.org;present\nnew@example.org;present\n"),
        (3, 2, f"{HEAD}anna@example.org;present\nben@example.org;excused\ndora@example.org;present\n"),
    ],
)
@pytest.mark.parametrize("number", [1, 2])
def test_what_is_foreseen_of_a_list_comes_true(
    world: World, sessions: int, needed: int, text: str, number: int
) -> None:
    group = world.open_group(days=[TRAINING + n * DAY for n in range(sessions)], attended_sessions=needed)
    world.invite(group, ROSTER)
    world.bring_in(group, FIRST)
    batch = world.stage(group, text, session_number=min(number, sessions), now=AFTER + DAY)

    foreseen = foresee(world, batch)
    done = attendance.carry_out(world.session, batch_id=batch.id, now=AFTER + DAY)

    assert foreseen.begin == done.started
    assert foreseen.end + foreseen.put_aside == done.shelved
    assert sum(one.people for one in foreseen.corrected) == done.corrected


def test_a_preview_says_who_is_absent_who_stays_and_what_is_corrected(world: World) -> None:
    group = world.open_group()
    world.invite(group, ROSTER)
    world.bring_in(group, "anna@example.org\nben@example.org\n")
    world.invite(group, "fred@example.org\n")
    batch = world.stage(
        group, f"{HEAD}anna@example.org;absent\nanna@example.org;absent\nx@example.org;present\n"
    )

    assert foresee(world, batch) == Effects(
        begin=1,
        end=1,
        put_aside=1,
        corrected=(Corrected(before=PRESENT, after=ABSENT, people=1),),
        absent=1,
        as_before=4,
        doubled=1,
    )
    assert list(sentences(foresee(world, batch))) == [
        "1 follow-up begins.",
        "1 follow-up ends: not at the training after all.",
        "1 follow-up is put aside: not at the training.",
        "1 correction: 1 was present, is absent now.",
        "1 person who was invited is not on this list and counts as absent.",
        "4 people on an earlier list of this session are not on this one: nothing changes for them.",
        "1 duplicate in the file was taken once.",
    ]


def test_a_row_that_is_left_out_changes_nothing(world: World) -> None:
    group = world.open_group()
    batch = world.stage(group, "anna@example.org\nben@example.org\n")
    deciding.leave_out(world.session, batch=batch, line=2)

    assert list(sentences(foresee(world, batch))) == ["1 follow-up begins."]


def test_a_roster_begins_and_ends_nothing(world: World) -> None:
    batch = world.stage(world.open_group(), ROSTER, kind=ImportKind.ROSTER)

    assert list(sentences(foresee(world, batch))) == []


def test_minutes_stay_where_a_later_list_names_none_and_says_the_same(world: World) -> None:
    group = world.open_group()
    world.bring_in(group, "Email;Minutes\nanna@example.org;168\nben@example.org;20\n")
    batch = world.stage(group, "anna@example.org\nben@example.org\n", now=AFTER + DAY)

    anna, ben = staged.rows(world.session, batch_id=batch.id)
    attendance.carry_out(world.session, batch_id=batch.id, now=AFTER + DAY)

    assert (anna.kept_minutes, anna.corrects) == (168, False)
    assert (ben.kept_minutes, ben.corrects, ben.before, ben.before_minutes) == (None, True, PARTIAL, 20)
    assert minutes(world, "anna@example.org") == (PRESENT, 168)
    assert minutes(world, "ben@example.org") == (
        PRESENT,
        None,
    )  # 20 were not enough, so they say nothing of it
