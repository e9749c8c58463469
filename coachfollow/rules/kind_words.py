"""What follow-ups, mails and states are called: on staff pages, in files and in the terminal."""

from collections.abc import Mapping

from coachfollow.rules.kinds import (
    AttendanceState,
    Audience,
    MessageKind,
    PlanState,
    StepKind,
    TouchpointState,
)

KINDS: Mapping[StepKind, str] = {
    StepKind.COMMITMENT: "own plan: “When …, I will …”",
    StepKind.PROMPT: "reminder of the plan",
    StepKind.REFLECTION: "question",
    StepKind.CHECK_IN: "meeting with the coach",
    StepKind.SPONSOR: "manager's card",
    StepKind.UNPROMPTED: "one last question",
}

SHORT_KINDS: Mapping[StepKind, str] = {
    **KINDS,
    StepKind.COMMITMENT: "own plan",
    StepKind.PROMPT: "reminder",
    StepKind.CHECK_IN: "meeting",
    StepKind.UNPROMPTED: "last question",
}

PLAN_STATES: Mapping[PlanState, str] = {
    PlanState.DRAFT: "not begun",
    PlanState.ACTIVE: "running",
    PlanState.PAUSED: "paused",
    PlanState.FINISHED: "finished",
    PlanState.STOPPED: "stopped",
}

FOLLOW_UP_STATES: Mapping[TouchpointState, str] = {
    TouchpointState.PLANNED: "to come",
    TouchpointState.OPEN: "open",
    TouchpointState.COMPLETED: "done",
    TouchpointState.MISSED: "no answer: we do not know",
    TouchpointState.EXCUSED: "excused",
    TouchpointState.CANCELLED: "left out",
}
NOT_HELD = "did not take place"  # a meeting

ATTENDANCE: Mapping[AttendanceState, str] = {
    AttendanceState.INVITED: "invited",
    AttendanceState.PRESENT: "present",
    AttendanceState.PARTIAL: "partly there",
    AttendanceState.ABSENT: "absent",
    AttendanceState.EXCUSED: "excused",
}

MAILS: Mapping[MessageKind, str] = {
    MessageKind.ANNOUNCEMENT: "the manager's announcement",
    MessageKind.COMMITMENT: "invitation to write a plan",
    MessageKind.PROMPT: "reminder of the plan",
    MessageKind.REFLECTION: "question",
    MessageKind.REMINDER: "reminder of an open question",
    MessageKind.SPONSOR: "manager's card",
    MessageKind.UNPROMPTED: "one last question",
    MessageKind.INVITATION: "calendar invitation",
    MessageKind.CANCELLATION: "calendar cancellation",
    MessageKind.COACH_WILL_CALL: "“your coach will call”",
    MessageKind.ASK_HOURS: "request for bookable hours",
    MessageKind.SIGN_IN: "sign-in link",
    MessageKind.CURRENT_QUESTION: "the open question once more",
    MessageKind.COACH_DIGEST: "what a coach has to look at",
    MessageKind.MISFIT: "meetings that no longer fit",
}


def short(kind: StepKind, audience: Audience = Audience.PARTICIPANT) -> str:
    """What a follow-up is called where there is little room; whose it is where its kind does not say so."""
    to_manager = audience is Audience.MANAGER and kind is not StepKind.SPONSOR
    return f"{SHORT_KINDS[kind]} to the manager" if to_manager else SHORT_KINDS[kind]


def titled(kind: StepKind, title: str) -> str:
    """What a follow-up is called, and which of its kind it is: question “Your first week: did the moment come?”."""
    return f"{SHORT_KINDS[kind]} “{title}”" if title else SHORT_KINDS[kind]
