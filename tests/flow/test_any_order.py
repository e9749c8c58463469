"""Whatever happens in whatever order: nobody is asked twice, nobody who stopped hears of us, and the parts add up."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from coachfollow.errors import Refusal
from coachfollow.extensions import db
from coachfollow.flow import placing, plans, restarting
from coachfollow.models import (
    Answer,
    CheckIn,
    Cohort,
    Enrolment,
    Event,
    FollowUpPlan,
    MailTurn,
    Message,
    Touchpoint,
)
from coachfollow.rules import limits
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import (
    TO_COME,
    Applied,
    CheckInState,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice, yes
from tests.flow.world import AFTER, BEFORE, DAY, World

PEOPLE = tuple(f"p{n}@example.org" for n in range(3))
COACH, BOSS = "coach@example.org", "boss@example.org"
QUESTIONS = ("plan", "asked", "half-a-year-later")
STEPS = 7
SAID = Answered(situation="a guest waits", action="smile", applied=Applied.PARTLY)
ANSWERED = frozenset({StepKind.COMMITMENT, StepKind.REFLECTION, StepKind.UNPROMPTED, StepKind.SPONSOR})
LEFT = frozenset({MessageState.SENT, MessageState.HANDING, MessageState.IN_DOUBT})
WAITING = frozenset({MessageState.QUEUED, MessageState.CLAIMED})

hours = st.sampled_from((1, 8, 24, 72, 24 * 9, 24 * 40))
people = st.sampled_from(PEOPLE)
statuses = st.sampled_from(("present", "present", "absent", "excused"))


def group_with_a_coach(world: World) -> None:
    """A group with a coach who can be booked, and a manager who knows nothing yet."""
    world.manages(BOSS, *PEOPLE[:2])
    world.bookable(COACH)
    world.open_group(coaches=[COACH])


class FollowUps(RuleBasedStateMachine):
    """A group through half a year, as chance has it."""

    ground: Ground
    office: PostOffice
    seen: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.office.reset()
        self.ground.stand(
            f"{__name__}.group", lambda session, own: group_with_a_coach(worlds.build(session, own))
        )
        self.stack = ExitStack()
        self.stack.enter_context(self.ground.app.app_context())
        self.world = worlds.of(db.session())
        self.now = BEFORE
        self.heard: dict[int, int] = {}  # how many mails there had been about a plan when it was stopped

    def teardown(self) -> None:
        for stored in (FollowUpPlan.state, Touchpoint.state, Message.state, Message.kind, CheckIn.state):
            self.seen.update(
                f"{stored.class_.__name__} {value}" for value in self.world.session.scalars(select(stored))
            )
        self.stack.close()

    # what happens

    @initialize(before=st.booleans())
    def begin(self, *, before: bool) -> None:
        if before:
            self.world.invite(self.group, "".join(f"{email}\n" for email in PEOPLE), now=self.now)
        else:
            self.attend(0, dict.fromkeys(PEOPLE, "present"))

    @rule(hours=hours, said=st.dictionaries(people, statuses, min_size=1))
    def attend(self, hours: int, said: dict[str, str]) -> None:
        self.pass_time(hours)
        self.now = max(self.now, AFTER)
        rows = "".join(f"{email};{status}\n" for email, status in sorted(said.items()))
        self.world.bring_in(self.group, f"Email;Status\n{rows}", now=self.now)

    @rule(hours=hours, who=people, step=st.sampled_from(QUESTIONS))
    def answer(self, hours: int, who: str, step: str) -> None:
        self.pass_time(hours)
        with self.if_allowed():
            self.world.answer(who, step, SAID, now=self.now)

    @rule(hours=hours, who=people, days=st.integers(1, 60))
    def pause(self, hours: int, who: str, days: int) -> None:
        self.pass_time(hours)
        until = (self.now + days * DAY).date()
        with self.if_allowed():
            plans.pause(self.world.session, plan_id=self.world.plan(who).id, until=until, now=self.now)

    @rule(hours=hours, who=people)
    def resume(self, hours: int, who: str) -> None:
        self.pass_time(hours)
        with self.if_allowed():
            plans.resume(self.world.session, plan_id=self.world.plan(who).id, now=self.now)

    @rule(hours=hours, who=people)
    def stop(self, hours: int, who: str) -> None:
        self.pass_time(hours)
        plan_id, person_id = self.world.plan(who).id, self.world.person(who)
        with self.if_allowed():
            plans.leave(
                self.world.session,
                plan_id=plan_id,
                reason=StopReason.ASKED,
                now=self.now,
                actor_id=person_id,
            )
            self.heard[plan_id] = self.mails_about(plan_id)

    @rule(hours=hours, who=people)
    def start_again(self, hours: int, who: str) -> None:
        self.pass_time(hours)
        plan_id, person_id = self.world.plan(who).id, self.world.person(who)
        with self.if_allowed():
            restarting.take_back(self.world.session, plan_id=plan_id, now=self.now, person_id=person_id)
            del self.heard[plan_id]

    @rule(who=people)
    def go_through_it(self, who: str) -> None:
        """Answer whatever is asked for a while, and meet."""
        for _ in range(6):
            self.pass_time(24 * 8)
            for step in QUESTIONS:
                with self.if_allowed():
                    self.world.answer(who, step, SAID, now=self.now)
            with self.if_allowed():
                self.coach_reports(who)

    def coach_reports(self, who: str) -> None:
        self.world.report(who, "We found the next step.", step="talk", now=self.now)

    @rule(hours=hours)
    def the_mail_server_takes_nothing_for_a_while(self, hours: int) -> None:
        self.office.at_dot = lambda _: "451 not now"
        self.pass_time(hours)
        self.office.at_dot = yes
        self.world.lease_passes(timedelta(hours=2))

    @rule(hours=hours)
    def no_worker_looks_for_a_while(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def pass_time(self, hours: int) -> None:
        """Let time pass; a worker looks at the end of it."""
        self.now += timedelta(hours=hours)
        placing.place_due(self.world.session, now=self.now)
        self.world.drain(self.now)

    @contextmanager
    def if_allowed(self) -> Iterator[None]:
        """Do what may be refused."""
        with suppress(Refusal):
            yield
        self.world.session.rollback()

    @property
    def group(self) -> Cohort:
        return self.world.session.scalars(select(Cohort)).one()

    def mails_about(self, plan_id: int) -> int:
        """Count the mails that left, but for those which take a meeting out of a calendar."""
        return len(
            self.world.session.scalars(
                select(Message.id).where(
                    Message.plan_id == plan_id,
                    Message.state.in_(LEFT),
                    Message.kind != MessageKind.CANCELLATION,
                )
            ).all()
        )

    # what always holds

    @invariant()
    def each_follow_up_is_there_once(self) -> None:
        rows = self.world.session.execute(
            select(func.count(Touchpoint.step_id.distinct()), func.count()).group_by(Touchpoint.plan_id)
        )
        assert {tuple(row) for row in rows} <= {(STEPS, STEPS)}
        enrolled, planned = (
            self.world.session.scalar(select(func.count()).select_from(table))
            for table in (Enrolment, FollowUpPlan)
        )
        assert enrolled == planned

    @invariant()
    def nobody_is_asked_twice(self) -> None:
        rows = self.world.session.execute(
            select(Message.kind, func.count())
            .where(Message.state.in_(LEFT), Message.attendee_id.is_(None))
            .group_by(Message.touchpoint_id, Message.kind)
        )
        assert [kind for kind, count in rows if count > (2 if kind is MessageKind.REMINDER else 1)] == []

    @invariant()
    def whoever_stopped_hears_nothing_more(self) -> None:
        assert {plan_id: self.mails_about(plan_id) for plan_id in self.heard} == self.heard

    @invariant()
    def nothing_waits_for_a_plan_that_does_not_run(self) -> None:
        found = self.world.session.scalars(
            select(Message.kind)
            .join(FollowUpPlan, FollowUpPlan.id == Message.plan_id)
            .where(
                Message.state.in_(WAITING),
                FollowUpPlan.state.in_([PlanState.STOPPED, PlanState.PAUSED]),
                FollowUpPlan.stop_reason.is_distinct_from(StopReason.ENDED),  # which is asked once more
            )
        )
        assert set(found) <= {MessageKind.CANCELLATION}

    @invariant()
    def what_is_completed_was_answered_and_what_was_answered_is_completed(self) -> None:
        session = self.world.session
        completed = session.scalars(
            select(Touchpoint.id).where(
                Touchpoint.kind.in_(ANSWERED), Touchpoint.state == TouchpointState.COMPLETED
            )
        )
        assert set(completed) == set(session.scalars(select(Answer.touchpoint_id)))

    @invariant()
    def a_meeting_that_stands_will_take_place_and_none_at_the_same_time(self) -> None:
        rows = self.world.session.execute(
            select(CheckIn.starts_at, CheckIn.ends_at, Touchpoint.state, FollowUpPlan.state)
            .join(Touchpoint, Touchpoint.id == CheckIn.touchpoint_id)
            .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
            .where(CheckIn.state == CheckInState.PLACED, CheckIn.starts_at > self.now)
            .order_by(CheckIn.starts_at)
        ).all()
        assert {touchpoint for *_, touchpoint, _ in rows} <= TO_COME
        assert {plan for *_, plan in rows} <= {PlanState.ACTIVE}
        spans = [(starts_at, ends_at) for starts_at, ends_at, *_ in rows if starts_at and ends_at]
        assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))

    @invariant()
    def every_mail_that_left_was_written_down_once(self) -> None:
        session = self.world.session
        sent = session.scalars(select(Message.id).where(Message.state == MessageState.SENT)).all()
        told = session.scalars(select(Event.message_id).where(Event.name == "mail sent")).all()
        assert sorted(told, key=int_or_zero) == sorted(sent)
        leading = session.scalars(select(MailTurn.message_id).where(MailTurn.message_id.in_(sent))).all()
        free = select(Message.id).where(Message.id.in_(sent), Message.kind.not_in(limits.COUNTED))
        assert len(self.office.arrived) == len(leading) + len(session.scalars(free).all())
        session.rollback()


def int_or_zero(message_id: int | None) -> int:
    return message_id or 0


def test_f28_follow_ups_keep_their_promises_in_any_order(ground: Ground, office: PostOffice) -> None:
    seen: Counter[str] = Counter()
    run_state_machine_as_test(
        type("Chance", (FollowUps,), {"ground": ground, "office": office, "seen": seen}),
        settings=settings(max_examples=12, stateful_step_count=20, deadline=None, derandomize=True),
    )
    assert {"Message sent", "Message expired", "FollowUpPlan finished", "CheckIn placed"} <= seen.keys(), seen
