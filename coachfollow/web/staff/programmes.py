"""Programmes: which there are, what one says to whom and when, and the ways a draft begins: edit, copy, a file."""

from collections.abc import Sequence

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.extensions import installation
from coachfollow.flow import programme_drafts, showing
from coachfollow.intake.programme import InvalidProgramme, Mistake
from coachfollow.intake.programme_documents import load
from coachfollow.queries import programme_drafts as drafts
from coachfollow.queries import programmes
from coachfollow.queries.programme_drafts import Draft
from coachfollow.rules import shipped
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import downloads, programme_words, telling, uploads

pages = Blueprint("programmes", __name__)

MOST_BYTES = 512 * 1024  # the reader takes half of it; the rest is for saying so
NO_TEXT = "This is not text. A programme is a YAML file in UTF-8."
NO_FILE = "Choose a file."


@pages.get("/programmes")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def listed() -> ResponseReturnValue:
    """List the programmes, and those that are being written."""
    return _list()


@pages.post("/programmes")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def receive() -> ResponseReturnValue:
    """Take a file as a draft, or say why it cannot be one."""
    try:
        text, name = uploaded()
        key = programme_drafts.receive(
            g.session,
            organisation_id=g.actor.organisation_id,
            text=text,
            file=name,
            now=g.now,
            actor_id=g.actor.person_id,
        )
    except InvalidProgramme as refused:
        return _list(mistakes=refused.mistakes), refused.status
    except (Invalid, Conflict) as refused:
        g.session.rollback()
        return _list(problem=refused.sentence), refused.status
    sentence = "The file is a draft now. Look it through, then publish it."
    return telling.done(sentence, url_for("programme_drafts.show", programme=key))


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
    return render_template(
        "staff/programme.html",
        shown=shown,
        has_draft=_draft(programme) is not None,
        titles={step.key: step.subject for step in shown.steps},
        words=programme_words,
        is_invented=shown.sponsor_name in shipped.invented_sponsors(is_demo=installation().settings.demo),
        clean=Markup,  # cleaned by mail.markup
    )


@pages.get("/programmes/<programme>/programme.yaml")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def download(programme: str) -> ResponseReturnValue:
    """Give out the newest version as the file it is."""
    version = programmes.newest_of(g.session, organisation_id=g.actor.organisation_id, key=programme)
    return downloads.yaml(version.source, name=f"{programme}-{version.number}.yaml")


@pages.post("/programmes/<programme>/edit")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
@telling.on("programmes.show", "programme")
def edit(programme: str) -> ResponseReturnValue:
    """Open the draft of a programme, begun now if there is none."""
    programme_drafts.edit(
        g.session,
        organisation_id=g.actor.organisation_id,
        key=programme,
        now=g.now,
        actor_id=g.actor.person_id,
    )
    return telling.see(url_for("programme_drafts.show", programme=programme))


@pages.get("/programmes/<programme>/copy")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def name_copy(programme: str) -> ResponseReturnValue:
    """Ask what the copy is to be called."""
    version = programmes.newest_of(g.session, organisation_id=g.actor.organisation_id, key=programme)
    title = programmes.text(g.session, version_id=version.id, locale=version.language).title
    return _copy_form(programme, title, f"{title} (our own)", "")


@pages.post("/programmes/<programme>/copy")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def copy(programme: str) -> ResponseReturnValue:
    """Begin a programme of one's own with the words of another."""
    said = request.form.get("title", "")
    try:
        key = programme_drafts.copy(
            g.session,
            organisation_id=g.actor.organisation_id,
            key=programme,
            title=said,
            now=g.now,
            actor_id=g.actor.person_id,
        )
    except Invalid as refused:
        return _copy_form(programme, programme, said, refused.sentence), refused.status
    sentence = "This is your copy. Nobody gets anything of it before you publish it."
    return telling.done(sentence, url_for("programme_drafts.show", programme=key))


def uploaded() -> tuple[str, str]:
    """Give the text of the file that was sent, and its name; raises Invalid."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid(NO_FILE, {"file": NO_FILE})
    try:
        return file.stream.read(MOST_BYTES).decode("utf-8-sig"), uploads.shown_name(file.filename)
    except UnicodeDecodeError as error:
        raise Invalid(NO_TEXT, {"file": NO_TEXT}) from error


def _draft(key: str) -> Draft | None:
    try:
        return drafts.draft(g.session, organisation_id=g.actor.organisation_id, key=key)
    except NotFound:
        return None


def _copy_form(key: str, original: str, title: str, problem: str) -> str:
    return render_template(
        "staff/programme_copy.html", key=key, original=original, title=title, problem=problem
    )


def _list(*, mistakes: Sequence[Mistake] = (), problem: str = "") -> str:
    organisation_id = g.actor.organisation_id
    return render_template(
        "staff/programmes.html",
        published=programmes.summaries(g.session, organisation_id=organisation_id),
        drafts={
            one.key: (programme_words.name_of(load(one.document, file=one.file)), one)
            for one in drafts.drafts(g.session, organisation_id=organisation_id)
        },
        mistakes=mistakes,
        problem=problem,
    )
