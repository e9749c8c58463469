"""A rhythm of one's own moves what is still to come, once it was shown; the one before can be chosen again."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import changing, programmes, reanchoring, tempos
from coachfollow.flow.cohorts import Meeting
from coachfollow.intake import programme as template
from coachfollow.models import Cohort, Step, Touchpoint
from coachfollow.queries import tempos as reads
from coachfollow.rules.kinds import MessageKind, Pace, TouchpointState
from coachfollow.rules.levers import Move
from coachfollow.rules.planning import BETWEEN
from coachfollow.rules.tempo import AS_PLANNED, CHOSEN, FEWER, Tempo
from tests.flow.world import AFTER, DAY, FIRST_MAIL, MOMENTS, OPENED, Stand, World

ANNA = "anna@example.org"
NOW = AFTER + DAY  # Wednesday, 4 March
LIGHTER, CLOSER = Tempo(pace=Pace.LIGHTER), Tempo(pace=Pace.CLOSER)
THURSDAYS = Tempo(weekday=3, at=time(15, 30))
FREE = MOMENTS.replace("key: moments", "key: free").replace(
    "attended:", "allow: {rhythm: true, weekday: true, time: true}\nattended:"
)


def trained(world: World) -> None:
    """Anna has been trained in a programme that lets her choose."""
    programme = template.read(FREE, file="free.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=OPENED)
    world.bring_in(world.open_group(programme="free"), f"{ANNA}\n")
    world.open_mails(FIRST_MAIL)


@pytest.fixture
def world(stand: Stand) -> World:
    return stand(trained)


def choose(world: World, own: Tempo, now: datetime = NOW) -> None:
    plan = world.plan(ANNA)
    found = tempos.foresee(world.session, plan_id=plan.id, own=own, now=now)
    tempos.choose(world.session, plan_id=plan.id, own=own, now=now, actor_id=plan.person_id, shown=found.mark)


def rows(world: World) -> dict[tuple[str, int], tuple[str, TouchpointState, str | None]]:
    """Anna's follow-ups by step and number: when, how they stand and why."""
    found = world.session.execute(
        select(Step.key, Touchpoint)
        .join(Step, Step.id == Touchpoint.step_id)
        .where(Touchpoint.plan_id == world.plan(ANNA).id)
        .execution_options(populate_existing=True)
    )
    return {
        (key, one.n): (f"{one.local_date:%d.%m.} {one.local_time:%H:%M}", one.state, one.state_reason)
        for key, one in found
    }


def test_fewer_reminders_and_as_it_was_again(world: World) -> None:
    before = rows(world)
    choose(world, LIGHTER)
    assert rows(world) == before | {("last-nudge", 1): ("13.04. 09:00", TouchpointState.EXCUSED, FEWER)}
    assert world.events("rhythm chosen") == 1
    world.open_mails(AFTER + 7 * DAY)
    assert world.mails(to=ANNA, kind=MessageKind.REFLECTION)
    asked = world.touchpoint(ANNA, "asked").id
    assert asked not in {mail.touchpoint_id for mail in world.mails(to=ANNA, kind=MessageKind.REMINDER)}

    choose(world, AS_PLANNED, AFTER + 8 * DAY)
    assert rows(world)["last-nudge", 1] == before["last-nudge", 1]


def test_one_more_reminder_comes_and_goes_and_comes_again(world: World) -> None:
    more = ("nudge", BETWEEN)
    choose(world, CLOSER)
    assert rows(world)[more] == ("25.03. 09:00", TouchpointState.PLANNED, None)

    choose(world, AS_PLANNED, NOW + DAY)
    assert rows(world)[more][1:] == (TouchpointState.CANCELLED, CHOSEN)

    choose(world, CLOSER, NOW + 2 * DAY)
    assert rows(world)[more] == ("25.03. 09:00", TouchpointState.PLANNED, None)


def test_a_weekday_and_a_time_move_what_is_to_come_and_a_correction_keeps_them(world: World) -> None:
    plan, before = world.plan(ANNA).id, rows(world)
    coach_moved = Move(follow_up=world.touchpoint(ANNA, "last-nudge").id, day=date(2026, 4, 14), at=time(10))
    changing.carry_out(world.session, plan_id=plan, lever=coach_moved, now=NOW, actor_id=None)
    choose(world, THURSDAYS, NOW + 3 * DAY)  # Saturday: the first reminder has been sent
    after = rows(world)

    assert after["asked", 1][0] == "12.03. 15:30"
    assert after["half-a-year-later", 1][0] == "31.08. 15:30"
    assert after["last-nudge", 1][0] == "17.04. 10:00"  # a day later than the programme, as before
    for kept in ("plan", "nudge", "talk", "before"):
        assert after[kept, 1] == before[kept, 1]

    cohort = world.session.scalars(select(Cohort).where(Cohort.key == "spring")).one()
    meeting = Meeting(begins=datetime.combine(date(2026, 3, 5), time(9)), minutes=180)
    reanchoring.correct(world.session, cohort=cohort, position=1, meeting=meeting, now=NOW + 3 * DAY)
    assert rows(world)["asked", 1][0] == "12.03. 15:30"  # from 12 March on, and that is a Thursday


def test_what_the_programme_keeps_cannot_be_chosen_and_nothing_half_done_stays(world: World) -> None:
    plan = world.plan(ANNA)
    with pytest.raises(Conflict, match="how it comes already"):
        choose(world, AS_PLANNED)
    with pytest.raises(Invalid, match="do not work on a Sunday"):
        choose(world, Tempo(weekday=6))
    with pytest.raises(Conflict):
        tempos.choose(
            world.session, plan_id=plan.id, own=LIGHTER, now=NOW, actor_id=plan.person_id, shown="another"
        )
    world.session.rollback()

    assert reads.of_plan(world.session, plan_id=plan.id).own == AS_PLANNED
