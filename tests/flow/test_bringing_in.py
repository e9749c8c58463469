"""Lists on their way in: people, their coaches, managers and teams; who attended; corrected lists."""

import pytest
from sqlalchemy import func, select

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import attendance, staging
from coachfollow.intake import reading
from coachfollow.models import (
    Attendance,
    Coaching,
    Enrolment,
    Event,
    FollowUpPlan,
    ImportRow,
    Membership,
    Message,
    Person,
    Reporting,
    Team,
    Touchpoint,
    TrainingSession,
)
from coachfollow.rules.kinds import (
    AttendanceState,
    ImportKind,
    MessageKind,
    MessageState,
    PlanState,
    StopReason,
    TouchpointState,
)
from tests.flow.world import AFTER, BEFORE, DAY, FIRST_MAIL, TRAINING, World

ANNA, BEN, CARLA = "anna@example.org", "ben@example.org", "carla@example.org"
BOSS = "boss@example.org"
ANNA_AND_BEN = "Anna Berg <anna@example.org>\nBen Roth <ben@example.org>\n"
STATUS = "Name;Email;Status\nAnna Berg;anna@example.org;{}\nBen Roth;ben@example.org;present\n"
ACTIVE = (PlanState.ACTIVE, None)
SHELVED = (PlanState.DRAFT, StopReason.ABSENT)
WAITING = (PlanState.DRAFT, None)


def attendances(world: World, email: str) -> list[AttendanceState]:
    rows = world.session.scalars(
        select(Attendance.state)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(TrainingSession, TrainingSession.id == Attendance.training_session_id)
        .where(Person.email == email)
        .order_by(TrainingSession.position)
    )
    return list(rows)


