"""One more session, one more coach for a group that is open: what is there already stays as it is."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select

from coachfollow.errors import Conflict, Invalid
from coachfollow.flow import cohorts, extending
from coachfollow.flow.cohorts import Meeting
from coachfollow.models import Coaching, CoachProfile, Cohort, Event, Person, Touchpoint, TrainingSession
from tests.flow.world import AFTER, OPENED, TRAINING, World

LATER = Meeting(begins=datetime.combine(TRAINING + timedelta(days=14), time(9)), minutes=90, title="Again")


@pytest.fixture
def group(world: World) -> Cohort:
    """A group without a coach, whose training was."""
    return cohorts.open_cohort(
        world.session,
        organisation_id=world.organisation_id,
        programme="moments",
        key="spring",
        title="",
        zone="Europe/Berlin",
        meetings=[Meeting(begins=datetime.combine(TRAINING, time(9)), minutes=180)],
        now=OPENED,
    )


def add_coach(world: World, group: Cohort, email: str) -> int:
    return extending.add_coach(world.session, cohort=group, email=email, now=AFTER)


def events(world: World) -> list[str]:
    return list(world.session.scalars(select(Event.name).order_by(Event.id)))


def test_a_session_is_added_after_the_last_one(world: World, group: Cohort) -> None:
    added = extending.add_session(world.session, cohort=group, meeting=LATER, now=AFTER)

    assert (added.position, added.title, added.zone) == (2, "Again", "Europe/Berlin")
    assert added.ends_at - added.starts_at == timedelta(minutes=90)
    assert events(world)[-1] == "session added"


def test_what_is_dated_already_keeps_its_day(world: World, group: Cohort) -> None:
    world.attend(group, "anna@example.org\n")
    days = select(Touchpoint.local_date).order_by(Touchpoint.id)
    before = world.session.scalars(days).all()

    extending.add_session(world.session, cohort=group, meeting=LATER, now=AFTER)

    assert world.session.scalars(days).all() == before


@pytest.mark.parametrize("days", [0, -3], ids=["the same moment", "earlier"])
def test_a_session_before_the_last_one_would_change_the_numbers_of_the_others(
    world: World, group: Cohort, days: int
) -> None:
    begins = datetime.combine(TRAINING + timedelta(days=days), time(9))
    with pytest.raises(Invalid, match="Choose a day after the last session") as refused:
        extending.add_session(
            world.session, cohort=group, meeting=Meeting(begins=begins, minutes=60), now=AFTER
        )

    assert "begins" in refused.value.fields
    world.session.rollback()
    assert len(world.session.scalars(select(TrainingSession)).all()) == 1


def test_a_group_has_only_so_many_sessions(
    world: World, group: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extending, "MOST_SESSIONS", 1)
    with pytest.raises(Conflict, match="1 session at most"):
        extending.add_session(world.session, cohort=group, meeting=LATER, now=AFTER)


def test_whoever_has_no_coach_gets_the_new_one_and_the_others_keep_theirs(
    world: World, group: Cohort
) -> None:
    world.attend(group, "anna@example.org\nben@example.org\n")

    assert add_coach(world, group, " Cleo@Example.org ") == 2
    assert add_coach(world, group, "dora@example.org") == 0

    coaches = select(Person.email).join(Coaching, Coaching.coach_id == Person.id)
    assert set(world.session.scalars(coaches)) == {"cleo@example.org"}
    assert len(world.session.scalars(select(CoachProfile)).all()) == 2
    assert events(world).count("coach added") == 2


def test_nobody_coaches_a_group_twice(world: World, group: Cohort) -> None:
    add_coach(world, group, "cleo@example.org")

    with pytest.raises(Conflict, match="coaches this group already"):
        add_coach(world, group, "CLEO@example.org")


def test_what_is_no_address_is_no_coach(world: World, group: Cohort) -> None:
    with pytest.raises(Invalid, match="is not a mail address"):
        add_coach(world, group, "Cleo Marsh")
