"""The outbox for whoever runs this: mails by state, the server's words, one mail's whole history; no text."""

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from coachfollow.queries import outbox, status
from coachfollow.rules import by_hand
from coachfollow.rules.access import Action
from coachfollow.rules.kinds import MessageState
from coachfollow.web import paging, policies
from coachfollow.web.staff import deed_words, posting, targets, words

pages = Blueprint("outbox", __name__)
pages.add_app_template_filter(posting.meaning, "mail_meaning")
pages.add_app_template_filter(posting.tone, "mail_tone")


@pages.get("/outbox")
@policies.allowed(Action.SEE_OUTBOX, policies.organisation)
def show() -> ResponseReturnValue:
    """Show how many mails are in which state, and first whatever needs its operator."""
    found = status.status(g.session, now=g.now).findings
    problems = [finding.sentence for finding in found if finding.is_problem]
    return render_template("staff/outbox.html", counts=_counts(), problems=problems)


@pages.get("/outbox/<state>")
@policies.allowed(Action.SEE_OUTBOX, policies.organisation)
def in_state(state: str) -> ResponseReturnValue:
    """List the mails in one state."""
    chosen = targets.mail_state(state)
    rows = outbox.in_state(
        g.session, organisation_id=g.actor.organisation_id, state=chosen, **paging.window()
    )
    return render_template(
        "staff/outbox_state.html",
        state=chosen,
        page=paging.page(rows),
        deeds=[(deed, deed_words.LABELS_FOR_SEVERAL[deed]) for deed in by_hand.deeds(chosen)],
        is_all_chosen=request.args.get("chosen") == "all",
    )


@pages.get("/outbox/mail/<message>")
@policies.allowed(Action.SEE_OUTBOX, targets.message)
def one(message: str) -> ResponseReturnValue:
    """Show everything that happened to one mail."""
    mail = outbox.one(g.session, public_id=message)
    noted = outbox.history(g.session, public_id=message)
    return render_template(
        "staff/mail.html",
        mail=mail,
        history=posting.history(mail, noted),
        deeds=[(deed, deed_words.LABELS[deed]) for deed in by_hand.deeds(mail.state)],
    )


def _counts() -> dict[MessageState, int]:
    counts = outbox.counts(g.session, organisation_id=g.actor.organisation_id)
    return {one: counts[one] for one in words.MAIL_STATES}
