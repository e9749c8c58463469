"""The WSGI entry point: `gunicorn wsgi:app`."""

import os

from coachfollow.app import create_app
from coachfollow.config import load
from coachfollow.web import warming

app = create_app(load(os.environ))
warming.begin(app)
