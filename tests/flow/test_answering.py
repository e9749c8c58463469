"""Answers: stored once and changed in place, private to whom the form says, refused once it is over."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from coachfollow.errors import Closed, NotFound
from coachfollow.flow import answers, asking_again, commitments, plans
from coachfollow.models import (
    Answer,
    Base,
    Blocker,
    Commitment,
    FollowUpPlan,
    Person,
    PersonKey,
    Token,
    Touchpoint,
)
from coachfollow.queries import asked, examples, keys, links
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import (
    Applied,
    Audience,
    Barrier,
    MessageKind,
    PlanState,
    StepKind,
    StopReason,
    TokenPurpose,
    TouchpointState,
)
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import AFTER, DAY, FIRST_MAIL, Stand, World

ANNA, BEN, BOSS = "anna@example.org", "ben@example.org", "boss@example.org"
ASKED = AFTER + 8 * DAY
CANARY = "nobody but me may read of the yellow bird"
PLAN = Answered(situation="a guest complains", action="listen first", reason="they pay us", rating=3)


def anna_is_asked(world: World) -> None:
    """Anna has been trained and asked for her plan; a manager is known."""
    world.manages(BOSS, ANNA)
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(anna_is_asked)


def own_plan(world: World) -> asked.OwnPlan | None:
    return asked.own_plan(world.session, plan_id=world.plan(ANNA).id)


def current(world: World, now: object = ASKED) -> int | None:
    return links.current_question(
        world.session,
        plan_id=world.plan(ANNA).id,
        person_id=world.person(ANNA),
        now=now,  # type: ignore[arg-type]
    )


def dump(connection: Connection) -> str:
    return "\n".join(
        repr(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in connection.execute(table.select())
    )


def test_a_commitment_is_kept_in_versions_and_the_newest_is_quoted(trained: World) -> None:
    trained.answer(ANNA, "plan", PLAN, now=FIRST_MAIL)
    trained.answer(ANNA, "plan", Answered(situation="a guest waits", action="smile"), now=FIRST_MAIL + DAY)

    plan = own_plan(trained)
    assert plan is not None
    assert (plan.version, plan.situation, plan.action, plan.reason) == (
        2,
        "a guest waits",
        "smile",
        "they pay us",
    )
    assert trained.session.scalars(select(Commitment.version)).all() == [1, 2]
    assert trained.session.scalars(select(Answer.version)).all() == [2]


def test_an_answer_can_be_changed_until_its_question_closes(trained: World) -> None:
    trained.open_mails(ASKED)
    trained.reflect(ANNA, "asked", now=ASKED, note="first")
    settled_at = trained.touchpoint(ANNA, "asked").settled_at
    closes_at = trained.touchpoint(ANNA, "asked").closes_at

    trained.reflect(ANNA, "asked", now=closes_at - timedelta(seconds=1), note="second")
    with pytest.raises(Closed):
        trained.reflect(ANNA, "asked", now=closes_at)

    answer = trained.session.scalars(select(Answer)).one()
    key = keys.keys_of(trained.session, person_ids=[answer.person_id])[answer.person_id]
    assert (answer.version, key.open(answer.note)) == (2, "second")
    assert trained.touchpoint(ANNA, "asked").settled_at == settled_at == ASKED


def test_two_submissions_at_the_same_moment_are_one_answer(trained: World, ground: Ground) -> None:
    question, person = trained.touchpoint(ANNA, "plan").id, trained.person(ANNA)
    trained.session.rollback()

    def submit(session: Session) -> None:
        answers.record(session, touchpoint_id=question, person_id=person, answered=PLAN, now=FIRST_MAIL)

    worlds.at_once(ground, *[submit] * 4)

    assert trained.session.scalars(select(Answer.version)).all() == [4]
    assert trained.session.scalars(select(Commitment.version).order_by(Commitment.version)).all() == [
        1,
        2,
        3,
        4,
    ]
    assert (trained.events("answered"), trained.events("answer changed")) == (1, 3)


@pytest.mark.parametrize(
    "values",
    [
        {"state": TouchpointState.PLANNED},
        {"state": TouchpointState.MISSED},
        {"state": TouchpointState.EXCUSED},
        {"state": TouchpointState.CANCELLED},
    ],
    ids=lambda values: str(values["state"]),
)
def test_what_is_not_open_takes_no_answer(trained: World, values: dict[str, object]) -> None:
    trained.session.execute(update(Touchpoint).values(**values))
    trained.session.commit()

    with pytest.raises(Closed):
        trained.answer(ANNA, "plan", PLAN, now=FIRST_MAIL)

    trained.session.rollback()
    assert trained.session.scalars(select(Answer.id)).all() == []


def test_a_question_that_never_was_is_not_found(trained: World) -> None:
    with pytest.raises(NotFound):
        answers.record(trained.session, touchpoint_id=4711, person_id=1, answered=PLAN, now=FIRST_MAIL)
    with pytest.raises(NotFound):
        asked.asked(trained.session, touchpoint_id=4711, recipient_id=1)


def test_an_answer_waits_for_a_drain_that_is_closing_its_question(trained: World, ground: Ground) -> None:
    """Whoever comes second sees what the first has done: nothing slips in after the close."""
    question, person = trained.touchpoint(ANNA, "plan").id, trained.person(ANNA)
    plan_id = trained.plan(ANNA).id
    touched = update(FollowUpPlan).where(FollowUpPlan.id == plan_id).values(batch_id=FollowUpPlan.batch_id)
    trained.session.execute(touched)
    closed = update(Touchpoint).where(Touchpoint.id == question).values(state=TouchpointState.MISSED)
    trained.session.execute(closed)  # not committed yet

    submitted = worlds.elsewhere(
        ground,
        lambda session: answers.record(
            session, touchpoint_id=question, person_id=person, answered=PLAN, now=FIRST_MAIL
        ),
    )
    trained.session.commit()

    with pytest.raises(Closed):
        submitted.result(timeout=10)
    assert trained.states(ANNA)["plan"] is TouchpointState.MISSED


def test_private_words_are_nowhere_in_the_database(trained: World, ground: Ground) -> None:
    secret = Answered(situation=CANARY, action=CANARY, reason=CANARY)
    trained.answer(ANNA, "plan", secret, now=FIRST_MAIL)
    trained.open_mails(ASKED)
    trained.reflect(ANNA, "asked", now=ASKED, note=CANARY)
    trained.session.commit()

    with ground.connection() as connection:
        everything = dump(connection)
    if ground.name == "sqlite":
        folder = ground.installation.settings.data_dir
        everything += "".join(path.read_bytes().decode("latin-1") for path in folder.glob("flow.db*"))

    assert "yellow bird" not in everything
    plan = own_plan(trained)
    assert plan is not None
    assert plan.sentence == f"When {CANARY}, I will {CANARY}"


def test_once_the_key_is_gone_nothing_is_shown_and_mails_go_without_the_plan(
    trained: World, office: PostOffice
) -> None:
    trained.answer(ANNA, "plan", PLAN, now=FIRST_MAIL)
    trained.session.query(PersonKey).delete()
    trained.session.commit()

    assert own_plan(trained) is None
    question = trained.touchpoint(ANNA, "plan").id
    shown = asked.asked(trained.session, touchpoint_id=question, recipient_id=trained.person(ANNA))
    assert shown.own_plan is None
    trained.live(AFTER + 4 * DAY, since=FIRST_MAIL)
    assert len(office.to(ANNA)) == 1
    assert "listen first" not in office.to(ANNA)[0].as_string()


def test_a_barrier_goes_its_way_once_and_a_corrected_one_replaces_it(trained: World) -> None:
    trained.open_mails(ASKED)
    trained.reflect(ANNA, "asked", now=ASKED, barrier=Barrier.TOOLS)
    trained.reflect(ANNA, "asked", now=ASKED, barrier=Barrier.MANAGER)

    assert trained.session.scalars(select(Blocker.barrier)).all() == [Barrier.MANAGER]


def test_a_barrier_that_was_taken_back_is_nobodys_to_remove(trained: World) -> None:
    trained.open_mails(ASKED)
    trained.reflect(ANNA, "asked", now=ASKED, barrier=Barrier.TOOLS)
    trained.reflect(ANNA, "asked", now=ASKED + DAY)

    resolved = trained.session.execute(select(Blocker.barrier, Blocker.resolved_at)).all()
    assert [tuple(row) for row in resolved] == [(Barrier.TOOLS, ASKED + DAY)]
    trained.reflect(ANNA, "asked", now=ASKED + 2 * DAY, barrier=Barrier.NO_TIME)
    again = trained.session.execute(select(Blocker.barrier, Blocker.resolved_at)).all()
    assert [tuple(row) for row in again] == [(Barrier.NO_TIME, None)]


def test_a_managers_word_is_kept_as_what_it_is(world: World, office: PostOffice) -> None:
    world.manages(BOSS, ANNA)
    world.invite(world.open_group(), ANNA + "\n")
    card_day = AFTER - 5 * DAY
    world.live(card_day, since=AFTER - 12 * DAY)
    card = world.touchpoint(ANNA, "before").id

    for done, applied in ((False, Applied.NOT_YET), (True, Applied.AS_INTENDED)):
        said = Answered(done=done, outcome="We agreed on Fridays.")
        answers.record(
            world.session, touchpoint_id=card, person_id=world.person(BOSS), answered=said, now=card_day
        )
        assert world.session.scalars(select(Answer.applied)).one() is applied

    assert office.recipients == [BOSS]
    shown = asked.asked(world.session, touchpoint_id=card, recipient_id=world.person(BOSS))
    assert (shown.audience, shown.own_plan, shown.is_answered) == (Audience.MANAGER, None, True)
    assert shown.question == "Did you talk?"


def test_the_question_that_is_asked_now_is_the_latest_open_one(trained: World) -> None:
    assert current(trained, FIRST_MAIL) == trained.touchpoint(ANNA, "plan").id
    trained.open_mails(ASKED)
    assert current(trained) == trained.touchpoint(ANNA, "asked").id
    assert current(trained, ASKED + 20 * DAY) is None

    plans.pause(trained.session, plan_id=trained.plan(ANNA).id, until=(ASKED + 9 * DAY).date(), now=ASKED)
    assert current(trained) is None


def test_what_a_link_allows_ends_with_its_time_its_owner_and_its_purpose(
    trained: World, office: PostOffice
) -> None:
    trained.drain(FIRST_MAIL)
    (mail,) = office.to(ANNA)
    words = mail.get_body(("plain",)).get_content().split()  # type: ignore[union-attr]
    token = next(word for word in words if "/a/" in word).rpartition("/")[2].partition("?")[0]
    asks = TokenPurpose.ANSWER

    link = links.find(trained.session, token=token, purpose=asks, now=FIRST_MAIL)
    assert (link.person_id, link.touchpoint_id, link.is_own_plan) == (
        trained.person(ANNA), trained.touchpoint(ANNA, "plan").id, True,
    )  # fmt: skip
    assert link.id is not None
    assert links.again(trained.session, token_id=link.id, purpose=asks, now=FIRST_MAIL) == link
    with pytest.raises(NotFound):
        links.find(trained.session, token=token, purpose=TokenPurpose.PLAN, now=FIRST_MAIL)
    with pytest.raises(NotFound):
        links.find(trained.session, token=f"{token[:-1]}!", purpose=asks, now=FIRST_MAIL)
    with pytest.raises(Closed):
        links.find(trained.session, token=token, purpose=asks, now=FIRST_MAIL + 401 * DAY)
    assert links.whose(trained.session, token=token, purpose=asks) == link

    trained.session.execute(update(Person).where(Person.email == ANNA).values(version=2))
    with pytest.raises(Closed):
        links.find(trained.session, token=token, purpose=asks, now=FIRST_MAIL)


def test_who_is_signed_in_needs_no_link_for_what_is_their_own(trained: World) -> None:
    plan, anna, ben = trained.plan(ANNA), trained.person(ANNA), trained.person(BEN)
    question, card = trained.touchpoint(ANNA, "plan").id, trained.touchpoint(ANNA, "before").id
    session = trained.session

    assert links.own_question(session, touchpoint_id=question, person_id=ben) is None
    assert links.own_question(session, touchpoint_id=card, person_id=anna) is None
    own = links.own_question(session, touchpoint_id=question, person_id=anna)
    assert own is not None
    assert (own.id, own.plan_id, own.purpose) == (None, plan.id, TokenPurpose.ANSWER)
    stopping = TokenPurpose.STOP
    assert links.own_plan(session, plan=plan.public_id, person_id=ben, purpose=stopping) is None
    mine = links.own_plan(session, plan=plan.public_id, person_id=anna, purpose=stopping)
    assert mine is not None
    assert mine.touchpoint_id is None


def test_a_plan_that_has_ended_takes_no_new_wording(trained: World) -> None:
    plans.stop(trained.session, plan_id=trained.plan(ANNA).id, reason=StopReason.ASKED, now=FIRST_MAIL)

    with pytest.raises(Closed):
        commitments.change(trained.session, plan_id=trained.plan(ANNA).id, answered=PLAN, now=FIRST_MAIL)
    with pytest.raises(NotFound):
        commitments.change(trained.session, plan_id=4711, answered=PLAN, now=FIRST_MAIL)


def test_examples_are_those_of_the_programme(trained: World) -> None:
    assert examples.of_plan(trained.session, plan_id=trained.plan(ANNA).id).offered == []


def test_a_question_is_mailed_again_with_a_link_of_its_own(trained: World, office: PostOffice) -> None:
    trained.drain(FIRST_MAIL)

    asking_again.mail_current(
        trained.session,
        plan_id=trained.plan(ANNA).id,
        person_id=trained.person(ANNA),
        visitor="192.0.2.1",
        now=FIRST_MAIL,
    )
    trained.drain(FIRST_MAIL)

    assert trained.kinds(to=ANNA)[-1] in MessageKind
    assert len(office.to(ANNA)) == 2
    mine = (Token.purpose == TokenPurpose.ANSWER) & (Token.person_id == trained.person(ANNA))
    assert len(trained.session.scalars(select(Token.id).where(mine)).all()) == 2


def test_a_paused_person_who_answers_has_answered(trained: World) -> None:
    plans.pause(trained.session, plan_id=trained.plan(ANNA).id, until=ASKED.date(), now=FIRST_MAIL)

    trained.answer(ANNA, "plan", PLAN, now=FIRST_MAIL + DAY)

    assert trained.states(ANNA)["plan"] is TouchpointState.COMPLETED
    assert trained.standing(ANNA)[0] is PlanState.PAUSED
    assert trained.session.scalars(
        select(Touchpoint.kind).where(Touchpoint.state == TouchpointState.COMPLETED)
    ).all() == [StepKind.COMMITMENT]
