"""Every date of a follow-up before it begins, for one person: of a programme, of its draft, of a group to come."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.intake.programme_values import laid_out
from coachfollow.queries import launches, organisations
from coachfollow.rules import previewing, step_problems, worktime
from coachfollow.rules.access import Action
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.previewing import Offer, Preview
from coachfollow.web import policies
from coachfollow.web.staff import launch_form, programme_drafts, programme_words

pages = Blueprint("launch_previews", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is previewed, and where; a group has its sessions already. `note` says what is still open."""

    offer: Offer
    title: str
    here: str
    back: str
    sessions: Sessions | None = None
    cohort_id: int | None = None
    note: str = ""


@pages.get("/programmes/<programme>/preview")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def programme(programme: str) -> ResponseReturnValue:
    """Show the dates that the newest version of a programme would have."""
    offer = launches.published(g.session, organisation_id=g.actor.organisation_id, key=programme)
    return _page(
        _Asked(
            offer=offer,
            title=offer.title,
            here=url_for("launch_previews.programme", programme=programme),
            back=url_for("programmes.show", programme=programme),
        )
    )


@pages.get("/programmes/<programme>/draft/preview")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def draft(programme: str) -> ResponseReturnValue:
    """Show the dates that a draft would have."""
    found = programme_drafts.survey(programme_drafts.opened(programme))
    steps = [step for own in laid_out(tuple(found.steps.values())) for step in own]
    offer = Offer(
        key=programme,
        title=programme_words.name_of(found.document),
        steps=tuple(step.rule for step in steps),
        titles={step.rule.key: programme_words.title(step, found) for step in steps},
        anchor=found.programme.anchor,
        silent_after=found.programme.silent_after,
    )
    note = "Some things in this draft are still to be fixed; its dates may change." if found.mistakes else ""
    return _page(
        _Asked(
            offer=offer,
            title=offer.title,
            here=url_for("launch_previews.draft", programme=programme),
            back=url_for("programme_drafts.show", programme=programme),
            note=note,
        )
    )


@pages.get("/groups/<cohort>/preview")
@policies.allowed(Action.IMPORT, policies.cohort)
def group(cohort: str) -> ResponseReturnValue:
    """Show the dates that somebody in a group will have."""
    found = launches.of_group(g.session, public_id=cohort)
    return _page(
        _Asked(
            offer=found.offer,
            title=found.title,
            here=url_for("launch_previews.group", cohort=cohort),
            back=url_for("groups.show", cohort=cohort),
            sessions=found.sessions,
            cohort_id=found.cohort_id,
        )
    )


def _page(asked: _Asked) -> ResponseReturnValue:
    house = organisations.of(g.session, organisation_id=g.actor.organisation_id)
    today = worktime.local(g.now, house.zone).date()
    tried = launch_form.tried(lambda: _preview(asked, today), field="programme")
    return render_template(
        "staff/launch_preview.html",
        asked=asked,
        preview=tried.found,
        problems=tried.problems,
        values=request.args,
        **launch_form.sessions(request.args, offer=asked.offer, today=today),
        house=house,
        usual_week=worktime.DEFAULT_WEEK,
    ), tried.status


def _preview(asked: _Asked, today: date) -> Preview | None:
    """The dates; none for a draft that has none yet. Raises Invalid."""
    offer = asked.offer
    if not offer.steps or step_problems.of(offer.steps):
        return None
    days = asked.sessions.days if asked.sessions else launch_form.days(request.args, offer=offer, today=today)
    person = launches.somebody(
        g.session,
        organisation_id=g.actor.organisation_id,
        wish=launch_form.wish(request.args),
        first=days[0],
        cohort_id=asked.cohort_id,
    )
    sessions = asked.sessions or launches.sessions(offer, days=days)
    return previewing.preview(offer, sessions=sessions, person=person)
