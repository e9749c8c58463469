"""A follow-up that was stopped is started again on the pages of staff, for whoever asked for it."""

import pytest

from coachfollow.flow import plans
from coachfollow.rules.kinds import PlanState, StopReason
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, ASKED, BEN, GRETA, LENA, ON_ONE, World


@pytest.mark.parametrize("reader", [BEN, LENA], ids=["coach", "L&D"])
def test_a_follow_up_is_started_again_for_whoever_asked(world: World, reader: str) -> None:
    with world.inside() as home:
        plan_id, anna = home.plan(ANNA).id, home.person(ANNA)
        plans.leave(home.session, plan_id=plan_id, reason=StopReason.ASKED, now=ASKED, actor_id=anna)
    browser = signed_in(world, reader)
    browser.open(f"/plans/{world.plan(ANNA)}")
    assert "Anna Berg stopped it themselves, as is their right." in browser.text
    assert "follow-ups come again, from Wednesday 11 March 2026 on." in browser.text

    browser.send(f"/plans/{world.plan(ANNA)}/restart")
    assert "only if they asked you to" in browser.text
    with world.inside() as home:
        assert home.plan(ANNA).state is PlanState.STOPPED
    browser.send(f"/plans/{world.plan(ANNA)}/restart", agreed="yes")

    assert "It goes on: what is still to come comes on its days." in browser.text
    assert "The follow-up was started again, as they had asked, by" in browser.text
    with world.inside() as home:
        assert home.plan(ANNA).state is PlanState.ACTIVE


@ON_ONE
def test_a_manager_starts_nothing_again(world: World) -> None:
    with world.inside() as home:
        plans.stop(home.session, plan_id=home.plan(ANNA).id, reason=StopReason.ASKED, now=ASKED)
    browser = signed_in(world, GRETA)

    browser.open(f"/plans/{world.plan(ANNA)}")

    assert "Start again" not in browser.text
