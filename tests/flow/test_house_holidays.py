"""A house keeps other public holidays: what is to come moves for whoever has none of their own, once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid
from coachfollow.flow import house_holidays, people_files, placing
from coachfollow.flow.house_holidays import Kept
from coachfollow.intake.people import PersonRow
from coachfollow.models import CheckIn, Organisation, Setting
from tests.flow.world import AFTER, DAY, FIRST_MAIL, World

ANNA, BEN, CLEO = "anna@example.org", "ben@example.org", "cleo@example.org"
LATER = FIRST_MAIL + DAY
STEPS = ("plan", "asked", "last-nudge")
SUNDAY, MONDAY, AFTER_SONGKRAN = date(2026, 4, 12), date(2026, 4, 13), date(2026, 4, 16)


def keep(world: World, country: str, part: str = "", *, now: datetime = LATER) -> Kept:
    return house_holidays.keep(
        world.session,
        organisation_id=world.organisation_id,
        country=country,
        part=part,
        now=now,
        actor_id=None,
    )


def foresee(world: World, country: str) -> Kept:
    found = house_holidays.foresee(
        world.session, organisation_id=world.organisation_id, country=country, now=LATER
    )
    world.session.rollback()
    return found


def days(world: World, email: str = ANNA) -> dict[str, date]:
    """The days of somebody's questions and reminders."""
    world.session.expire_all()
    return {step: world.touchpoint(email, step).local_date for step in STEPS}


def live_in(world: World, email: str, region: str) -> None:
    row = PersonRow(line=2, email=email, name="Ben", region=region)
    people_files.bring(world.session, organisation_id=world.organisation_id, rows=[row], now=AFTER)


def test_what_falls_on_a_holiday_of_the_new_country_moves_and_the_way_back_is_the_same(world: World) -> None:
    world.train(ANNA, BEN)
    world.open_mails(FIRST_MAIL)
    before = days(world)
    assert before["last-nudge"] == MONDAY, "wanted for a Sunday"
    foreseen = foresee(world, "TH")
    assert days(world) == before, "to look changes nothing"

    kept = keep(world, "TH")

    assert days(world) == days(world, BEN) == before | {"last-nudge": AFTER_SONGKRAN}
    assert world.touchpoint(ANNA, "last-nudge").why.endswith("16 April: weekend, Songkran Festival")
    assert (kept.region, kept.plans, kept.moved) == (foreseen.region, 2, foreseen.moved) == ("TH", 2, 2)
    assert (world.events("follow-up moved"), world.events("holidays changed")) == (2, 1)
    assert keep(world, "PT").moved == 2
    assert days(world) == before


def test_the_same_country_again_changes_nothing(world: World) -> None:
    world.train(ANNA)
    keep(world, "TH")
    before = days(world)

    assert foresee(world, "TH").moved == 0
    assert keep(world, "TH") == Kept(region="TH", plans=0, moved=0)
    assert days(world) == before
    assert world.events("holidays changed") == 1


def test_whoever_has_holidays_of_their_own_keeps_them(world: World) -> None:
    world.train(ANNA, BEN)
    live_in(world, BEN, "PT")

    assert keep(world, "TH").plans == 1

    assert days(world)["last-nudge"] == AFTER_SONGKRAN
    assert days(world, BEN)["last-nudge"] == MONDAY


def test_a_meeting_keeps_its_time(world: World) -> None:
    cohort = world.open_group(coaches=["coach@example.org"])
    world.bookable("coach@example.org")
    world.attend(cohort, f"Name;Email;Minutes\nAnna;{ANNA};180\n")
    placing.place_due(world.session, now=AFTER)
    begins = world.touchpoint(ANNA, "talk").due_at

    keep(world, "TH", now=AFTER)

    world.session.expire_all()
    assert world.session.scalars(select(CheckIn.starts_at)).one() == begins
    assert world.touchpoint(ANNA, "talk").due_at == begins


def test_whoever_begins_afterwards_begins_with_the_new_holidays(world: World) -> None:
    keep(world, "TH", now=AFTER)
    world.train(ANNA)

    assert days(world)["last-nudge"] == AFTER_SONGKRAN
    assert keep(world, "TH").moved == 0


def test_a_part_of_a_country_is_kept_by_its_short_name(world: World) -> None:
    assert keep(world, "de", "by").region == "DE-BY"
    assert world.session.get_one(Organisation, world.organisation_id).holiday_region == "DE-BY"


def test_what_is_no_country_is_refused_and_nothing_changes(world: World) -> None:
    with pytest.raises(Invalid, match="“Atlantis” is no country"):
        keep(world, "Atlantis")
    assert world.session.get_one(Organisation, world.organisation_id).holiday_region is None


class Cut(Exception):
    """The process ends here."""


@contextmanager
def dying_at_commit(world: World, number: int) -> Iterator[None]:
    """Let this commit be the one that never comes, counted from one."""
    commits = iter(range(1, 1_000))

    def die(_: object) -> None:
        if next(commits) == number:
            raise Cut

    event.listen(world.session, "before_commit", die)
    try:
        with pytest.raises(Cut):
            yield
    finally:
        event.remove(world.session, "before_commit", die)
        world.session.rollback()


@pytest.mark.parametrize("commit", [2, 3, 4, 5])
def test_what_a_crash_cut_short_goes_on_where_it_was_and_moves_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, commit: int
) -> None:
    monkeypatch.setattr(house_holidays, "AT_ONCE", 1)
    world.train(ANNA, BEN, CLEO)
    before = days(world)
    with dying_at_commit(world, commit):
        keep(world, "TH")

    moved = house_holidays.go_on(world.session, now=LATER)

    assert moved == max(0, 3 - (commit - 2))
    for email in (ANNA, BEN, CLEO):
        assert days(world, email) == before | {"last-nudge": AFTER_SONGKRAN}
    assert world.events("follow-up moved") == 3
    assert house_holidays.go_on(world.session, now=LATER) == 0
    assert world.session.scalars(select(Setting).where(Setting.key == house_holidays.KEY)).all() == []


def test_another_country_is_kept_only_after_what_a_crash_had_cut_short(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_holidays, "AT_ONCE", 1)
    world.train(ANNA, BEN, CLEO)
    before = days(world)
    with dying_at_commit(world, 3):
        keep(world, "TH")

    keep(world, "PT")

    for email in (ANNA, BEN, CLEO):
        assert days(world, email) == before


def test_two_at_once_go_one_after_the_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house_holidays, "AT_ONCE", 1)
    world.train(ANNA, BEN, CLEO)
    before = days(world)
    finish, pending = house_holidays._finish, ["TH"]

    def meanwhile(session: Session, organisation_id: int, now: datetime) -> tuple[int, int]:
        """Another begins to keep Thailand's just after this one has seen that nobody else is at it."""
        done = finish(session, organisation_id, now)
        if pending:
            with dying_at_commit(world, 3):
                keep(world, pending.pop())
        return done

    monkeypatch.setattr(house_holidays, "_finish", meanwhile)
    keep(world, "PT")

    for email in (ANNA, BEN, CLEO):
        assert days(world, email) == before
