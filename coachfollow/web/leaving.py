"""Ways to get fewer mails, or none: pause, resume, stop; the page shows, the POST does; no black mark."""

from collections.abc import Mapping
from datetime import date, timedelta

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Closed, Invalid, NotFound
from coachfollow.flow import coaching, declining, plans, restarting
from coachfollow.queries import links, plan_heads
from coachfollow.queries.links import Coach, Link
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.rules import worktime
from coachfollow.rules.kinds import PlanState, Rhythm, StopReason, TokenPurpose
from coachfollow.web import hearing, keyring, policies, tongues

pages = Blueprint("leaving", __name__)

REASONS: tuple[tuple[StopReason, str], ...] = (
    (StopReason.NO_INTEREST, tongues.mark("It is not useful for me")),
    (StopReason.LEAVE, tongues.mark("I am away for a long time")),
    (StopReason.LEFT, tongues.mark("I am leaving the organisation, or have left")),
    (StopReason.ASKED, tongues.mark("Something else")),
)
PAUSES: tuple[tuple[int, str], ...] = (
    (7, tongues.mark("one week")),
    (14, tongues.mark("two weeks")),
    (28, tongues.mark("four weeks")),
)

STOPPED = tongues.mark("Done: you get no more of these mails. Nobody holds it against you.")
ONE_CLICK = tongues.mark(
    "Nothing was changed: this address takes List-Unsubscribe=One-Click and nothing else."
)
NO_DAY = tongues.mark("Please choose a day.")


@pages.get("/s/<token>")
@policies.public
def enter(token: str) -> ResponseReturnValue:
    """Exchange the link for a place in this browser's memory."""
    try:
        link = keyring.opened(token, TokenPurpose.STOP)
    except Closed:
        return render_template("following/old.html"), Closed.status
    return redirect(url_for("leaving.show", plan=link.plan, pause=request.args.get("pause")))


@pages.get("/mails/<plan>")
@policies.link
def show(plan: str) -> ResponseReturnValue:
    """Offer what can be done about these mails."""
    return _page(plan, keyring.of_plan(plan), {})


@pages.post("/mails/<plan>/pause")
@policies.link
def pause(plan: str) -> ResponseReturnValue:
    """Hold the follow-up until a day."""
    link = _own(plan)
    try:
        until = date.fromisoformat(request.form.get("quick") or request.form.get("until", ""))
        plans.pause(g.session, plan_id=link.plan_id, until=until, now=g.now, actor_id=link.person_id)
    except Invalid as error:
        return _page(plan, link, error.fields), error.status
    except ValueError:
        return _page(plan, link, {"until": NO_DAY}), Invalid.status
    flash(
        tongues.say(
            "Paused. What was still to come moves by as many days; nothing is lost, and nothing piles up."
        )
    )
    return _back(plan)


@pages.post("/mails/<plan>/resume")
@policies.link
def resume(plan: str) -> ResponseReturnValue:
    """Let a paused follow-up go on."""
    link = _own(plan)
    plans.resume(g.session, plan_id=link.plan_id, now=g.now, actor_id=link.person_id)
    flash(tongues.say("Welcome back. Your follow-up goes on."))
    return _back(plan)


@pages.post("/mails/<plan>/stop")
@policies.link
def stop(plan: str) -> ResponseReturnValue:
    """Send no more of these mails."""
    _stop(keyring.of_plan(plan), _reason(request.form.get("reason", "")))
    flash(tongues.say(STOPPED))
    return _back(plan)


@pages.post("/mails/<plan>/restart")
@policies.link
def restart(plan: str) -> ResponseReturnValue:
    """Take one's own stop back: what is still to come comes again."""
    link = _own(plan)
    restarting.take_back(g.session, plan_id=link.plan_id, now=g.now, person_id=link.person_id)
    flash(
        tongues.say(
            "Good to have you back. What is still to come comes on its days; what came due meanwhile is not asked."
        )
    )
    return _back(plan)


