"""Lets a group take the newest version of its programme: “this will change”, then done as it was shown."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.flow import upgrading
from coachfollow.queries import groups
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import foreshown, telling

pages = Blueprint("upgrades", __name__)

FACT = (
    "Now the group has version {was}. What is still to come gets the new words too; what was asked or answered keeps"
    " those it had. When somebody counts as having attended stays as it is."
)


@pages.get("/groups/<cohort>/upgrade")
@policies.allowed(Action.IMPORT, policies.cohort)
@telling.on("groups.show", "cohort")
def show(cohort: str) -> ResponseReturnValue:
    """Show what the newest version moves, adds and leaves out, before it does."""
    group = groups.row(g.session, public_id=cohort)
    found = upgrading.foresee(g.session, cohort=group, now=g.now)
    return render_template(
        "staff/replan.html",
        title=f"Take version {found.becomes} of the programme",
        eyebrow=group.title,
        back=url_for("groups.show", cohort=cohort),
        fact=FACT.format(was=found.was),
        shown=foreshown.of(found.follows),
        values={},
        endpoint="upgrades.show",
        place={"cohort": cohort},
        confirm=f"Take version {found.becomes}",
    )


@pages.post("/groups/<cohort>/upgrade")
@policies.allowed(Action.IMPORT, policies.cohort)
@telling.on("groups.show", "cohort")
def carry_out(cohort: str) -> ResponseReturnValue:
    """Do what was shown, and nothing else."""
    done = upgrading.upgrade(
        g.session,
        cohort=groups.row(g.session, public_id=cohort),
        now=g.now,
        actor_id=g.actor.person_id,
        shown=request.form.get("shown", ""),
    )
    return telling.done(
        f"The group has version {done.becomes} of its programme now.", url_for("groups.show", cohort=cohort)
    )
