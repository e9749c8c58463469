"""Whoever is erased is unknown to every table from then on; what was counted stays, and a restore changes neither."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from coachfollow.errors import Conflict
from coachfollow.extensions import db
from coachfollow.flow import checkup, erasing, erasures, placing, plans
from coachfollow.models import (
    Alias,
    Base,
    CheckInAttendee,
    Coaching,
    FollowUpPlan,
    ImportRow,
    Organisation,
    Person,
)
from coachfollow.queries import completion, personal
from coachfollow.queries.filters import Area, Filters, GroupBy, Sight
from coachfollow.rules.kinds import CheckInState, MessageKind, MessageState, PlanState, StopReason
from tests.flow.grounds import Ground
from tests.flow.meetings import calendar, meetings
from tests.flow.post_office import PostOffice
from tests.flow.test_restoring import back_up, restore
from tests.flow.world import AFTER, DAY, Stand, World
from tests.house import TRAINING

DENIZ, ANNA, COACH = "deniz.kaya@example.org", "anna@example.org", "coach@example.org"
NUMBER, OTHER_ADDRESS, PLANNED = "P-xylo", "kaya@old.example.org", "a guest named Zebedee"
CANARIES = ("deniz", "kaya", "zebedee", "xylo")
ASKED_AT = AFTER + 8 * DAY  # what the first question asks for is still open
WHOLE = Sight(numbers=Area(whole=True), names=Area(whole=True))


def deniz_in_the_middle(world: World) -> None:
    """Deniz has planned, is asked, and will meet the coach; another group is to come, and a list waits.

    Their mails have left: whoever builds this world has a mail server.
    """
    world.bring_in(world.open_group(coaches=[COACH]), f"Deniz Kaya,{DENIZ}\n{ANNA}\n")
    world.bookable(COACH)
    world.session.execute(update(Person).where(Person.email == DENIZ).values(external_id=NUMBER))
    deniz = world.person(DENIZ)
    world.session.add(Alias(organisation_id=world.organisation_id, person_id=deniz, value=OTHER_ADDRESS))
    world.session.commit()
    world.pass_time(AFTER + DAY)
    world.commit_to(DENIZ, PLANNED, "listen", now=AFTER + DAY)
    placing.place_due(world.session, now=AFTER)
    autumn = world.open_group("autumn", days=[TRAINING + 60 * DAY])
    world.invite(autumn, f"{DENIZ}\n")
    world.stage(autumn, f"{OTHER_ADDRESS}\n")
    world.live(ASKED_AT)


@pytest.fixture
def lived(stand: Stand, ground: Ground, office: PostOffice, tmp_path: Path) -> Iterator[World]:
    """That world on its ninth day; what lies beside the database is the test's own."""
    with ground.told(data_dir=tmp_path):
        world = stand(deniz_in_the_middle)
        office.reset()
        yield world


def counted(world: World) -> Mapping[str, object]:
    """What the numbers say became of everything that came due, and how many people attended."""
    filters = Filters(organisation_id=world.organisation_id, sight=WHOLE)
    total = completion.completion(world.session, filters=filters, by=GroupBy.NONE, now=ASKED_AT).total
    world.session.rollback()
    became = asdict(total.follow_ups)
    return {name: became[name] for name in ("on_time", "late", "excused", "undeliverable")} | {
        "due": total.follow_ups.due,  # what was open is missed: nobody will answer it
        "people": total.people.attended,
        "reached": total.reached,
    }


def stored(world: World) -> str:
    """Everything that all tables hold, as text, in small letters."""
    rows = [row for table in Base.metadata.sorted_tables for row in world.session.execute(select(table))]
    world.session.rollback()
    return repr(rows).lower()


def erase(world: World, email: str = DENIZ) -> int:
    person_id = world.person(email)
    erasing.erase(world.session, person_id=person_id, now=ASKED_AT)
    return person_id


