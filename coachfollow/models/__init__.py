"""Tables only: columns, constraints, indexes; nothing that needs a clock or a query."""

from coachfollow.models.answers import Answer, Blocker
from coachfollow.models.base import Base, table_of
from coachfollow.models.cohorts import Attendance, Cohort, Enrolment, TrainingSession
from coachfollow.models.history import Adaptation, ClockShift, Event, PlanChange
from coachfollow.models.intake import ColumnProfile, ImportBatch, ImportRow
from coachfollow.models.organisations import Organisation, Setting, Team
from coachfollow.models.outbox import (
    CLAIM_FENCE,
    AttemptTime,
    CoachDay,
    DrainLease,
    Heartbeat,
    MailPart,
    MailTurn,
    Message,
    RateBucket,
    SealedMail,
    Token,
)
from coachfollow.models.people import (
    Alias,
    CoachProfile,
    Grant,
    Membership,
    Person,
    PersonKey,
    Reporting,
)
from coachfollow.models.plans import (
    CalendarFeed,
    CheckIn,
    CheckInAttendee,
    Coaching,
    Commitment,
    FollowUpPlan,
    Touchpoint,
)
from coachfollow.models.programmes import (
    Programme,
    ProgrammeDraft,
    ProgrammeText,
    ProgrammeVersion,
    Step,
    StepText,
)
from coachfollow.models.worktime import ClosedSpell, LeaveSpell, RosterDay

__all__ = [
    "CLAIM_FENCE",
    "Adaptation",
    "Alias",
    "Answer",
    "AttemptTime",
    "Attendance",
    "Base",
    "Blocker",
    "CalendarFeed",
    "CheckIn",
    "CheckInAttendee",
    "ClockShift",
    "ClosedSpell",
    "CoachDay",
    "CoachProfile",
    "Coaching",
    "Cohort",
    "ColumnProfile",
    "Commitment",
    "DrainLease",
    "Enrolment",
    "Event",
    "FollowUpPlan",
    "Grant",
    "Heartbeat",
    "ImportBatch",
    "ImportRow",
    "LeaveSpell",
    "MailPart",
    "MailTurn",
    "Membership",
    "Message",
    "Organisation",
    "Person",
    "PersonKey",
    "PlanChange",
    "Programme",
    "ProgrammeDraft",
    "ProgrammeText",
    "ProgrammeVersion",
    "RateBucket",
    "Reporting",
    "RosterDay",
    "SealedMail",
    "Setting",
    "Step",
    "StepText",
    "Team",
    "Token",
    "Touchpoint",
    "TrainingSession",
    "table_of",
]
