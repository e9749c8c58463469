"""One step of a programme that is being written: its form, and its mail beside it as somebody would get it."""

import re
from collections.abc import Mapping

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coachfollow.errors import Conflict, Invalid, NotFound
from coachfollow.flow import programme_previews
from coachfollow.flow.programme_drafts import Edit
from coachfollow.flow.programme_previews import Look, Preview
from coachfollow.intake import programme_documents, programme_editing, programme_forms, programme_places
from coachfollow.intake.programme_documents import Document
from coachfollow.intake.programme_editing import Survey
from coachfollow.queries.programme_drafts import Draft
from coachfollow.rules.access import Action
from coachfollow.rules.kinds import StepKind
from coachfollow.web import policies
from coachfollow.web.staff import programme_drafts, programme_words, telling

pages = Blueprint("programme_steps", __name__, url_prefix="/programmes/<programme>/draft")

NOTHING: Document = {}
GREETINGS = {"en": "Hello {{first_name}},", "de": "Hallo {{first_name}},"}
UNREADABLE = "This step cannot be read yet. Fix it in the file first."
NO_STEP = "There is no such step in this draft any more."

# A mail as a mail program shows it: its own looks, no script, nothing fetched, and links that open nothing.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox"
)


@pages.get("/new-step")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def begin(programme: str) -> ResponseReturnValue:
    """Ask which kind of step it is to be, then show its form."""
    draft = programme_drafts.opened(programme)
    kind = next((one for one in StepKind if one == request.args.get("kind")), None)
    if kind is None:
        return render_template("staff/programme_kinds.html", draft=draft, kinds=programme_words.KINDS)
    found = programme_drafts.survey(draft)
    return _form(draft, found, "", _first_values(found, kind), {})


@pages.post("/new-step")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def add(programme: str) -> ResponseReturnValue:
    """Put one more step into the draft."""
    given: list[str] = []

    def edit(document: Document) -> Document:
        changed, name = programme_editing.added(document, _typed(document, NOTHING))
        given.append(name)
        return changed

    return _kept(programme, "", edit) or _see(programme, given[-1])


@pages.get("/steps/<step>")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def show(programme: str, step: str) -> ResponseReturnValue:
    """Show the form of a step, and its mail."""
    draft = programme_drafts.opened(programme)
    found = programme_drafts.survey(draft)
    document = programme_editing.step(found.document, step)
    if document is None:
        raise NotFound(NO_STEP)
    return _form(draft, found, step, programme_forms.step_values(document), _problems(found, step))


@pages.post("/steps/<step>")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def change(programme: str, step: str) -> ResponseReturnValue:
    """Keep a step as the form says it, mistakes and all."""

    def edit(document: Document) -> Document:
        before = programme_editing.step(document, step) or {"key": step}
        return programme_editing.replaced(document, step, _typed(document, before))

    return _kept(programme, step, edit) or _see(programme, step)


@pages.post("/steps/<step>/remove")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
@telling.on("programme_drafts.show", "programme")
def remove(programme: str, step: str) -> ResponseReturnValue:
    """Take a step out of the draft."""
    programme_drafts.save(programme, lambda document: programme_editing.removed(document, step))
    sentence = "The step is taken out of the draft. Groups that run keep it."
    return telling.done(sentence, url_for("programme_drafts.show", programme=programme))


@pages.get("/steps/<step>/mail")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def mail(programme: str, step: str) -> ResponseReturnValue:
    """Give a step's mail as it is kept, for the frame that holds it in."""
    return _mail(programme_drafts.survey(programme_drafts.opened(programme)), step, request.args)


@pages.post("/steps/<step>/mail")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def typed_mail(programme: str, step: str) -> ResponseReturnValue:
    """Give a step's mail as it is typed at this moment; nothing is kept."""
    _only_reads()
    document = programme_drafts.survey(programme_drafts.opened(programme)).document
    before = programme_editing.step(document, step) or {"key": step}
    changed = programme_editing.replaced(document, step, _typed(document, before))
    return _mail(_survey(changed), step, request.form)


@pages.post("/new-step/mail")
@policies.allowed(Action.EDIT_PROGRAMMES, policies.organisation)
def new_mail(programme: str) -> ResponseReturnValue:
    """Give the mail of a step that is not kept yet."""
    _only_reads()
    document = programme_drafts.survey(programme_drafts.opened(programme)).document
    changed, name = programme_editing.added(document, _typed(document, NOTHING))
    return _mail(_survey(changed), name, request.form)


