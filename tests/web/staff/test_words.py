"""The words of staff pages: every state and every kind has some, and what happened is said in a sentence."""

from datetime import date
from enum import StrEnum

import pytest

from coachfollow.queries.timelines import Happened
from coachfollow.rules.attention import Need, Reason, Spot
from coachfollow.rules.kinds import (
    AttendanceState,
    Audience,
    ImportState,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from coachfollow.web.staff import sentences, words
from tests.web.clocks import Clock

TUESDAY = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def time() -> Clock | None:
    """Words need no clock."""
    return None


def happened(name: str, **given: object) -> str:
    """Say what happened to somebody's question of a Tuesday."""
    plain: dict[str, object] = {
        "at": None,
        "name": name,
        "actor": None,
        "actor_id": None,
        "touchpoint_id": 7,
        "kind": StepKind.REFLECTION,
        "state": None,
        "audience": Audience.PARTICIPANT,
        "due": TUESDAY,
        "zone": "Europe/Berlin",
        "mail": None,
        "mail_n": 0,
        "recipient": None,
        "facts": {},
    }
    return sentences.happened(Happened(**(plain | given)))  # type: ignore[arg-type]  # the table above is what it says


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (StepKind, words.KINDS),
        (PlanState, words.PLAN_STATES),
        (StopReason, words.STOP_REASONS),
        (TouchpointState, words.FOLLOW_UP_STATES),
        (AttendanceState, words.ATTENDANCE),
        (ImportState, words.IMPORT_STATES),
        (MessageState, words.MAIL_STATES),
        (MessageKind, words.MAILS),
    ],
)
def test_nothing_is_without_words(members: type[StrEnum], said: dict[StrEnum, str]) -> None:
    assert set(said) == set(members)


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [
        (PlanState.ACTIVE, None, "running"),
        (PlanState.DRAFT, None, "waits for the training"),
        (PlanState.DRAFT, StopReason.ABSENT, "did not take part in the training"),
        (PlanState.STOPPED, StopReason.LEAVE, "stopped: away for a long time"),
        (PlanState.STOPPED, StopReason.ENDED, "stopped: came to its end unfinished"),
    ],
)
def test_where_a_plan_stands(state: PlanState, reason: StopReason | None, said: str) -> None:
    assert words.plan_state(state, reason) == said


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        ("session", "the training"),
        ("session:first", "the first session"),
        ("session:last", "the last session"),
        ("session:3", "session 3"),
        ("step:day-90", "the step “day-90”"),
    ],
)
def test_what_a_step_is_counted_from(anchor: str, said: str) -> None:
    assert words.anchor(anchor) == said


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            Reason(need=Need.MARK_MEETING, spot=Spot(7, TUESDAY)),
            "Did the meeting of Tue 10 March take place?",
        ),
        (Reason(need=Need.UNREACHABLE), "Our mails do not arrive: the mail server says that nobody has this"),
        (Reason(need=Need.MARK_MEETING), "Did the meeting of that day take place?"),
        (Reason(need=Need.MISSED_TWICE, detail="3"), "3 questions in a row went unanswered."),
        (Reason(need=Need.NO_PLAN, spot=Spot(7, TUESDAY)), "more than a week after its day, Tue 10 March."),
        (
            Reason(need=Need.SILENT, detail="2"),
            "2 questions in a row went unanswered, so no reminders are sent",
        ),
        (
            Reason(need=Need.SILENT, detail="1"),
            "A question went unanswered, so no reminders are sent any more.",
        ),
        (Reason(need=Need.SILENT), "Questions went unanswered, so no reminders are sent any more."),
        (Reason(need=Need.UNREAD, detail="participant"), "Shared a note with you. You have not read it yet."),
        (Reason(need=Need.UNREAD, detail="participant,participant"), "Shared 2 notes with you"),
        (Reason(need=Need.UNREAD, detail="manager"), "The manager wrote to you. You have not read it yet."),
        (
            Reason(need=Need.UNREAD, detail="manager,participant"),
            "Shared a note with you, and the manager wrote to you. You have not read them yet.",
        ),
        (Reason(need=Need.BARRIER, detail="tools,manager"), "“My manager did not support it”."),
        (
            Reason(need=Need.NOTHING_BOOKED, spot=Spot(7, TUESDAY), detail="no time fits"),
            "10 March (no time fits).",
        ),
        (
            Reason(need=Need.NO_LONGER_FITS, spot=Spot(7, TUESDAY), detail="they do not work at that time"),
            "The meeting of Tue 10 March no longer fits: they do not work at that time. It stays",
        ),
    ],
)
def test_why_somebody_needs_their_coach(reason: Reason, said: str) -> None:
    assert said in sentences.reason(reason)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (happened("follow-up opened"), "Opened: question of Tue 10 March"),
        (happened("mail sent", mail=MessageKind.REMINDER), "Mail handed over: reminder of an open question"),
        (
            happened("mail failed", mail=MessageKind.SPONSOR, recipient="Greta Wolf"),
            "Mail refused: manager's card to Greta Wolf",
        ),
        (
            happened("follow-up excused", facts={"excuse": "away"}),
            "Excused: question of Tue 10 March (away from work at that time)",
        ),
        (
            happened(
                "check-in moved", kind=StepKind.CHECK_IN, facts={"starts_at": "2026-03-19T13:30:00+00:00"}
            ),
            "Moved: meeting with the coach, Thursday 19 March 2026, 14:30",
        ),
        (happened("plan paused", kind=None, due=None), "The follow-up was paused"),
        (happened("something new", kind=None, due=None), "Something new"),
    ],
)
def test_what_happened_is_a_sentence(said: str, sentence: str) -> None:
    assert said == sentence
