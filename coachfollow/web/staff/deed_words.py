"""The words in which an operator is asked before a mail is settled, sent again or taken back by hand."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from coachfollow.queries.outbox import Posted
from coachfollow.rules.by_hand import Deed
from coachfollow.rules.kinds import MessageKind, MessageState
from coachfollow.web import saying

LABELS: Mapping[Deed, str] = {
    Deed.SETTLE: "Say whether it arrived",
    Deed.RESEND: "Send it again",
    Deed.CANCEL: "Take it back",
}
LABELS_FOR_SEVERAL: Mapping[Deed, str] = {
    Deed.SETTLE: "Say whether they arrived",
    Deed.RESEND: "Send them again",
    Deed.CANCEL: "Take them back",
}
DONE: Mapping[Deed, str] = {
    Deed.SETTLE: "Noted: what became of this mail is known now.",
    Deed.RESEND: "It is back in the outbox, and leaves when a worker looks next.",
    Deed.CANCEL: "Taken back. If it was just being handed over, it may still have left: its history will say so.",
}
VERDICTS = (
    (MessageState.SENT.value, "It arrived"),
    (MessageState.FAILED.value, "It did not arrive"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked before a deed, and what it would mean."""

    title: str
    lead: str
    means: tuple[str, ...]
    button: str


def question(deed: Deed, mail: Posted) -> Question:
    """Ask about one deed to one mail."""
    match deed:
        case Deed.SETTLE:
            return _settle()
        case Deed.RESEND:
            return _before("Send it again", _resent(mail))
        case Deed.CANCEL:
            return _before("Take it back", _cancelled(mail))


def question_about(deed: Deed, mails: Sequence[Posted]) -> Question:
    """Ask about one deed to several mails, all in the same state; nothing is asked where there is none left."""
    match deed:
        case Deed.SETTLE:
            return Question(
                title="Did they arrive?",
                lead="The connection broke at the last moment, so we cannot tell whether they arrived. The mail"
                " server’s log can: look there for their Message-IDs. One answer goes for all of them.",
                means=(
                    "If they arrived, they count as handed over and are not sent again.",
                    "If they did not, their follow-ups say that nobody was reached. They can then be sent again.",
                ),
                button="Keep this",
            )
        case Deed.RESEND:
            return _before("Send them again", _all_resent(mails))
        case Deed.CANCEL:
            return _before("Take them back", _all_cancelled(mails))


def done_to(number: int, deed: Deed) -> str:
    """Say what was done to so many mails."""
    mails = saying.how_many(number, "mail", "mails")
    match deed:
        case Deed.SETTLE:
            return f"Noted: what became of {mails} is known now."
        case Deed.RESEND:
            return f"{mails} back in the outbox: they leave when a worker looks next."
        case Deed.CANCEL:
            return f"{mails} taken back. What was just being handed over may still have left: its history says so."


def _before(deed: str, means: Iterator[str]) -> Question:
    return Question(
        title=f"{deed}?",
        lead="This is what will happen. Nothing has happened yet.",
        means=tuple(means),
        button=deed,
    )


def _settle() -> Question:
    return Question(
        title="Did it arrive?",
        lead="The connection broke at the last moment, so we cannot tell whether it arrived. The mail server’s log"
        " can: look there for the Message-ID.",
        means=(
            "If it arrived, it counts as handed over and is not sent again.",
            "If it did not, its follow-up says that nobody was reached. It can then be sent again.",
        ),
        button="Keep this",
    )


def _resent(mail: Posted) -> Iterator[str]:
    if mail.state is MessageState.IN_DOUBT:
        yield "It leaves once more, the same to the last byte."
        yield "If the first one arrived after all, this person gets it twice."
    else:
        yield "It is written again, to the address that is known today."
        yield "If the reason for the refusal is still there, it will be refused again."
    yield "It leaves when a worker looks next: within half a minute, if all is well."


def _cancelled(mail: Posted) -> Iterator[str]:
    yield "This mail does not leave, and no other comes in its place."
    if mail.kind is MessageKind.CANCELLATION:
        yield "It was to take a meeting off a calendar: somebody may wait there in vain."
    if mail.state is MessageState.HANDING:
        yield "It is being handed over just now. It is stopped only if that can still be done."


def _all_resent(mails: Sequence[Posted]) -> Iterator[str]:
    if any(mail.state is MessageState.IN_DOUBT for mail in mails):
        yield "Each leaves once more, the same to the last byte."
        yield "Where the first one arrived after all, somebody gets it twice."
    else:
        yield "Each is written again, to the address that is known today."
        yield "Where the reason for the refusal is still there, it will be refused again."
    yield "They leave when a worker looks next: within half a minute, if all is well."


def _all_cancelled(mails: Sequence[Posted]) -> Iterator[str]:
    yield "These mails do not leave, and no others come in their place."
    if any(mail.kind is MessageKind.CANCELLATION for mail in mails):
        yield "Some were to take meetings off calendars: somebody may wait there in vain."
    if any(mail.state is MessageState.HANDING for mail in mails):
        yield "They are being handed over just now. Each is stopped only if that can still be done."