def everything(world: World) -> dict[str, int]:
    """How many rows there are of whatever a file may add."""
    tables = (Person, Enrolment, Attendance, FollowUpPlan, Touchpoint, Coaching, Reporting, Membership, Team)
    return {
        table.__tablename__: world.session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def coach_of(world: World, email: str) -> str | None:
    return world.session.scalar(
        select(Person.email)
        .join(Coaching, Coaching.coach_id == Person.id)
        .where(Coaching.plan_id == world.plan(email).id, Coaching.to_at.is_(None))
    )


def test_a_roster_waits_as_drafts_for_the_attendance_that_starts_and_shelves(world: World) -> None:
    group = world.open_group()

    invited = world.invite(group, ANNA_AND_BEN)

    assert (invited.new_people, invited.enrolled, invited.started, invited.shelved) == (2, 2, 0, 0)
    assert world.standing(ANNA) == world.standing(BEN) == WAITING
    assert attendances(world, ANNA) == [AttendanceState.INVITED]

    attended = world.bring_in(group, "Anna Berg <anna@example.org>\nCarla Dorn <carla@example.org>\n")

    assert (attended.new_people, attended.enrolled, attended.started, attended.shelved) == (1, 1, 2, 1)
    assert world.standing(ANNA) == world.standing(CARLA) == ACTIVE
    assert world.standing(BEN) == SHELVED
    assert attendances(world, BEN) == [AttendanceState.ABSENT]
    assert set(world.states(BEN).values()) == {TouchpointState.CANCELLED}


def test_a_no_show_gets_no_mail_and_nobody_is_written_to_about_them(world: World) -> None:
    world.manages(BOSS, BEN)
    group = world.open_group()
    world.invite(group, ANNA_AND_BEN)
    world.bring_in(group, "Anna Berg <anna@example.org>\n")

    world.live(AFTER + 40 * DAY)

    assert world.mails(to=BEN) == []
    assert world.mails(to=BOSS) == []


@pytest.mark.parametrize("state", ["absent", "excused"])
def test_somebody_who_was_not_there_after_all_hears_nothing_more(world: World, state: str) -> None:
    group = world.open_group()
    world.bring_in(group, STATUS.format("present"))
    world.drain(FIRST_MAIL)

    corrected = world.bring_in(group, STATUS.format(state), now=AFTER + DAY)

    assert (corrected.corrected, corrected.shelved, corrected.started) == (1, 1, 0)
    assert world.standing(ANNA) == SHELVED
    assert world.standing(BEN) == ACTIVE
    assert world.kinds(to=ANNA, state=MessageState.QUEUED) == []


def test_somebody_who_was_there_after_all_is_taken_up_again(world: World) -> None:
    group = world.open_group()
    world.bring_in(group, STATUS.format("present"))
    world.bring_in(group, STATUS.format("absent"), now=AFTER + DAY / 24)

    corrected = world.bring_in(group, STATUS.format("present"), now=AFTER + DAY / 12)

    assert (corrected.corrected, corrected.started) == (1, 1)
    assert world.standing(ANNA) == ACTIVE
    # the manager's card before the training is over; everything after it is to come
    assert {key for key, state in world.states(ANNA).items() if state is TouchpointState.PLANNED} == {
        "plan", "nudge", "asked", "talk", "last-nudge", "half-a-year-later",
    }  # fmt: skip


def test_the_same_file_twice_changes_nothing(world: World) -> None:
    group = world.open_group(coaches=["coach@example.org"])
    text = (
        "Name;Email;Manager;Team;Coach;Minutes\n"
        "Anna Berg;anna@example.org;boss@example.org;Sales / North;other@example.org;170\n"
        "Ben Roth;ben@example.org;boss@example.org;Sales / South;;20\n"
    )
    world.bring_in(group, text)
    before = everything(world)
    stands = [world.standing(email) for email in (ANNA, BEN)]
    world.session.commit()

    again = world.bring_in(group, text, now=AFTER + DAY)

    assert everything(world) == before
    assert [world.standing(email) for email in (ANNA, BEN)] == stands == [ACTIVE, SHELVED]
    assert (again.new_people, again.enrolled, again.started, again.shelved, again.corrected) == (
        0,
        0,
        0,
        0,
        0,
    )


def test_a_file_says_who_coaches_manages_and_where_somebody_belongs(world: World) -> None:
    group = world.open_group(coaches=["coach@example.org"])

    world.bring_in(
        group,
        "Name;Email;Manager;Team;Coach;Time Zone;Language;Employee ID\n"
        "Anna Berg;anna@example.org;boss@example.org;Sales / North;other@example.org;Asia/Tokyo;de;4711\n"
        "Ben Roth;ben@example.org;;;;;;\n",
    )

    anna = world.session.get_one(Person, world.person(ANNA))
    assert (anna.zone, anna.locale, anna.external_id) == ("Asia/Tokyo", "de", "4711")
    assert world.manager_of(ANNA) == BOSS
    assert world.manager_of(BEN) is None
    north = world.session.scalars(select(Team).where(Team.name == "North")).one()
    assert world.session.get_one(Team, north.parent_id).name == "Sales"
    assert world.session.scalars(select(Membership.team_id)).all() == [north.id]
    assert coach_of(world, ANNA) == "other@example.org"
    assert coach_of(world, BEN) == "coach@example.org"


def test_a_later_file_moves_somebody_to_another_manager_and_team(world: World) -> None:
    group = world.open_group()
    text = "Name;Email;Manager;Team\nAnna Berg;anna@example.org;{};{}\n"
    world.bring_in(group, text.format("boss@example.org", "Sales / North"))

    world.bring_in(group, text.format("ben@example.org", "Sales / South"), now=AFTER + DAY)

    relations = world.session.execute(select(Reporting.from_at, Reporting.to_at).order_by(Reporting.id)).all()
    assert [tuple(one) for one in relations] == [(AFTER, AFTER + DAY), (AFTER + DAY, None)]
    assert world.manager_of(ANNA) == BEN
    assert len(world.session.scalars(select(Membership.id)).all()) == 2
    assert sorted(world.session.scalars(select(Team.name))) == ["North", "Sales", "South"]


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (2, {"present": WAITING, "absent": WAITING}),  # it can still go either way
        (2, {"present present": ACTIVE, "present absent": WAITING, "absent absent": SHELVED}),
        (2, {"present absent present": ACTIVE, "present absent absent": SHELVED}),
        (2, {"present excused absent": SHELVED}),
        (3, {"present excused present": ACTIVE}),  # an excused session never counts against a person
        (1, {"excused excused excused": SHELVED}),  # and yet one has to have been there
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else f"{value} of 3",
)
def test_k_of_n_sessions(
    world: World, needed: int, expected: dict[str, tuple[PlanState, StopReason | None]]
) -> None:
    people = {f"{story.replace(' ', '-')}@example.org": story.split() for story in expected}
    group = world.open_group(days=[TRAINING, TRAINING + DAY, TRAINING + 2 * DAY], attended_sessions=needed)
    world.invite(group, "".join(f"{email}\n" for email in people))
    for number in range(len(next(iter(people.values())))):
        rows = "".join(f"{email};{states[number]}\n" for email, states in people.items())
        world.bring_in(group, f"Email;Status\n{rows}", session_number=number + 1, now=AFTER + number * DAY)

    found = {story: world.standing(email) for email, story in zip(people, expected, strict=True)}
    assert found == expected


