"""Pages and API: parse, call one flow function or read one query, render."""

from flask import Flask

from coachfollow.web import layout, policies, refusals, visits
from coachfollow.web.pages import BLUEPRINTS, NAVIGATION
from coachfollow.web.routing import LazyRule, StoredNumber


def register(app: Flask) -> None:
    """Bind every page to the app; one without a policy stops it from starting."""
    app.url_rule_class = LazyRule
    app.url_map.converters["int"] = StoredNumber
    visits.register(app)
    refusals.register(app)
    layout.register(app, NAVIGATION)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    policies.demand_all(app)
