"""A country changes its clocks on another day: what is to come keeps its day and hour, once, and quietly."""

from datetime import timedelta

from sqlalchemy import delete, select

from coachfollow.flow import placing, zone_rules
from coachfollow.models import CheckIn, Setting, Touchpoint
from coachfollow.rules import zones
from tests.flow.world import AFTER, DAY, FIRST_MAIL, World

ANNA, BEN = "anna@example.org", "ben@example.org"
HOUR = timedelta(hours=1)
LATER = FIRST_MAIL + DAY


def by_other_rules(world: World) -> None:
    """Let all be as if it had been worked out by rules that have changed since."""
    for row in world.session.scalars(select(Touchpoint)):
        row.due_at, row.grace_until, row.closes_at = (
            one - HOUR for one in (row.due_at, row.grace_until, row.closes_at)
        )
    world.session.execute(delete(Setting).where(Setting.key == zone_rules.KEY))
    world.session.commit()


def test_what_is_to_come_is_worked_out_again_once_and_what_was_asked_stays(world: World) -> None:
    world.train(ANNA, BEN)
    world.open_mails(FIRST_MAIL)
    assert zone_rules.keep_up(world.session, now=LATER) == 0
    asked = world.touchpoint(ANNA, "asked")
    stood = asked.due_at, asked.grace_until, asked.closes_at
    opened = world.touchpoint(ANNA, "plan").due_at
    by_other_rules(world)

    touched = zone_rules.keep_up(world.session, now=LATER)

    world.session.expire_all()
    asked = world.touchpoint(ANNA, "asked")
    assert (asked.due_at, asked.grace_until, asked.closes_at) == stood
    assert world.touchpoint(ANNA, "plan").due_at == opened - HOUR
    assert touched == world.events("follow-up moved") == 10
    assert zone_rules.keep_up(world.session, now=LATER) == 0


def test_a_meeting_begins_when_it_was_agreed_to_begin(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    begins = world.session.scalars(select(CheckIn.starts_at)).one()
    by_other_rules(world)
    due_at = world.touchpoint(ANNA, "talk").due_at

    zone_rules.keep_up(world.session, now=AFTER)

    world.session.expire_all()
    assert world.touchpoint(ANNA, "talk").due_at == due_at
    assert world.session.scalars(select(CheckIn.starts_at)).one() == begins


def test_other_rules_have_another_name() -> None:
    berlin, again = (zones.fingerprint(["Europe/Berlin"], year=2026) for _ in range(2))
    assert berlin == again
    assert len(set(zones.fingerprint(["Europe/Berlin", "Asia/Tokyo", "UTC"], year=2026).values())) == 3
