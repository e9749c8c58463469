"""The pages for gunicorn, as `up` starts them: `coachfollow.cli.serve:app()`."""

import logging
import os

from flask import Flask

from coachfollow.app import create_app
from coachfollow.config import load
from coachfollow.web import warming


def app() -> Flask:
    """Make the app from the environment, with its warnings on standard error."""
    settings = load(os.environ)
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    made = create_app(settings)
    warming.begin(made)
    return made