@pages.get("/u/<token>")
@policies.public
def confirm(token: str) -> ResponseReturnValue:
    """Ask once more: a mail scanner that opens the link must not unsubscribe anybody."""
    if _whose_digest(token) is not None:
        return render_template("leaving/confirm.html", is_digest=True)
    link = keyring.whose(token, TokenPurpose.STOP)
    return render_template("leaving/confirm.html", is_own_plan=link.is_own_plan)


@pages.post("/u/<token>")
@policies.one_click
@policies.public
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop these mails by one click in a mail program (RFC 8058): no cookie, no redirect, however old the link."""
    coach = _whose_digest(token)
    link = keyring.whose(token, TokenPurpose.STOP) if coach is None else None
    if request.form.get("List-Unsubscribe") != "One-Click":
        raise Invalid(ONE_CLICK)
    if link is not None:
        _stop(link, StopReason.ASKED)
    elif coach is not None:
        coaching.set_rhythm(g.session, coach_id=coach.person_id, rhythm=Rhythm.NEVER, now=g.now)
    is_own = link is not None and link.is_own_plan
    again = token if is_own and _is_young(token) else None
    return render_template("leaving/done.html", sentence=tongues.say(STOPPED), token=again)


def _whose_digest(token: str) -> Coach | None:
    coach = links.whose_digest(g.session, token=token)
    if coach is not None:
        tongues.speak(coach.locale)
    return coach


def _is_young(token: str) -> bool:
    """Whether a link still opens the page on which a stop can be taken back."""
    try:
        links.find(g.session, token=token, purpose=TokenPurpose.STOP, now=g.now)
    except Closed:
        return False
    return True


def _stop(link: Link, reason: StopReason) -> None:
    """A participant stops their follow-up; a manager leaves the cards about one participant."""
    if link.is_own_plan:
        plans.leave(g.session, plan_id=link.plan_id, reason=reason, now=g.now, actor_id=link.person_id)
    else:
        declining.decline(g.session, plan_id=link.plan_id, manager_id=link.person_id, now=g.now)


def _own(plan: str) -> Link:
    """A link to one's own follow-up; a manager can leave the cards, and nothing else is theirs here."""
    link = keyring.of_plan(plan)
    if not link.is_own_plan:
        raise NotFound(keyring.SHUT)
    return link


def _reason(said: str) -> StopReason:
    return StopReason(said) if said in {reason.value for reason, _ in REASONS} else StopReason.ASKED


def _page(plan: str, link: Link, problems: Mapping[str, str]) -> str:
    head = plan_heads.of(g.session, public_id=plan, locale=link.locale)
    today = worktime.local(g.now, head.zone).date()
    return render_template(
        "leaving/manager.html" if not link.is_own_plan else "leaving/mails.html",
        head=head,
        again=link.is_own_plan and may_take_back(head),
        reasons=[(reason, tongues.say(said)) for reason, said in REASONS],
        pauses=[(today + timedelta(days=days), tongues.say(words)) for days, words in PAUSES],
        first_day=today + timedelta(days=1),
        last_day=today + plans.LONGEST_PAUSE,
        problems={field: hearing.said(problem) for field, problem in problems.items()},
        pause_first="pause" in request.args or bool(problems),
        sees_plan=link.is_own_plan and keyring.sees(plan),
    )


def may_take_back(head: PlanHead) -> bool:
    """Whether a follow-up that its own person had stopped can be started again by them."""
    if head.state is not PlanState.STOPPED:
        return False
    offer = restarting.offered(g.session, plan_id=head.plan_id, now=g.now)
    return offer is not None and offer.is_own


def _back(plan: str) -> ResponseReturnValue:
    endpoint = "following.show" if keyring.sees(plan) else "leaving.show"
    return redirect(url_for(endpoint, plan=plan))
