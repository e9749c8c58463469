"""Erases a person who asks for it: what that ends is shown first, and done when it is confirmed."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import erasing
from coachfollow.queries import finding, personal
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import telling

pages = Blueprint("erasing", __name__)

DONE = "Erased. What was counted stays counted; who it was is gone."


@pages.get("/people/erase")
@policies.allowed(Action.ERASE, policies.organisation)
def ask() -> ResponseReturnValue:
    """Ask whom it is about."""
    return _form("", "")


@pages.post("/people/erase")
@policies.allowed(Action.ERASE, policies.organisation)
def erase() -> ResponseReturnValue:
    """Show whom it is about and what erasing them ends; do it when that is confirmed."""
    email = request.form.get("email", "").strip()
    try:
        person = finding.person_with(g.session, organisation_id=g.actor.organisation_id, address=email)
        foreseen = personal.foresee(g.session, person_id=person, now=g.now)
        if request.form.get("confirm") != foreseen.public_id:  # not yet, or of whom the address was before
            return render_template("staff/erase_preview.html", email=email, foreseen=foreseen)
        erasing.erase(g.session, person_id=person, now=g.now, actor_id=g.actor.person_id)
    except (NotFound, Conflict) as refusal:
        g.session.rollback()
        return _form(email, refusal.sentence), 422
    return telling.done(DONE, url_for("erasing.ask"))


def _form(email: str, problem: str) -> str:
    return render_template("staff/erase.html", email=email, problem=problem)
