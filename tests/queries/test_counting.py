"""The CASE expressions say what the rules say: every combination of states there is, on both databases."""

from datetime import timedelta
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.models import Commitment, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import completion, counting
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from coachfollow.rules import measuring
from coachfollow.rules.kinds import PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.measuring import Counted, FollowUps, People
from tests.queries import worlds
from tests.queries.worlds import NOW, Facts

SECOND = timedelta(seconds=1)
DUE = (NOW - SECOND, NOW, NOW + SECOND)
SETTLED = (None, NOW, NOW + SECOND)  # the grace ends now
REASONS = (None, StopReason.ABSENT, StopReason.LEFT)
EVERY_FOLLOW_UP = [
    Facts(
        kind=kind,
        state=state,
        due_at=due_at,
        grace_until=NOW,
        settled_at=settled_at,
        undeliverable=undeliverable,
    )
    for kind, state, due_at, settled_at, undeliverable in product(
        StepKind, TouchpointState, DUE, SETTLED, (False, True)
    )
]


def by_the_rules(one: Touchpoint, plan: FollowUpPlan) -> Counted | None:
    return measuring.bucket(
        kind=one.kind,
        state=one.state,
        plan_state=plan.state,
        due_at=one.due_at,
        grace_until=one.grace_until,
        settled_at=one.settled_at,
        undeliverable=one.undeliverable,
        now=NOW,
        stop_reason=plan.stop_reason,
    )


def test_every_follow_up_there_can_be_is_in_the_bucket_that_the_rules_say(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    for plan_state, reason in product(PlanState, REASONS):
        plan_id = worlds.plan(
            session, cohort_id, worlds.person(session, house), state=plan_state, stop_reason=reason
        )
        worlds.touchpoints(session, plan_id, taken, EVERY_FOLLOW_UP)

    found = session.execute(
        select(Touchpoint, FollowUpPlan, counting.bucket(now=NOW)).join(
            FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id
        )
    ).all()
    expected = [by_the_rules(one, plan) for one, plan, _ in found]

    assert len(found) == 15 * len(EVERY_FOLLOW_UP) == 15 * 6 * 6 * 3 * 3 * 2
    assert [counted for _, _, counted in found] == expected
    filters = Filters(organisation_id=house, sight=EVERYTHING)
    report = completion.completion(session, filters=filters, by=GroupBy.NONE, now=NOW)
    assert report.total.follow_ups == FollowUps.of(expected)


def test_every_person_there_can_be_stands_where_the_rules_say(session: Session) -> None:
    house = worlds.organisation(session)
    cohort_id = worlds.cohort(session, house, worlds.offer(session, house))
    for state, reason, committed, undeliverable in product(
        PlanState, (None, *StopReason), (False, True), (False, True)
    ):
        person_id = worlds.person(session, house, undeliverable=undeliverable)
        worlds.plan(session, cohort_id, person_id, state=state, stop_reason=reason, committed=committed)
    session.flush()

    rows = session.execute(
        select(FollowUpPlan, Person, counting.standing()).join(Person, Person.id == FollowUpPlan.person_id)
    ).all()
    committed_plans = set(session.scalars(select(Commitment.plan_id)))
    expected = [
        measuring.standing(
            plan_state=plan.state,
            has_commitment=plan.id in committed_plans,
            undeliverable=person.undeliverable_at is not None,
            stop_reason=plan.stop_reason,
        )
        for plan, person, _ in rows
    ]

    assert len(rows) == 5 * 8 * 2 * 2
    assert [standing for _, _, standing in rows] == expected
    filters = Filters(organisation_id=house, sight=EVERYTHING)
    report = completion.completion(session, filters=filters, by=GroupBy.NONE, now=NOW)
    assert report.total.people == People.of(expected)
