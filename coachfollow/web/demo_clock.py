"""The demo's clock: a bar on every page, one press for one move, and what happened meanwhile told afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from coachfollow import bell, clock
from coachfollow.errors import Conflict, NotFound
from coachfollow.extensions import installation
from coachfollow.flow import demo_travel
from coachfollow.flow.demo_travel import Ahead
from coachfollow.queries import clockwork, happenings
from coachfollow.queries.clockwork import Journey
from coachfollow.web import addresses, demo_telling, policies, ringing

pages = Blueprint("demo_clock", __name__, url_prefix="/demo/clock")

PATIENCE = 1.2  # seconds a page waits for time to arrive, before it shows how far it has come
BLINK = 0.05
LOOK_AGAIN = {"Refresh": "1"}  # seconds; a header, so that it works without script

BUTTONS: Mapping[Ahead, str] = {
    Ahead.EVENT: "Next event",
    Ahead.DAY: "A day",
    Ahead.WEEK: "A week",
    Ahead.QUARTER: "3 months",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What the clock bar of a page shows, and what its form carries."""

    moment: str
    moves: int
    is_moving: bool
    back: str
    buttons: Mapping[Ahead, str]


@pages.app_context_processor
def bar() -> dict[str, Any]:
    """Give every page of the demo its clock bar; an error page whose database is away goes without."""
    now: datetime | None = g.get("now")
    if now is None or not installation().settings.demo:
        return {}
    try:
        journey = clockwork.journey(g.session)
    except SQLAlchemyError:
        return {}
    return {
        "demo_clock": Bar(
            moment=demo_telling.moment(now, installation().settings.zone),
            moves=journey.moves,
            is_moving=journey.heading_for is not None,
            back=_here(),
            buttons=BUTTONS,
        )
    }


@pages.get("")
@policies.demo
def show() -> ResponseReturnValue:
    """Say what comes next, and offer to move time ahead."""
    return render_template("demo/clock.html", next_event=clockwork.next_event(g.session, after=g.now))


@pages.post("")
@policies.demo
def set_out() -> ResponseReturnValue:
    """Send time ahead, once for each form, and go to where one sees it pass."""
    form, back = request.form, addresses.own_path(request.form.get("back"))
    ahead = next((one for one in Ahead if one == form.get("ahead")), None)
    if ahead is None:
        raise NotFound("Time moves by a day, a week, three months, or to the next event.")
    try:
        demo_travel.set_out(g.session, ahead=ahead, moves=form.get("moves", -1, type=int))
    except Conflict as why_not:
        flash(f"{why_not.sentence} {_it_is()}", "warning")
        return redirect(back if clockwork.journey(g.session).heading_for is None else _watching(back))
    return redirect(_watching(back))


@pages.get("/on-its-way")
@policies.demo
def watch() -> ResponseReturnValue:
    """Show how far time has come; when it has arrived, tell what happened and go back to where one was."""
    back, journey = addresses.own_path(request.args.get("back")), _wait_for_arrival()
    g.now = clockwork.now(g.session)
    if journey.heading_for is None or journey.set_out_at is None:
        return _arrived(journey, back)
    meanwhile = happenings.happened(g.session, since=journey.set_out_at, until=g.now)
    way = (g.now - journey.set_out_at) / (journey.heading_for - journey.set_out_at)
    page = render_template(
        "demo/on_its_way.html",
        percent=min(99, int(100 * way)),
        heading_for=demo_telling.moment(journey.heading_for, installation().settings.zone),
        told=demo_telling.so_far(meanwhile),
        back=back,
    )
    return page, LOOK_AGAIN


@pages.post("/halt")
@policies.demo
def halt() -> ResponseReturnValue:
    """Let time stand where it is."""
    demo_travel.halt(g.session)
    return redirect(_watching(addresses.own_path(request.form.get("back"))))


def _wait_for_arrival() -> Journey:
    """Ring for the worker that moves time, as often as somebody looks: a lost ring is made good by the next."""
    journey = clockwork.journey(g.session)
    if journey.heading_for is not None:
        ringing.ring(bell.TRAVEL)
    ends_at = clock.stopwatch() + PATIENCE
    while journey.heading_for is not None and clock.stopwatch() < ends_at:
        g.session.rollback()
        clock.rest(BLINK)
        journey = clockwork.journey(g.session)
    return journey


def _arrived(journey: Journey, back: str) -> ResponseReturnValue:
    if journey.set_out_at is not None:
        meanwhile = happenings.happened(g.session, since=journey.set_out_at, until=g.now)
        flash(demo_telling.told(meanwhile, length=max(timedelta(), g.now - journey.set_out_at)))
    return redirect(back)


def _it_is() -> str:
    return f"It is {demo_telling.moment(clockwork.now(g.session), installation().settings.zone)} now."


def _watching(back: str) -> str:
    return url_for("demo_clock.watch", back=back)


def _here() -> str:
    """The page to come back to: this one, where it can be opened again by its address."""
    adapter = request_ctx.url_adapter
    if request.blueprint == pages.name and request.endpoint != "demo_clock.show":
        return addresses.own_path(request.values.get("back"))
    try:
        opens = adapter is not None and bool(adapter.match(request.path, method="GET"))
    except HTTPException:
        opens = False
    return request.full_path.rstrip("?") if opens else url_for("front.show")
