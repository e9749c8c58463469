"""Reminders in a calendar: where it finds them, how to subscribe, and what the calendar itself is given."""

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.flow import feeding, feeds
from coachfollow.queries import plan_heads
from coachfollow.rules.kinds import TokenPurpose
from coachfollow.web import keyring, policies, tongues

pages = Blueprint("in_my_calendar", __name__)

KEPT = "private, max-age=900"  # a client that asks more often than every quarter of an hour is told the same


@pages.get("/calendar/<token>.ics")
@policies.kept(KEPT)
@policies.public
def feed(token: str) -> ResponseReturnValue:
    """Give a calendar what stands there, or say that it has it already; nobody notes who asked."""
    written = feeding.write(g.session, token=token, now=g.now)
    response = Response(written, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = "inline; filename=my-plan.ics"
    response.add_etag()
    return response.make_conditional(request)


@pages.get("/my-plan/<plan>/calendar")
@policies.link
def show(plan: str) -> ResponseReturnValue:
    """Show where one's reminders stand, and how a calendar gets them."""
    link = keyring.held(TokenPurpose.PLAN, plan)
    address = feeds.address(g.session, plan_id=link.plan_id)
    return render_template(
        "following/calendar.html", head=plan_heads.of(g.session, public_id=plan), address=address
    )


@pages.post("/my-plan/<plan>/calendar")
@policies.link
def renew(plan: str) -> ResponseReturnValue:
    """Make another address; the one before ends."""
    link = keyring.held(TokenPurpose.PLAN, plan)
    feeds.renew(g.session, plan_id=link.plan_id, now=g.now, actor_id=link.person_id)
    flash(
        tongues.say(
            "This is the new address. The one before finds nothing any more: subscribe again wherever it was used."
        )
    )
    return redirect(url_for("in_my_calendar.show", plan=plan))
