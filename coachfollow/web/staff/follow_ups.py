"""What became of a meeting: its coach says whether it was held, and in a sentence what came of it."""

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid, NotFound
from coachfollow.flow import coaching
from coachfollow.queries import actors, hours, plan_heads, timelines
from coachfollow.rules import lifecycle, marking
from coachfollow.rules.access import Action
from coachfollow.rules.asking import TEXT_LIMIT
from coachfollow.rules.kinds import TO_COME, StepKind, TouchpointState
from coachfollow.web import policies
from coachfollow.web.staff import telling, words

pages = Blueprint("follow_ups", __name__)

ASK_WHETHER = "Say whether it took place."
TOO_LONG = f"One sentence is enough; please stay within {TEXT_LIMIT} characters."


@pages.get("/plans/<plan>/follow-ups/<int:follow_up>")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
def show(plan: str, follow_up: int) -> ResponseReturnValue:
    """Show what can be done about one follow-up."""
    return _form(plan, follow_up, {}, {})


@pages.post("/plans/<plan>/follow-ups/<int:follow_up>/mark")
@policies.allowed(Action.RUN_CHECK_IN, policies.plan)
@telling.on("plans.show", "plan")
def mark(plan: str, follow_up: int) -> ResponseReturnValue:
    """Say whether a meeting was held, with one sentence of what came of it."""
    held = {"yes": True, "no": False}.get(request.form.get("held", ""))
    outcome = request.form.get("outcome", "")
    if held is None:
        return _form(plan, follow_up, request.form, {"held": ASK_WHETHER}), 422
    if len(outcome) > TEXT_LIMIT:
        return _form(plan, follow_up, request.form, {"outcome": TOO_LONG}), 422
    try:
        coaching.report(
            g.session,
            touchpoint=actors.touchpoint_of(g.session, touchpoint_id=follow_up, plan_public_id=plan),
            held=held,
            outcome=outcome,
            now=g.now,
            actor_id=g.actor.person_id,
        )
    except Invalid as refusal:
        g.session.rollback()
        return _form(plan, follow_up, request.form, {"outcome": refusal.sentence}), 422
    sentence = "Thank you: held, with what came of it." if held else "Noted: not held. That happens."
    return telling.done(sentence, url_for("plans.show", plan=plan))


def _form(plan: str, follow_up: int, values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    dates = timelines.dates(g.session, plan_id=head.plan_id)
    found = next((one for one in dates if one.id == follow_up), None)
    if found is None:
        raise NotFound("There is no such follow-up.")
    return render_template(
        "staff/follow_up.html",
        head=head,
        one=found,
        own_zone=hours.zone(g.session, person_id=g.actor.person_id),
        values=values,
        problems=problems,
        may_mark=marking.is_possible(found.kind, found.state, found.meeting, found.starts_at, now=g.now),
        may_move=found.kind is StepKind.CHECK_IN and found.state in TO_COME,
        may_skip=lifecycle.may_become(found.state, TouchpointState.EXCUSED),
    )
