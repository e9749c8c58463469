"""Gives every page its frame: the menu of whoever is there, and the demo's clock."""

from datetime import datetime
from typing import NamedTuple

from flask import Flask, current_app, g, request, url_for

from coachfollow.extensions import installation
from coachfollow.rules.access import ANONYMOUS, Actor
from coachfollow.web import assets, charts, hearing, saying, tongues
from coachfollow.web.navigation import Current, Entry


def register(app: Flask, entries: tuple[Entry, ...]) -> None:
    """Bind the frame and its menu."""
    app.extensions["coachfollow.menu"] = entries
    app.context_processor(_frame)
    app.add_template_filter(charts.percent)
    assets.register(app)
    tongues.register(app)
    saying.register(app)
    hearing.register(app)


class Item(NamedTuple):
    """One line of the menu, as it is shown."""

    label: str
    url: str
    current: Current


def menu() -> list[Item]:
    """The menu of whoever is there."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return [
        Item(entry.label, url_for(entry.endpoint), entry.current(request.endpoint))
        for entry in current_app.extensions["coachfollow.menu"]
        if entry.is_for(actor)
    ]


def _frame() -> dict[str, object]:
    """A page that failed early has no time and nobody there; its frame is bare."""
    settings = installation().settings
    now = g.get("now")
    return {
        "menu": menu(),
        "demo_moment": _demo_moment(now, settings.zone) if settings.demo and now else None,
        "is_signed_in": g.get("actor", ANONYMOUS).person_id is not None,
        "organisation_name": settings.organisation,
        "zone": settings.zone,
    }


def _demo_moment(now: datetime, zone: str) -> str:
    """The demo’s time, in English as all that the demo says."""
    with tongues.in_english():
        return saying.moment(now, zone)