def test_a_file_of_a_group_with_several_sessions_says_which_one_it_is_about(world: World) -> None:
    group = world.open_group(days=[TRAINING, TRAINING + DAY])

    def stage(training_session_id: int | None) -> None:
        staging.stage(
            world.session,
            cohort=group,
            reading=reading.read_pasted(ANNA_AND_BEN),
            kind=ImportKind.ATTENDANCE,
            file_name="list.csv",
            checksum="0",
            training_session_id=training_session_id,
            now=AFTER,
        )

    with pytest.raises(Invalid) as refused:
        stage(None)
    assert refused.value.fields == {"session": "1: 2026-03-03, 2: 2026-03-04"}
    with pytest.raises(NotFound):
        stage(4711)


def test_a_file_with_an_open_question_is_not_staged(world: World) -> None:
    ambiguous = "Name;Email;Join Time;Leave Time\nAnna;anna@example.org;03/04/2026 09:00;03/04/2026 11:00\n"

    with pytest.raises(Invalid):
        world.stage(world.open_group(), ambiguous)


def test_minutes_make_present_partial_and_absent(world: World) -> None:
    group = world.open_group()

    world.bring_in(
        group,
        "Name;Email;Minutes\nAnna Berg;anna@example.org;60\nBen Roth;ben@example.org;59\n"
        "Carla Dorn;carla@example.org;0\n",
    )

    found = [attendances(world, email) for email in (ANNA, BEN, CARLA)]
    assert found == [[AttendanceState.PRESENT], [AttendanceState.PARTIAL], [AttendanceState.ABSENT]]
    assert [world.standing(email) for email in (ANNA, BEN, CARLA)] == [ACTIVE, SHELVED, SHELVED]


def test_a_name_alone_means_whoever_in_the_group_has_it_and_is_asked_about_elsewhere(world: World) -> None:
    group = world.open_group()
    world.person("elsewhere@example.org", name="Dora Frei")
    world.invite(group, ANNA_AND_BEN)

    batch = world.stage(group, "Berg, Anna\nBen Rot\nDora Frei\n")

    rows = {
        row.name: row
        for row in world.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id))
    }
    assert rows["Anna Berg"].person_id == world.person(ANNA)
    assert rows["Ben Rot"].problem == staging.NOBODY
    assert rows["Ben Rot"].suggestions == f"[{world.person(BEN)}]"
    assert rows["Dora Frei"].problem == staging.NOBODY
    assert rows["Dora Frei"].suggestions == f"[{world.person('elsewhere@example.org')}]"
    done = attendance.carry_out(world.session, batch_id=batch.id, now=AFTER)
    assert (done.rows, done.left_out, done.started, done.shelved) == (3, 2, 1, 1)


