"""The words in which an operator is asked before a mail is settled, sent again or taken back by hand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from coachfollow.queries.outbox import Posted
from coachfollow.rules.by_hand import Deed
from coachfollow.rules.kinds import MessageKind, MessageState

LABELS: Mapping[Deed, str] = {
    Deed.SETTLE: "Say whether it arrived",
    Deed.RESEND: "Send it again",
    Deed.CANCEL: "Take it back",
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
            return Question(
                title="Send it again?",
                lead="This is what will happen. Nothing has happened yet.",
                means=tuple(_resent(mail)),
                button="Send it again",
            )
        case Deed.CANCEL:
            return Question(
                title="Take it back?",
                lead="This is what will happen. Nothing has happened yet.",
                means=tuple(_cancelled(mail)),
                button="Take it back",
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
        yield "It is written anew, to the address that is known today."
        yield "If the reason for the refusal is still there, it will be refused again."
    yield "It leaves when a worker looks next: within half a minute, if all is well."


def _cancelled(mail: Posted) -> Iterator[str]:
    yield "This mail does not leave, and no other comes in its place."
    if mail.kind is MessageKind.CANCELLATION:
        yield "It was to take a meeting off a calendar: somebody may wait there in vain."
    if mail.state is MessageState.HANDING:
        yield "It is being handed over just now. It is stopped only if that can still be done."
