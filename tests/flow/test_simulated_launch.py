"""A simulated launch and a real one agree: the same people, answering alike, get the same mails on the same days."""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from coachfollow.flow import answers, placing, programmes
from coachfollow.intake import programme as template
from coachfollow.models import FollowUpPlan, MailTurn, Message, Person, Step, Touchpoint
from coachfollow.queries import launches, simulations
from coachfollow.queries.launch_asked import Asked
from coachfollow.rules import simulating, simulating_people, worktime
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Cause, MessageKind, MessageState, StepKind, TouchpointState
from coachfollow.rules.limits import COUNTED
from coachfollow.rules.simulating_people import Participant
from coachfollow.rules.simulating_values import Model
from tests.flow.post_office import PostOffice
from tests.flow.test_after_answers import WAITING
from tests.flow.world import AFTER, DAY, MOMENTS, OPENED, World

COACH = "coach@example.org"
PEOPLE = [f"p{number}@example.org" for number in range(6)]
ASKING = frozenset({MessageKind.COMMITMENT, MessageKind.REFLECTION, MessageKind.UNPROMPTED})
END = AFTER + 190 * DAY
SAID = Answered(situation="a guest waits", action="say hello", rating=5, times=1)
QUESTION = """\
  - key: asked-{days}
    kind: reflection
    when: {{days: {days}}}
    texts:
      en: {{subject: Again, question: "Did you do it?", body: "**{{{{commitment}}}}**"}}
      de: {{subject: Wieder, question: "Hast du es getan?", body: "**{{{{commitment}}}}**"}}
"""
NUDGE = """\
  - key: nudge-{days}
    kind: reinforcement_prompt
    when: {{days: {days}{after}}}
    texts:
      en: {{subject: Your plan, body: "{{{{commitment}}}}"}}
      de: {{subject: Dein Plan, body: "{{{{commitment}}}}"}}
"""
RULES = """\
adapt:
  no_opportunity: {later_days: 7}
  as_intended: {in_a_row: 2, later_days: 5}
"""
ADAPTING = "".join(
    [
        MOMENTS.replace("key: moments", "key: adapting"),
        *(QUESTION.format(days=days) for days in (21, 60, 90, 110)),
        *(NUDGE.format(days=days, after="") for days in (35, 49, 75)),
        *(NUDGE.format(days=days, after=", after: answer:asked-60") for days in (2, 4)),
        RULES,
    ]
)

Mails = Counter[tuple[date, MessageKind]]


def model_of(world: World, public_id: str) -> Model:
    launch = launches.of_group(world.session, public_id=public_id)
    cast = simulations.cast(world.session, cohort_id=launch.cohort_id, now=AFTER)
    asked = Asked(
        participants=cast.participants,
        coaches=len(cast.coaches),
        away=0.0,
        a_manager=0,
        no_opportunity=0.4,
        as_intended=0.4,
    )
    found = simulations.model(
        world.session,
        organisation_id=world.organisation_id,
        offer=launch.offer,
        sessions=launch.sessions,
        asked=asked,
        cast=cast,
    )
    world.session.rollback()
    return found


def habits(model: Model) -> dict[tuple[str, str, int], tuple[timedelta, Answered]]:
    """How long after its mail each question is answered, by person, step and number in it; and what is said."""
    return {
        (PEOPLE[person.number], planned.step, n): habit(model, person, number)
        for person in simulating_people.invent(model)
        for place, (planned, _) in enumerate(person.dates)
        for n, number in ((1, place), (2, place + person.calendar.size))
    }


def habit(model: Model, person: Participant, number: int) -> tuple[timedelta, Answered]:
    delay = person.chance.delay(number, response=1.0)
    assert delay is not None
    applied = person.chance.applied(
        number, no_opportunity=model.no_opportunity, as_intended=model.as_intended
    )
    return delay, replace(SAID, applied=applied)


