"""Tells on the next page what happened, or why it did not: a second click is no reason for an error page."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from flask import flash, g, redirect, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Closed, Conflict, Invalid

Arguments = ParamSpec("Arguments")
View = Callable[Arguments, ResponseReturnValue]

SEE_OTHER = 303


def on(endpoint: str, *names: str) -> Callable[[View[Arguments]], View[Arguments]]:
    """Let a refusal of this operation be said on that page, which the address names by these arguments."""

    def decorate(view: View[Arguments]) -> View[Arguments]:
        @wraps(view)
        def told(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
            try:
                return view(*args, **kwargs)
            except (Conflict, Closed, Invalid) as refusal:
                g.session.rollback()
                flash(refusal.sentence, "warning")
                here: dict[str, Any] = {name: kwargs[name] for name in names}
                return redirect(url_for(endpoint, **here), SEE_OTHER)

        return told

    return decorate


def see(where: str) -> ResponseReturnValue:
    """Go on to that page, which says by itself how things are."""
    return redirect(where, SEE_OTHER)


def done(sentence: str, where: str) -> ResponseReturnValue:
    """Say what happened, on that page."""
    flash(sentence)
    return see(where)
