"""Lets a coach change a plan: what to change, “this will change”, done, and taken back while it can be."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid
from coachfollow.flow import changing, undoing
from coachfollow.queries import foresight, hours, plan_heads, snapshots
from coachfollow.queries.hours import Offer
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.rules import changes, decisions
from coachfollow.rules.access import Action
from coachfollow.rules.levers import Lever, Meet
from coachfollow.rules.snapshots import Snapshot
from coachfollow.web import policies, routing
from coachfollow.web.staff import lever_forms, levers, previews, telling, words
from coachfollow.web.staff.scenes import Scene

pages = Blueprint("changes", __name__)

UNPROCESSABLE = 422


@pages.get("/plans/<plan>/change/<lever>")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def preview(plan: str, lever: str) -> ResponseReturnValue:
    """Ask what is to change; once that is said, show what it will change, before it does."""
    values = _values(lever, request.args)
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    snapshot = snapshots.of(g.session, plan_id=head.plan_id, now=g.now)
    if not lever_forms.is_filled(values):
        return _form(head, snapshot, values, {})
    try:
        pulled = levers.asked(values, coach_zone=head.coach_zone)
        change = decisions.decide(snapshot, pulled, now=g.now)
    except Invalid as refusal:
        if not refusal.fields:
            raise
        return _form(head, snapshot, values, refusal.fields), UNPROCESSABLE
    scene = Scene(
        lever=pulled,
        change=change,
        snapshot=snapshot,
        foresight=foresight.of(g.session, plan_id=head.plan_id),
        head=head,
        now=g.now,
        offer=_offer(pulled, head),
    )
    return render_template(
        "staff/change.html", head=head, preview=previews.of(scene), values=values, shown=changes.mark(change)
    )


@pages.post("/plans/<plan>/change/<lever>")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def carry_out(plan: str, lever: str) -> ResponseReturnValue:
    """Do what was shown, and nothing else."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    pulled = levers.asked(_values(lever, request.form), coach_zone=head.coach_zone)
    changing.carry_out(
        g.session,
        plan_id=head.plan_id,
        lever=pulled,
        now=g.now,
        actor_id=g.actor.person_id,
        shown=request.form.get("shown", ""),
        wait=changing.SECOND_THOUGHTS,
    )
    return telling.done(previews.done(pulled), url_for("plans.show", plan=plan))


@pages.post("/plans/<plan>/undo")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def undo(plan: str) -> ResponseReturnValue:
    """Take a decision back while nothing of it has left the house."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    change_id = request.form.get("change", type=int)
    if change_id is None or not 0 < change_id <= routing.LARGEST:
        raise Invalid("Choose what to take back.")
    undoing.undo(g.session, plan_id=head.plan_id, change_id=change_id, now=g.now, actor_id=g.actor.person_id)
    return telling.done("Taken back: everything is as it was before.", url_for("plans.show", plan=plan))


def _values(lever: str, given: Mapping[str, str]) -> dict[str, str]:
    """What was asked for; which lever it is stands in the address."""
    said = {name: value for name in levers.NAMES if (value := given.get(name, "").strip())}
    return {"do": lever, **said}


def _offer(lever: Lever, head: PlanHead) -> Offer | None:
    if not isinstance(lever, Meet) or head.coach_id is None:
        return None
    return hours.offer(g.session, coach_id=head.coach_id, now=g.now)


def _form(head: PlanHead, snapshot: Snapshot, values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    now: datetime = g.now
    form = lever_forms.form(g.session, head=head, snapshot=snapshot, values=values, now=now)
    return render_template(
        "staff/lever.html", head=head, form=form, values={**form.values, **values}, problems=problems
    )