def test_nothing_says_who_it_was_and_every_number_stays(lived: World, ground: Ground) -> None:
    before = counted(lived)
    assert all(canary in stored(lived) for canary in ("deniz", "kaya", "xylo"))

    erase(lived)

    assert counted(lived) == before
    assert [canary for canary in CANARIES if canary in stored(lived)] == []
    if ground.name == "sqlite":  # a server overwrites what was deleted when it vacuums
        db.session.remove()
        db.engine.dispose()  # whoever leaves last writes the log of SQLite back
        content = Path(make_url(ground.store.url).database or "").read_bytes().lower()
        assert [canary for canary in CANARIES if canary.encode() in content] == []


def test_follow_ups_end_mails_stop_and_the_coach_is_told(lived: World, office: PostOffice) -> None:

    person_id = erase(lived)
    lived.live(ASKED_AT + 30 * DAY, since=ASKED_AT)

    found = lived.session.scalars(select(FollowUpPlan).where(FollowUpPlan.person_id == person_id)).all()
    assert {(plan.state, plan.stop_reason) for plan in found} == {
        (PlanState.STOPPED, StopReason.ERASED),
        (PlanState.DRAFT, StopReason.ERASED),
    }
    assert DENIZ not in office.recipients
    waiting = {MessageState.QUEUED, MessageState.CLAIMED, MessageState.HANDING}
    assert [
        mail.kind for mail in lived.mails() if mail.person_id == person_id and mail.state in waiting
    ] == []
    (told,) = lived.mails(to=COACH, kind=MessageKind.CANCELLATION)
    assert told.state is MessageState.SENT
    assert "CANCEL" in {calendar(mail).method for mail in office.to(COACH) if mail.get_body(("calendar",))}


def test_a_list_that_names_them_again_names_somebody_new(lived: World) -> None:
    erased = erase(lived)

    lived.bring_in(lived.open_group("winter"), f"{DENIZ}\n", now=ASKED_AT)

    assert lived.person(DENIZ) != erased
    with pytest.raises(Conflict, match="already"):
        erasing.erase(lived.session, person_id=erased, now=ASKED_AT)
    lived.session.rollback()


def test_nothing_of_theirs_is_taken_up_again(lived: World) -> None:
    plan = lived.session.scalars(
        select(FollowUpPlan.id).where(FollowUpPlan.person_id == lived.person(DENIZ)).order_by(FollowUpPlan.id)
    ).first()
    assert plan is not None

    erase(lived)

    with pytest.raises(Conflict, match="was erased"):
        plans.resume(lived.session, plan_id=plan, now=ASKED_AT)
    lived.session.rollback()


def test_whom_a_coach_leaves_has_no_coach_and_their_meeting_no_time(lived: World, office: PostOffice) -> None:
    erase(lived, COACH)
    lived.live(ASKED_AT + DAY, since=ASKED_AT)

    assert {meeting.state for meeting in meetings(lived)} == {CheckInState.CANCELLED}
    assert {MessageKind.CANCELLATION} <= set(lived.kinds(to=ANNA, state=MessageState.SENT))
    assert COACH not in office.recipients


def test_whoever_follows_a_coach_gets_the_meeting_and_its_invitation(lived: World) -> None:
    erased = erase(lived, COACH)
    next_one = "next@example.org"
    lived.bookable(next_one)
    becomes = lived.person(next_one)
    plan = lived.plan(ANNA)
    lived.session.add(Coaching(plan_id=plan.id, coach_id=becomes, from_at=ASKED_AT))
    lived.session.commit()

    placing.place_due(lived.session, now=ASKED_AT)

    (placed,) = [one for one in meetings(lived) if one.state is CheckInState.PLACED]
    attending = select(CheckInAttendee.person_id).where(CheckInAttendee.check_in_id == placed.id)
    assert placed.coach_id == becomes
    assert set(lived.session.scalars(attending)) == {becomes, plan.person_id}
    assert erased not in {mail.person_id for mail in lived.mails() if mail.state is MessageState.QUEUED}


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)  # SQLite has one writer anyway
@pytest.mark.parametrize("erased", [DENIZ, COACH])
def test_a_follow_up_is_waited_for_before_its_people_are_held(lived: World, erased: str) -> None:
    person_id, people = lived.person(erased), list(lived.session.scalars(select(Person.id)))
    plans_of_all = select(FollowUpPlan.id).with_for_update(key_share=True)
    everybody = select(Person.id).where(Person.id.in_(people)).with_for_update(key_share=True, nowait=True)
    lived.session.rollback()
    with db.engine.connect() as another:
        another.execute(plans_of_all)
        lived.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            erasing.erase(lived.session, person_id=person_id, now=ASKED_AT)
        assert set(another.scalars(everybody)) == set(people)  # what it held it holds until it is rolled back
        another.rollback()
    lived.session.rollback()


