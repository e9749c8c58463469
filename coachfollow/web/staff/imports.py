"""Brings a list into a group: upload or paste, answer what has to be asked, go on to the preview."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid
from coachfollow.flow import profiles, staging
from coachfollow.intake import reading as lists
from coachfollow.intake.reading import Reading, Unreadable
from coachfollow.queries import groups
from coachfollow.rules.access import Action
from coachfollow.rules.kinds import ImportKind
from coachfollow.web import policies
from coachfollow.web.staff import questions, telling, uploads
from coachfollow.web.staff.uploads import Upload

pages = Blueprint("imports", __name__)

KINDS = {"roster": ImportKind.ROSTER, "attendance": ImportKind.ATTENDANCE}

ASK_KIND = "Say whether these people are invited or were there."
ASK_SESSION = "Choose the session it is about."


@pages.get("/groups/<cohort>/import")
@policies.allowed(Action.IMPORT, policies.cohort)
def ask(cohort: str) -> ResponseReturnValue:
    """Ask for a file or a pasted list."""
    return _form(cohort, {}, {})


@pages.post("/groups/<cohort>/import")
@policies.allowed(Action.IMPORT, policies.cohort)
def take(cohort: str) -> ResponseReturnValue:
    """Stage a list for its preview, or ask what has to be asked first."""
    try:
        with uploads.received() as upload:
            reading = _read(upload, _held_on(cohort))
            if reading.questions:
                upload.stays = True
                return _question(cohort, upload, reading)
            _remember(reading)
            batch = _stage(cohort, upload, reading)
    except (Unreadable, Invalid) as refusal:
        g.session.rollback()
        return _form(cohort, request.form, _placed(refusal)), 422
    return telling.see(url_for("batches.show", batch=batch))


def _held_on(cohort: str) -> date | None:
    """The day of the session that the list is about, as far as that has been said."""
    if KINDS.get(request.form.get("kind", "")) is not ImportKind.ATTENDANCE:
        return None
    sessions = groups.group(g.session, public_id=cohort).sessions
    said = request.form.get("session", "")
    return next((one.local_date for one in sessions if str(one.position) == said or len(sessions) == 1), None)


def _read(upload: Upload, held_on: date | None) -> Reading:
    """Read a list with what was answered, else as somebody told us to read such files, else as we know them."""
    reading = _reading(upload, questions.columns(), held_on)
    if questions.columns() is not None:
        return reading
    remembered = profiles.fitting(
        g.session, organisation_id=g.actor.organisation_id, fingerprint=reading.fingerprint
    )
    return reading if remembered is None else _reading(upload, remembered, held_on)


def _reading(upload: Upload, mapping: lists.Mapping | None, held_on: date | None) -> Reading:
    order = questions.date_order()
    if upload.is_pasted:
        return lists.read_pasted(upload.text, date_order=order, expected=held_on)
    return lists.read(
        upload.path,
        name=upload.name,
        mapping=mapping,
        date_order=order,
        expected=held_on,
        max_bytes=uploads.most_bytes(),
    )


def _remember(reading: Reading) -> None:
    """Keep how this file was read, if somebody gave it a name."""
    name = request.form.get("profile", "").strip()
    if name:
        profiles.save(g.session, organisation_id=g.actor.organisation_id, name=name, reading=reading)


def _stage(cohort: str, upload: Upload, reading: Reading) -> str:
    kind = KINDS.get(request.form.get("kind", ""))
    if kind is None:
        raise Invalid(ASK_KIND, {"kind": ASK_KIND})
    return staging.stage(
        g.session,
        cohort=groups.row(g.session, public_id=cohort),
        reading=reading,
        kind=kind,
        file_name=upload.name,
        checksum=upload.checksum,
        training_session_id=_session(cohort) if kind is ImportKind.ATTENDANCE else None,
        now=g.now,
        actor_id=g.actor.person_id,
    ).public_id


def _session(cohort: str) -> int | None:
    """The session that is named by its number; None where there is only one."""
    said = request.form.get("session", "")
    sessions = groups.group(g.session, public_id=cohort).sessions
    chosen = next((one.id for one in sessions if str(one.position) == said), None)
    if chosen is None and len(sessions) > 1:
        raise Invalid(ASK_SESSION, {"session": ASK_SESSION})
    return chosen


def _placed(refusal: Unreadable | Invalid) -> dict[str, str]:
    """Put a refusal beside the field it is about."""
    known = [name for name in getattr(refusal, "fields", {}) if name in {"kind", "session"}]
    return {known[0] if known else "file": refusal.sentence}


def _form(cohort: str, values: Mapping[str, str], problems: Mapping[str, str]) -> str:
    return render_template(
        "staff/import.html",
        group=groups.group(g.session, public_id=cohort),
        values=values,
        problems=problems,
        most_mb=uploads.most_bytes() >> 20,
    )


def _question(cohort: str, upload: Upload, reading: Reading) -> str:
    return render_template(
        "staff/question.html",
        group=groups.group(g.session, public_id=cohort),
        upload=upload,
        reading=reading,
        question=reading.questions[0],
        carried=questions.carried(),
        orders=questions.ORDERS,
        offered={field.value: words for field, words in questions.OFFERED.items()},
        usual=questions.USUAL,
        chosen={field.value: name for field, name in reading.mapping.columns.items()},
        delimiters=questions.DELIMITERS,
        encodings=[(one, one) for one in questions.ENCODINGS],
        columns=[(one, one) for one in reading.header],
    )
