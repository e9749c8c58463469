"""“I am away from … to …” of a coach: whom that concerns is shown first, and each meeting moves by their choice."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Forbidden, Invalid
from coachfollow.flow import away
from coachfollow.queries import clashes, hours, worktimes
from coachfollow.rules import worktime
from coachfollow.rules.absences import Leave
from coachfollow.web import being_away, navigation, policies, saying
from coachfollow.web.staff import telling

pages = Blueprint("coach_away", __name__)


@pages.get("/hours/away")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Ask from when to when."""
    _refuse_others()
    return _page({})


@pages.post("/hours/away")
@policies.signed_in
def take() -> ResponseReturnValue:
    """Show which meetings stand on those days; keep the leave once it is confirmed."""
    _refuse_others()
    try:
        leave = being_away.typed(hours.zone(g.session, person_id=g.actor.person_id))
    except Invalid as refusal:
        return _page(refusal.fields), refusal.status
    if "confirm" not in request.form:
        return _page({}, leave)
    me = g.actor.person_id
    away.go(g.session, person_id=me, leave=leave, now=g.now, actor_id=me)
    until = saying.day(leave.last)
    return telling.done(f"Kept: I am away until {until}. Enjoy it!", url_for("coach_away.show"))


@pages.post("/hours/away/back")
@policies.signed_in
@telling.on("coach_away.show")
def take_back() -> ResponseReturnValue:
    """Forget that I am away then."""
    _refuse_others()
    me = g.actor.person_id
    away.take_back(g.session, person_id=me, leave=being_away.known(), now=g.now, actor_id=me)
    return telling.done("Taken back. Times are looked for on those days again.", url_for("coach_away.show"))


def _refuse_others() -> None:
    if not navigation.coaches(g.actor):
        raise Forbidden("This page is for coaches, and you coach nobody here.")


def _page(problems: Mapping[str, str], leave: Leave | None = None) -> str:
    me, zone = g.actor.person_id, hours.zone(g.session, person_id=g.actor.person_id)
    today = worktime.local(g.now, zone).date()
    met = clashes.during(g.session, coach_id=me, leave=leave, zone=zone, now=g.now) if leave else ()
    return render_template(
        "staff/away.html",
        known=worktimes.leave_ahead(g.session, person_id=me, since=today),
        values=request.form,
        problems=problems,
        names=being_away.NAMES,
        kinds=being_away.KINDS,
        leave=leave,
        clashes=[(one, worktime.local(one.starts_at, zone)) for one in met],
        moves=away.foresee_all(g.session, person_id=me, leave=leave, now=g.now) if leave else (),
        first_day=today,
        last_day=today + timedelta(days=away.LONGEST.days),
    )
