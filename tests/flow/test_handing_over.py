"""A coach's participants go to others: shared out evenly, their meetings looked for anew, everybody told."""

import pytest
from sqlalchemy import select, update

from coachfollow.errors import Conflict
from coachfollow.flow import handover, placing
from coachfollow.flow.handover import Handover
from coachfollow.models import CheckIn, Coaching, Cohort, Event, Message, Person, Touchpoint
from coachfollow.queries import letters, timelines
from coachfollow.queries.handovers import Whose
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState, TouchpointState
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, FIRST_MAIL, World

PEOPLE = [f"person{n}@example.org" for n in range(6)]
CARLA, CLEO, CORA = "carla@example.org", "cleo@example.org", "cora@example.org"


def begin(world: World, *coaches: str) -> Cohort:
    cohort = world.open_group(coaches=coaches)
    for coach in coaches:
        world.bookable(coach)
    world.attend(cohort, "".join(f"{one}\n" for one in PEOPLE))
    return cohort


def coach_of(world: World, email: str) -> str | None:
    return world.session.scalars(
        select(Person.email)
        .join(Coaching, Coaching.coach_id == Person.id)
        .where(Coaching.plan_id == world.plan(email).id, Coaching.to_at.is_(None))
    ).one()


def hand_over(
    world: World, *, to: str | None = None, of: str | None = None, shown: str | None = None
) -> Handover:
    return handover.hand_over(
        world.session,
        whose=Whose(coach_id=world.person(CARLA), plan=world.plan(of).public_id if of else None),
        to=world.person(to) if to else None,
        now=AFTER + DAY,
        shown=shown,
    )


def test_who_leaves_is_shared_out_evenly_and_gets_nobody_new(world: World) -> None:
    cohort = begin(world, CARLA, CLEO, CORA)
    seen = handover.foresee(
        world.session, whose=Whose(coach_id=world.person(CARLA)), to=None, now=AFTER + DAY
    )
    assert seen.shares == [("cleo", 1), ("cora", 1)]
    world.session.rollback()

    hand_over(world, shown=seen.mark)

    coaches = [coach_of(world, one) for one in PEOPLE]
    assert [coaches.count(one) for one in (CARLA, CLEO, CORA)] == [0, 3, 3]
    assert (world.events("coach changed"), world.events("coach left")) == (2, 1)
    world.attend(cohort, "".join(f"{one}\n" for one in [*PEOPLE, "new1@example.org", "new2@example.org"]))
    assert CARLA not in {coach_of(world, "new1@example.org"), coach_of(world, "new2@example.org")}
    with pytest.raises(Conflict, match="coach nobody here"):
        hand_over(world)


def test_a_coach_who_has_left_takes_nobody_over_and_gets_nobody_new(world: World) -> None:
    cohort = begin(world, CARLA, CLEO, CORA)
    left = (AFTER - DAY).date()
    world.session.execute(update(Person).where(Person.email == CORA).values(left_on=left))
    world.session.commit()

    assert {one.coach_id for one in hand_over(world).handed} == {world.person(CLEO)}

    newcomer = "new@example.org"
    world.attend(cohort, "".join(f"{one}\n" for one in [*PEOPLE, newcomer]))
    assert coach_of(world, newcomer) == CLEO


def test_a_meeting_leaves_the_calendars_and_is_found_anew_with_the_new_coach(world: World) -> None:
    begin(world, CARLA)
    placing.place_due(world.session, now=AFTER)
    world.session.execute(update(Message).values(state=MessageState.SENT))
    world.session.commit()
    world.bookable(CLEO)
    step_id = world.touchpoint(PEOPLE[0], "talk").step_id

    done = hand_over(world, to=CLEO)

    assert len(done.meetings) == len(PEOPLE)
    assert [one.name for one in done.told if one.is_coach] == ["carla"]
    cancelled = world.mails(to=CARLA, kind=MessageKind.CANCELLATION)
    assert len(cancelled) == len(PEOPLE)
    about = letters.gatherings(world.session, attendee_ids=[one.attendee_id or 0 for one in cancelled])
    assert {one.coach for one in about.values()} == {"carla"}  # what she is told is about her meetings
    placing.place_due(world.session, now=AFTER + DAY)

    meetings = world.session.execute(
        select(CheckIn.state, Person.email).join(Person, Person.id == CheckIn.coach_id)
    ).all()
    assert meetings.count((CheckInState.PLACED, CLEO)) == len(PEOPLE)
    assert meetings.count((CheckInState.CANCELLED, CARLA)) == len(PEOPLE)
    talks = select(Touchpoint.n, Touchpoint.state).where(
        Touchpoint.plan_id == world.plan(PEOPLE[0]).id, Touchpoint.step_id == step_id
    )
    assert world.session.execute(talks.order_by(Touchpoint.n)).all() == [
        (1, TouchpointState.PLANNED),
        (2, TouchpointState.CANCELLED),
    ]
    shown = timelines.dates(world.session, plan_id=world.plan(PEOPLE[0]).id)
    assert [one.step for one in shown].count("talk") == 1
    assert len(world.mails(to=CLEO, kind=MessageKind.INVITATION)) == len(PEOPLE)


def test_one_participant_goes_and_the_coach_stays(world: World) -> None:
    begin(world, CARLA, CLEO)
    (hers, *_) = (one for one in PEOPLE if coach_of(world, one) == CARLA)

    hand_over(world, to=CLEO, of=hers)

    assert coach_of(world, hers) == CLEO
    assert [coach_of(world, one) for one in PEOPLE].count(CARLA) == 2
    assert world.events("coach left") == 0


def test_nobody_is_left_alone_or_coaches_themselves(world: World) -> None:
    begin(world, CARLA)
    with pytest.raises(Conflict, match="would be left alone"):
        hand_over(world)
    world.session.rollback()
    with pytest.raises(Conflict, match="would be left alone"):
        hand_over(world, to=PEOPLE[2], of=PEOPLE[2])
    world.session.rollback()
    with pytest.raises(Conflict, match="Somebody else has to take over"):
        hand_over(world, to=CARLA)


def test_what_changed_meanwhile_is_shown_anew(world: World) -> None:
    begin(world, CARLA, CLEO)
    with pytest.raises(Conflict, match="changed meanwhile"):
        hand_over(world, shown="something else")
    world.session.rollback()
    assert world.session.scalars(select(Event.name).where(Event.name == "coach changed")).all() == []


def test_the_next_mail_says_once_who_coaches_them_now(world: World, office: PostOffice) -> None:
    begin(world, CARLA)
    world.drain(FIRST_MAIL)
    world.bookable(CLEO)
    hand_over(world, to=CLEO, of=PEOPLE[0])
    world.live(AFTER + 9 * DAY, since=AFTER + DAY)

    def told(email: str) -> list[bool]:
        world.session.rollback()
        mails = [one for one in office.to(email) if one.get_content_type() != "text/calendar"]
        texts = [one.get_body(("plain",)) for one in mails]
        return ["from now on it is cleo" in str(one.get_content()) for one in texts if one is not None]

    first, news, *later = told(PEOPLE[0])
    assert (first, news) == (False, True)
    assert later
    assert not any(later)
    assert not any(told(PEOPLE[1]))
