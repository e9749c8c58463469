"""What an operator does by hand, to a mail or several: asked first, with what it means, then done with a reason."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow import bell
from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import postmaster
from coachfollow.queries import outbox, resending
from coachfollow.queries.outbox import Posted
from coachfollow.rules import by_hand
from coachfollow.rules.access import Action
from coachfollow.rules.by_hand import Deed
from coachfollow.rules.kinds import MessageState
from coachfollow.web import policies, ringing
from coachfollow.web.staff import deed_words, targets, telling

pages = Blueprint("deeds", __name__)

ADDRESS = "/outbox/mail/<message>/<any(settle, resend, cancel):deed>"
ADDRESS_OF_SEVERAL = "/outbox/<state>/<any(settle, resend, cancel):deed>"
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
        _do(chosen, [message])
    except Invalid as refusal:
        g.session.rollback()
        return _asked(message, chosen, refusal.fields), UNPROCESSABLE
    return telling.done(deed_words.DONE[chosen], url_for("outbox.one", message=message))


@pages.get(ADDRESS_OF_SEVERAL)
@policies.allowed(Action.OPERATE, policies.organisation)
@telling.on("outbox.in_state", "state")
def preview_several(state: str, deed: str) -> ResponseReturnValue:
    """Ask before it is done to all of the chosen mails, and say what it means."""
    return _asked_of_several(targets.mail_state(state), Deed(deed), request.args.getlist("mail"), {})


@pages.post(ADDRESS_OF_SEVERAL)
@policies.allowed(Action.OPERATE, policies.organisation)
@telling.on("outbox.in_state", "state")
def carry_out_on_several(state: str, deed: str) -> ResponseReturnValue:
    """Do it to all of the chosen mails or, where one has moved on, to none."""
    chosen, mails = Deed(deed), request.form.getlist("mail")
    try:
        done = _do(chosen, mails)
    except Invalid as refusal:
        g.session.rollback()
        return _asked_of_several(targets.mail_state(state), chosen, mails, refusal.fields), UNPROCESSABLE
    return telling.done(deed_words.done_to(done, chosen), url_for("outbox.in_state", state=state))


def _do(deed: Deed, mails: Collection[str]) -> int:
    facts: dict[str, Any] = {
        "organisation_id": g.target.organisation_id,
        "public_ids": mails,
        "reason": request.form.get("reason", ""),
        "actor_id": g.actor.person_id,
        "now": g.now,
    }
    match deed:
        case Deed.SETTLE:
            return postmaster.settle(g.session, verdict=_verdict(), **facts)
        case Deed.CANCEL:
            return postmaster.cancel(g.session, **facts)
        case Deed.RESEND:
            done = postmaster.resend(g.session, **facts)
            ringing.ring(bell.DRAIN)
            return done


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
    return render_template(
        "staff/deed.html",
        mail=mail,
        question=deed_words.question(deed, mail),
        obstacle=_obstacles(deed, [mail]).get(message),
        **_form(deed, problems),
    )


def _asked_of_several(
    state: MessageState, deed: Deed, mails: Collection[str], problems: Mapping[str, str]
) -> str:
    if not mails:
        raise Invalid("Choose the mails first, then what to do with them.")
    if deed not in by_hand.deeds(state):
        raise Conflict(f"Nothing was changed: {by_hand.WHY_NOT[deed]}.")
    found = outbox.chosen(g.session, organisation_id=g.target.organisation_id, state=state, public_ids=mails)
    obstacles = _obstacles(deed, found)
    possible = [mail for mail in found if mail.public_id not in obstacles]
    return render_template(
        "staff/deeds.html",
        state=state,
        mails=possible,
        left_out=list(obstacles.values()),
        moved_on=len(set(mails)) - len(found),
        question=deed_words.question_about(deed, possible),
        **_form(deed, problems),
    )


def _obstacles(deed: Deed, mails: Collection[Posted]) -> Mapping[str, str]:
    """Why some of them should not be sent again."""
    if deed is not Deed.RESEND:
        return {}
    names = [mail.public_id for mail in mails]
    return resending.named_obstacles(g.session, public_ids=names, now=g.now)


def _form(deed: Deed, problems: Mapping[str, str]) -> Mapping[str, object]:
    """What its form shows, of one mail as of several."""
    return {
        "verdicts": deed_words.VERDICTS if deed is Deed.SETTLE else (),
        "values": request.form,
        "problems": problems,
        "longest": by_hand.LONGEST_REASON,
    }
