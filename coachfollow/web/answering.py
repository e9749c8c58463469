"""The most used pages: from the link in a mail to one question, and a thank-you with what comes next."""

from collections.abc import Mapping

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coachfollow import bell
from coachfollow.errors import Closed, NotFound
from coachfollow.flow import answers, asking_again, showing
from coachfollow.queries import adapted, my_plan, timelines
from coachfollow.queries import asked as questions
from coachfollow.queries.asked import Asked
from coachfollow.queries.links import Link
from coachfollow.rules import asking
from coachfollow.rules.asking import Problems
from coachfollow.rules.kinds import StepKind, TokenPurpose
from coachfollow.web import keyring, policies, question_form, reasoning, ringing, tongues, visits

pages = Blueprint("answers", __name__)
pages.add_app_template_filter(question_form.runs)
pages.add_app_template_filter(question_form.seen_by)


@pages.get("/a/<token>")
@policies.public
def enter(token: str) -> ResponseReturnValue:
    """Exchange the link for a place in this browser's memory, so that its token leaves the address bar."""
    try:
        link = keyring.opened(token, TokenPurpose.ANSWER)
    except Closed:
        return _closed(url_for("answers.ask_again_by_old_link", token=token))
    return redirect(url_for("answers.show", touchpoint=link.touchpoint_id, v=request.args.get("v")))


@pages.post("/a/<token>")
@policies.public
def ask_again_by_old_link(token: str) -> ResponseReturnValue:
    """Mail the open question to whose link this was."""
    return mail_current(keyring.whose(token, TokenPurpose.ANSWER))


@pages.get("/answer/<int:touchpoint>")
@policies.link
def show(touchpoint: int) -> ResponseReturnValue:
    """Ask one question; what was tapped in the mail is filled in, what was answered before is not shown."""
    question = _asked(touchpoint)
    if not question.takes_answer(g.now):
        return _closed(url_for("answers.ask_again", touchpoint=touchpoint))
    if question.kind is StepKind.COMMITMENT:
        filled = question_form.plan_so_far(request.args, question.own_plan, question.examples.offered)
    else:
        filled = question_form.tapped(question.kind, request.args)
    return _form(question, filled, Problems())


@pages.post("/answer/<int:touchpoint>")
@policies.link
def answer(touchpoint: int) -> ResponseReturnValue:
    """Store an answer, or say what is in the way and keep what was written."""
    question = _asked(touchpoint)
    if not question.takes_answer(g.now):
        return _closed(url_for("answers.ask_again", touchpoint=touchpoint))
    answered = asking.parse(question.kind, request.form)
    if isinstance(answered, Problems):
        return _form(question, request.form, answered), 422
    answers.record(
        g.session,
        touchpoint_id=touchpoint,
        person_id=question.recipient_id,
        answered=answered,
        now=g.now,
    )
    return redirect(url_for("answers.thank", touchpoint=touchpoint))


@pages.get("/answer/<int:touchpoint>/thanks")
@policies.link
def thank(touchpoint: int) -> ResponseReturnValue:
    """Thank, and say what comes next."""
    question = _asked(touchpoint)
    if not question.is_answered:
        return redirect(url_for("answers.show", touchpoint=touchpoint))
    coming = my_plan.next_of(g.session, plan=question.plan_public_id, now=g.now)
    advice = asking.hint(question.own_plan.action) if question.own_plan else None
    return render_template(
        "answer/thanks.html",
        asked=question,
        coming=coming,
        advice=advice if question.kind is StepKind.COMMITMENT else None,
        can_change=question.takes_answer(g.now),
        changed=_changed(question),
        sees_plan=keyring.sees(question.plan_public_id),
    )


@pages.post("/answer/<int:touchpoint>/current")
@policies.link
def ask_again(touchpoint: int) -> ResponseReturnValue:
    """Mail the open question to whoever holds the link of a closed one."""
    return mail_current(keyring.held(TokenPurpose.ANSWER, touchpoint))


@pages.get("/question-mailed")
@policies.public
def mailed() -> ResponseReturnValue:
    """Say that the open question is on its way, if there is one."""
    return render_template("answer/mailed.html")


def _asked(touchpoint: int) -> Asked:
    link = keyring.held(TokenPurpose.ANSWER, touchpoint)
    question = questions.asked(g.session, touchpoint_id=touchpoint, recipient_id=link.person_id)
    if question.kind not in asking.ANSWERED_BY_MAIL:
        raise NotFound(tongues.mark("There is nothing to answer here."))
    return question


def _changed(question: Asked) -> list[str]:
    """What the answer changed, and why: for whoever gave it."""
    if not question.adapts:
        return []
    dates = timelines.dates(g.session, plan_id=question.plan_id)
    found = adapted.of_plan(g.session, plan_id=question.plan_id, dates=dates, now=g.now)
    own = (one for one in found if one.answered == question.touchpoint_id and not one.is_undone)
    return [reasoning.sentence(one) for one in own]


def _form(question: Asked, values: Mapping[str, str], problems: Problems) -> str:
    is_commitment = question.kind is StepKind.COMMITMENT
    headline, further = (question.question, "") if is_commitment else asking.halves(question.question)
    return render_template(
        "answer/form.html",
        asked=question,
        headline=headline,
        is_commitment=is_commitment,
        purpose=showing.purpose(g.session, plan_id=question.plan_id) if is_commitment else None,
        may_change=tongues.say(reasoning.ON_THE_FORM) if question.adapts else "",
        clean=Markup,  # cleaned by mail.markup
        **question_form.context(
            question.kind, values=values, problems=problems, labels=question.labels, further=further
        ),
    )


def _closed(again: str) -> tuple[str, int]:
    return render_template("answer/closed.html", sentence=answers.CLOSED, again=again), Closed.status


def mail_current(link: Link) -> ResponseReturnValue:
    """Mail the open question to whose link this is, and say so; what is said does not tell whether there is one."""
    asking_again.mail_current(
        g.session,
        plan_id=link.plan_id,
        person_id=link.person_id,
        visitor=visits.visitor(),
        now=g.now,
    )
    ringing.ring(bell.DRAIN)
    tongues.remember(link.locale)
    return redirect(url_for("answers.mailed"))
