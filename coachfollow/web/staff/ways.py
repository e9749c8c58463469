"""Meetings that found no time: why, and what would help, for their coach and for the L&D team of a group."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.flow import changing, exchanging
from coachfollow.queries import actors, groups, plan_heads, ways
from coachfollow.queries.ways import Way
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import lever_forms, telling, words

pages = Blueprint("ways", __name__)

HERE = "/plans/<plan>/follow-ups/<int:follow_up>/ways"


@pages.get(HERE)
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
def show(plan: str, follow_up: int) -> ResponseReturnValue:
    """Show why a meeting has no time, and everything that would help."""
    actors.touchpoint_of(g.session, touchpoint_id=follow_up, plan_public_id=plan)
    way = ways.of(g.session, follow_up=follow_up, now=g.now)
    if way is None:
        return telling.done("This meeting needs no time any more.", url_for("plans.show", plan=plan))
    head = plan_heads.of(g.session, public_id=plan, locale=words.LOCALE)
    return render_template("staff/ways.html", head=head, way=way, later=_later(way), minutes=_minutes())


@pages.post(HERE)
@policies.allowed(Action.CHANGE_PLAN, policies.plan)
@telling.on("plans.show", "plan")
def make_room(plan: str, follow_up: int) -> ResponseReturnValue:
    """Let others move as it was shown, and give this meeting its time."""
    actors.touchpoint_of(g.session, touchpoint_id=follow_up, plan_public_id=plan)
    exchanging.make_room(
        g.session,
        follow_up=follow_up,
        shown=request.form.get("shown", ""),
        now=g.now,
        actor_id=g.actor.person_id,
        wait=changing.SECOND_THOUGHTS,
    )
    return telling.done("There is a time now; everybody concerned gets it.", url_for("plans.show", plan=plan))


@pages.get("/groups/<cohort>/meetings")
@policies.allowed(Action.IMPORT, policies.cohort)
def of_group(cohort: str) -> str:
    """List the meetings of a group that found no time, with what would help."""
    group = groups.row(g.session, public_id=cohort)
    found, count = ways.of_group(g.session, cohort_id=group.id, now=g.now)
    return render_template("staff/group_meetings.html", group=group, found=found, count=count)


def _later(way: Way) -> Mapping[str, str] | None:
    """The first time after its days that is free for both, as the form of a meeting takes it."""
    return lever_forms.offer(way.later, way.zone) if way.later else None


def _minutes() -> int:
    return changing.SECOND_THOUGHTS // timedelta(minutes=1)
