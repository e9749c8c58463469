"""Groups: which there are, a new one, who is where in one."""

from collections.abc import Mapping

from flask import Blueprint, flash, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import cohorts, extending
from coachfollow.queries import (
    batches,
    groups,
    lasting,
    launch_room,
    missing,
    organisations,
    participants,
    programmes,
    sight,
)
from coachfollow.rules.access import Action
from coachfollow.rules.kinds import PlanState
from coachfollow.web import paging, policies
from coachfollow.web.staff import drawing, group_form, targets, telling, words

pages = Blueprint("groups", __name__)

MOST_FILES = 20

# where on the form stands what an operation calls its own name
FIELDS = {
    "zone": "zone",
    "email": "coaches",
    "sessions": "day-1",
    "attended_sessions": "attend",
    "programme": "programme",
}


@pages.get("/groups")
@policies.allowed(Action.IMPORT, targets.any_group)
def listed() -> ResponseReturnValue:
    """List the groups that are the visitor's to run."""
    area = sight.area(g.actor, Action.IMPORT)
    found = groups.listed(g.session, organisation_id=g.actor.organisation_id, area=area, **paging.window())
    gaps = missing.of_groups(g.session, organisation_id=g.actor.organisation_id, now=g.now)
    return render_template("staff/groups.html", page=paging.page(found), may_open=area.whole, missing=gaps)


@pages.get("/groups/new")
@policies.allowed(Action.IMPORT, policies.organisation)
def write() -> ResponseReturnValue:
    """Show the form of a new group."""
    zone = organisations.of(g.session, organisation_id=g.actor.organisation_id).zone
    programme = request.args.get("programme", "")
    begun = {"programme": programme, "zone": zone, "at-1": "09:00", "lasts-1": "180"}
    return _form(begun, {}, sessions=group_form.FIRST_SESSIONS)


@pages.post("/groups/new")
@policies.allowed(Action.IMPORT, policies.organisation)
def add() -> ResponseReturnValue:
    """Open a group, or say what is in the way."""
    sessions = _sessions_shown()
    if "more" in request.form:
        return _form(request.form, {}, sessions=min(sessions + 3, group_form.MOST_SESSIONS))
    group, problems = group_form.parse(request.form, sessions=sessions)
    if group is None:
        return _form(request.form, problems, sessions=sessions), 422
    try:
        opened = _open(group)
    except (Conflict, Invalid, NotFound) as refusal:
        g.session.rollback()
        return _form(request.form, _placed(refusal), sessions=sessions), 422
    late = lasting.of_group(g.session, public_id=opened, organisation_id=g.actor.organisation_id, now=g.now)
    if late:
        flash(late, "warning")
    sentence = "The group is open. Next: bring in who was invited, or who was there."
    return telling.done(sentence, url_for("groups.show", cohort=opened))


@pages.get("/groups/<cohort>")
@policies.allowed(Action.IMPORT, policies.cohort)
def show(cohort: str) -> str:
    """Show one group: who is where, sessions, coaches, files."""
    return _group(cohort)


@pages.post("/groups/<cohort>/sessions")
@policies.allowed(Action.IMPORT, policies.cohort)
def add_session(cohort: str) -> ResponseReturnValue:
    """Add a session after the last one, or say what is in the way."""
    meeting, problems = group_form.parse_session(request.form)
    if meeting is None:
        return _group(cohort, problems), 422
    try:
        extending.add_session(
            g.session,
            cohort=groups.row(g.session, public_id=cohort),
            meeting=meeting,
            now=g.now,
            actor_id=g.actor.person_id,
        )
    except (Conflict, Invalid) as refusal:
        g.session.rollback()
        return _group(cohort, {"day-1": refusal.sentence}), refusal.status
    sentence = "The session is added. Follow-ups that have a date already keep it."
    return telling.done(sentence, url_for("groups.show", cohort=cohort, _anchor="sessions"))


@pages.post("/groups/<cohort>/coaches")
@policies.allowed(Action.IMPORT, policies.cohort)
def add_coach(cohort: str) -> ResponseReturnValue:
    """Let one more person coach the group, or say what is in the way."""
    email = request.form.get("coach", "").strip()
    try:
        group_form.demand_address(email)
        theirs = extending.add_coach(
            g.session,
            cohort=groups.row(g.session, public_id=cohort),
            email=email,
            now=g.now,
            actor_id=g.actor.person_id,
        )
    except (Conflict, Invalid) as refusal:
        g.session.rollback()
        return _group(cohort, {"coach": refusal.sentence}), refusal.status
    whom = f" {theirs} of its participants had no coach and are theirs." if theirs else ""
    sentence = f"{email} coaches this group now.{whom}"
    return telling.done(sentence, url_for("groups.show", cohort=cohort, _anchor="coaches"))


def _group(cohort: str, problems: Mapping[str, str] | None = None) -> str:
    group = groups.group(g.session, public_id=cohort)
    state = next((one for one in PlanState if one == request.args.get("state")), None)
    people = participants.participants(
        g.session, cohort_id=group.id, now=g.now, state=state, **paging.window()
    )
    is_ahead = group.sessions[-1].ends_at > g.now
    gaps = missing.of_groups(
        g.session, organisation_id=g.actor.organisation_id, now=g.now, cohort_id=group.id
    )
    return render_template(
        "staff/group.html",
        group=group,
        missing=gaps.get(group.public_id),
        people=paging.page(people),
        stack=drawing.plans(group.states),
        is_ahead=is_ahead,
        load=launch_room.load(g.session, cohort_id=group.id) if is_ahead else None,
        state=state,
        state_words=words.PLAN_STATES,
        files=batches.of_group(g.session, cohort_id=group.id, limit=MOST_FILES),
        values=request.form,
        problems=problems or {},
    )


def _open(group: group_form.NewGroup) -> str:
    return cohorts.open_cohort(
        g.session,
        organisation_id=g.actor.organisation_id,
        programme=group.programme,
        key=group.key,
        title=group.title,
        zone=group.zone,
        meetings=group.meetings,
        coaches=group.coaches,
        attended_minutes=group.attended_minutes,
        attended_sessions=group.attended_sessions,
        target=group.target,
        announced=group.announced,
        now=g.now,
        actor_id=g.actor.person_id,
    ).public_id


def _form(values: Mapping[str, str], problems: Mapping[str, str], *, sessions: int) -> str:
    found = programmes.newest(g.session, organisation_id=g.actor.organisation_id)
    offered = [
        (one.key, programmes.text(g.session, version_id=version.id, locale=version.language).title)
        for one, version in found
    ]
    return render_template(
        "staff/new_group.html",
        programmes=offered,
        values=values,
        problems=problems,
        sessions=range(1, sessions + 1),
        may_add=sessions < group_form.MOST_SESSIONS,
        more_open="more" in values or any(values.get(f"day-{n}") for n in range(2, sessions + 1)),
    )


def _sessions_shown() -> int:
    said = request.form.get("sessions", "")
    shown = int(said) if said.isascii() and said.isdigit() else group_form.FIRST_SESSIONS
    return min(max(1, shown), group_form.MOST_SESSIONS)


def _placed(refusal: Conflict | Invalid | NotFound) -> dict[str, str]:
    """Put a refusal beside the field it is about."""
    if isinstance(refusal, Conflict):
        return {"key": refusal.sentence}
    if isinstance(refusal, NotFound):
        return {"programme": "Choose a programme."}
    about = next((FIELDS[name] for name in refusal.fields if name in FIELDS), "title")
    return {about: refusal.sentence}