def live(world: World, model: Model) -> None:
    """Let a worker look whenever something is to happen, and everybody answer as long after a mail as they would."""
    known = habits(model)
    coming: list[tuple[datetime, int, int, Answered]] = []
    seen = set[int]()
    moment: datetime | None = AFTER
    while moment is not None and moment < END:
        while coming and coming[0][0] <= moment:
            at, touchpoint_id, person_id, said = heapq.heappop(coming)
            answers.record(
                world.session, touchpoint_id=touchpoint_id, person_id=person_id, answered=said, now=at
            )
        world.drain(moment)
        for touchpoint_id, person_id, which in asked_now(world):
            if touchpoint_id not in seen:
                seen.add(touchpoint_id)
                delay, said = known[which]
                heapq.heappush(coming, (moment + delay, touchpoint_id, person_id, said))
        upcoming = world._next_moment(moment)
        moments = [one for one in (upcoming, coming[0][0] if coming else None) if one is not None]
        moment = min(moments, default=None)


def asked_now(world: World) -> Sequence[tuple[int, int, tuple[str, str, int]]]:
    """The questions that stand open and whose mail has left."""
    rows = world.session.execute(
        select(Touchpoint.id, Person.id, Person.email, Step.key, Touchpoint.n)
        .join(Step, Step.id == Touchpoint.step_id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .join(Message, Message.touchpoint_id == Touchpoint.id)
        .where(
            Touchpoint.state == TouchpointState.OPEN,
            Message.kind.in_(ASKING),
            Message.state == MessageState.SENT,
        )
    ).all()
    world.session.rollback()
    return [
        (touchpoint_id, person_id, (email or "", step, n))
        for touchpoint_id, person_id, email, step, n in rows
    ]


def sent(world: World) -> Mails:
    """What has left, by the reader's day and what it is for; what joined another is part of that."""
    rows = world.session.execute(
        select(Message.settled_at, Message.kind, Person.zone)
        .join(Person, Person.id == Message.person_id)
        .where(
            Message.state == MessageState.SENT,
            Message.kind.not_in(COUNTED) | Message.id.in_(select(MailTurn.message_id)),
        )
    ).all()
    return Counter((worktime.local(at, zone).date(), kind) for at, kind, zone in rows if at)


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
@pytest.mark.parametrize("programme", [MOMENTS, WAITING, ADAPTING])
def test_the_simulation_of_a_group_is_what_happens_to_it(
    world: World, office: PostOffice, programme: str
) -> None:
    read = template.read(programme, file="a programme")
    if programme is not MOMENTS:
        programmes.publish(world.session, organisation_id=world.organisation_id, programme=read, now=OPENED)
    cohort = world.open_group(programme=read.key, coaches=[COACH])
    world.bookable(COACH)
    world.bring_in(cohort, "".join(f"{person}\n" for person in PEOPLE))
    public_id = cohort.public_id
    world.session.rollback()
    model = model_of(world, public_id)
    simulated = simulating.simulate(model, response=1.0, responses=())

    placing.place_due(world.session, now=AFTER)
    live(world, model)

    expected: Mails = Counter(
        {
            (day.day, kind): number
            for day in simulated.story.days
            for kind, number in day.kinds.items()
            if kind is not MessageKind.COACH_DIGEST  # the drain writes none
        }
    )
    assert sent(world) == expected
    assert simulated.meetings.placed == len(PEOPLE)
    adapted = simulated.story.answers.adapted
    nudges = sum(number for (_, kind), number in expected.items() if kind is MessageKind.PROMPT)
    wanted = len(PEOPLE) * sum(step.rule.kind is StepKind.PROMPT for step in read.steps)
    assert nudges + simulated.story.answers.merged <= wanted
    assert (nudges + simulated.story.answers.merged < wanted) == (programme is ADAPTING), "some asked again"
    assert set(adapted) == ({Cause.NO_OPPORTUNITY, Cause.AS_INTENDED} if programme is ADAPTING else set())
    assert MessageKind.REMINDER in {kind for _, kind in expected}, "some take their time, and are reminded"
    assert len(office.to(COACH)) == len(PEOPLE)
