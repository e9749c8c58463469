"""A coach's people: who needs them today, and why."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from coachfollow.queries import coached
from coachfollow.queries.coached import Coached
from coachfollow.rules.kinds import PlanState, StopReason
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
        well=[one for one in people if not one.reasons and not _is_over(one)],
        over=[one for one in people if not one.reasons and _is_over(one)],
    )


def _is_over(one: Coached) -> bool:
    """Whether nothing comes any more; whoever was not at the training is neither well nor unwell."""
    return one.state in OVER or one.stop_reason is StopReason.ABSENT
