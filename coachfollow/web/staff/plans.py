"""The page of one plan: its time line for whoever may see it; its texts and its levers for its coach alone."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.flow import coaching, restarting, silences
from coachfollow.queries import (
    adapted,
    asked,
    coached,
    decided,
    hours,
    missing,
    plan_heads,
    resting,
    schedules,
    shared,
    timelines,
)
from coachfollow.queries.adapted import Adapted
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.shared import Shared
from coachfollow.queries.timelines import Dated, Happened
from coachfollow.rules import access, lifecycle, marking
from coachfollow.rules.access import Action
from coachfollow.rules.kinds import TO_COME, PlanState, StepKind, TouchpointState
from coachfollow.web import policies, reasoning
from coachfollow.web.staff import story, telling, words
from coachfollow.web.staff.story import Told

pages = Blueprint("plans", __name__)

RUNNING = frozenset({PlanState.ACTIVE, PlanState.PAUSED})
NOTHING = Told(answers={}, outcomes={})


@pages.get("/plans/<plan>")
@policies.allowed(Action.SEE_PLAN, policies.plan)
def show(plan: str) -> ResponseReturnValue:
    """Show one plan: why it needs its coach, what comes, and all that happened as one time line."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    dates = timelines.dates(g.session, plan_id=head.plan_id)
    events = timelines.happened(g.session, plan_id=head.plan_id)
    is_coach = access.may(g.actor, Action.SEE_SHARED_ANSWERS, g.target)
    answers = shared.answers(g.session, plan_id=head.plan_id) if is_coach else []
    changed = adapted.of_plan(g.session, plan_id=head.plan_id, dates=dates, now=g.now) if is_coach else []
    with_everything = request.args.get("show") == "everything"
    own_zone = hours.zone(g.session, person_id=g.actor.person_id)
    lines = story.lines(
        events if is_coach else story.without_moves(events),
        participant=head.participant,
        told=_told(head, dates, events, answers, changed) if is_coach else NOTHING,
        with_everything=with_everything,
        own_zone=own_zone,
    )
    later = resting.as_planned(g.session, head, dates, now=g.now)
    coming = [one for one in later if one.state in TO_COME]
    return render_template(
        "staff/plan.html",
        head=head,
        awaits_list=missing.is_awaited(g.session, plan=head, now=g.now),
        awaited=timelines.awaited(schedules.steps_of_plan(g.session, plan_id=head.plan_id), dates=dates),
        coming=coming,
        markable=_markable(dates),
        lines=lines,
        latest=next((line for line in lines if line.undo), None),
        with_everything=with_everything,
        is_complete=len(events) < timelines.MOST,
        is_coach=is_coach,
        own_zone=own_zone,
        is_running=head.state in RUNNING,
        again=_offer(head),
        is_open_to_more=not lifecycle.was_stopped(head.state, head.stop_reason),
        may_readdress=access.may(g.actor, Action.IMPORT, g.target),
        why_this_day=reasoning.why_this_day(changed, coming),
        **(_for_its_coach(head, dates, events, answers) if is_coach else {}),
    )


@pages.post("/plans/<plan>/read")
@policies.allowed(Action.SEE_SHARED_ANSWERS, policies.plan)
def read(plan: str) -> ResponseReturnValue:
    """Take note that the coach has read what was shared."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    coaching.read(g.session, plan_id=head.plan_id, actor_id=g.actor.person_id, now=g.now)
    return telling.done("Noted: you have read everything so far.", _page(plan))


@pages.post("/plans/<plan>/remind")
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
def remind(plan: str) -> ResponseReturnValue:
    """Let reminders go on for somebody whose questions went unanswered."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    silences.come_back(g.session, plan_id=head.plan_id, now=g.now, actor_id=g.actor.person_id)
    return telling.done("Reminders go on with what lies ahead.", _page(plan))


@pages.post("/plans/<plan>/restart")
@policies.allowed(Action.RESTART_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def restart(plan: str) -> ResponseReturnValue:
    """Start a follow-up again for somebody who had stopped it and asked for it back."""
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    agreed = request.form.get("agreed") == "yes"
    restarting.restart(g.session, plan_id=head.plan_id, now=g.now, actor_id=g.actor.person_id, agreed=agreed)
    return telling.done("It goes on: what is still to come comes on its days.", _page(plan))


def _offer(head: PlanHead) -> Mapping[str, object] | None:
    """What starting again would bring back, for those who may do it."""
    if head.state is not PlanState.STOPPED or not access.may(g.actor, Action.RESTART_PLAN, g.target):
        return None
    offer = restarting.offered(g.session, plan_id=head.plan_id, now=g.now)
    if offer is None:
        return None
    days = [one.after.dates.day for one in offer.change.edits if one.after.state in TO_COME]
    return {"is_own": offer.is_own, "count": len(days), "first": min(days)}


def _markable(dates: Sequence[Dated]) -> set[int]:
    """The meetings that may have taken place."""
    return {
        one.id
        for one in dates
        if one.kind is StepKind.CHECK_IN
        and marking.is_offered(one.meeting, one.starts_at, due_at=one.due_at, now=g.now)
    }


def _told(
    head: PlanHead,
    dates: Sequence[Dated],
    events: Sequence[Happened],
    answers: Sequence[Shared],
    changed: Sequence[Adapted],
) -> Told:
    """What only the coach of this plan reads in its time line; their own plan stands above it."""
    newest = story.newest_decision(events, actor_id=g.actor.person_id, now=g.now)
    offered = newest and decided.may_be_undone(g.session, plan_id=head.plan_id, change_id=newest)
    return Told(
        answers={one.touchpoint_id: one for one in answers if one.kind is not StepKind.COMMITMENT},
        missed={
            one.id: one for one in dates if one.state is TouchpointState.MISSED and one.kind.wants_answer
        },
        outcomes=shared.outcomes(g.session, plan_id=head.plan_id),
        undoable=frozenset(
            [one.change_id for one in changed if one.may_be_undone] + ([newest] if newest and offered else [])
        ),
        adapted={one.change_id: reasoning.sentence(one) for one in changed},
    )


def _for_its_coach(
    head: PlanHead, dates: Sequence[Dated], events: Sequence[Happened], answers: Sequence[Shared]
) -> dict[str, object]:
    """What stands on the page for the coach of this plan and for nobody else."""
    read_at = story.read_at(events, actor_id=g.actor.person_id)
    return {
        "own_plan": asked.own_plan(g.session, plan_id=head.plan_id),
        "reasons": coached.reasons(head, dates, answers=answers, read_at=read_at, now=g.now),
    }


def _page(plan: str) -> str:
    return url_for("plans.show", plan=plan)
