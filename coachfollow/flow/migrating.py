"""Brings the tables to this version: the one module that loads Alembic, so that other processes start without it."""

import flask_migrate
from flask import Flask, current_app
from flask_migrate import Migrate

from coachfollow.extensions import db
from coachfollow.queries import tables

alembic = Migrate(db=db, directory=tables.MIGRATIONS, render_as_batch=True)


def migrate() -> None:
    """Bring the tables of the current app to this version; restartable."""
    prepare(current_app)
    flask_migrate.upgrade()


def prepare(app: Flask) -> None:
    """Give an app the command `flask db` and what Flask-Migrate keeps in it."""
    alembic.init_app(app)
