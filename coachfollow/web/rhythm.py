"""“My rhythm”: how many reminders, on which weekday, at what time, and how they come; what moves is shown first."""

from collections.abc import Mapping
from datetime import time

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import tempos
from coachfollow.flow.tempos import Foreseen
from coachfollow.queries import plan_heads
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.rules.kinds import Channel, Pace, TokenPurpose
from coachfollow.rules.tempo import WEEKDAYS, Freedom, Tempo
from coachfollow.web import being_away, hearing, keyring, policies, tongues

pages = Blueprint("rhythm", __name__)

PACES: Mapping[Pace, str] = {
    Pace.LIGHTER: tongues.mark("Fewer reminders"),
    Pace.NORMAL: tongues.mark("As they are planned"),
    Pace.CLOSER: tongues.mark("More reminders"),
}
CHANNELS: Mapping[Channel, str] = {
    Channel.MAIL: tongues.mark("By mail"),
    Channel.CALENDAR: tongues.mark("In my calendar, and not by mail"),
}
NAMES: Mapping[str, str] = {
    Freedom.RHYTHM: tongues.mark("Reminders of my plan"),
    Freedom.WEEKDAY: tongues.mark("The weekday that suits me"),
    Freedom.TIME: tongues.mark("The time of day that suits me"),
    Freedom.CHANNEL: tongues.mark("How reminders of my plan come"),
}
NO_TIME = tongues.mark("Write a time of day, for example 08:30.")
NO_CHOICE = tongues.mark("This programme comes in one rhythm for everybody.")


@pages.get("/my-plan/<plan>/rhythm")
@policies.link
def show(plan: str) -> ResponseReturnValue:
    """Ask which rhythm suits."""
    keyring.held(TokenPurpose.PLAN, plan)
    return _page(plan, None, {})


@pages.post("/my-plan/<plan>/rhythm")
@policies.link
def choose(plan: str) -> ResponseReturnValue:
    """Show what would move; move it once it is confirmed."""
    link = keyring.held(TokenPurpose.PLAN, plan)
    tempo = _head(plan).tempo
    try:
        own = _chosen()
        if "confirm" not in request.form:
            found = tempos.foresee(g.session, plan_id=link.plan_id, own=own, now=g.now)
            return _page(plan, request.form, {}, found)
        tempos.choose(
            g.session,
            plan_id=link.plan_id,
            own=own,
            now=g.now,
            actor_id=link.person_id,
            shown=request.form["confirm"],
        )
    except (Invalid, Conflict) as refused:
        g.session.rollback()
        fields = (
            refused.fields if isinstance(refused, Invalid) else {tempo.offered[0].value: refused.sentence}
        )
        return _page(plan, request.form, fields), refused.status
    if own.channel is Channel.CALENDAR and tempo.own.channel is Channel.MAIL:
        flash(tongues.say("Kept. One step is left: let my calendar subscribe to this address."))
        return redirect(url_for("in_my_calendar.show", plan=plan))
    flash(tongues.say("Kept. What is still to come follows my rhythm; I can choose another at any time."))
    return redirect(url_for("following.show", plan=plan))


def _head(plan: str) -> PlanHead:
    head = plan_heads.of(g.session, public_id=plan)
    if not head.tempo.offered:
        raise NotFound(NO_CHOICE)
    return head


def _chosen() -> Tempo:
    """What was chosen; a field that is not there leaves it as the programme has it."""
    weekday, at = request.form.get(Freedom.WEEKDAY, ""), request.form.get(Freedom.TIME, "").strip()
    return Tempo(
        pace=next((one for one in Pace if one == request.form.get(Freedom.RHYTHM)), Pace.NORMAL),
        weekday=next((n for n in range(len(WEEKDAYS)) if str(n) == weekday), None),
        at=_time(at) if at else None,
        channel=next((one for one in Channel if one == request.form.get(Freedom.CHANNEL)), Channel.MAIL),
    )


def _time(said: str) -> time:
    try:
        return time.fromisoformat(said).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid(NO_TIME, {Freedom.TIME: NO_TIME}) from None


def _values(own: Tempo) -> Mapping[str, str]:
    return {
        Freedom.RHYTHM: own.pace.value,
        Freedom.WEEKDAY: "" if own.weekday is None else str(own.weekday),
        Freedom.TIME: f"{own.at:%H:%M}" if own.at else "",
        Freedom.CHANNEL: own.channel.value,
    }


def _page(
    plan: str, values: Mapping[str, str] | None, problems: Mapping[str, str], found: Foreseen | None = None
) -> str:
    head = _head(plan)
    has_calendar = Freedom.CHANNEL in head.tempo.allowed
    return render_template(
        "following/rhythm.html",
        head=head,
        offered=head.tempo.offered,
        has_calendar=has_calendar,
        values=_values(head.tempo.own) if values is None else values,
        problems={field: hearing.said(problem) for field, problem in problems.items()},
        names={field: tongues.say(said) for field, said in NAMES.items()},
        kinds=being_away.kinds(),
        paces=[(pace.value, tongues.say(said)) for pace, said in PACES.items()],
        channels=[
            (channel.value, tongues.say(said))
            for channel, said in CHANNELS.items()
            if has_calendar or channel is Channel.MAIL
        ],
        weekdays=[
            ("", tongues.say("any")),
            *((str(n), tongues.say(name)) for n, name in enumerate(WEEKDAYS)),
        ],
        found=found,
    )
