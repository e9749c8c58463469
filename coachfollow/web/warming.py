"""Compiles the pages’ templates while a web process waits for its first visitor, so that nobody pays for it."""

import threading

from flask import Flask
from jinja2 import Environment


def begin(app: Flask) -> threading.Thread:
    """Compile them in a thread that does not keep the process alive; visitors are answered meanwhile."""
    thread = threading.Thread(target=_compile, args=[app.jinja_env], name="templates", daemon=True)
    thread.start()
    return thread


def _compile(templates: Environment) -> None:
    for name in templates.list_templates(extensions=["html"]):
        templates.get_template(name)
