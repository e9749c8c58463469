"""Probes for whoever watches over the installation: alive, ready, and how it is doing in sentences."""

from dataclasses import replace

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from coachfollow.extensions import db
from coachfollow.flow import checkup
from coachfollow.queries import status, tables
from coachfollow.rules.access import Action
from coachfollow.web import navigation, policies
from coachfollow.web.staff import words

pages = Blueprint("probes", __name__)

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@pages.get("/healthz")
@policies.bare
@policies.public
def healthz() -> ResponseReturnValue:
    """Say that this process answers; nothing else is asked."""
    return "This process answers.\n", PLAIN


@pages.get("/readyz")
@policies.bare
@policies.public
def readyz() -> ResponseReturnValue:
    """Say whether pages can be served: the database answers and its tables fit. Redis may be away."""
    session = db.session()
    session.info["read_only"] = True
    try:
        problem = tables.problem(session)
    except SQLAlchemyError as error:
        problem = f"The database does not answer ({type(error).__name__})."
    return (f"{problem}\n", 503, PLAIN) if problem else ("Ready.\n", PLAIN)


@pages.get("/status")
@policies.allowed(Action.OPERATE, policies.organisation)
def show() -> ResponseReturnValue:
    """Say how the installation is doing, to whoever runs it."""
    return _page(is_operator=True)


@pages.get("/demo/status")
@policies.demo
def show_in_demo() -> ResponseReturnValue:
    """The same for a visitor of the demo."""
    return _page(is_operator=navigation.operators(g.actor))


def _page(*, is_operator: bool) -> str:
    found, disk = status.status(g.session, now=g.now), checkup.disk()
    if disk.is_problem:
        found = replace(found, findings=[*found.findings, disk])
    return render_template(
        "probes/status.html",
        status=found,
        states=words.MAIL_STATES,
        is_operator=is_operator,
    )