def test_two_people_of_one_name_are_not_told_apart_by_it(world: World) -> None:
    group = world.open_group()
    world.invite(group, "Anna Berg <anna@example.org>\nAnna Berg <anna.berg@example.org>\n")

    batch = world.stage(group, "Anna Berg\n")

    row = world.session.scalars(select(ImportRow).where(ImportRow.batch_id == batch.id)).one()
    assert (row.person_id, row.problem) == (None, staging.NOBODY)


def test_what_a_list_held_of_people_is_forgotten_once_it_is_live_or_withdrawn(world: World) -> None:
    group = world.open_group()
    world.bring_in(group, "Name;Email;Manager\nAnna Berg;anna@example.org;boss@example.org\n")
    batch = world.stage(group, "Name;Email;Manager\nCarla Dorn;carla@example.org;boss@example.org\n")

    attendance.withdraw(world.session, batch=batch)

    kept = world.session.execute(select(ImportRow.name, ImportRow.email, ImportRow.facts)).all()
    assert [tuple(row) for row in kept] == [(None, None, "{}"), (None, None, "{}")]
    with pytest.raises(Conflict):
        attendance.carry_out(world.session, batch_id=batch.id, now=AFTER)
    with pytest.raises(Conflict):
        attendance.withdraw(world.session, batch=batch)


def test_the_day_a_card_was_for_is_over_once_the_training_has_begun(world: World) -> None:
    """“Before the training, tell them what you hope for” is nonsense afterwards, however late we are."""
    world.manages(BOSS, ANNA, BEN)
    group = world.open_group(days=[TRAINING, TRAINING + DAY])
    world.invite(group, "Anna Berg <anna@example.org>\n")  # nothing runs until the evening of the training

    world.bring_in(group, ANNA_AND_BEN, session_number=1)
    world.bring_in(group, ANNA_AND_BEN, session_number=2, now=AFTER + DAY)
    world.live(AFTER + 3 * DAY, since=AFTER + DAY)

    assert world.mails(to=BOSS, kind=MessageKind.SPONSOR) == []
    assert world.states(ANNA)["before"] is TouchpointState.CANCELLED
    assert world.session.scalars(select(Message.id).where(Message.kind == MessageKind.COMMITMENT)).all() != []


def test_a_roster_that_comes_late_still_sends_the_card_before_the_training(world: World) -> None:
    world.manages(BOSS, ANNA)
    group = world.open_group()
    late = BEFORE + 9 * DAY  # two days before the training: the card was due three days ago

    world.invite(group, "Anna Berg <anna@example.org>\n", now=late)
    world.drain(late)

    assert world.kinds(to=BOSS) == [MessageKind.SPONSOR]
    assert world.mails(to=ANNA) == []


def test_a_late_start_skips_what_is_over_and_is_no_burst(world: World) -> None:
    group = world.open_group()
    late = AFTER + 20 * DAY

    world.bring_in(group, "Anna Berg <anna@example.org>\n", now=late)
    world.drain(late)

    states = world.states(ANNA)
    assert {key for key, state in states.items() if state is TouchpointState.CANCELLED} == {
        "before", "plan", "nudge",
    }  # fmt: skip
    assert world.kinds(to=ANNA) == [MessageKind.REFLECTION]
    assert world.events("plan started") == 1


def test_who_starts_when_everything_is_over_has_ended_and_not_finished(world: World) -> None:
    group = world.open_group()

    world.bring_in(group, "Anna Berg <anna@example.org>\n", now=AFTER + 300 * DAY)

    assert world.standing(ANNA) == (PlanState.STOPPED, StopReason.ENDED)
    assert set(world.states(ANNA).values()) == {TouchpointState.CANCELLED}


def test_events_tell_of_every_start_shelving_and_correction(world: World) -> None:
    group = world.open_group()
    world.bring_in(group, STATUS.format("present"))
    world.bring_in(group, STATUS.format("absent"), now=AFTER + DAY)

    names = list(world.session.scalars(select(Event.name).order_by(Event.id)))
    told = {name: names.count(name) for name in ("plan started", "plan shelved", "attendance corrected")}
    assert told == {"plan started": 2, "plan shelved": 1, "attendance corrected": 1}
