"""Pages and API: parse, call one flow function or read one query, render."""

from flask import Flask

from coachfollow.web import layout, policies, refusals, visits
from coachfollow.web.pages import BLUEPRINTS, NAVIGATION


def register(app: Flask) -> None:
    """Bind every page to the app; one without a policy stops it from starting."""
    visits.register(app)
    refusals.register(app)
    layout.register(app, NAVIGATION)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    policies.demand_all(app)
