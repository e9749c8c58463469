"""Hands a coach's participants in a group over: who takes over is asked, shown, and done as it was shown."""

from collections.abc import Sequence

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, NotFound
from coachfollow.flow import handover
from coachfollow.queries import groups, handovers
from coachfollow.queries.groups import CoachOfGroup
from coachfollow.queries.handovers import Whose
from coachfollow.rules.access import Action
from coachfollow.web import paging, policies
from coachfollow.web.staff import telling

pages = Blueprint("handovers", __name__)

ADDRESS = "/groups/<cohort>/coaches/<int:coach>/hand-over"
EVERYBODY, EVENLY = "everybody", "evenly"


@pages.get(ADDRESS)
@policies.allowed(Action.IMPORT, policies.cohort)
def show(cohort: str, coach: int) -> ResponseReturnValue:
    """Ask who goes to whom; once that is said, show what follows, before it does."""
    group = groups.row(g.session, public_id=cohort)
    coaches = groups.coaches(g.session, cohort_id=group.id)
    leaving = _among(coaches, coach)
    if "to" not in request.args:
        return _form(cohort, leaving, coaches, {})
    who = request.args.get("who") or EVERYBODY
    try:
        found = handover.foresee(g.session, whose=_whose(who, group.id, coach), to=_to(coaches), now=g.now)
    except Conflict as refusal:
        return _form(cohort, leaving, coaches, {"to": refusal.sentence}), refusal.status
    return render_template(
        "staff/hand_over.html",
        group=group,
        coach=leaving,
        found=found,
        told=handover.who_is_told(found),
        lines=paging.cut(found.handed),
        values={"who": who, "to": request.args["to"]},
        leaves=who == EVERYBODY,
    )


@pages.post(ADDRESS)
@policies.allowed(Action.IMPORT, policies.cohort)
@telling.on("groups.show", "cohort")
def carry_out(cohort: str, coach: int) -> ResponseReturnValue:
    """Do what was shown, and nothing else."""
    group = groups.row(g.session, public_id=cohort)
    coaches = groups.coaches(g.session, cohort_id=group.id)
    leaving = _among(coaches, coach)
    done = handover.hand_over(
        g.session,
        whose=_whose(request.form.get("who") or EVERYBODY, group.id, coach),
        to=_to(coaches),
        now=g.now,
        actor_id=g.actor.person_id,
        shown=request.form.get("shown", ""),
    )
    n = len(done.handed)
    sentence = f"{n} participant{'' if n == 1 else 's'} of {leaving.name or leaving.email} handed over."
    return telling.done(sentence, url_for("groups.show", cohort=cohort, _anchor="coaches"))


def _among(coaches: Sequence[CoachOfGroup], coach: int) -> CoachOfGroup:
    found = next((one for one in coaches if one.id == coach), None)
    if found is None:
        raise NotFound("There is no such coach in this group.")
    return found


def _whose(who: str, cohort_id: int, coach: int) -> Whose:
    return Whose(coach_id=coach, cohort_id=cohort_id, plan=None if who == EVERYBODY else who)


def _to(coaches: Sequence[CoachOfGroup]) -> int | None:
    """The coach who takes over; none where they are shared out."""
    said = request.values.get("to", EVENLY)
    if said == EVENLY:
        return None
    found = next((one.id for one in coaches if str(one.id) == said), None)
    if found is None:
        raise Conflict("Choose one of the coaches of this group.")
    return found


def _form(
    cohort: str, leaving: CoachOfGroup, coaches: Sequence[CoachOfGroup], problems: dict[str, str]
) -> str:
    group = groups.row(g.session, public_id=cohort)
    theirs = handovers.coached(g.session, Whose(coach_id=leaving.id, cohort_id=group.id))
    others = [(str(one.id), one.name or one.email) for one in coaches if one.id != leaving.id]
    return render_template(
        "staff/ask_hand_over.html",
        group=group,
        coach=leaving,
        who=[
            (EVERYBODY, f"Everybody: they coach this group no more ({len(theirs)})"),
            *((one.plan, one.name) for one in theirs),
        ],
        to=[(EVENLY, "Shared out evenly"), *others],
        has_others=bool(others),
        values=request.args,
        problems=problems,
    )
