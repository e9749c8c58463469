"""Brings in a file of people, teams and managers: what it would change is shown before anything is."""

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid
from coachfollow.flow import people_files as keeping
from coachfollow.intake.people import PeopleReading, read_people
from coachfollow.intake.reading import Unreadable
from coachfollow.rules.access import Action
from coachfollow.web import policies
from coachfollow.web.staff import questions, telling, uploads
from coachfollow.web.staff.uploads import Upload

pages = Blueprint("people", __name__)

MOST_PROBLEMS = 200


@pages.get("/people")
@policies.allowed(Action.IMPORT, policies.organisation)
def show() -> ResponseReturnValue:
    """Ask for a file of people."""
    return _form({})


@pages.post("/people")
@policies.allowed(Action.IMPORT, policies.organisation)
@telling.on("people.show")
def take() -> ResponseReturnValue:
    """Show what a file would change; change it when it is confirmed."""
    try:
        with uploads.received() as upload:
            reading = _read(upload)
            if reading.questions or "confirm" not in request.form:
                shown = _question(upload, reading) if reading.questions else _preview(upload, reading)
                upload.stays = True
                return shown
            brought = keeping.bring(
                g.session, organisation_id=g.actor.organisation_id, rows=reading.rows, now=g.now
            )
    except (Unreadable, Invalid) as refusal:
        g.session.rollback()
        return _form({"file": refusal.sentence}), 422
    sentence = f"{brought.added} added, {brought.changed} changed, {brought.unchanged} as they were."
    return telling.done(sentence, url_for("people.show"))


def _read(upload: Upload) -> PeopleReading:
    if upload.is_pasted:
        raise Invalid(uploads.NOTHING)
    return read_people(
        upload.path,
        name=upload.name,
        date_order=questions.date_order(),
        max_bytes=uploads.most_bytes(),
    )


def _preview(upload: Upload, reading: PeopleReading) -> str:
    foreseen = keeping.compare(
        g.session, organisation_id=g.actor.organisation_id, rows=reading.rows, now=g.now
    )
    return render_template(
        "staff/people_preview.html",
        upload=upload,
        foreseen=foreseen,
        reading=reading,
        problems=reading.problems[:MOST_PROBLEMS],
        first=reading.rows[:10],
        order=request.form.get("date_order", ""),
    )


def _question(upload: Upload, reading: PeopleReading) -> str:
    return render_template(
        "staff/people_question.html",
        upload=upload,
        question=reading.questions[0],
        orders=questions.ORDERS,
    )


def _form(problems: Mapping[str, str]) -> str:
    return render_template("staff/people.html", problems=problems, most_mb=uploads.most_bytes() >> 20)
