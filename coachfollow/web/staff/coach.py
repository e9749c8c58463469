"""A coach's people: who needs them today, and why."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from coachfollow.queries import coached
from coachfollow.web import navigation, policies

pages = Blueprint("coach", __name__)


@pages.get("/coach")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show every plan the visitor coaches, those that need them today first."""
    people = coached.my_people(g.session, coach_id=g.actor.person_id, now=g.now)
    return render_template(
        "staff/coach.html",
        needed=[one for one in people if one.reasons],
        well=[one for one in people if not one.reasons and not one.is_over],
        has_hours=navigation.coaches(g.actor),
        over=[one for one in people if not one.reasons and one.is_over],
    )
