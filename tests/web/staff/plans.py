"""Anna's plan on a coach's pages: the addresses of its levers, and how it stands."""

from datetime import date

from sqlalchemy import func, select

from coachfollow.models import PlanChange
from coachfollow.rules.kinds import PlanState, StopReason
from tests.web.browsers import Browser
from tests.web.worlds import ANNA, World

FIRST, SECOND, MEETING = "first-question", "second-question", "meeting"


def lever(world: World, name: str, about: str = "", **said: str) -> str:
    """The address of a lever on Anna's plan, and of what was asked for with it."""
    asked = {"follow_up": str(world.touchpoint(ANNA, about)), **said} if about else said
    query = "&".join(f"{key}={value}" for key, value in asked.items())
    return f"/plans/{world.plan(ANNA)}/change/{name}?{query}"


def confirm(ben: Browser) -> None:
    """Press the button of the page that says what will change."""
    ben.send(ben.action)


def state(world: World) -> tuple[PlanState, StopReason | None]:
    with world.inside() as home:
        plan = home.plan(ANNA)
        return plan.state, plan.stop_reason


def day_of(world: World, step: str) -> date:
    with world.inside() as home:
        return home.touchpoint(ANNA, step).local_date


def changes(world: World) -> int:
    with world.inside() as home:
        return home.session.scalar(select(func.count()).select_from(PlanChange)) or 0