def test_a_list_of_another_organisation_keeps_who_has_the_same_address(lived: World) -> None:
    house = lived.session.get_one(Organisation, lived.organisation_id)
    batch = lived.stage(lived.open_group("theirs"), f"{DENIZ}\n")
    lived.session.execute(
        update(ImportRow).where(ImportRow.batch_id == batch.id).values(person_id=None, is_new=True)
    )
    batch.organisation_id = _another_like(lived, house)
    lived.session.commit()

    erase(lived)

    row = select(ImportRow.email).where(ImportRow.batch_id == batch.id)
    assert lived.session.scalars(row).all() == [DENIZ]


def test_a_list_that_waits_makes_them_nobody_s_manager_again(lived: World) -> None:
    batch = lived.stage(
        lived.open_group("waiting"), f"Email;Manager;Coach\nana@example.org;{DENIZ};{DENIZ}\n"
    )
    rows = select(ImportRow.email, ImportRow.coach_id, ImportRow.facts).where(ImportRow.batch_id == batch.id)
    assert lived.session.execute(rows).one().facts.count(DENIZ) == 2

    erase(lived)

    assert tuple(lived.session.execute(rows).one()) == ("ana@example.org", None, "{}")


def _another_like(world: World, house: Organisation) -> int:
    columns = [column.key for column in Organisation.__table__.columns if column.key != "id"]
    said = {name: getattr(house, name) for name in columns} | {"name": "Another", "public_id": "another"}
    another = Organisation(**{name: said[name] for name in columns})
    world.session.add(another)
    world.session.flush()
    return another.id


def test_an_old_backup_brings_nobody_back(lived: World, ground: Ground, office: PostOffice) -> None:
    backup = back_up(ground)
    erase(lived)

    restored = restore(ground, backup)
    assert "deniz" in stored(restored)
    assert any("brought one person back" in one.sentence for one in checkup.look(restored.session))
    restored.drain(ASKED_AT + DAY)

    assert [canary for canary in CANARIES if canary in stored(restored)] == []
    assert erasures.returned(restored.session) == ()
    assert DENIZ not in office.recipients


def test_a_host_that_did_not_erase_them_learns_it_from_the_database(
    lived: World, ground: Ground, tmp_path: Path
) -> None:
    backup = back_up(ground)
    erase(lived)
    with ground.told(data_dir=tmp_path / "another host"):
        lived.drain(ASKED_AT)
        restored = restore(ground, backup)
        restored.drain(ASKED_AT)
        assert [canary for canary in CANARIES if canary in stored(restored)] == []


def test_nobody_is_erased_where_no_log_can_be_kept(lived: World, ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("in the way", encoding="ascii")
    with ground.told(data_dir=tmp_path / "a file"), pytest.raises(Conflict, match="Nothing was erased"):
        erase(lived)
    lived.session.rollback()

    assert "deniz" in stored(lived)


def test_everything_about_somebody_can_be_written_out(lived: World) -> None:
    rows = personal.rows(lived.session, person_id=lived.person(DENIZ))

    said = json.dumps(rows, default=str)
    assert PLANNED in said
    assert OTHER_ADDRESS in said
    assert {"people", "plans", "touchpoints", "commitments", "messages", "events", "check_ins"} <= rows.keys()
    assert ANNA not in said
    assert rows.keys().isdisjoint({"tokens", "person_keys", "sealed_mails"})
