"""Whose time has come is asked, once, and reminded while unanswered; whose time is over is closed, and says why."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import commitments, dispatch, opening, plans
from coachfollow.flow.dispatch import Drained
from coachfollow.models import Event, FollowUpPlan, Message, Organisation, Person, Touchpoint
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import (
    Applied,
    MessageKind,
    MessageState,
    PlanState,
    StepKind,
    StopReason,
    TouchpointState,
)
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, BEFORE, DAY, FIRST_MAIL, PLAN_FIRST, Stand, World

ANNA, BEN, BOSS = "anna@example.org", "ben@example.org", "boss@example.org"
ANNA_ALONE = "Anna Berg <anna@example.org>\n"


def anna_is_trained(world: World) -> None:
    """Anna has been trained; nothing was sent yet."""
    world.bring_in(world.open_group(), ANNA_ALONE)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(anna_is_trained)


def test_each_thing_is_asked_at_its_moment_and_no_earlier(trained: World, office: PostOffice) -> None:
    trained.drain(FIRST_MAIL - timedelta(seconds=1))
    assert office.recipients == []

    trained.drain(FIRST_MAIL)

    assert office.recipients == [ANNA]
    assert office.to(ANNA)[0]["Subject"] == "Your plan"
    assert trained.states(ANNA)["plan"] is TouchpointState.OPEN


def test_a_drain_that_runs_twice_asks_once(trained: World, office: PostOffice) -> None:
    drained = [trained.drain(FIRST_MAIL) for _ in range(3)]

    assert [(one.opened, one.sent) for one in drained] == [(1, 1), (0, 0), (0, 0)]
    assert office.recipients == [ANNA]
    assert trained.events("follow-up opened") == trained.events("mail sent") == 1


def test_drains_at_the_same_moment_ask_once(world: World, office: PostOffice, ground: Ground) -> None:
    group = world.open_group()
    world.bring_in(group, "".join(f"p{n}@example.org\n" for n in range(40)))

    def drain(session: Session) -> Drained:
        return dispatch.drain(session, now=FIRST_MAIL)

    drained = worlds.at_once(ground, *[drain] * 4)
    world.drain(FIRST_MAIL)

    assert sorted(office.recipients) == sorted(f"p{n}@example.org" for n in range(40))
    assert sum(one.opened for one in drained) == 40
    assert world.events("follow-up opened") == 40


def test_reminders_come_while_there_is_no_answer(trained: World, office: PostOffice) -> None:
    trained.live(AFTER + 9 * DAY)

    assert [mail["Subject"] for mail in office.to(ANNA)] == [
        "Your plan",
        "Reminder: Your plan",
        PLAN_FIRST,
        "Reminder: Your plan",
        PLAN_FIRST,
        f"Reminder: {PLAN_FIRST}",
    ]


def test_a_reminder_follows_its_question_and_a_question_nothing(trained: World, office: PostOffice) -> None:
    trained.live(AFTER + 9 * DAY)

    first, reminded, nudge, again, *_ = office.to(ANNA)
    assert (reminded["In-Reply-To"], reminded["References"]) == (first["Message-ID"], first["Message-ID"])
    assert again["References"].split() == [first["Message-ID"], reminded["Message-ID"]]
    assert first["References"] is None
    assert nudge["References"] is None


def test_an_answer_stops_the_reminders_at_once(trained: World, office: PostOffice) -> None:
    trained.drain(FIRST_MAIL)

    trained.commit_to(ANNA, "a guest complains", "listen first", now=FIRST_MAIL + DAY)
    trained.live(AFTER + 6 * DAY, since=FIRST_MAIL + DAY)

    assert trained.kinds(to=ANNA, state=MessageState.SENT) == [MessageKind.COMMITMENT, MessageKind.PROMPT]
    stopped = trained.mails(to=ANNA, state=MessageState.CANCELLED)
    assert {(mail.kind, mail.reason) for mail in stopped} == {(MessageKind.REMINDER, "it was answered")}
    assert "listen first" in office.to(ANNA)[1].as_string()


def test_the_very_first_mail_is_announced_by_the_manager(world: World, office: PostOffice) -> None:
    world.manages(BOSS, ANNA)
    world.session.execute(update(Person).where(Person.email == BOSS).values(name="Greta Boss"))
    world.bring_in(world.open_group(announced=True), ANNA_ALONE)

    world.drain(FIRST_MAIL)

    (both,) = office.to(ANNA)
    assert world.kinds(to=ANNA, state=MessageState.SENT) == [MessageKind.ANNOUNCEMENT, MessageKind.COMMITMENT]
    assert both["From"].addresses[0].display_name.startswith("Greta Boss via")
    assert "/a/" in both.as_string(), "the question stands below the announcement"


def test_nobody_announces_where_no_manager_is_known(world: World, office: PostOffice) -> None:
    world.bring_in(world.open_group(announced=True), ANNA_ALONE)

    world.drain(FIRST_MAIL)

    assert world.kinds(to=ANNA) == [MessageKind.COMMITMENT, MessageKind.REMINDER, MessageKind.REMINDER]
    assert len(office.arrived) == 1


def test_a_manager_hears_before_the_training_of_whom_the_roster_invites(
    world: World, office: PostOffice
) -> None:
    world.manages(BOSS, ANNA)
    world.invite(world.open_group(), "Anna Berg <anna@example.org>\nBen Roth <ben@example.org>\n")

    world.live(AFTER - DAY, since=BEFORE)

    assert office.recipients == [BOSS]
    assert world.standing(ANNA) == (PlanState.DRAFT, None)
    states = world.states(BEN)
    assert states["before"] is TouchpointState.EXCUSED
    assert {state for key, state in states.items() if key != "before"} == {TouchpointState.PLANNED}
    reasons = world.session.scalars(
        select(Touchpoint.state_reason).where(Touchpoint.state_reason.is_not(None))
    )
    assert set(reasons) == {opening.NO_MANAGER}


@pytest.mark.parametrize(
    "gone",
    [
        {"email": None},
        {"undeliverable_at": BEFORE},
        {"left_on": date(2026, 2, 27)},
    ],
    ids=lambda gone: next(iter(gone)),
)
def test_who_cannot_be_reached_stands_apart_and_gets_nothing(
    world: World, office: PostOffice, gone: dict[str, object]
) -> None:
    world.manages(BOSS, ANNA)
    group = world.open_group()
    world.bring_in(group, ANNA_ALONE)
    plan = world.plan(ANNA).id
    world.session.execute(update(Person).where(Person.email.in_([ANNA, BOSS])).values(**gone))
    world.session.commit()

    world.drain(FIRST_MAIL)

    asked = world.session.scalars(
        select(Touchpoint).where(Touchpoint.plan_id == plan, Touchpoint.state == TouchpointState.OPEN)
    ).one()
    assert (asked.undeliverable, asked.state_reason) == (True, opening.CANNOT_REACH)
    assert office.recipients == []


@pytest.mark.parametrize(
    "gone", [{"email": None}, {"undeliverable_at": BEFORE}, {"left_on": date(2026, 2, 18)}], ids=str
)
def test_a_manager_who_cannot_be_reached_is_as_good_as_none(
    world: World, office: PostOffice, gone: dict[str, object]
) -> None:
    world.manages(BOSS, ANNA)
    world.invite(world.open_group(), ANNA_ALONE)
    world.session.execute(update(Person).where(Person.email == BOSS).values(**gone))
    world.session.commit()

    world.live(AFTER - DAY, since=BEFORE)

    assert world.states(ANNA)["before"] is TouchpointState.EXCUSED
    assert office.recipients == []


def test_who_leaves_next_month_still_works_here(trained: World, office: PostOffice) -> None:
    """A people file says when somebody leaves; until that day they are asked as everybody is."""
    trained.session.execute(update(Person).where(Person.email == ANNA).values(left_on=date(2026, 3, 9)))
    trained.session.commit()

    trained.live(AFTER + 9 * DAY)

    assert [mail["Subject"] for mail in office.to(ANNA)] == [
        "Your plan", "Reminder: Your plan", PLAN_FIRST, "Reminder: Your plan",
    ]  # fmt: skip


def test_what_closes_was_missed_and_a_prompt_has_done_its_work(trained: World, office: PostOffice) -> None:
    trained.live(AFTER + 16 * DAY)

    states = trained.states(ANNA)
    assert (states["plan"], states["nudge"], states["asked"]) == (
        TouchpointState.MISSED, TouchpointState.COMPLETED, TouchpointState.OPEN,
    )  # fmt: skip
    closed = trained.session.scalars(
        select(Touchpoint).where(Touchpoint.state == TouchpointState.MISSED)
    ).one()
    assert closed.settled_at == closed.closes_at
    assert len(office.arrived) == 6


def test_after_an_outage_nothing_comes_in_a_burst_and_each_says_that_it_was_too_late(
    trained: World, office: PostOffice
) -> None:
    trained.drain(FIRST_MAIL + 5 * DAY)

    assert office.arrived == []
    expired = trained.mails(state=MessageState.EXPIRED)
    assert [(mail.kind, mail.reason) for mail in expired] == [
        (MessageKind.COMMITMENT, "it was too late to send it"),
        (MessageKind.PROMPT, "it was too late to send it"),
    ]
    told = trained.session.scalars(
        select(Touchpoint.state_reason).where(Touchpoint.undeliverable.is_(True))
    ).all()
    assert told == ["it was too late to send it"] * 2
    assert trained.states(ANNA)["plan"] is TouchpointState.OPEN
    trained.session.rollback()

    trained.live(FIRST_MAIL + 7 * DAY, since=FIRST_MAIL + 5 * DAY)

    assert trained.kinds(to=ANNA, state=MessageState.SENT) == [MessageKind.REMINDER, MessageKind.REFLECTION]


def test_an_announcement_that_came_too_late_says_nothing_of_the_question(
    world: World, office: PostOffice
) -> None:
    """Only the mail that asks can say that nobody was asked."""
    world.manages(BOSS, ANNA)
    world.bring_in(world.open_group(announced=True), ANNA_ALONE)
    opening.open_due(world.session, now=FIRST_MAIL)
    announcement = Message.kind == MessageKind.ANNOUNCEMENT
    world.session.execute(update(Message).where(announcement).values(expires_at=FIRST_MAIL))
    world.session.commit()

    world.drain(FIRST_MAIL)

    assert office.recipients == [ANNA]
    assert not world.session.scalars(select(Touchpoint.id).where(Touchpoint.undeliverable)).all()


def answered_all(world: World) -> None:
    """Anna answers everything she is asked, at once."""
    world.drain(FIRST_MAIL)
    world.commit_to(ANNA, "a guest complains", "listen first", now=FIRST_MAIL)
    world.live(AFTER + 8 * DAY, since=FIRST_MAIL)
    world.reflect(ANNA, "asked", now=AFTER + 8 * DAY)


def test_a_plan_finishes_with_its_last_prompt_and_is_asked_once_more_half_a_year_later(
    trained: World, office: PostOffice
) -> None:
    answered_all(trained)
    plans_coach = trained.touchpoint(ANNA, "talk")
    plans_coach.state = TouchpointState.EXCUSED
    trained.session.commit()
    assert trained.standing(ANNA) == (PlanState.ACTIVE, None)

    trained.live(AFTER + 41 * DAY, since=AFTER + 9 * DAY)
    assert trained.standing(ANNA) == (PlanState.FINISHED, None)

    trained.live(AFTER + 182 * DAY, since=AFTER + 178 * DAY)
    assert office.to(ANNA)[-1]["Subject"] == "One last question"

    trained.answer(ANNA, "half-a-year-later", Answered(applied=Applied.AS_INTENDED), now=AFTER + 182 * DAY)
    assert trained.standing(ANNA) == (PlanState.FINISHED, None)


@pytest.mark.usefixtures("office")
def test_who_answered_everything_has_finished_though_their_manager_ignored_the_card(trained: World) -> None:
    card = trained.touchpoint(ANNA, "before")
    card.state, card.settled_at = TouchpointState.MISSED, FIRST_MAIL
    trained.touchpoint(ANNA, "talk").state = TouchpointState.EXCUSED
    trained.session.commit()
    answered_all(trained)

    trained.live(AFTER + 41 * DAY, since=AFTER + 9 * DAY)

    assert trained.standing(ANNA) == (PlanState.FINISHED, None)


def test_a_plan_that_ran_out_has_ended_and_is_asked_all_the_same(trained: World, office: PostOffice) -> None:
    trained.live(AFTER + 45 * DAY)
    assert trained.standing(ANNA) == (PlanState.STOPPED, StopReason.ENDED)

    trained.live(AFTER + 182 * DAY, since=AFTER + 178 * DAY)
    assert office.to(ANNA)[-1]["Subject"] == "One last question"
    assert trained.events("plan ended") == 1


def test_the_plan_page_may_give_the_last_answer_there_was_to_come(trained: World, office: PostOffice) -> None:
    """A plan that was written on its own page settles the question, and with it the follow-up."""
    others = Touchpoint.id != trained.touchpoint(ANNA, "plan").id
    trained.session.execute(update(Touchpoint).where(others).values(state=TouchpointState.CANCELLED))
    trained.session.commit()
    trained.drain(FIRST_MAIL)

    commitments.change(
        trained.session,
        plan_id=trained.plan(ANNA).id,
        answered=Answered(situation="a guest complains", action="listen"),
        now=FIRST_MAIL,
    )

    assert trained.standing(ANNA) == (PlanState.FINISHED, None)
    assert len(office.arrived) == 1


def test_who_stops_while_a_drain_is_opening_is_not_asked(trained: World, ground: Ground) -> None:
    """Whoever stops first is first: the drain does not open what somebody else is just taking back."""
    plan_id = trained.plan(ANNA).id
    trained.session.execute(
        update(FollowUpPlan)
        .where(FollowUpPlan.id == plan_id)
        .values(state=PlanState.STOPPED, stop_reason=StopReason.ASKED)
    )
    trained.session.execute(update(Touchpoint).values(state=TouchpointState.CANCELLED))  # not committed yet

    drain = worlds.elsewhere(ground, lambda session: opening.open_due(session, now=FIRST_MAIL))
    if ground.name == "postgresql":
        assert drain.result(timeout=5) == 0
    trained.session.commit()

    assert drain.result(timeout=15) == 0
    assert set(trained.states(ANNA).values()) == {TouchpointState.CANCELLED}
    assert trained.mails() == []


def test_of_two_who_settle_the_last_two_at_once_one_ends_the_plan(trained: World, ground: Ground) -> None:
    answered_all(trained)
    last = [trained.touchpoint(ANNA, "talk"), trained.touchpoint(ANNA, "asked")]
    rest = Touchpoint.id.not_in([one.id for one in last])
    trained.session.execute(update(Touchpoint).where(rest).values(state=TouchpointState.COMPLETED))
    trained.session.execute(
        update(Touchpoint)
        .where(Touchpoint.id.in_([one.id for one in last]))
        .values(state=TouchpointState.OPEN, closes_at=AFTER + 8 * DAY)
    )
    ids, plan_id = [one.id for one in last], trained.plan(ANNA).id
    trained.session.commit()

    def settle(touchpoint_id: int) -> object:
        def do(session: Session) -> None:
            session.execute(
                update(Touchpoint)
                .where(Touchpoint.id == touchpoint_id)
                .values(state=TouchpointState.COMPLETED)
            )
            plans.finish(session, plan_ids=[plan_id], now=AFTER + 9 * DAY)
            session.commit()

        return do

    worlds.at_once(ground, *[settle(touchpoint_id) for touchpoint_id in ids])  # type: ignore[arg-type]

    assert trained.standing(ANNA) == (PlanState.FINISHED, None)
    assert trained.events("plan finished") == 1


def test_every_event_belongs_to_the_organisation_it_happened_in(trained: World, office: PostOffice) -> None:
    trained.live(AFTER + 16 * DAY)

    found = set(trained.session.scalars(select(Event.organisation_id)))
    assert found == set(trained.session.scalars(select(Organisation.id)))
    assert office.arrived


def test_a_card_that_nobody_can_get_ends_the_follow_up_if_nothing_else_is_to_come(trained: World) -> None:
    card = trained.touchpoint(ANNA, "before").id
    others = (Touchpoint.id != card) & (Touchpoint.kind != StepKind.UNPROMPTED)
    trained.session.execute(update(Touchpoint).where(others).values(state=TouchpointState.MISSED))
    planned = {"state": TouchpointState.PLANNED, "due_at": AFTER + DAY, "settled_at": None}
    trained.session.execute(update(Touchpoint).where(Touchpoint.id == card).values(planned))
    trained.session.commit()

    trained.open_mails(AFTER + DAY)

    assert trained.states(ANNA)["before"] is TouchpointState.EXCUSED
    assert trained.standing(ANNA) == (PlanState.STOPPED, StopReason.ENDED)
