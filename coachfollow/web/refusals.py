"""Shows every refusal and every error as a page with a sentence, in one place."""

import logging

from flask import Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from werkzeug.exceptions import HTTPException

from coachfollow import vault
from coachfollow.errors import Refusal, SignInNeeded, TooMany
from coachfollow.web import hearing, tongues

log = logging.getLogger(__name__)

SENTENCES = {
    400: tongues.mark("Something in that request could not be understood. Please go back and try again."),
    403: tongues.mark("This is not yours to see."),
    404: tongues.mark("There is no such page."),
    405: tongues.mark("This page cannot be used that way."),
    413: tongues.mark("That file is too large."),
    429: tongues.mark("That was asked for too often; please wait a little."),
}
TOO_OLD = tongues.mark("This form is too old, or was opened elsewhere.")
SEND_AGAIN = tongues.mark("Go back, reload the page, send again.")
NO_SUCCESS = tongues.mark("That did not work.")
NO_DATABASE = tongues.mark(
    "The database does not answer just now. Nothing was lost; please try again in a minute."
)
BROKEN = tongues.mark("Something went wrong on our side, and nothing was changed.")


def register(app: Flask) -> None:
    """Bind the error pages."""
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(NoConnectionError, _database)
    app.register_error_handler(Exception, _broken)


def page(status: int, sentence: str, *, hint: str = "") -> tuple[str, int]:
    """Render a page that says what is wrong and what to do."""
    said = {"sentence": hearing.said(sentence), "hint": hearing.said(hint)}
    return render_template("refusal.html", status=status, **said), status


def _sign_in(error: SignInNeeded) -> ResponseReturnValue:
    if request.method == "GET":
        return redirect(url_for("signin.ask", next=request.full_path.rstrip("?")))
    return page(error.status, error.sentence)


def _refused(error: Refusal) -> ResponseReturnValue:
    body, status = page(error.status, error.sentence)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    return body, status, headers


def _stale_form(error: CSRFError) -> ResponseReturnValue:
    del error
    return page(403, TOO_OLD, hint=SEND_AGAIN)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    return page(status, SENTENCES.get(status, NO_SUCCESS))


def _database(error: OperationalError | NoConnectionError) -> ResponseReturnValue:
    cause = error.orig if isinstance(error, OperationalError) else error
    log.error("The database did not answer: %s", type(cause).__name__)
    return page(503, NO_DATABASE)


def _broken(error: Exception) -> ResponseReturnValue:
    number = vault.new_public_id()[:8]
    log.error("Error %s", number, exc_info=error)
    hint = tongues.say("If it happens again, tell whoever runs this: error %(number)s.", number=number)
    return page(500, BROKEN, hint=hint)
