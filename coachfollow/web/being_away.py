"""“I am away from … to …”: what would move is shown first; leave is no black mark, and nobody is asked why."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid, NotFound
from coachfollow.flow import away
from coachfollow.queries import plan_heads, worktimes
from coachfollow.rules import worktime
from coachfollow.rules.absences import Leave
from coachfollow.rules.kinds import StepKind, TokenPurpose
from coachfollow.web import hearing, keyring, policies, saying, tongues

pages = Blueprint("being_away", __name__)

NAMES: Mapping[str, str] = {
    "first": tongues.mark("The first day away"),
    "last": tongues.mark("The last day away"),
}
KINDS: Mapping[StepKind, str] = {
    StepKind.COMMITMENT: tongues.mark("my own plan"),
    StepKind.PROMPT: tongues.mark("a reminder of my plan"),
    StepKind.REFLECTION: tongues.mark("a question"),
    StepKind.CHECK_IN: tongues.mark("the meeting with my coach"),
    StepKind.SPONSOR: tongues.mark("a mail to my manager"),
    StepKind.UNPROMPTED: tongues.mark("one last question"),
}
NO_DAY = tongues.mark("Please choose a day.")


@pages.get("/my-plan/<plan>/away")
@policies.link
def show(plan: str) -> ResponseReturnValue:
    """Ask from when to when."""
    keyring.held(TokenPurpose.PLAN, plan)
    return _page(plan, {})


@pages.post("/my-plan/<plan>/away")
@policies.link
def take(plan: str) -> ResponseReturnValue:
    """Show what would move; move it once it is confirmed."""
    link = keyring.held(TokenPurpose.PLAN, plan)
    try:
        leave = typed(plan_heads.of(g.session, public_id=plan).zone)
    except Invalid as refusal:
        return _page(plan, refusal.fields), refusal.status
    if "confirm" not in request.form:
        return _page(plan, {}, leave)
    away.go(g.session, person_id=link.person_id, leave=leave, now=g.now, actor_id=link.person_id)
    until = saying.day(leave.last)
    flash(tongues.say("Kept: I am away until %(day)s. Nothing comes on those days. Enjoy them!", day=until))
    return redirect(url_for("following.show", plan=plan))


@pages.post("/my-plan/<plan>/away/back")
@policies.link
def take_back(plan: str) -> ResponseReturnValue:
    """Forget that I am away then."""
    link = keyring.held(TokenPurpose.PLAN, plan)
    back = away.take_back(
        g.session, person_id=link.person_id, leave=known(), now=g.now, actor_id=link.person_id
    )
    flash(_came_back(back) if back else tongues.say("Taken back. Nothing had moved for it."))
    return redirect(url_for("being_away.show", plan=plan))


def _came_back(number: int) -> str:
    return tongues.count(
        "Taken back. %(number)s thing comes on the old day again.",
        "Taken back. %(number)s things come on the old day again.",
        number,
        number=number,
    )


def kinds() -> Mapping[StepKind, str]:
    """What moves is called so, to its own person."""
    return {kind: tongues.say(said) for kind, said in KINDS.items()}


def known() -> Leave:
    """Read which leave is taken back; raises Invalid, or NotFound for one that cannot be."""
    first, last = _day("first"), _day("last")
    halves = {name: name in request.form for name in ("from_noon", "until_noon")}
    try:
        return Leave(first=first, last=last, **halves)
    except ValueError:
        raise NotFound("There is no such leave.") from None


def typed(zone: str) -> Leave:
    """Read a leave that is to be, by the clock there; raises Invalid with what is wrong beside which field."""
    return away.spell(
        first=_day("first"),
        last=_day("last"),
        from_noon="from_noon" in request.form,
        until_noon="until_noon" in request.form,
        today=worktime.local(g.now, zone).date(),
    )


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        raise Invalid(NO_DAY, {name: NO_DAY}) from None


def _page(plan: str, problems: Mapping[str, str], leave: Leave | None = None) -> str:
    person_id = keyring.held(TokenPurpose.PLAN, plan).person_id
    head = plan_heads.of(g.session, public_id=plan)
    today = worktime.local(g.now, head.zone).date()
    moves = away.foresee(g.session, plan_id=head.plan_id, leave=leave, now=g.now) if leave else ()
    return render_template(
        "following/away.html",
        head=head,
        known=worktimes.leave_ahead(g.session, person_id=person_id, since=today),
        values=request.form,
        problems={field: hearing.said(problem) for field, problem in problems.items()},
        names={field: tongues.say(said) for field, said in NAMES.items()},
        kinds=kinds(),
        leave=leave,
        moves=moves,
        first_day=today,
        last_day=today + timedelta(days=away.LONGEST.days),
    )
