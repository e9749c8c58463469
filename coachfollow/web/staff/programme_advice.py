"""The advice of a programme that is being written: what its people see beside their own plan, and its themes."""

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Conflict, Invalid
from coachfollow.intake import programme_advice, programme_editing, programme_places
from coachfollow.intake.programme_documents import Document, group
from coachfollow.intake.programme_editing import Survey
from coachfollow.queries.programme_drafts import Draft
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import programme_drafts, programme_words, telling

pages = Blueprint("programme_advice", __name__)


@pages.get("/programmes/<programme>/draft/advice")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def show(programme: str) -> ResponseReturnValue:
    """Show the form of a programme's advice."""
    draft = programme_drafts.opened(programme)
    found = programme_drafts.survey(draft)
    return _form(draft, found, programme_advice.advice_values(found.document), told(found))


@pages.post("/programmes/<programme>/draft/advice")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def change(programme: str) -> ResponseReturnValue:
    """Keep a programme's advice, mistakes and all."""

    def edit(document: Document) -> Document:
        languages = programme_editing.languages(document)
        return programme_advice.advice_of(request.form, before=document, languages=languages)

    try:
        programme_drafts.save(programme, edit)
    except (Conflict, Invalid) as refused:
        g.session.rollback()
        draft = programme_drafts.opened(programme)
        found = programme_drafts.survey(draft)
        return _form(draft, found, request.form, {programme_places.GENERAL: refused.sentence}), refused.status
    return telling.done("Kept.", url_for("programme_drafts.show", programme=programme))


def told(found: Survey) -> Mapping[str, str]:
    """What is wrong with it, by the fields of the form."""
    problems = programme_advice.problems(found.mistakes, languages=found.programme.languages)
    return {field: programme_words.plain(sentence) for field, sentence in problems.items()}


def _form(draft: Draft, found: Survey, values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    languages = programme_editing.languages(found.document)
    return render_template(
        "staff/programme_advice.html",
        draft=draft,
        title=programme_words.name_of(found.document),
        languages=languages,
        values=values,
        rows={code: programme_advice.rows(values, code) for code in languages},
        themes=list(group(found.document, "themes")),
        new_themes=programme_advice.NEW_THEMES,
        problems=problems,
        general=programme_places.GENERAL,
        words=programme_words,
    )
