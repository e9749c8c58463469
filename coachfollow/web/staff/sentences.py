"""Says in a sentence why somebody needs their coach, and what happened to a plan."""

from collections.abc import Mapping
from datetime import date, datetime

from coachfollow.queries.timelines import Happened
from coachfollow.rules import attention_words
from coachfollow.rules.attention import Reason
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import ChangeKind, StepKind
from coachfollow.web import enough, saying
from coachfollow.web.staff import words

HAPPENED: Mapping[str, str] = {
    "plan started": "The follow-up began",
    "plan shelved": "The follow-up was put aside: not at the training",
    "plan paused": "The follow-up was paused",
    "plan resumed": "The follow-up goes on",
    "plan stopped": "The follow-up was stopped",
    "plan restarted": "The follow-up was started again",
    "mails stopped": "All further mails were stopped",
    "plan finished": "The follow-up is finished",
    "reminders rest": "Reminders stopped, as questions went unanswered",
    "reminders go on": "Reminders go on",
    "plan ended": "The follow-up came to its end",
    "plan written": "The plan was written",
    "plan changed": "The plan was changed",
    "plan upgraded": "The follow-up took the newest version of its programme",
    "answered": "Answered",
    "answer changed": "The answer was changed",
    "answers read": "The coach has read what was shared",
    "coach changed": "Another coach took over",
    "follow-up opened": "Opened",
    "follow-up closed": "Closed",
    "follow-up excused": "Excused",
    "follow-up moved": "Moved",
    "follow-up left out": "Left out",
    "follow-up in calendar": "Shown in their calendar, as they chose, not mailed",
    "follow-up adapted": "Moved within its window",
    "follow-up prolonged": "More time",
    "follow-up added": "Added",
    "rhythm chosen": "Another rhythm was chosen",
    "calendar address renewed": "The address of their calendar was changed",
    "change undone": "Taken back",
    "plan runs again": "The follow-up runs again",
    "check-in placed": "A time was found",
    "check-in moved": "Moved",
    "check-in found no time": "No time was found, so it is excused",
    "check-in cancelled": "Taken off both calendars",
    "meeting no longer fits": "No longer fits",
    "coach told that it no longer fits": "The coach was told that it no longer fits",
    "check-in held": "The meeting was held",
    "check-in not held": "The meeting did not take place",
    "manager declined": "The manager wants no more cards",
    "address refused": "Nobody has their address, says the mail server; nothing more is sent to it",
    "address in order": "Mails go to their address again",
    "mail sent": "Mail handed over",
    "mail kept": "Mail kept",
    "mail failed": "Mail refused",
    "mail cancelled": "Mail taken back before it left",
    "mail expired": "Mail too late to send",
}

UNDONE: Mapping[ChangeKind, str] = {
    ChangeKind.MOVED: "the new day",
    ChangeKind.MEETING_SET: "the new time of the meeting",
    ChangeKind.PROLONGED: "the extra time",
    ChangeKind.SKIPPED: "the excuse",
    ChangeKind.ADDED: "what was added",
    ChangeKind.PAUSED: "the pause",
    ChangeKind.RESUMED: "that it goes on",
    ChangeKind.STOPPED: "the stop",
    ChangeKind.SILENCED: "sending nothing more",
    ChangeKind.TEMPO: "another rhythm",
    ChangeKind.FITTED: "moving it into working time",
    ChangeKind.ADAPTED: "what an answer had changed",
    ChangeKind.HELD: "that the meeting was held",
    ChangeKind.NOT_HELD: "that the meeting was not held",
    ChangeKind.UNDONE: "taking back",
}

_OWN_DAYS = frozenset({"was", "starts_at"})  # facts that say the day themselves
_WITH_A_TIME = frozenset({"check-in placed", "check-in moved", "meeting no longer fits"})


def reason(value: Reason) -> str:
    """Say why somebody needs their coach."""
    return attention_words.said(value)


def happened(one: Happened, *, own_zone: str = "") -> str:
    """Say what happened, about what; who did it and when stands beside it, a meeting by the reader's clock too."""
    said = HAPPENED.get(one.name, words.capital(one.name))
    said += ", as they had asked" if one.facts.get("agreed") else ""
    if one.mail is not None:
        to = f" to {one.recipient}" if one.recipient else ""
        return f"{said}{_until(one)}: {words.MAILS[one.mail]}{to}"
    return f"{said}{_about(one)}{_detail(one, own_zone or one.zone)}"


def _until(one: Happened) -> str:
    match one.facts:
        case {"kept": str(day), "limit": str(limit)}:
            return f" until {_short(day)}, {enough.because(limit)}"
        case _:
            return ""


def unanswered(one: Happened) -> str:
    """Say that something closed without an answer, which says nothing about what was done."""
    if one.kind is StepKind.CHECK_IN:
        return f"{words.capital(words.UNSAID)}{_about(one)}"
    return f"No answer came{_about(one)}. We do not know why"


def _about(one: Happened) -> str:
    if one.kind is None or one.due is None or one.name == "change undone":
        return ""
    of_day = "" if _OWN_DAYS.intersection(one.facts) else f" of {saying.short_day(one.due)}"
    return f": {words.KINDS[one.kind]}{of_day}"


def _detail(one: Happened, own_zone: str) -> str:
    match one.facts:
        case {"excuse": str(excuse)}:
            return f" ({Excuse(excuse).words})"
        case {"was": str(was), "day": str(day)}:
            return f", from {_short(was)} to {_short(day)}"
        case {"undid": str(kind)}:
            return f": {UNDONE[ChangeKind(kind)]}"
        case {"until": str(until)}:
            return f", until {_short(until)}"
        case {"starts_at": str(starts_at)} if one.name in _WITH_A_TIME:
            return f", {saying.for_two(datetime.fromisoformat(starts_at), one.zone, own_zone)}"
        case _:
            return ""


def _short(day: str) -> str:
    return saying.short_day(date.fromisoformat(day))


FILTERS = (reason, happened)
