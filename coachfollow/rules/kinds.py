"""The closed sets of the trade: every kind and state that code, database and pages agree on."""

from collections.abc import Mapping
from enum import StrEnum


class StepKind(StrEnum):
    """What a step of a programme asks for."""

    COMMITMENT = "commitment"
    PROMPT = "reinforcement_prompt"
    REFLECTION = "reflection"
    CHECK_IN = "check_in"
    SPONSOR = "sponsor_moment"
    UNPROMPTED = "unprompted_check"

    @property
    def wants_answer(self) -> bool:
        """Whether somebody is asked for something: a prompt only reminds and is never counted as due."""
        return self is not StepKind.PROMPT


class DayKind(StrEnum):
    """Which days the distance of a step counts."""

    CALENDAR = "calendar"
    WORKING = "working"


class Pace(StrEnum):
    """How many reminders of their plan somebody chose."""

    LIGHTER = "lighter"
    NORMAL = "normal"
    CLOSER = "closer"


class Channel(StrEnum):
    """How reminders of their plan reach somebody; questions always come by mail."""

    MAIL = "mail"
    CALENDAR = "calendar"


class Rhythm(StrEnum):
    """How often a coach gets a mail about their people."""

    WEEKLY = "weekly"
    DAILY = "daily"
    NEVER = "never"


class AttendanceState(StrEnum):
    """One person at one session."""

    INVITED = "invited"
    PRESENT = "present"
    PARTIAL = "partial"
    ABSENT = "absent"
    EXCUSED = "excused"


class PlanState(StrEnum):
    """The follow-up of one enrolment."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class StopReason(StrEnum):
    """Why a plan stopped; none of them is a black mark."""

    ASKED = "asked"
    LEAVE = "leave"
    LEFT = "left"
    NO_INTEREST = "no_interest"
    ABSENT = "absent"
    ERASED = "erased"
    ENDED = "ended"


class TouchpointState(StrEnum):
    """One dated step of one plan."""

    PLANNED = "planned"
    OPEN = "open"
    COMPLETED = "completed"
    MISSED = "missed"
    EXCUSED = "excused"
    CANCELLED = "cancelled"


# What may still happen: whatever stops or moves a plan is about these.
TO_COME = frozenset({TouchpointState.PLANNED, TouchpointState.OPEN})


class CheckInState(StrEnum):
    """A meeting of coach and participant."""

    UNPLACED = "unplaced"
    PLACED = "placed"
    HELD = "held"
    NOT_HELD = "not_held"
    CANCELLED = "cancelled"


class ChangeKind(StrEnum):
    """What somebody decided about one plan by hand."""

    MOVED = "moved"
    MEETING_SET = "meeting_set"
    PROLONGED = "prolonged"
    SKIPPED = "skipped"
    ADDED = "added"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"
    SILENCED = "silenced"
    FITTED = "fitted"
    ADAPTED = "adapted"
    TEMPO = "tempo"
    HELD = "held"
    NOT_HELD = "not_held"
    UNDONE = "undone"


class MessageKind(StrEnum):
    """What a mail is for; one folder under templates/email each."""

    ANNOUNCEMENT = "announcement"
    COMMITMENT = "commitment"
    PROMPT = "prompt"
    REFLECTION = "reflection"
    REMINDER = "reminder"
    SPONSOR = "sponsor"
    UNPROMPTED = "unprompted"
    INVITATION = "invitation"
    CANCELLATION = "cancellation"
    COACH_WILL_CALL = "coach_will_call"
    ASK_HOURS = "ask_hours"
    SIGN_IN = "sign_in"
    CURRENT_QUESTION = "current_question"
    COACH_DIGEST = "coach_digest"
    MISFIT = "misfit"

    @property
    def is_calendar(self) -> bool:
        """Whether it carries an iCalendar part: exempt from per-person limits, no Auto-Submitted."""
        return self in {MessageKind.INVITATION, MessageKind.CANCELLATION}


# the first mail of a follow-up; a check-in is invited to
MAIL_OF: Mapping[StepKind, MessageKind] = {
    StepKind.COMMITMENT: MessageKind.COMMITMENT,
    StepKind.PROMPT: MessageKind.PROMPT,
    StepKind.REFLECTION: MessageKind.REFLECTION,
    StepKind.SPONSOR: MessageKind.SPONSOR,
    StepKind.UNPROMPTED: MessageKind.UNPROMPTED,
}


class MessageState(StrEnum):
    """One mail in the outbox (protocol in docs/architecture.md)."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDING = "handing"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# Not yet offered to a mail server: it can be stopped.
UNSENT = frozenset({MessageState.QUEUED, MessageState.CLAIMED})

# Handed over, or so near to it that nobody can say.
LEFT = frozenset({MessageState.HANDING, MessageState.SENT, MessageState.IN_DOUBT})


class Barrier(StrEnum):
    """What got in the way, in the codes that can be routed and counted."""

    NO_TIME = "no_time"
    NO_OPPORTUNITY = "no_opportunity"
    MANAGER = "manager"
    TOOLS = "tools"
    DID_NOT_REMEMBER = "did_not_remember"
    NOT_USEFUL = "not_useful"
    OTHER = "other"


class Applied(StrEnum):
    """Whether the intended behaviour happened since the last question."""

    AS_INTENDED = "as_intended"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    NO_OPPORTUNITY = "no_opportunity"


class Cause(StrEnum):
    """What in an answer made a follow-up adapt; for the person and their coach alone."""

    NO_OPPORTUNITY = "no_opportunity"
    BARRIER = "barrier"
    AS_INTENDED = "as_intended"


class Audience(StrEnum):
    """Who a step speaks to."""

    PARTICIPANT = "participant"
    MANAGER = "manager"


class Role(StrEnum):
    """What a grant allows, within its scope."""

    PARTICIPANT = "participant"
    COACH = "coach"
    MANAGER = "manager"
    LND = "lnd"
    OPERATOR = "operator"


class Scope(StrEnum):
    """What a grant is limited to."""

    ORGANISATION = "organisation"
    TEAM = "team"
    COHORT = "cohort"


class TokenPurpose(StrEnum):
    """What a token may do; disjoint, so that a link for one thing never does another."""

    ANSWER = "answer"
    PLAN = "plan"
    STOP = "stop"
    SIGN_IN = "sign_in"
    REPLY = "reply"


class ImportState(StrEnum):
    """One file on its way in."""

    STAGED = "staged"
    PLANNING = "planning"
    LIVE = "live"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class ImportKind(StrEnum):
    """What a file brings."""

    ROSTER = "roster"
    ATTENDANCE = "attendance"
    PEOPLE = "people"
