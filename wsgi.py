"""The WSGI entry point: `gunicorn wsgi:app`."""

import os

from coachfollow.app import create_app
from coachfollow.config import load

app = create_app(load(os.environ))
