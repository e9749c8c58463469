"""A programme that is being written: its time line, what it says about itself, its file, publishing it."""

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import programme_drafts
from coachfollow.flow.programme_drafts import Edit
from coachfollow.intake import (
    programme_advice,
    programme_editing,
    programme_forms,
    programme_places,
    programme_readers,
)
from coachfollow.intake.programme import InvalidProgramme, Mistake
from coachfollow.intake.programme_documents import Document
from coachfollow.intake.programme_editing import Survey
from coachfollow.queries import programme_drafts as drafts
from coachfollow.queries import programmes as offers
from coachfollow.queries.programme_drafts import Draft
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import downloads, programme_line, programme_words, programmes, telling

pages = Blueprint("programme_drafts", __name__)

OTHER_LANGUAGE = "Write a language code, for example de or pt-BR."
LAST_LANGUAGE = "A programme is written in one language at least."


@pages.get("/programmes/<programme>/draft")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def show(programme: str) -> ResponseReturnValue:
    """Show the time line of a draft, and what is still to be fixed."""
    draft = opened(programme)
    found = survey(draft)
    by_step = {
        name: programme_places.of_step(found.mistakes, name=name, languages=found.programme.languages)
        for name in programme_editing.names(found.document)
    }
    return render_template(
        "staff/programme_draft.html",
        draft=draft,
        found=found,
        weeks=programme_line.weeks(found),
        line=programme_line.drawn(found),
        by_step=by_step,
        about=_about_problems(found),
        has_poor_advice=any(map(programme_advice.is_advice, found.mistakes)),
        elsewhere=programme_places.elsewhere(found.mistakes),
        words=programme_words,
    )


@pages.get("/programmes/<programme>/draft/about")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def about(programme: str) -> ResponseReturnValue:
    """Show the form of what a programme says about itself."""
    draft = opened(programme)
    found = survey(draft)
    return _about(draft, found, programme_forms.about_values(found.document), _about_problems(found))


@pages.post("/programmes/<programme>/draft/about")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def change_about(programme: str) -> ResponseReturnValue:
    """Keep what a programme says about itself, mistakes and all."""

    def edit(document: Document) -> Document:
        languages = programme_editing.languages(document)
        return programme_forms.about_of(request.form, before=document, languages=languages)

    try:
        save(programme, edit)
    except (Conflict, Invalid) as refused:
        g.session.rollback()
        draft = opened(programme)
        page = _about(draft, survey(draft), request.form, {programme_places.GENERAL: refused.sentence})
        return page, refused.status
    return telling.done("Kept.", url_for("programme_drafts.show", programme=programme))


@pages.post("/programmes/<programme>/draft/languages")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
@telling.on("programme_drafts.about", "programme")
def change_languages(programme: str) -> ResponseReturnValue:
    """Take a language up, or take one out with everything written in it."""
    new, gone = request.form.get("add", "").strip(), request.form.get("remove", "")

    def edit(document: Document) -> Document:
        codes = programme_editing.languages(document)
        wanted = tuple(dict.fromkeys(code for code in (*codes, new) if code and code != gone))
        if not wanted:
            raise Invalid(LAST_LANGUAGE)
        if new and not programme_readers.is_language(new):
            raise Invalid(OTHER_LANGUAGE)
        return programme_editing.spoken(document, wanted)

    save(programme, edit)
    sentence = (
        f"Every text can be written in “{new}” now." if new else f"Everything written in “{gone}” is gone."
    )
    return telling.done(sentence, url_for("programme_drafts.about", programme=programme))


@pages.get("/programmes/<programme>/draft/file")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def file(programme: str) -> ResponseReturnValue:
    """Show a draft as the file it is."""
    draft = opened(programme)
    return _file(draft, draft.document, survey(draft).mistakes, "")


