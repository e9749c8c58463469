"""The page of one plan: its time line for whoever may see it; its texts and its levers for its coach alone."""

from datetime import date

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid
from coachfollow.flow import coaching
from coachfollow.flow import plans as operations
from coachfollow.queries import actors, asked, coached, shared, timelines
from coachfollow.queries.timelines import PlanHead
from coachfollow.rules import access, worktime
from coachfollow.rules.access import Action
from coachfollow.rules.words import TO_COME, PlanState
from coachfollow.web import policies, saying
from coachfollow.web.staff import telling, words

pages = Blueprint("plans", __name__)

RUNNING = frozenset({PlanState.ACTIVE, PlanState.PAUSED})


@pages.get("/plans/<plan>")
@policies.allowed(Action.SEE_PLAN, policies.plan)
def show(plan: str) -> ResponseReturnValue:
    """Show one plan: why it needs its coach, what comes, what was shared, what happened."""
    head = timelines.head(g.session, public_id=plan, locale=words.LOCALE)
    dates = timelines.dates(g.session, plan_id=head.plan_id)
    return render_template(
        "staff/plan.html",
        head=head,
        coming=[one for one in dates if one.state in TO_COME],
        past=[one for one in reversed(dates) if one.state not in TO_COME],
        happened=timelines.happened(g.session, plan_id=head.plan_id),
        is_running=head.state in RUNNING,
        offered_stops=[(one.value, words.capital(words.STOP_REASONS[one])) for one in words.OFFERED_STOPS],
        tomorrow=_today(head).isoformat(),
        **_for_its_coach(head),
    )


@pages.post("/plans/<plan>/read")
@policies.allowed(Action.SEE_SHARED_ANSWERS, policies.plan)
def read(plan: str) -> ResponseReturnValue:
    """Take note that the coach has read what was shared."""
    head = timelines.head(g.session, public_id=plan, locale=words.LOCALE)
    coaching.read(g.session, plan_id=head.plan_id, actor_id=g.actor.person_id, now=g.now)
    return telling.done("Noted: you have read everything so far.", _page(plan))


@pages.post("/plans/<plan>/pause")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def pause(plan: str) -> ResponseReturnValue:
    """Hold a plan until a day."""
    head = timelines.head(g.session, public_id=plan, locale=words.LOCALE)
    until = _day(request.form.get("until", ""))
    operations.pause(g.session, plan_id=head.plan_id, until=until, now=g.now, actor_id=g.actor.person_id)
    return telling.done(f"Paused until {saying.day(until)}. Nothing is sent before that day.", _page(plan))


@pages.post("/plans/<plan>/resume")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def resume(plan: str) -> ResponseReturnValue:
    """Let a paused plan go on."""
    head = timelines.head(g.session, public_id=plan, locale=words.LOCALE)
    operations.resume(g.session, plan_id=head.plan_id, now=g.now, actor_id=g.actor.person_id)
    return telling.done(
        "It goes on; what was still to come has moved by the length of the pause.", _page(plan)
    )


@pages.post("/plans/<plan>/stop")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def stop(plan: str) -> ResponseReturnValue:
    """Stop a plan, without a black mark."""
    head = timelines.head(g.session, public_id=plan, locale=words.LOCALE)
    reason = next((one for one in words.OFFERED_STOPS if one == request.form.get("reason")), None)
    if reason is None:
        raise Invalid("Choose why it is stopped; it is for the numbers, and no black mark.")
    operations.stop(g.session, plan_id=head.plan_id, reason=reason, now=g.now, actor_id=g.actor.person_id)
    return telling.done("Stopped. Nothing more is sent, and meetings are off both calendars.", _page(plan))


def _for_its_coach(head: PlanHead) -> dict[str, object]:
    """What stands on the page for the coach of this plan and for nobody else."""
    target = actors.plan_target(g.session, public_id=head.public_id)
    if target is None or not access.may(g.actor, Action.SEE_SHARED_ANSWERS, target):
        return {"is_coach": False}
    return {
        "is_coach": True,
        "own_plan": asked.own_plan(g.session, plan_id=head.plan_id),
        "answers": shared.answers(g.session, plan_id=head.plan_id),
        "outcomes": shared.outcomes(g.session, plan_id=head.plan_id),
        "reasons": coached.reasons(g.session, plan_id=head.plan_id, coach_id=g.actor.person_id, now=g.now),
    }


def _today(head: PlanHead) -> date:
    return worktime.local(g.now, head.zone).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Choose the day on which it goes on.") from None


def _page(plan: str) -> str:
    return url_for("plans.show", plan=plan)
