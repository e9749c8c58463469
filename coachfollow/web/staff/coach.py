"""A coach's people: who needs them today, and why."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from coachfollow.queries import coached
from coachfollow.rules.kinds import PlanState
from coachfollow.web import policies

pages = Blueprint("coach", __name__)

OVER = frozenset({PlanState.FINISHED, PlanState.STOPPED})


@pages.get("/coach")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show every plan the visitor coaches, those that need them today first."""
    people = coached.my_people(g.session, coach_id=g.actor.person_id, now=g.now)
    return render_template(
        "staff/coach.html",
        needed=[one for one in people if one.reasons],
        well=[one for one in people if not one.reasons and one.state not in OVER],
        over=[one for one in people if not one.reasons and one.state in OVER],
    )
