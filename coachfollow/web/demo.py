"""The demo's own pages: be one of its people, read everybody's mail, move its clock."""

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import NotFound
from coachfollow.extensions import installation
from coachfollow.flow import demo, demo_guests, mailbox
from coachfollow.flow.demo import Stepped
from coachfollow.flow.demo_guests import Guest
from coachfollow.web import policies, saying, visits

pages = Blueprint("demo", __name__, url_prefix="/demo")

MOST_LETTERS = 100
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
    visits.enter(demo_guests.enter(g.session, guest=Guest(said), now=g.now))
    return redirect(url_for("front.home"))


@pages.get("/mailbox")
@policies.demo
def letters() -> ResponseReturnValue:
    """List the newest mails, of everybody or of one person."""
    recipient = request.args.get("to", "").strip().lower()
    return render_template(
        "demo/mailbox.html",
        letters=mailbox.letters(recipient=recipient or None, limit=MOST_LETTERS),
        recipient=recipient,
        most=MOST_LETTERS,
    )


@pages.get("/mailbox/<letter_id>")
@policies.demo
def letter(letter_id: str) -> ResponseReturnValue:
    """Show one mail, as it looks, as text, or as it travelled."""
    part = request.args.get("part", "html")
    return render_template(
        "demo/letter.html",
        mail=mailbox.letter(letter_id),
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


@pages.get("/clock")
@policies.demo
def clock() -> ResponseReturnValue:
    """Offer to move time ahead."""
    return render_template("demo/clock.html")


@pages.post("/clock")
@policies.demo
def move() -> ResponseReturnValue:
    """Move time ahead, event by event, and tell what happened meanwhile."""
    match request.form.get("ahead"):
        case "day":
            stepped = demo.step(g.session, days=1)
        case "week":
            stepped = demo.step(g.session, days=7)
        case "event":
            stepped = demo.step_to_next(g.session)
        case _:
            raise NotFound("Time moves by a day, a week or to the next event.")
    flash(_told(stepped))
    return redirect(url_for("demo.clock"))


def _told(stepped: Stepped) -> str:
    now = saying.moment(stepped.now, installation().settings.zone)
    if not stepped.events:
        return f"Nothing more is to come; it still is {now}."
    return (
        f"It is {now}. Meanwhile the people of the demo did {saying.how_many(stepped.acted, 'thing', 'things')}"
        f" of their own, and {saying.how_many(stepped.sent, 'mail', 'mails')} left."
    )