def _survey(document: Document) -> Survey:
    return programme_editing.survey(programme_documents.dump(document), file="draft")


def _typed(document: Document, before: Document) -> Document:
    languages = programme_editing.languages(document)
    return programme_forms.step_of(request.form, before=before, languages=languages)


def _kept(programme: str, step: str, edit: Edit) -> ResponseReturnValue | None:
    """Save; the page that says why not, with everything that was typed, where that did not work."""
    try:
        programme_drafts.save(programme, edit)
    except (Conflict, Invalid) as refused:
        g.session.rollback()
        draft = programme_drafts.opened(programme)
        problems = {programme_places.GENERAL: refused.sentence}
        found = programme_drafts.survey(draft)
        return _form(draft, found, step, request.form, problems), refused.status
    return None


def _see(programme: str, step: str) -> ResponseReturnValue:
    sentence = "Kept. Below is what still has to be fixed, and beside it the mail."
    found = programme_drafts.survey(programme_drafts.opened(programme))
    if not _problems(found, step):
        sentence = "Kept."
    return telling.done(sentence, url_for("programme_steps.show", programme=programme, step=step))


def _first_values(found: Survey, kind: StepKind) -> Mapping[str, str]:
    """What stands in a new form: a week after the training at nine, and a greeting where we know one."""
    greetings = {
        f"body-{code}": f"{GREETINGS[code.partition('-')[0]]}\n\n"
        for code in found.programme.languages
        if code.partition("-")[0] in GREETINGS
    }
    return {
        "kind": kind,
        "days": "7",
        "day-kind": "calendar",
        "side": "after",
        "anchor": "session",
        "at": "09:00",
        **greetings,
    }


def _problems(found: Survey, step: str) -> Mapping[str, str]:
    languages = found.programme.languages
    problems = programme_places.of_step(found.mistakes, name=step, languages=languages)
    return {field: programme_words.plain(sentence) for field, sentence in problems.items()}


def _form(
    draft: Draft, found: Survey, step: str, values: Mapping[str, str], problems: Mapping[str, str]
) -> str:
    names = programme_editing.names(found.document)
    place = names.index(step) if step in names else -1
    return render_template(
        "staff/programme_step.html",
        draft=draft,
        step=step,
        languages=programme_editing.languages(found.document),
        again=programme_words.again(found.steps[step]) if step in found.steps else "",
        themes={key: next(iter(by.values()), key) for key, by in found.programme.themes.items()},
        anchors=programme_words.anchors(found, but=step),
        values=values,
        problems=problems,
        general=programme_places.GENERAL,
        words=programme_words,
        earlier=names[place - 1] if place > 0 else "",
        later=names[place + 1] if 0 <= place < len(names) - 1 else "",
    )


def _mail(found: Survey, step: str, asked: Mapping[str, str]) -> ResponseReturnValue:
    languages = found.programme.languages
    look = Look(
        language=next((code for code in languages if code == asked.get("in")), (*languages, "en")[0]),
        has_plan=asked.get("plan") != "no",
        is_reminder=asked.get("mail") == "reminder",
    )
    page = Response(
        render_template(
            "staff/programme_mail.html",
            preview=_preview(found, step, look),
            look=look,
            as_text=asked.get("as") == "text",
            under=_under,
            clean=Markup,  # our own mail: made by mail.prepared, shown in a frame that runs nothing
        )
    )
    page.headers["Content-Security-Policy"] = MAIL_CSP
    return page


def _under(html: str, envelope: str) -> str:
    """A mail with its envelope above it, as mail programs show it."""
    return re.sub(r"<body[^>]*>", lambda body: body[0] + str(envelope), html, count=1)


def _preview(found: Survey, step: str, look: Look) -> Preview:
    if step not in found.steps:
        return Preview(problem=UNREADABLE)
    return programme_previews.show(
        g.session,
        organisation_id=g.actor.organisation_id,
        programme=found.programme,
        step=found.steps[step],
        look=look,
        days=found.days.get(step, 0),
        now=g.now,
    )


def _only_reads() -> None:
    """What is sent here is shown and not kept: it must not hold SQLite's one writer while somebody types."""
    g.session.info["read_only"] = True
