"""The demo's own pages: be one of its people, and read everybody's mail."""

from collections.abc import Mapping

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import NotFound
from coachfollow.flow import demo_guests, demo_people, mailbox
from coachfollow.flow.demo_guests import Guest
from coachfollow.queries import my_plan
from coachfollow.web import paging, policies, visits

pages = Blueprint("demo", __name__, url_prefix="/demo")

LETTERS_A_PAGE = 25
PARTS = ("html", "text", "source")

# A mail is shown as a mail program would: no script, nothing fetched, its own looks and our links only.
MAIL_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'; sandbox allow-popups allow-top-navigation-by-user-activation"
)
OPEN_IN_WHOLE_WINDOW = '<base target="_top">'


@pages.post("/enter")
@policies.demo
def enter() -> ResponseReturnValue:
    """Be one of the demo's people."""
    said = request.form.get("guest", "")
    if said not in set(Guest):
        raise NotFound("Nobody of that kind lives in this demo.")
    entered = demo_guests.enter(g.session, guest=Guest(said), now=g.now)
    visits.enter(entered)
    return redirect(_main_page(Guest(said), entered.person_id))


def _main_page(guest: Guest, person_id: int) -> str:
    """Where somebody of that kind begins their day."""
    match guest:
        case Guest.EMPLOYEE:
            mine = my_plan.plans_of(g.session, person_id=person_id)
            return url_for("following.show", plan=mine[0].plan) if mine else url_for("signin.account")
        case Guest.COACH:
            return url_for("coach.show")
        case Guest.LND:
            return url_for("numbers.show")
        case Guest.OPERATOR:
            return url_for("probes.show")


@pages.get("/mailbox")
@policies.demo
def letters() -> ResponseReturnValue:
    """List the mails, of everybody or of one person, the newest first."""
    recipient = request.args.get("to", "").strip().lower()
    found = mailbox.letters(recipient=recipient or None, **paging.window(LETTERS_A_PAGE))
    return render_template(
        "demo/mailbox.html",
        page=paging.page(found, LETTERS_A_PAGE),
        recipient=recipient,
        names=_names(),
    )


@pages.get("/mailbox/<letter_id>")
@policies.demo
def letter(letter_id: str) -> ResponseReturnValue:
    """Show one mail, as it looks, as text, or as it travelled."""
    part = request.args.get("part", "html")
    return render_template(
        "demo/letter.html",
        mail=mailbox.letter(letter_id),
        names=_names(),
        part=part if part in PARTS else "html",
        parts=PARTS,
    )


@pages.get("/mailbox/<letter_id>/html")
@policies.demo
def as_html(letter_id: str) -> ResponseReturnValue:
    """Give the mail's own HTML, for the frame that holds it in."""
    html = mailbox.letter(letter_id).html
    page = Response(html.replace("<head>", f"<head>{OPEN_IN_WHOLE_WINDOW}", 1), mimetype="text/html")
    page.headers["Content-Security-Policy"] = MAIL_CSP
    return page


def _names() -> Mapping[str, str]:
    """Everybody of the demo by their address, in the order of their names."""
    return {one.email: one.name for one in sorted(demo_people.everyone(), key=lambda one: one.name)}
