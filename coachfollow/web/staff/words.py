"""The words of the pages for coaches, L&D teams and operators: kinds and states, as people say them."""

from collections.abc import Mapping

from coachfollow.rules import kind_words
from coachfollow.rules.forms import APPLIED_WORDS, BARRIER_WORDS
from coachfollow.rules.kinds import (
    Applied,
    AttendanceState,
    Barrier,
    CheckInState,
    ImportState,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)

LOCALE = "en"  # what these pages are written in

KINDS = kind_words.KINDS
SHORT_KINDS = kind_words.SHORT_KINDS
PLAN_STATES = kind_words.PLAN_STATES
FOLLOW_UP_STATES = kind_words.FOLLOW_UP_STATES
MAILS = kind_words.MAILS
ATTENDANCE = kind_words.ATTENDANCE

STOP_REASONS: Mapping[StopReason, str] = {
    StopReason.ASKED: "they asked for it",
    StopReason.LEAVE: "away for a long time",
    StopReason.LEFT: "has left",
    StopReason.NO_INTEREST: "not useful for them",
    StopReason.ABSENT: "did not take part in the training",
    StopReason.ERASED: "was erased",
    StopReason.ENDED: "came to its end unfinished",
}

OFFERED_STOPS = (StopReason.ASKED, StopReason.LEAVE, StopReason.LEFT, StopReason.NO_INTEREST)

NOT_HELD = kind_words.NOT_HELD
UNSAID = "nobody noted whether it took place"

IMPORT_STATES: Mapping[ImportState, str] = {
    ImportState.STAGED: "waits for you to confirm it",
    ImportState.PLANNING: "being carried out",
    ImportState.LIVE: "imported",
    ImportState.FAILED: "could not be carried out",
    ImportState.WITHDRAWN: "withdrawn",
}

MAIL_STATES: Mapping[MessageState, str] = {
    MessageState.QUEUED: "waiting for their time",
    MessageState.CLAIMED: "being written",
    MessageState.HANDING: "being handed over",
    MessageState.IN_DOUBT: "we cannot tell whether they arrived",
    MessageState.FAILED: "refused",
    MessageState.EXPIRED: "too late to send",
    MessageState.CANCELLED: "taken back before they left",
    MessageState.SENT: "handed over",
}


def capital(text: str) -> str:
    """The text with a capital letter, and nothing else changed."""
    return text[:1].upper() + text[1:]


def kind(value: StepKind) -> str:
    """What a follow-up is called."""
    return KINDS[value]


def short_kind(value: StepKind) -> str:
    """What a follow-up is called where there is little room."""
    return SHORT_KINDS[value]


def titled(value: StepKind, title: str) -> str:
    """What a follow-up is called, and which of its kind it is."""
    return kind_words.titled(value, title)


def plan_state(value: PlanState, reason: StopReason | None = None) -> str:
    """Where a follow-up stands, with why it was stopped if it was."""
    if value is PlanState.DRAFT:
        return STOP_REASONS[reason] if reason else "waits for the training"
    return f"{PLAN_STATES[value]}: {STOP_REASONS[reason]}" if reason else PLAN_STATES[value]


def anchor(value: str) -> str:
    """What the days of a step are counted from."""
    match value.partition(":"):
        case ("session", _, ("first" | "last") as which):
            return f"the {which} session"
        case ("session", ":", number):
            return f"session {number}"
        case ("step", _, key):
            return f"the step “{key}”"
        case ("answer", _, key):
            return f"the answer to “{key}”"
    return "the training"


def follow_up_state(
    value: TouchpointState, kind: StepKind | None = None, meeting: CheckInState | None = None
) -> str:
    """What became of a follow-up; of a meeting its coach knows more than of a question."""
    if value is TouchpointState.MISSED and kind is StepKind.CHECK_IN:
        return NOT_HELD if meeting is CheckInState.NOT_HELD else UNSAID
    return FOLLOW_UP_STATES[value]


def presence(value: AttendanceState) -> str:
    """How somebody took part in a session."""
    return ATTENDANCE[value]


def import_state(value: ImportState) -> str:
    """Where a file stands on its way in."""
    return IMPORT_STATES[value]


def mail_state(value: MessageState) -> str:
    """Where a mail stands on its way out."""
    return MAIL_STATES[value]


def mail_kind(value: MessageKind) -> str:
    """What a mail is for."""
    return MAILS[value]


def applied(value: Applied) -> str:
    """What somebody answered, in the words of the form."""
    return APPLIED_WORDS[value]


def barrier(value: Barrier) -> str:
    """What got in somebody's way, in the words of the form."""
    return BARRIER_WORDS[value]


FILTERS = (
    capital,
    kind,
    short_kind,
    titled,
    anchor,
    plan_state,
    follow_up_state,
    presence,
    import_state,
    mail_state,
    mail_kind,
    applied,
    barrier,
)
