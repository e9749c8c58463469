"""What an operator does to one mail by hand: asked first, with what it means, then done with a reason."""

from collections.abc import Mapping

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow import bell
from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import postmaster
from coachfollow.queries import outbox, resending
from coachfollow.rules import by_hand
from coachfollow.rules.access import Action
from coachfollow.rules.by_hand import Deed
from coachfollow.rules.kinds import MessageState
from coachfollow.web import policies, ringing
from coachfollow.web.staff import deed_words, targets, telling

pages = Blueprint("deeds", __name__)

ADDRESS = "/outbox/mail/<message>/<any(settle, resend, cancel):deed>"
UNPROCESSABLE = 422


@pages.get(ADDRESS)
@policies.allowed(Action.OPERATE, targets.message)
@telling.on("outbox.one", "message")
def preview(message: str, deed: str) -> ResponseReturnValue:
    """Ask before it is done, and say what it means."""
    return _asked(message, Deed(deed), {})


@pages.post(ADDRESS)
@policies.allowed(Action.OPERATE, targets.message)
@telling.on("outbox.one", "message")
def carry_out(message: str, deed: str) -> ResponseReturnValue:
    """Do it, with the reason that was given."""
    chosen = Deed(deed)
    try:
        _do(chosen, message)
    except Invalid as refusal:
        g.session.rollback()
        return _asked(message, chosen, refusal.fields), UNPROCESSABLE
    if chosen is Deed.RESEND:
        ringing.ring(bell.DRAIN)
    return telling.done(deed_words.DONE[chosen], url_for("outbox.one", message=message))


def _do(deed: Deed, message: str) -> None:
    facts = {
        "organisation_id": g.target.organisation_id,
        "public_ids": [message],
        "reason": request.form.get("reason", ""),
        "actor_id": g.actor.person_id,
        "now": g.now,
    }
    match deed:
        case Deed.SETTLE:
            postmaster.settle(g.session, verdict=_verdict(), **facts)
        case Deed.RESEND:
            postmaster.resend(g.session, **facts)
        case Deed.CANCEL:
            postmaster.cancel(g.session, **facts)


def _verdict() -> MessageState:
    said = request.form.get("verdict")
    chosen = next((one for one in by_hand.VERDICTS if one == said), None)
    if chosen is None:
        raise Invalid("Say whether it arrived.", {"verdict": "Say whether it arrived."})
    return chosen


def _asked(message: str, deed: Deed, problems: Mapping[str, str]) -> str:
    mail = outbox.one(g.session, public_id=message)
    if deed not in by_hand.deeds(mail.state):
        raise Conflict(f"Nothing was changed: {by_hand.WHY_NOT[deed]}.")
    obstacle = resending.obstacle(g.session, public_id=message, now=g.now) if deed is Deed.RESEND else None
    return render_template(
        "staff/deed.html",
        mail=mail,
        question=deed_words.question(deed, mail),
        verdicts=deed_words.VERDICTS if deed is Deed.SETTLE else (),
        obstacle=obstacle,
        values=request.form,
        problems=problems,
        longest=by_hand.LONGEST_REASON,
    )