@pages.post("/programmes/<programme>/draft/file")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def replace(programme: str) -> ResponseReturnValue:
    """Put a file, uploaded or typed, in the place of a draft's words."""
    text = request.form.get("text", "").replace("\r\n", "\n")
    try:
        if uploaded := request.files.get("file"):
            text = programmes.uploaded()[0] if uploaded.filename else text
        programme_drafts.rewrite(
            g.session,
            organisation_id=g.actor.organisation_id,
            key=programme,
            revision=revision(),
            text=text,
            now=g.now,
            actor_id=g.actor.person_id,
        )
    except InvalidProgramme as refused:
        return _file(opened(programme), text, refused.mistakes, ""), refused.status
    except (Conflict, Invalid) as refused:
        g.session.rollback()
        return _file(opened(programme), text, (), refused.sentence), refused.status
    return telling.done("Kept.", url_for("programme_drafts.show", programme=programme))


@pages.get("/programmes/<programme>/draft/programme.yaml")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def download(programme: str) -> ResponseReturnValue:
    """Give out a draft as a file."""
    draft = opened(programme)
    return downloads.yaml(draft.document, name=f"{draft.key}-draft.yaml")


@pages.get("/programmes/<programme>/draft/publish")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def look_over(programme: str) -> ResponseReturnValue:
    """Show what publishing would change, and for whom."""
    draft = opened(programme)
    return render_template(
        "staff/programme_publish.html",
        draft=draft,
        found=survey(draft),
        changes=programme_words.by_step(programme_drafts.changes(draft)),
        groups=offers.groups_of(g.session, organisation_id=g.actor.organisation_id, key=programme),
        words=programme_words,
    )


@pages.post("/programmes/<programme>/draft/publish")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
@telling.on("programme_drafts.look_over", "programme")
def publish(programme: str) -> ResponseReturnValue:
    """Make a draft the version that new groups begin with."""
    version = programme_drafts.publish(
        g.session,
        organisation_id=g.actor.organisation_id,
        key=programme,
        revision=revision(),
        follows=number("follows"),
        now=g.now,
        actor_id=g.actor.person_id,
    )
    sentence = f"Version {version.number} is published. New groups begin with it; running ones keep theirs."
    return telling.done(sentence, url_for("programmes.show", programme=programme))


@pages.post("/programmes/<programme>/draft/put-away")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
@telling.on("programme_drafts.show", "programme")
def put_away(programme: str) -> ResponseReturnValue:
    """Close a draft without publishing it."""
    programme_drafts.put_away(
        g.session,
        organisation_id=g.actor.organisation_id,
        key=programme,
        revision=revision(),
        now=g.now,
        actor_id=g.actor.person_id,
    )
    return telling.done(
        "The draft is put away. What is published stays as it is.", url_for("programmes.listed")
    )


def opened(programme: str) -> Draft:
    """The draft that the address names."""
    return drafts.draft(g.session, organisation_id=g.actor.organisation_id, key=programme)


def survey(draft: Draft) -> Survey:
    """A draft, looked over."""
    return programme_editing.survey(draft.document, file=draft.file)


def save(programme: str, edit: Edit) -> None:
    """Keep a change of the draft that this form was shown from."""
    programme_drafts.save(
        g.session,
        organisation_id=g.actor.organisation_id,
        key=programme,
        revision=revision(),
        edit=edit,
        now=g.now,
        actor_id=g.actor.person_id,
    )


def revision() -> int:
    """Which save of the draft this form was shown from."""
    return number("revision")


def number(name: str) -> int:
    """A number that our own form carries; 0, which fits nothing, where it was tampered with."""
    said = request.form.get(name, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0  # noqa: PLR2004


def _about_problems(found: Survey) -> Mapping[str, str]:
    problems = programme_places.of_programme(found.mistakes, languages=found.programme.languages)
    return {field: programme_words.plain(sentence) for field, sentence in problems.items()}


def _about(draft: Draft, found: Survey, values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    return render_template(
        "staff/programme_about.html",
        draft=draft,
        languages=programme_editing.languages(found.document),
        values=values,
        problems=problems,
        general=programme_places.GENERAL,
        words=programme_words,
    )


def _file(draft: Draft, text: str, mistakes: tuple[Mistake, ...], problem: str) -> str:
    return render_template(
        "staff/programme_file.html", draft=draft, text=text, mistakes=mistakes, problem=problem
    )
