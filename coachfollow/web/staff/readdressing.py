"""Gives somebody whose mails come back another address, for an L&D team that has learnt the right one."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import addresses
from coachfollow.queries import plan_heads
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import telling, words

pages = Blueprint("readdressing", __name__)


@pages.get("/plans/<plan>/address")
@policies.allowed(Action.IMPORT, policies.plan)
def ask(plan: str) -> ResponseReturnValue:
    """Ask for the right address of whose follow-up this is."""
    return _form(plan)


@pages.post("/plans/<plan>/address")
@policies.allowed(Action.IMPORT, policies.plan)
def change(plan: str) -> ResponseReturnValue:
    """Let their mails go there from now on."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    said = request.form.get("email", "").strip()
    try:
        kept = addresses.put_right(
            g.session, person_id=head.person_id, address=said, now=g.now, actor_id=g.actor.person_id
        )
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _form(plan, said=said, problem=refusal.sentence), 422
    sentence = f"Mails go to {kept} from now on. What waits goes there, and what is open is asked again."
    return telling.done(sentence, url_for("plans.show", plan=plan))


def _form(plan: str, *, said: str = "", problem: str = "") -> str:
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    return render_template("staff/readdress.html", head=head, said=said, problem=problem)
