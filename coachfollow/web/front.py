"""The first page: the way in, the ways on for whoever is signed in, and the story in the demo."""

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from coachfollow.extensions import installation
from coachfollow.flow.demo_guests import Guest
from coachfollow.web import layout, policies, tongues

pages = Blueprint("front", __name__)


@pages.get("/")
@policies.public
def show() -> ResponseReturnValue:
    """Show the demo's story, the first page of whoever is signed in, or the way in."""
    if installation().settings.demo:
        tongues.speak(tongues.ENGLISH)  # the demo’s own pages do
        return render_template("demo/front.html", guests=Guest)
    if g.actor.person_id is None:
        return render_template("front.html")
    return redirect(url_for("front.home"))


@pages.get("/home")
@policies.signed_in
def home() -> ResponseReturnValue:
    """Lead somebody to the page they work with most."""
    return redirect(layout.menu()[0].url)
