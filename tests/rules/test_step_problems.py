"""A programme that cannot be planned is told so in sentences, before anyone gets a date from it."""

from dataclasses import replace
from datetime import date, time

import pytest

from coachfollow.rules import cadence, step_problems, worktime
from coachfollow.rules.cadence import Sessions, StepRule
from coachfollow.rules.kinds import Audience, StepKind

OFFICE = worktime.parse_week(worktime.DEFAULT_WEEK)
ANCHORS = "use session, session:first, session:last, session:2, step:<key> or answer:<key>"
MEETING = "is a meeting; only a question or the plan of one's own is answered"
ENDLESS = "9" * 5000


def step(
    key: str, anchor: str = "session", *, open_days: int | None = None, reminders: tuple[int, ...] = ()
) -> StepRule:
    return StepRule(
        key=key,
        kind=StepKind.REFLECTION,
        audience=Audience.PARTICIPANT,
        anchor=anchor,
        offset_days=1,
        at=time(10),
        open_days=open_days,
        reminders=reminders,
        mandatory=True,
    )


def kind(key: str, kind: StepKind, anchor: str = "session") -> StepRule:
    audience = Audience.MANAGER if kind is StepKind.SPONSOR else Audience.PARTICIPANT
    return replace(step(key, anchor), kind=kind, audience=audience)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ((), ()),
        ((step("a"), step("b", "step:a"), step("c", "session:last")), ()),
        ((step("a"), step("b"), step("a")), ("two steps have the key a",)),
        ((step("a", "step:z"),), ("step a follows “step:z”, but there is no such step",)),
        (
            (step("a", "step:b"), step("b", "step:z")),
            ("step b follows “step:z”, but there is no such step",),
        ),
        (
            (step("a", "step:b"), step("b", "step:a")),
            ("step a depends on itself through b", "step b depends on itself through a"),
        ),
        ((step("a", "step:a"), step("b", "step:a")), ("step a depends on itself",)),
        (
            (step("a", "step:b"), step("b", "step:c"), step("c", "step:b")),
            ("step b depends on itself through c", "step c depends on itself through b"),
        ),
        ((step("a"), step("b", "answer:a"), step("c", "step:b"), step("d", "answer:c")), ()),
        ((step("a", "answer:z"),), ("step a follows “answer:z”, but there is no such step",)),
        ((step("a", "answer:a"),), ("step a depends on itself",)),
        (
            (step("a", "answer:b"), step("b", "step:a")),
            ("step a depends on itself through b", "step b depends on itself through a"),
        ),
        (
            (kind("a", StepKind.PROMPT), step("b", "answer:a"), step("c", "step:b")),
            ("step b waits for the answer to a, which wants no answer",),
        ),
        (
            (kind("a", StepKind.CHECK_IN), step("b", "answer:a")),
            (f"step b waits for the answer to a, which {MEETING}",),
        ),
        (
            (kind("a", StepKind.SPONSOR), step("b", "answer:a")),
            ("step b waits for the answer to a, which the manager answers, not the participant",),
        ),
        (
            (kind("a", StepKind.UNPROMPTED), step("b", "answer:a")),
            ("step b waits for the answer to a, which is the last of all",),
        ),
        (
            (step("a"), step("b", "answer:a"), kind("c", StepKind.SPONSOR, "step:b")),
            ("step c would tell a manager who has answered; count it from a session or a step",),
        ),
        (
            (step("a"), kind("b", StepKind.COMMITMENT, "answer:a")),
            ("step b asks everybody for a plan; it cannot wait for an answer",),
        ),
        ((step("a", "monday"),), (f"step a follows “monday”, which is not an anchor; {ANCHORS}",)),
        ((step("a", "session:0"),), (f"step a follows “session:0”, which is not an anchor; {ANCHORS}",)),
        ((step("a", "session:-1"),), (f"step a follows “session:-1”, which is not an anchor; {ANCHORS}",)),
        (
            (step("a", f"session:{ENDLESS}"),),
            (f"step a follows “session:{ENDLESS}”, which is not an anchor; {ANCHORS}",),
        ),
        ((step("a", "first"),), (f"step a follows “first”, which is not an anchor; {ANCHORS}",)),
        ((step("a", reminders=(1, 3)),), ()),
        ((step("a", reminders=(1, 3, 5)),), ("step a has 3 reminders; 2 at most",)),
        (
            (step("a", reminders=(0,)),),
            ("step a reminds before it is due; a reminder comes 1 or more working days after",),
        ),
        ((step("a", open_days=0),), ("step a is open for 0 days; it needs at least 1",)),
        ((step("a", open_days=1),), ()),
    ],
)
def test_problems_are_named(steps: tuple[StepRule, ...], said: tuple[str, ...]) -> None:
    assert step_problems.of(steps) == said


@pytest.mark.parametrize(
    ("anchor", "count", "said"),
    [
        ("session", 1, ()),
        ("session:last", 1, ()),
        ("session:2", 2, ()),
        ("session:3", 2, ("step a follows “session:3”, but the group has 2 sessions",)),
        ("session:2", 1, ("step a follows “session:2”, but the group has 1 session",)),
        ("step:a", 1, ()),
    ],
)
def test_a_session_that_the_group_does_not_have_is_named(
    anchor: str, count: int, said: tuple[str, ...]
) -> None:
    assert cadence.session_problems((step("a", anchor),), count=count) == said


@pytest.mark.parametrize(
    ("steps", "complaint"),
    [
        ((step("a", "step:b"), step("b", "step:a")), "step a depends on itself through b"),
        ((step("a", "step:z"),), "no such step"),
        ((step("a", "session:3"),), "step a follows “session:3”, but the group has 2 sessions"),
        ((step("a", "session:0"),), "step a follows “session:0”, but the group has 2 sessions"),
        ((step("a", "monday"),), "step a follows “monday”"),
    ],
)
def test_a_broken_programme_is_never_planned(steps: tuple[StepRule, ...], complaint: str) -> None:
    sessions = Sessions((date(2026, 3, 3), date(2026, 3, 10)), 0)
    with pytest.raises(ValueError, match=complaint):
        cadence.wanted_days(steps, sessions=sessions, hours=OFFICE)
