"""F19 to F22: the n-th word with the database fails, for every n: never half a change, and it can be done again."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, time
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from coachfollow.errors import Refusal
from coachfollow.extensions import db
from coachfollow.flow import (
    answers,
    asking_again,
    attendance,
    away,
    changing,
    coaching,
    commitments,
    declining,
    extending,
    opening,
    placing,
    plans,
    postmaster,
    programme_drafts,
    programmes,
    reanchoring,
    signin,
    staging,
    undoing,
)
from coachfollow.flow.cohorts import Meeting
from coachfollow.intake import programme as template
from coachfollow.models import Cohort, ImportBatch, Message, PlanChange
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.asking import Answered
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import Applied, ImportState, MessageKind, MessageState, Role, StopReason
from coachfollow.rules.levers import Move, Skip
from tests import failing
from tests.failing import Cut, Fault
from tests.flow.world import AFTER, DAY, MOMENTS, OPENED, TRAINING, Stand, World

ANNA, GRETA, CARLA, LENA = "anna@example.org", "greta@example.org", "carla@example.org", "lena@example.org"
ASKED = AFTER + 8 * DAY  # the first question is open
MEETING = datetime.combine(TRAINING + 14 * DAY, time(9), tzinfo=AFTER.tzinfo)
WEEK_AFTER = Meeting(begins=datetime.combine(TRAINING + 7 * DAY, time(9)), minutes=60)

Deed = Callable[[], object]
Prepare = Callable[[World], Deed]


def anna_is_asked(world: World) -> None:
    """Anna has a manager and a coach; her plan and her first question are open, and their mails wait."""
    world.manages(GRETA, ANNA)
    world.bookable(CARLA)
    world.appoint(LENA, Role.LND)
    world.bring_in(world.open_group(programme="service", coaches=[CARLA]), f"Anna Berg <{ANNA}>\n")
    world.open_mails(ASKED)
    changing.carry_out(
        world.session,
        plan_id=world.plan(ANNA).id,
        lever=Skip(follow_up=world.touchpoint(ANNA, "third-question").id, excuse=Excuse.AWAY),
        now=ASKED,
        actor_id=world.person(CARLA),
    )
    world.stage(world.group("autumn"), "Uma <uma@example.org>\nVic <vic@example.org>\n")
    world.session.execute(
        update(Message).where(Message.kind == MessageKind.REFLECTION).values(state=MessageState.IN_DOUBT)
    )
    world.session.commit()


def record(world: World) -> Deed:
    said = Answered(situation="somebody calls", action="listen first", rating=4)
    return _answers(world, "plan", said)


def reflect(world: World) -> Deed:
    return _answers(world, "first-question", Answered(applied=Applied.PARTLY, note="It went well."))


def _answers(world: World, step: str, said: Answered) -> Deed:
    ids: dict[str, Any] = {"touchpoint_id": world.touchpoint(ANNA, step).id, "person_id": world.person(ANNA)}
    return partial(answers.record, world.session, **ids, answered=said, now=ASKED)


def change_commitment(world: World) -> Deed:
    said = Answered(situation="somebody writes", action="ask back", rating=3)
    plan_id = world.plan(ANNA).id
    return partial(commitments.change, world.session, plan_id=plan_id, answered=said, now=ASKED)


def pause(world: World) -> Deed:
    until = (ASKED + 14 * DAY).date()
    return partial(plans.pause, world.session, plan_id=world.plan(ANNA).id, until=until, now=ASKED)


def stop(world: World) -> Deed:
    plan_id = world.plan(ANNA).id
    return partial(plans.leave, world.session, plan_id=plan_id, reason=StopReason.ASKED, now=ASKED)


def move(world: World) -> Deed:
    one, carla = world.touchpoint(ANNA, "second-question"), world.person(CARLA)
    lever = Move(follow_up=one.id, day=one.local_date + 2 * DAY, at=time(10))
    ids: dict[str, Any] = {"plan_id": one.plan_id, "actor_id": carla}
    return partial(changing.carry_out, world.session, lever=lever, now=ASKED, **ids)


def undo(world: World) -> Deed:
    change_id = world.session.scalars(select(PlanChange.id).order_by(PlanChange.id.desc())).first() or 0
    ids: dict[str, Any] = {
        "plan_id": world.plan(ANNA).id,
        "change_id": change_id,
        "actor_id": world.person(CARLA),
    }
    return partial(undoing.undo, world.session, now=ASKED, **ids)


def arrange(world: World) -> Deed:
    meeting, carla = world.touchpoint(ANNA, "meeting"), world.person(CARLA)
    given: dict[str, Any] = {"touchpoint": meeting, "starts_at": MEETING, "actor_id": carla}
    return partial(coaching.arrange, world.session, now=ASKED, **given)


def ask_again(world: World) -> Deed:
    ids: dict[str, Any] = {"plan_id": world.plan(ANNA).id, "person_id": world.person(ANNA)}
    return partial(asking_again.mail_current, world.session, visitor="192.0.2.1", now=ASKED, **ids)


def decline(world: World) -> Deed:
    ids: dict[str, Any] = {"plan_id": world.plan(ANNA).id, "manager_id": world.person(GRETA)}
    return partial(declining.decline, world.session, now=ASKED, **ids)


def ask_for_a_link(world: World) -> Deed:
    given: dict[str, Any] = {"email": LENA, "browser": "a cookie", "visitor": "192.0.2.1"}
    return partial(signin.ask, world.session, now=ASKED, **given)


def settle(world: World) -> Deed:
    return partial(postmaster.settle, verdict=MessageState.SENT, **_doubtful(world))


def resend(world: World) -> Deed:
    return partial(postmaster.resend, **_doubtful(world))


def _doubtful(world: World) -> dict[str, Any]:
    doubtful = select(Message.public_id).where(Message.state == MessageState.IN_DOUBT)
    return {
        "session": world.session,
        "organisation_id": world.organisation_id,
        "public_ids": world.session.scalars(doubtful).all(),
        "reason": "seen in the log",
        "actor_id": None,
        "now": ASKED,
    }


def open_group(world: World) -> Deed:
    days = [TRAINING, TRAINING + 7 * DAY]
    return partial(world.group, "winter", coaches=[CARLA, "dora@example.org"], days=days)


def add_session(world: World) -> Deed:
    return partial(extending.add_session, world.session, cohort=_spring(world), meeting=WEEK_AFTER, now=ASKED)


def add_coach(world: World) -> Deed:
    dora: dict[str, Any] = {"cohort": _spring(world), "email": "dora@example.org"}
    return partial(extending.add_coach, world.session, now=ASKED, **dora)


def correct_session(world: World) -> Deed:
    tomorrow = Meeting(begins=datetime.combine(TRAINING + DAY, time(9)), minutes=90)
    given: dict[str, Any] = {"cohort": _spring(world), "position": 1, "meeting": tomorrow}
    return partial(reanchoring.correct, world.session, now=ASKED, **given)


def _spring(world: World) -> Cohort:
    return world.session.scalars(select(Cohort).where(Cohort.key == "spring")).one()


def appoint(world: World) -> Deed:
    return partial(world.appoint, "olga@example.org", Role.OPERATOR, Role.LND)


def publish(world: World) -> Deed:
    programme = template.read(MOMENTS.replace("that count", "that still count"), file="moments.yaml")
    house: dict[str, Any] = {"organisation_id": world.organisation_id}
    return partial(programmes.publish, world.session, programme=programme, now=OPENED, **house)


def begin_draft(world: World) -> Deed:
    house = world.organisation_id
    return partial(programme_drafts.edit, world.session, organisation_id=house, key="moments", now=ASKED)


WHOLE: Mapping[str, Prepare] = {
    "a plan is written": record,
    "a question is answered": reflect,
    "a plan is changed": change_commitment,
    "a plan is paused": pause,
    "a plan is stopped": stop,
    "a follow-up is moved": move,
    "a change is taken back": undo,
    "a meeting gets a time": arrange,
    "a question is mailed again": ask_again,
    "a manager declines": decline,
    "a way in is asked for": ask_for_a_link,
    "a mail in doubt is settled": settle,
    "a mail in doubt is sent again": resend,
    "a group is opened": open_group,
    "a group gets a session": add_session,
    "a group gets a coach": add_coach,
    "a session is corrected": correct_session,
    "somebody gets roles": appoint,
    "a programme is published": publish,
    "a draft is begun": begin_draft,
}


def import_list(world: World) -> Deed:
    batch_id = world.session.scalars(select(ImportBatch.id).order_by(ImportBatch.id.desc()).limit(1)).one()
    return partial(attendance.carry_out, world.session, batch_id=batch_id, now=ASKED)


def go_away(world: World) -> Deed:
    leave = Leave(first=(ASKED + DAY).date(), last=(ASKED + 20 * DAY).date())
    anna = world.person(ANNA)
    return partial(away.go, world.session, person_id=anna, leave=leave, now=ASKED, actor_id=None)


def close_house(world: World) -> Deed:
    closure = Closure(first=(ASKED + DAY).date(), last=(ASKED + 20 * DAY).date())
    given: dict[str, Any] = {"organisation_id": world.organisation_id, "closure": closure, "actor_id": None}
    return partial(away.close, world.session, now=ASKED, **given)


def pass_a_fortnight(world: World) -> Deed:
    def passes() -> None:
        opening.close_due(world.session, now=ASKED + 14 * DAY)
        opening.open_due(world.session, now=ASKED + 14 * DAY)

    return passes


def place_meetings(world: World) -> Deed:
    return partial(placing.place_due, world.session, now=ASKED)


IN_STEPS: Mapping[str, Prepare] = {
    "a list is imported": import_list,
    "somebody is away": go_away,
    "the house is closed": close_house,
    "a fortnight passes": pass_a_fortnight,
    "meetings find their time": place_meetings,
}


def prepared(world: World, prepare: Prepare) -> Deed:
    """Look up what the deed needs; no transaction stays open."""
    deed = prepare(world)
    world.session.rollback()
    return deed


def done(world: World, deed: Deed) -> failing.Line:
    """Do it without a fault, and say what was said."""
    with failing.line(db.engine) as line:
        deed()
        world.session.rollback()
    return line


def broke(world: World, deed: Deed, cut: Cut) -> bool:
    """Do it, and lose the database on the way; says whether it came so far as to notice."""
    with failing.line(db.engine, cut) as line:
        if cut.fault in {Fault.REFUSED, Fault.UNHEARD}:
            with pytest.raises(OperationalError):
                deed()
        else:
            with suppress(OperationalError):
                deed()
            world.session.rollback()
    world.session.rollback()
    return line.broke


@pytest.mark.parametrize("prepare", WHOLE.values(), ids=WHOLE.keys())
def test_f19_f20_f22_what_is_done_at_once_is_done_as_a_whole_or_not_at_all(
    stand: Stand, prepare: Prepare
) -> None:
    world = stand(anna_is_asked)
    before = failing.content(db.engine)
    undisturbed = done(world, prepared(world, prepare))
    after = failing.census(db.engine)
    assert undisturbed.commits == 1, "this belongs to what takes several steps"

    world = stand(anna_is_asked)
    deed = prepared(world, prepare)
    for cut in undisturbed.cuts():
        broke(world, deed, cut)
        if failing.census(db.engine) == after and cut.fault is not Fault.REFUSED:
            world = stand(anna_is_asked)
            deed = prepared(world, prepare)
        else:
            assert cut.fault is not Fault.UNHEARD
            assert failing.content(db.engine) == before, f"half of it is there: {cut}"


@pytest.mark.parametrize("prepare", IN_STEPS.values(), ids=IN_STEPS.keys())
def test_f19_f20_f22_what_takes_several_steps_is_completed_by_doing_it_again(
    stand: Stand, prepare: Prepare
) -> None:
    world = stand(anna_is_asked)
    undisturbed = done(world, prepared(world, prepare))
    after = failing.census(db.engine)

    for cut in undisturbed.cuts():
        world = stand(anna_is_asked)
        deed = prepared(world, prepare)
        broke(world, deed, cut)
        with suppress(Refusal):  # it may say that it was done already
            deed()
        world.session.rollback()
        assert failing.census(db.engine) == after, f"{cut} of {undisturbed.statements}, {undisturbed.commits}"


def test_f19_f20_f22_a_list_that_was_not_kept_whole_is_never_offered(stand: Stand) -> None:
    world = stand(anna_is_asked)
    text = f"Uma <uma@example.org>\n{ANNA}\n"
    undisturbed = done(world, partial(world.stage, _spring(world), text, now=ASKED))

    for cut in undisturbed.cuts():
        world = stand(anna_is_asked)
        deed = partial(world.stage, _spring(world), text, now=ASKED)
        world.session.rollback()
        broke(world, deed, cut)
        deed()

        whole = select(ImportBatch.rows).where(ImportBatch.state == ImportState.STAGED)
        assert set(world.session.scalars(whole)) == {2}
        halves = select(ImportBatch.error).where(ImportBatch.state == ImportState.FAILED)
        assert set(world.session.scalars(halves)) <= {staging.INTERRUPTED}
        world.session.rollback()
