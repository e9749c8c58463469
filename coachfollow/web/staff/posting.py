"""Tells what became of one mail, and what each state of a mail means, in sentences; never what a mail says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from coachfollow.queries.outbox import Noted, Posted
from coachfollow.rules.kinds import MessageState
from coachfollow.web import enough, saying

MEANINGS: Mapping[MessageState, str] = {
    MessageState.QUEUED: "Their moment has not come yet, or a worker takes them next.",
    MessageState.CLAIMED: "A worker is filling them in just now.",
    MessageState.HANDING: "They are offered to the mail server, whose reply is awaited.",
    MessageState.IN_DOUBT: "The connection broke at the last moment. Look into each, and say what became of it.",
    MessageState.FAILED: "The mail server said no for good: mostly, the address does not exist.",
    MessageState.EXPIRED: "Their time had passed before they could leave. A late mail would only confuse.",
    MessageState.CANCELLED: "An answer, a pause or a stop made them needless, or nobody has the address.",
    MessageState.SENT: "The mail server took them. What it did with them then, it does not tell us.",
}

TOLD: Mapping[str, str] = {
    "mail sent": "The mail server took it",
    "mail failed": "It could not be delivered, for good",
    "mail kept": "It was kept for later, so that its reader gets few, and gets them at work",
    "mail put off": "The mail server said “not now”; it is tried again later",
    "mail taken back": "Its sender stopped half-way; it went back into the outbox",
    "mail in doubt": "The connection broke after its last dot: we cannot tell whether it arrived",
    "mail cancelled": "It was taken back before it left",
    "mail expired": "It was too late to send it",
    "mail settled by hand": "Somebody found out what became of it",
    "mail sent again by hand": "Put back into the outbox by hand",
    "mail cancelled by hand": "Taken back by hand",
}

VERDICTS: Mapping[object, str] = {
    MessageState.SENT.value: "It arrived",
    MessageState.FAILED.value: "It did not arrive",
}

ENDS: Mapping[MessageState, str] = {
    MessageState.SENT: "mail sent",
    MessageState.FAILED: "mail failed",
    MessageState.IN_DOUBT: "mail in doubt",
    MessageState.CANCELLED: "mail cancelled",
    MessageState.EXPIRED: "mail expired",
}

TONES: Mapping[MessageState, str] = {
    MessageState.SENT: "good",
    MessageState.FAILED: "bad",
    MessageState.IN_DOUBT: "warning",
    MessageState.EXPIRED: "warning",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry of a mail's history; `state` is how a time line marks it."""

    at: datetime
    what: str
    why: str = ""
    state: str = "past"


def meaning(value: MessageState) -> str:
    """What it means for mails to be in a state."""
    return MEANINGS[value]


def tone(value: MessageState) -> str:
    """How a state is coloured: well, badly, or neither."""
    return TONES.get(value, "")


def history(mail: Posted, noted: Sequence[Noted]) -> Sequence[Told]:
    """Tell a mail's whole history in its order, and last what is still to come."""
    past = sorted([*_known(mail), *map(_event, noted), *_end(mail, noted)], key=lambda one: one.at)
    return [*past, *_coming(mail)]


def _known(mail: Posted) -> Iterator[Told]:
    yield Told(at=mail.created_at, what="Put into the outbox")
    if mail.first_tried_at is not None:
        yield Told(at=mail.first_tried_at, what="Written, and offered to the mail server for the first time")


def _event(one: Noted) -> Told:
    return Told(at=one.at, what=TOLD.get(one.name, one.name), why=" ".join(_why(one)))


def _why(one: Noted) -> Iterator[str]:
    if code := one.facts.get("reply"):
        yield f"It answered {code}."
    if verdict := VERDICTS.get(one.facts.get("verdict")):
        yield f"{verdict}."
    if one.facts.get("because") == "last moment":
        yield "It was being handed over just then: the mail server has not taken it."
    if one.name.endswith("by hand"):
        yield f"By {one.by}." if one.by else "From a terminal."
    match one.facts:
        case {"kept": str(day), "limit": str(limit)}:
            yield f"Kept until {saying.short_day(date.fromisoformat(day))}: {enough.because(limit)}."


def _end(mail: Posted, noted: Sequence[Noted]) -> Iterator[Told]:
    """How it ended, where no event says so."""
    name = ENDS.get(mail.state)
    told = {name, "mail settled by hand"} & {one.name for one in noted}
    if name is not None and mail.settled_at is not None and not told:
        yield Told(at=mail.settled_at, what=TOLD[name])


def _coming(mail: Posted) -> Iterator[Told]:
    if mail.state is MessageState.QUEUED:
        again = "again " if mail.attempts or mail.lapses else ""
        yield Told(at=mail.send_at, what=f"Waits to be sent {again}from this moment on", state="now")
    elif mail.state in {MessageState.CLAIMED, MessageState.HANDING}:
        yield Told(at=mail.send_at, what="Is under way just now", state="now")
