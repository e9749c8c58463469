"""Pages for signing in by a mailed link, and out again."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from coachfollow import bell, vault
from coachfollow.errors import Closed
from coachfollow.flow import signin
from coachfollow.queries import links, my_plan
from coachfollow.web import addresses, policies, ringing, visits

pages = Blueprint("signin", __name__)

BROWSER, NEXT = "browser", "next"
HOME = "/home"


@pages.get("/sign-in")
@policies.public
def ask() -> ResponseReturnValue:
    """Ask for the address to mail a link to."""
    return render_template(
        "signin/ask.html", next=addresses.own_path(request.args.get("next"), otherwise=HOME)
    )


@pages.post("/sign-in")
@policies.public
def mail() -> ResponseReturnValue:
    """Mail a link if somebody with a role has this address; what is answered is the same either way."""
    email = request.form.get("email", "").strip()
    wanted = addresses.own_path(request.form.get("next"), otherwise=HOME)
    if "@" not in email:
        problems = {"email": "Write it like anna@example.org."}
        return render_template("signin/ask.html", problems=problems, value=email, next=wanted), 422
    session[BROWSER] = session.get(BROWSER) or vault.new_token()
    session[NEXT] = wanted
    signin.ask(g.session, email=email, browser=session[BROWSER], visitor=visits.visitor(), now=g.now)
    ringing.ring(bell.DRAIN)
    return redirect(url_for("signin.sent"))


@pages.get("/sign-in-sent")
@policies.public
def sent() -> ResponseReturnValue:
    """Say that a link is on its way, if it is."""
    return render_template("signin/sent.html")


@pages.get("/sign-in/<token>")
@policies.public
def show(token: str) -> ResponseReturnValue:
    """Show a button: mail scanners open links, and this one works once."""
    try:
        links.check_sign_in(g.session, token=token, now=g.now)
    except Closed:
        return render_template("signin/old.html", sentence=signin.USED), Closed.status
    return render_template("signin/enter.html", token=token)


@pages.post("/sign-in/<token>")
@policies.public
def enter(token: str) -> ResponseReturnValue:
    """Spend the link and begin a session."""
    try:
        entered = signin.enter(g.session, token=token, browser=session.get(BROWSER, ""), now=g.now)
    except Closed as closed:
        return render_template("signin/old.html", sentence=closed.sentence), Closed.status
    wanted = addresses.own_path(session.get(NEXT), otherwise=HOME)
    visits.enter(entered)
    return redirect(wanted)


@pages.get("/account")
@policies.signed_in
def account() -> ResponseReturnValue:
    """Show somebody their own follow-ups, and the ways out."""
    return render_template(
        "signin/account.html", plans=my_plan.plans_of(g.session, person_id=g.actor.person_id)
    )


@pages.post("/sign-out")
@policies.public
def leave() -> ResponseReturnValue:
    """End the session of this browser."""
    visits.leave()
    flash("You are signed out.")
    return redirect(url_for("front.show"))


@pages.post("/sign-out-everywhere")
@policies.signed_in
def leave_everywhere() -> ResponseReturnValue:
    """End every session and every link of this person."""
    signin.leave_everywhere(g.session, person_id=g.actor.person_id, now=g.now)
    visits.leave()
    flash("You are signed out everywhere, and every link in earlier mails has ended.")
    return redirect(url_for("front.show"))
