"""Programmes: which there are, what one says to whom and when, and a new version from a file."""

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coachfollow.flow import programmes as operations
from coachfollow.flow import showing
from coachfollow.intake import programme as template
from coachfollow.intake.programme import InvalidProgramme, Mistake
from coachfollow.queries import programmes
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import telling, uploads

pages = Blueprint("programmes", __name__)

MOST_BYTES = 512 * 1024  # the reader takes half of it; the rest is for saying so
NO_TEXT = "This is not text. A programme is a YAML file in UTF-8."
NO_FILE = "Choose a file."


@pages.get("/programmes")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def listed() -> ResponseReturnValue:
    """List the programmes."""
    return _list((), "")


@pages.post("/programmes")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def publish() -> ResponseReturnValue:
    """Publish a file as a programme or as a new version of one, or say everything that is wrong with it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _list((), NO_FILE), 422
    name = uploads.shown_name(file.filename)
    try:
        text = file.stream.read(MOST_BYTES).decode("utf-8-sig")
        programme = template.read(text, file=name)
    except UnicodeDecodeError:
        return _list((), NO_TEXT), 422
    except InvalidProgramme as refused:
        return _list(refused.mistakes, ""), 422
    version, is_new = operations.publish(
        g.session,
        organisation_id=g.actor.organisation_id,
        programme=programme,
        now=g.now,
        actor_id=g.actor.person_id,
    )
    sentence = (
        f"Version {version.number} is published. New groups begin with it; running ones keep theirs."
        if is_new
        else "This is the version that is published already; nothing was changed."
    )
    return telling.done(sentence, url_for("programmes.show", programme=programme.key))


@pages.get("/programmes/<programme>")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def show(programme: str) -> ResponseReturnValue:
    """Show one programme as people will read it."""
    shown = showing.show(
        g.session,
        organisation_id=g.actor.organisation_id,
        key=programme,
        locale=request.args.get("language"),
    )
    return render_template("staff/programme.html", shown=shown, clean=Markup)  # cleaned by mail.markup


def _list(mistakes: tuple[Mistake, ...], problem: str) -> str:
    found = programmes.newest(g.session, organisation_id=g.actor.organisation_id)
    rows = [
        (one.key, programmes.text(g.session, version_id=version.id, locale=version.language).title, version)
        for one, version in found
    ]
    return render_template("staff/programmes.html", rows=rows, mistakes=mistakes, problem=problem)
