"""Makes ready what the first visitor of a web process would else wait for: words, templates and SQL."""

import logging
import threading

from flask import Flask
from jinja2 import Environment
from sqlalchemy.exc import DBAPIError

from coachfollow.extensions import db, reading
from coachfollow.queries import clockwork, rehearsal
from coachfollow.web import tongues

log = logging.getLogger(__name__)


def begin(app: Flask) -> threading.Thread:
    """Do it in a thread that does not keep the process alive; visitors are answered meanwhile."""
    thread = threading.Thread(target=_make_ready, args=[app], name="warming", daemon=True)
    thread.start()
    return thread


def _make_ready(app: Flask) -> None:
    tongues.make_ready()
    _compile(app.jinja_env)
    with app.app_context():
        try:
            _rehearse()
        except DBAPIError as error:  # pages say by themselves that it is away
            log.info("Statements are compiled when they are first asked: %s", error.orig)


def _compile(templates: Environment) -> None:
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)


def _rehearse() -> None:
    session = db.session()
    with reading(session):
        rehearsal.rehearse(session, now=clockwork.now(session))
