"""Plans as snapshots, for the tests of what is decided about them by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from coachfollow.errors import Refusal
from coachfollow.rules import decisions, redating, worktime
from coachfollow.rules.cadence import StepRule
from coachfollow.rules.changes import Course, Footing, Meeting
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import Audience, CheckInState, PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.levers import Add, Lever, Mark, Meet, Move, Pause, Prolong, Resume, Silence, Skip, Stop
from coachfollow.rules.snapshots import Busy, FollowUp, Snapshot

NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)
WEEK = worktime.parse_week("mon-fri 09:00-17:00")
KINDS = {
    1: StepKind.REFLECTION,
    2: StepKind.PROMPT,
    3: StepKind.CHECK_IN,
    4: StepKind.UNPROMPTED,
    5: StepKind.SPONSOR,
}


def step(kind: StepKind, *, audience: Audience = Audience.PARTICIPANT) -> StepRule:
    """A step of the programme, as far as it matters here."""
    return StepRule(
        key=kind.value,
        kind=kind,
        audience=audience,
        anchor="session",
        offset_days=1,
        at=time(9),
        open_days=None,
        reminders=(),
        mandatory=False,
    )


def course(
    day: date = date(2026, 3, 17),
    state: TouchpointState = TouchpointState.PLANNED,
    *,
    zone: str = "Europe/Berlin",
    meeting: Meeting | None = None,
) -> Course:
    """How a follow-up of that day stands."""
    dates = redating.fresh(day=day, at=time(10), open_days=7, week=WEEK, zone=zone)
    to_come = state in {TouchpointState.PLANNED, TouchpointState.OPEN}
    return Course(
        state=state,
        dates=dates,
        why="14 days after the training",
        settled_at=None if to_come else dates.closes_at,
        meeting=meeting,
    )


def placed(starts_at: datetime) -> Meeting:
    """A meeting of half an hour in both calendars."""
    return Meeting(state=CheckInState.PLACED, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))


def follow_up(
    number: int,
    stands: Course,
    kind: StepKind = StepKind.REFLECTION,
    *,
    audience: Audience = Audience.PARTICIPANT,
    zone: str = "Europe/Berlin",
    is_asked: bool = False,
) -> FollowUp:
    """One follow-up; its step is the one of its kind."""
    step_id = next(step_id for step_id, one in KINDS.items() if one is kind)
    return FollowUp(
        id=number,
        key=(step_id, number),
        step=kind.value,
        kind=kind,
        audience=audience,
        mandatory=False,
        zone=zone,
        course=stands,
        is_asked=is_asked,
    )


def snapshot(
    *follow_ups: FollowUp, state: PlanState = PlanState.ACTIVE, zone: str = "Europe/Berlin"
) -> Snapshot:
    """A plan with these follow-ups."""
    return Snapshot(
        footing=Footing(state=state, state_at=NOW - 8 * DAY),
        follow_ups=follow_ups,
        zone=zone,
        week=WEEK,
        threshold=0.8,
        steps={step_id: step(kind) for step_id, kind in KINDS.items()},
    )


days = st.integers(-10, 60).map(lambda n: (NOW + n * DAY).date())
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Pacific/Apia"])
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))


RUNNING = [PlanState.ACTIVE] * 4  # most plans that somebody changes are running, and most of it is to come
TO_COME = [TouchpointState.PLANNED] * 4 + [TouchpointState.OPEN] * 2


@st.composite
def snapshots(
    draw: st.DrawFn,
    states: Sequence[PlanState] = (*RUNNING, *PlanState),
    courses: Sequence[TouchpointState] = (*TO_COME, *TouchpointState),
    kinds: Sequence[StepKind] = tuple(KINDS.values()),
) -> Snapshot:
    """A plan in any state, with any follow-ups."""
    zone = draw(zones)
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        kind = draw(st.sampled_from(kinds))
        stands = course(draw(days), draw(st.sampled_from(courses)), zone=zone)
        if kind is StepKind.CHECK_IN and draw(st.booleans()):
            stands = replace(stands, meeting=placed(stands.dates.due_at))
        found.append(follow_up(number, stands, kind, zone=zone))
    whole = snapshot(*found, state=draw(st.sampled_from(states)), zone=zone)
    busy = [
        Busy(follow_up=one.id, starts_at=one.course.meeting.starts_at, ends_at=one.course.meeting.ends_at)
        for one in found
        if one.course.meeting and one.course.meeting.starts_at and one.course.meeting.ends_at
    ]
    return replace(whole, busy=busy)


def levers(plan: Snapshot) -> st.SearchStrategy[Lever | Mark]:
    """What may be asked for about this plan; some of it cannot be."""
    which = st.sampled_from([one.id for one in plan.follow_ups])
    hours = st.integers(-2, 900)
    return st.one_of(
        st.builds(Move, follow_up=which, day=days, at=times),
        st.builds(Meet, follow_up=which, starts_at=hours.map(lambda n: NOW + timedelta(hours=n))),
        st.builds(Mark, follow_up=which, held=st.booleans()),
        st.builds(Prolong, follow_up=which, until=days),
        st.builds(Skip, follow_up=which, excuse=st.sampled_from(Excuse)),
        st.builds(Add, step=st.integers(1, 3), day=days, at=times),
        st.builds(Pause, until=days),
        st.just(Resume()),
        st.builds(Stop, reason=st.sampled_from(StopReason)),
        st.just(Silence()),
    )


@st.composite
def decided(draw: st.DrawFn) -> tuple[Snapshot, Lever | Mark]:
    """A plan, and something that can be decided about it now."""
    plan = draw(snapshots())
    lever = draw(levers(plan).filter(lambda one: is_possible(plan, one)))
    return plan, lever


def is_possible(plan: Snapshot, lever: Lever | Mark) -> bool:
    """Whether this can be decided about that plan now."""
    try:
        decisions.decide(plan, lever, now=NOW)
    except Refusal:
        return False
    return True
