"""A participant's own page: their words, what comes and when, what was, and who sees what."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coachfollow.errors import Closed, NotFound
from coachfollow.flow import commitments, showing, silences
from coachfollow.queries import my_plan
from coachfollow.queries.links import Link
from coachfollow.queries.my_plan import Draft
from coachfollow.rules import asking, rearranging
from coachfollow.rules.asking import Problems
from coachfollow.rules.kinds import PlanState, StepKind, TokenPurpose
from coachfollow.rules.tempo import IN_CALENDAR, WEEKDAYS
from coachfollow.web import (
    answering,
    hearing,
    keyring,
    leaving,
    policies,
    question_form,
    reasoning,
    routing,
    tongues,
)

pages = Blueprint("following", __name__)

CHANGEABLE = frozenset({PlanState.ACTIVE, PlanState.PAUSED, PlanState.FINISHED})


@pages.get("/p/<token>")
@policies.public
def enter(token: str) -> ResponseReturnValue:
    """Exchange the link for a place in this browser's memory."""
    try:
        link = keyring.opened(token, TokenPurpose.PLAN)
    except Closed:
        return render_template("following/old.html"), Closed.status
    meeting = request.args.get("meeting", type=int)
    if meeting is not None and 0 < meeting <= routing.LARGEST:
        return redirect(url_for("another_time.show", plan=link.plan, meeting=meeting))
    return redirect(url_for("following.show", plan=link.plan))


@pages.get("/my-plan")
@policies.signed_in
def newest() -> ResponseReturnValue:
    """Lead somebody who is signed in to their newest follow-up; their account names them all."""
    plans = my_plan.plans_of(g.session, person_id=g.actor.person_id)
    if not plans:
        raise NotFound(tongues.mark("There is no follow-up of your own."))
    return redirect(url_for("following.show", plan=plans[0].plan))


@pages.get("/my-plan/<plan>")
@policies.link
def show(plan: str) -> ResponseReturnValue:
    """Show somebody their own follow-up."""
    plan_id = _held(plan).plan_id
    mine = my_plan.my_plan(g.session, plan=plan, now=g.now)
    return render_template(
        "following/plan.html",
        mine=mine,
        reasons={**reasoning.own_choices(mine.coming), **reasoning.why_this_day(mine.adapted, mine.coming)},
        now=g.now,
        near=g.now + rearranging.NEAR,
        purpose=showing.purpose(g.session, plan_id=plan_id),
        clean=Markup,  # cleaned by mail.markup
        weekdays=[tongues.say(weekday) for weekday in WEEKDAYS],
        in_calendar=IN_CALENDAR,
        changeable=CHANGEABLE,
        again=leaving.may_take_back(mine.head),
        answers_here=mine.current is not None and keyring.answers(mine.current),
    )


@pages.get("/my-plan/<plan>/change")
@policies.link
def write(plan: str) -> ResponseReturnValue:
    """Show the form of one's own plan, at any time of the follow-up."""
    link = _held(plan)
    draft = my_plan.draft(g.session, plan=plan)
    values = question_form.plan_so_far(request.args, draft.own_plan, draft.examples.offered)
    return _form(link, draft, values, Problems())


@pages.post("/my-plan/<plan>/change")
@policies.link
def change(plan: str) -> ResponseReturnValue:
    """Keep a new wording, or say what is in the way."""
    link = _held(plan)
    answered = asking.parse(StepKind.COMMITMENT, request.form)
    if isinstance(answered, Problems):
        return _form(link, my_plan.draft(g.session, plan=plan), request.form, answered), 422
    commitments.change(g.session, plan_id=link.plan_id, answered=answered, now=g.now)
    flash(tongues.say("Your plan is kept. From now on every mail quotes these words."))
    advice = asking.hint(answered.action)
    if advice:
        flash(hearing.said(advice), "warning")
    return redirect(url_for("following.show", plan=plan))


@pages.post("/my-plan/<plan>/question")
@policies.link
def ask(plan: str) -> ResponseReturnValue:
    """Mail the question that is open now: this page shows a plan, answering has a link of its own."""
    return answering.mail_current(_held(plan))


@pages.post("/my-plan/<plan>/remind")
@policies.link
def remind(plan: str) -> ResponseReturnValue:
    """Let reminders go on, because their person wants them again."""
    link = _held(plan)
    silences.come_back(g.session, plan_id=link.plan_id, now=g.now, actor_id=link.person_id)
    flash(tongues.say("Good to have you back. Reminders go on with what lies ahead."))
    return redirect(url_for("following.show", plan=plan))


def _held(plan: str) -> Link:
    return keyring.held(TokenPurpose.PLAN, plan)


def _form(link: Link, draft: Draft, values: Mapping[str, str], problems: Problems) -> str:
    form = question_form.context(StepKind.COMMITMENT, values=values, problems=problems)
    purpose = showing.purpose(g.session, plan_id=link.plan_id)
    return render_template("following/change.html", draft=draft, purpose=purpose, clean=Markup, **form)
