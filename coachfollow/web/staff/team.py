"""A manager's own people: where their follow-ups stand, as states and dates; never a text."""

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from coachfollow.queries import managed
from coachfollow.web import policies

pages = Blueprint("team", __name__)


@pages.get("/team")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show the plans of the visitor's own people."""
    people = managed.my_team(g.session, people=g.actor.managed_people, now=g.now)
    return render_template("staff/team.html", people=people)
