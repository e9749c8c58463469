"""What waits for an answer is dated with it, once, and in no number before."""

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import commitments, plans, programmes, sequels, upgrading
from coachfollow.intake import programme as template
from coachfollow.models import Cohort, Step, Touchpoint
from coachfollow.queries import my_plan, plan_heads, schedules, timelines
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, PlanState, StopReason, TouchpointState
from tests.flow.world import AFTER, DAY, FIRST_MAIL, MOMENTS, OPENED, Stand, World

ANNA, BEN = "anna@example.org", "ben@example.org"
ASKED = AFTER + 7 * DAY  # Tuesday, 10 March
YES = Answered(applied=Applied.AS_INTENDED)
PLAN = Answered(situation="a guest complains", action="listen first")
WAITING = (
    MOMENTS.replace("key: moments", "key: waiting")
    .replace("    when: {days: 40}", "    when: {working_days: 5, after: answer:asked}")
    .replace("    when: {days: 3}", "    when: {days: 3, after: answer:plan}")
)


def asked(world: World) -> None:
    """Anna and Ben have been trained in a programme with a step that waits for an answer, and are asked."""
    programme = template.read(WAITING, file="waiting.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=OPENED)
    world.bring_in(world.open_group(programme="waiting"), f"{ANNA}\n{BEN}\n")
    world.open_mails(FIRST_MAIL)
    world.open_mails(ASKED)


@pytest.fixture
def world(stand: Stand) -> World:
    return stand(asked)


def days(world: World, who: str = ANNA) -> dict[str, date]:
    """The days of somebody's follow-ups by step."""
    rows = world.session.execute(
        select(Step.key, Touchpoint.local_date)
        .join(Step, Step.id == Touchpoint.step_id)
        .where(Touchpoint.plan_id == world.plan(who).id)
    )
    return {row.key: row.local_date for row in rows}


def awaited(session: Session, plan: str) -> list[tuple[str, str, str]]:
    head = plan_heads.of(session, public_id=plan)
    dates = timelines.dates(session, plan_id=head.plan_id)
    found = timelines.awaited(schedules.steps_of_plan(session, plan_id=head.plan_id), dates=dates)
    return [(one.how_far, one.answered.step, one.step) for one in found]


def test_the_answer_dates_it_and_a_changed_answer_does_not_move_it(world: World) -> None:
    plan = world.plan(ANNA).public_id
    assert "last-nudge" not in days(world)
    assert awaited(world.session, plan) == [
        ("3 days after", "plan", "nudge"),
        ("5 working days after", "asked", "last-nudge"),
    ]

    world.answer(ANNA, "asked", YES, now=ASKED + DAY)
    world.answer(ANNA, "asked", YES, now=ASKED + 3 * DAY)

    assert days(world)["last-nudge"] == date(2026, 3, 18)
    assert "last-nudge" not in days(world, BEN)
    assert awaited(world.session, plan) == [("3 days after", "plan", "nudge")]
    assert [one.step for one in my_plan.my_plan(world.session, plan=plan, now=ASKED + 4 * DAY).awaited] == [
        "nudge"
    ]


def test_a_plan_written_on_ones_own_page_is_an_answer_too(world: World) -> None:
    commitments.change(world.session, plan_id=world.plan(ANNA).id, answered=PLAN, now=ASKED)

    assert days(world)["nudge"] == date(2026, 3, 13)


def test_a_plan_goes_on_for_what_its_last_answer_brings(world: World) -> None:
    others = (Touchpoint.plan_id == world.plan(ANNA).id) & (Touchpoint.state == TouchpointState.PLANNED)
    world.session.execute(update(Touchpoint).where(others).values(state=TouchpointState.CANCELLED))
    world.answer(ANNA, "plan", PLAN, now=ASKED)
    world.answer(ANNA, "asked", YES, now=ASKED)

    assert world.standing(ANNA)[0] is PlanState.ACTIVE
    assert world.states(ANNA)["last-nudge"] is TouchpointState.PLANNED


def test_nothing_is_dated_once_the_plan_has_ended(world: World) -> None:
    asked = world.touchpoint(BEN, "asked")
    plans.stop(world.session, plan_id=asked.plan_id, reason=StopReason.ASKED, now=ASKED)
    sequels.begin(world.session, touchpoint=asked, now=ASKED)

    assert "last-nudge" not in days(world, BEN)


def test_while_a_plan_rests_the_days_rest_too(world: World) -> None:
    plan_id = world.plan(ANNA).id
    plans.pause(world.session, plan_id=plan_id, until=date(2026, 3, 24), now=ASKED)
    world.answer(ANNA, "asked", YES, now=ASKED + 3 * DAY)
    plans.resume(world.session, plan_id=plan_id, now=ASKED + 14 * DAY)

    assert days(world)["last-nudge"] == date(2026, 3, 31)  # five working days after it went on


def test_what_an_upgrade_lets_wait_for_an_answer_is_dated_by_the_answer(stand: Stand) -> None:
    def trained(world: World) -> None:
        world.train(ANNA)
        world.open_mails(FIRST_MAIL)
        world.open_mails(ASKED)

    world = stand(trained)
    text = MOMENTS.replace("    when: {days: 40}", "    when: {working_days: 5, after: answer:asked}")
    programme = template.read(text, file="moments.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=ASKED)
    upgrading.upgrade(world.session, cohort=world.session.scalars(select(Cohort)).one(), now=ASKED)
    assert world.states(ANNA)["last-nudge"] is TouchpointState.CANCELLED

    world.answer(ANNA, "asked", YES, now=ASKED + DAY)

    nudge = world.touchpoint(ANNA, "last-nudge")
    assert (nudge.state, nudge.state_reason, nudge.settled_at) == (TouchpointState.PLANNED, None, None)
    assert nudge.local_date == date(2026, 3, 18)


def test_an_upgrade_dates_what_waits_from_an_answer_that_was_given_before(stand: Stand) -> None:
    def answered(world: World) -> None:
        world.train(ANNA, BEN)
        world.open_mails(FIRST_MAIL)
        world.answer(BEN, "plan", PLAN, now=FIRST_MAIL)
        world.open_mails(ASKED)
        world.answer(ANNA, "asked", YES, now=ASKED + DAY)

    world = stand(answered)
    text = MOMENTS.replace("    when: {days: 40}", "    when: {working_days: 5, after: answer:asked}")
    text = text.replace("    when: {days: 3}", "    when: {days: 3, after: answer:plan}")
    programme = template.read(text, file="moments.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=ASKED)
    group = world.session.scalars(select(Cohort)).one()

    upgrading.upgrade(world.session, cohort=group, now=ASKED + 2 * DAY)

    assert days(world)["last-nudge"] == date(2026, 3, 18)  # five working days after Wednesday, 11 March
    assert world.states(BEN)["last-nudge"] is TouchpointState.CANCELLED  # Ben has not answered yet
    # the reminder that Ben's plan would bring had come by its day already: what was sent stays
    assert world.states(BEN)["nudge"] is TouchpointState.OPEN


def test_what_an_answer_dated_follows_a_newer_version_of_the_programme(world: World) -> None:
    world.answer(ANNA, "asked", YES, now=ASKED + DAY)
    text = WAITING.replace("{working_days: 5, after: answer:asked}", "{working_days: 7, after: answer:asked}")
    programme = template.read(text, file="waiting.yaml")
    programmes.publish(world.session, organisation_id=world.organisation_id, programme=programme, now=ASKED)
    group = world.session.scalars(select(Cohort)).one()

    upgrading.upgrade(world.session, cohort=group, now=ASKED + 2 * DAY)

    assert days(world)["last-nudge"] == date(2026, 3, 20)
    assert "last-nudge" not in days(world, BEN)
