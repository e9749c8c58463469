"""Corrects when a session takes place: asked for, “this will change”, done as it was shown."""

from collections.abc import Mapping
from datetime import timedelta

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import reanchoring
from coachfollow.flow.cohorts import Meeting
from coachfollow.queries import groups
from coachfollow.rules import worktime
from coachfollow.rules.access import Action
from coachfollow.web import policies, saying
from coachfollow.web.staff import foreshown, group_form, telling

pages = Blueprint("corrections", __name__)

ADDRESS = "/groups/<cohort>/sessions/<int(max=60):position>/correct"
NAMES = ("day-1", "at-1", "lasts-1")


@pages.get(ADDRESS)
@policies.allowed(Action.IMPORT, policies.cohort)
def show(cohort: str, position: int) -> ResponseReturnValue:
    """Ask when it takes place; once that is said, show what moves, before it does."""
    if not any(name in request.args for name in NAMES):
        return _form(cohort, position, _current(cohort, position), {})
    meeting, problems = group_form.parse_session(request.args)
    if meeting is None:
        return _form(cohort, position, request.args, problems), 422
    group = groups.row(g.session, public_id=cohort)
    try:
        found = reanchoring.foresee(g.session, cohort=group, position=position, meeting=meeting, now=g.now)
    except (Conflict, Invalid) as refusal:
        return _form(cohort, position, request.args, {"day-1": refusal.sentence}), refusal.status
    values = {name: request.args.get(name, "") for name in NAMES}
    return render_template(
        "staff/replan.html",
        title=f"Session {position} takes place on {saying.moment(found.becomes, found.zone)}",
        eyebrow=group.title,
        back=url_for("groups.show", cohort=cohort, _anchor="sessions"),
        fact=f"Until now it stood on {saying.moment(found.was, found.zone)}.",
        shown=foreshown.of(found.follows),
        values=values,
        endpoint="corrections.show",
        place={"cohort": cohort, "position": position, **values},
        confirm="Change the date",
    )


@pages.post(ADDRESS)
@policies.allowed(Action.IMPORT, policies.cohort)
@telling.on("groups.show", "cohort")
def carry_out(cohort: str, position: int) -> ResponseReturnValue:
    """Do what was shown, and nothing else."""
    done = reanchoring.correct(
        g.session,
        cohort=groups.row(g.session, public_id=cohort),
        position=position,
        meeting=_asked(),
        now=g.now,
        actor_id=g.actor.person_id,
        shown=request.form.get("shown", ""),
    )
    sentence = f"Session {position} takes place on {saying.moment(done.becomes, done.zone)} now."
    return telling.done(sentence, url_for("groups.show", cohort=cohort, _anchor="sessions"))


def _asked() -> Meeting:
    meeting, problems = group_form.parse_session(request.form)
    if meeting is None:
        raise Invalid("Choose a day and a time.", problems)
    return meeting


def _current(cohort: str, position: int) -> Mapping[str, str]:
    group = groups.row(g.session, public_id=cohort)
    session = reanchoring.session_at(g.session, cohort=group, position=position)
    begins = worktime.local(session.starts_at, group.zone)
    return {
        "day-1": begins.date().isoformat(),
        "at-1": f"{begins:%H:%M}",
        "lasts-1": str((session.ends_at - session.starts_at) // timedelta(minutes=1)),
    }


def _form(cohort: str, position: int, values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    return render_template(
        "staff/correct_session.html",
        group=groups.row(g.session, public_id=cohort),
        position=position,
        values=values,
        problems=problems,
    )
