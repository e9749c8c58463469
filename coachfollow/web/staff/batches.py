"""One staged file: its preview row by row, the decisions about rows, carrying it out, what it changed."""

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow import bell
from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import attendance, deciding
from coachfollow.queries import batches, effects, hours, lasting, staged
from coachfollow.queries.sheets import Sheet
from coachfollow.queries.staged import Fate
from coachfollow.rules.access import Action
from coachfollow.rules.effects import sentences
from coachfollow.rules.kinds import ImportState
from coachfollow.web import paging, policies, ringing
from coachfollow.web.staff import downloads, telling

pages = Blueprint("batches", __name__)

AT_ONCE = 2000  # rows; larger files are carried out at the desk
REFRESH_SECONDS = "3"

FATES = {
    Fate.UNDECIDED: "to decide",
    Fate.PROBLEM: "cannot be used",
    Fate.NEW: "new people",
    Fate.MATCHED: "known people",
    Fate.LEFT_OUT: "left out by you",
}


@pages.get("/imports/<batch>")
@policies.allowed(Action.IMPORT, policies.batch)
def show(batch: str) -> ResponseReturnValue:
    """Show a file as far as it is: its preview, its progress, or what it changed."""
    found = batches.batch(g.session, public_id=batch)
    match found.state:
        case ImportState.STAGED:
            return _preview(found)
        case ImportState.PLANNING:
            return _progress(found)
        case _:
            corrections = batches.corrections(g.session, batch=found)
            return render_template("staff/imported.html", batch=found, corrections=corrections)


@pages.post("/imports/<batch>/confirm")
@policies.allowed(Action.IMPORT, policies.batch)
def confirm(batch: str) -> ResponseReturnValue:
    """Carry a file out: a small one at once, a large one at the desk; a second click finds it done."""
    row = batches.row(g.session, public_id=batch)
    is_small, here = row.rows <= AT_ONCE, url_for("batches.show", batch=batch)
    try:
        attendance.confirm(g.session, batch=row)
        if is_small:
            attendance.carry_out(g.session, batch_id=row.id, now=g.now)
            return telling.done("Done. The follow-ups begin by themselves.", here)
    except Conflict:
        return telling.see(here)
    ringing.ring(bell.IMPORT)
    return telling.done("It is on its way. You may close this page; it goes on without you.", here)


@pages.post("/imports/<batch>/withdraw")
@policies.allowed(Action.IMPORT, policies.batch)
@telling.on("batches.show", "batch")
def withdraw(batch: str) -> ResponseReturnValue:
    """Forget a staged file."""
    row = batches.row(g.session, public_id=batch)
    attendance.withdraw(g.session, batch=row)
    return telling.done("Withdrawn. Nothing was changed, and its rows are forgotten.", _here(batch))


@pages.post("/imports/<batch>/rows/<int:line>")
@policies.allowed(Action.IMPORT, policies.batch)
@telling.on("batches.show", "batch")
def decide(batch: str, line: int) -> ResponseReturnValue:
    """Say who a row is, leave it out, or take it in again."""
    row, said = batches.row(g.session, public_id=batch), request.form.get("person", "")
    match said:
        case "nobody":
            deciding.leave_out(g.session, batch=row, line=line)
            sentence = f"Line {line} is left out."
        case "again":
            deciding.take_in(g.session, batch=row, line=line)
            sentence = f"Line {line} is in again."
        case "address":
            email = request.form.get("email", "").strip()
            is_new = deciding.address(g.session, batch=row, line=line, email=email)
            sentence = f"Line {line} is {email}{', somebody new' if is_new else ''}."
        case "":
            raise Invalid("Say who it is, or leave the line out.")
        case _:
            deciding.identify(g.session, batch=row, line=line, person=said)
            sentence = f"Line {line} is decided, and remembered for the next file."
    return telling.done(sentence, _here(batch, show=request.form.get("show")))


@pages.get("/imports/<batch>/problems.csv")
@policies.allowed(Action.IMPORT, policies.batch)
def problems(batch: str) -> Response:
    """Give the rows that cannot be used, as a file to correct the list by."""
    found = batches.batch(g.session, public_id=batch)
    rows = staged.problems(g.session, batch_id=found.id)
    sheet = Sheet(title="Problems", header=("Line", "Name", "What is wrong"), rows=tuple(rows))
    return downloads.csv([sheet], name=f"problems in {found.file_name}.csv")


def _preview(found: batches.Batch) -> str:
    fate = next((one for one in Fate if one == request.args.get("show")), None)
    rows = staged.rows(g.session, batch_id=found.id, fate=fate, **paging.window())
    earlier = batches.same_file(g.session, batch_id=found.id)
    return render_template(
        "staff/preview.html",
        batch=found,
        counts=staged.counts(g.session, batch_id=found.id),
        fates=FATES,
        show=fate,
        page=paging.page(rows),
        changes=list(sentences(effects.foreseen(g.session, batch=found))),
        new_coaches=staged.new_coaches(g.session, batch_id=found.id),
        earlier=earlier,
        own_zone=hours.zone(g.session, person_id=g.actor.person_id) if earlier else "",
        is_large=found.rows > AT_ONCE,
        late=lasting.of_list(g.session, found, organisation_id=g.actor.organisation_id, now=g.now),
    )


def _progress(found: batches.Batch) -> Response:
    response = make_response(render_template("staff/progress.html", batch=found))
    response.headers["Refresh"] = REFRESH_SECONDS  # no script needed; the page has a link as well
    return response


def _here(batch: str, *, show: str | None = None) -> str:
    chosen = next((one.value for one in Fate if one == show), None)
    return url_for("batches.show", batch=batch, show=chosen)
