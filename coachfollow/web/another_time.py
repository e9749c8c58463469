"""“Choose another time”: a participant moves their own meeting to a time that is free for both."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import groupby

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import rearranging
from coachfollow.queries import own_times, plan_heads
from coachfollow.rules import worktime
from coachfollow.rules.kinds import TokenPurpose
from coachfollow.web import keyring, policies, saying, tongues

pages = Blueprint("another_time", __name__)

HERE = "/my-plan/<plan>/meetings/<int:meeting>"
NONE_CHOSEN = tongues.mark("Please choose a time.")
SEE_OTHER = 303

Times = Sequence[tuple[date, Sequence[tuple[str, datetime]]]]


@pages.get(HERE)
@policies.link
def show(plan: str, meeting: int) -> ResponseReturnValue:
    """Show how the meeting stands, and the times it could have instead."""
    keyring.held(TokenPurpose.PLAN, plan)
    return _page(plan, meeting)


@pages.post(HERE)
@policies.link
def choose(plan: str, meeting: int) -> ResponseReturnValue:
    """Move the meeting; where somebody was quicker, say so beside what is free now."""
    link = keyring.held(TokenPurpose.PLAN, plan)
    try:
        starts_at = _chosen(request.form.get("at", ""))
        rearranging.choose(
            g.session,
            plan_id=link.plan_id,
            follow_up=meeting,
            starts_at=starts_at,
            now=g.now,
            person_id=link.person_id,
        )
    except (Invalid, Conflict) as refused:
        g.session.rollback()
        return _page(plan, meeting, {"at": refused.sentence}), refused.status
    head = plan_heads.of(g.session, public_id=plan)
    when = saying.moment(starts_at, head.zone)
    both = tongues.say("%(coach)s and you", coach=head.coach) if head.coach else tongues.say("You both")
    flash(
        tongues.say(
            "Moved: we meet on %(when)s. %(both)s get the new time in your calendars within minutes.",
            when=when,
            both=both,
        )
    )
    return redirect(url_for("following.show", plan=plan), SEE_OTHER)


def _chosen(said: str) -> datetime:
    try:
        chosen = datetime.fromisoformat(said)
        if chosen.tzinfo is not None:
            return chosen.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Invalid(NONE_CHOSEN, {"at": NONE_CHOSEN})


def _page(plan: str, meeting: int, problems: Mapping[str, str] | None = None) -> str:
    head = plan_heads.of(g.session, public_id=plan)
    mine = own_times.of(g.session, head=head, follow_up=meeting, now=g.now)
    return render_template(
        "following/another_time.html",
        head=head,
        mine=mine,
        days=_by_day(mine.times, head.zone),
        problems=problems or {},
    )


def _by_day(times: Sequence[datetime], zone: str) -> Times:
    """The times of each day, by the participant's clock, as the form takes them."""
    found = groupby(times, key=lambda at: worktime.local(at, zone).date())
    return [(day, [(at.strftime("%Y-%m-%dT%H:%MZ"), at) for at in some]) for day, some in found]
