"""The words that pages use for states, where code has codes."""

from collections.abc import Mapping

from coachfollow.rules.words import MessageState

MAIL_STATES: Mapping[MessageState, str] = {
    MessageState.QUEUED: "waiting",
    MessageState.CLAIMED: "being written",
    MessageState.HANDING: "being handed over",
    MessageState.SENT: "sent",
    MessageState.FAILED: "could not be delivered",
    MessageState.IN_DOUBT: "we cannot tell whether it arrived",
    MessageState.CANCELLED: "no longer wanted",
    MessageState.EXPIRED: "too late to be sent",
}
