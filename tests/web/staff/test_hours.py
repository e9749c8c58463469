"""A coach says when they can be booked: several spans a day, typed as people do; what it means for their people."""

import pytest
from sqlalchemy import select, update

from coachfollow.models import CheckIn, CoachProfile, Person
from tests.web.staff.people import signed_in
from tests.web.worlds import ANNA, BEN, LENA, ON_ONE, World

LINK = "https://meet.example.org/ben"


def kept(world: World) -> tuple[str | None, int]:
    with world.inside() as home:
        profile = home.session.get_one(CoachProfile, home.person(BEN))
        return profile.bookable_week, profile.meeting_minutes


def test_several_spans_a_day_are_kept_however_they_are_typed(world: World) -> None:
    browser = signed_in(world, BEN)
    browser.open("/hours")
    assert "You have not said so yet." in browser.text

    browser.send(
        **{"mon-0-from": "9", "mon-0-to": "12.00", "mon-1-from": "1330", "mon-1-to": "17:00"},
        **{f"{day}-0-{end}": "" for day in ("tue", "wed", "thu", "fri") for end in ("from", "to")},
        minutes="45",
        link=LINK,
    )

    assert "Your hours are kept." in browser.text
    assert kept(world) == ("mon 09:00-12:00,13:30-17:00", 45)
    assert (browser.fields["mon-1-from"], browser.fields["mon-2-from"], browser.fields["tue-0-from"]) == (
        "13:30", "", "",
    )  # fmt: skip


@ON_ONE
def test_limits_are_kept_and_taken_back(world: World) -> None:
    browser = signed_in(world, BEN)
    browser.open("/hours")

    def limits() -> tuple[int, int | None, int | None]:
        with world.inside() as home:
            profile = home.session.get_one(CoachProfile, home.person(BEN))
            return profile.gap_minutes, profile.meetings_a_day, profile.meetings_a_week

    browser.send(minutes="30", gap="15", a_day="3", a_week="10")
    assert limits() == (15, 3, 10)

    browser.send(minutes="30", gap="0", a_day="", a_week="")
    assert limits() == (0, None, None)


@ON_ONE
def test_mondays_hours_are_copied_and_not_kept_before_that_is_said(world: World) -> None:
    browser = signed_in(world, BEN)
    browser.open("/hours")

    browser.send(**{"mon-0-from": "8:00", "mon-0-to": "10:00"}, minutes="30", copy="mon")

    assert "Keep them if that is right." in browser.text
    assert {browser.fields[f"{day}-0-to"] for day in ("mon", "tue", "wed", "thu", "fri")} == {"10:00"}
    assert browser.fields["sat-0-to"] == ""
    assert kept(world)[0] is None


@ON_ONE
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"tue-0-from": "nine"}, "are not hours; write them like 09:00-17:00"),
        ({"tue-0-from": "25:00"}, "is not a time of day"),
        ({"tue-0-to": ""}, "Each span needs both a beginning and an end."),
        ({"mon-0-from": "17:00", "mon-0-to": "09:00"}, "ends before it starts"),
        ({"mon-1-from": "10:00", "mon-1-to": "12:00"}, "Monday: 09:00-17:00 and 10:00-12:00 overlap"),
        ({"link": "http://meet.example.org"}, "A meeting link begins with https://"),
        ({"link": "https://meet.example.org/a b"}, "A meeting link begins with https://"),
        ({"link": "https://meet.example.org/\r\nX: y"}, "A meeting link begins with https://"),
        ({"link": "https://meet.example.org/" + "x" * 500}, "A meeting link begins with https://"),
        ({"minutes": "7"}, "Choose how long a meeting takes."),
        ({"gap": "7"}, "Choose how long you need between two meetings."),
        ({"a_day": "-1"}, "Choose how many meetings you take in a day."),
        ({"a_week": "many"}, "Choose how many meetings you take in a week."),
        (
            {f"{day}-0-{end}": "" for day in ("mon", "tue", "wed", "thu", "fri") for end in ("from", "to")},
            "Offer some time on one day at least.",
        ),
    ],
)
def test_hours_that_cannot_be_read_stand_beside_their_day(
    world: World, typed: dict[str, str], sentence: str
) -> None:
    browser = signed_in(world, BEN)
    browser.open("/hours")

    page = browser.send(**{"minutes": "30", "link": LINK} | typed)

    assert page.status_code == 422
    assert sentence in browser.text
    assert kept(world)[0] is None


def test_the_page_says_whom_the_hours_never_fit(world: World) -> None:
    with world.inside() as home:
        home.bookable(BEN)
        home.session.execute(
            update(Person)
            .where(Person.email == ANNA)
            .values(zone="Asia/Tokyo", working_week="mon-fri 09:00-12:00")
        )
        home.session.commit()
    browser = signed_in(world, BEN)

    browser.open("/hours")

    assert "Their working hours and yours never meet, so nobody can find a time:" in browser.text
    assert "Anna Berg (Asia/Tokyo, mon-fri 09:00-12:00)" in browser.text
    assert "Paul Roth" not in browser.text


@ON_ONE
def test_the_page_counts_the_meetings_that_stand_and_those_that_wait(world: World) -> None:
    browser = signed_in(world, BEN)
    browser.open("/hours")
    assert "2 meetings wait for a time." in browser.text
    world.place_meetings()

    browser.open("/hours")

    assert "2 meetings stand in calendars already." in browser.text
    assert "There are times that fit every one of your 2 participants." in browser.text


@ON_ONE
def test_meetings_that_no_longer_fit_are_offered_for_another_time_and_stay(world: World) -> None:
    world.place_meetings()
    with world.inside() as home:
        before = home.session.scalars(select(CheckIn.starts_at)).all()
        home.session.execute(
            update(Person).where(Person.email == ANNA).values(working_week="sun 09:00-17:00")
        )
        home.session.commit()
    browser = signed_in(world, BEN)
    browser.open("/hours")
    assert "Nothing moves by itself" in browser.text
    assert browser.text.count("they do not work at that time") == 1

    only_sunday = {
        f"{day}-0-{end}": "" for day in ("mon", "tue", "wed", "thu", "fri") for end in ("from", "to")
    }
    browser.send(**only_sunday | {"sun-0-from": "9", "sun-0-to": "17", "minutes": "30"})

    assert browser.text.count("it lies outside the hours you offer") == 2
    with world.inside() as home:
        assert home.session.scalars(select(CheckIn.starts_at)).all() == before


def test_my_people_names_a_meeting_that_no_longer_fits_until_it_has_another_time(world: World) -> None:
    world.place_meetings()
    with world.inside() as home:
        home.session.execute(update(CoachProfile).values(meetings_a_week=1))
        home.session.commit()
        before = home.session.scalars(select(CheckIn.starts_at)).all()
    browser = signed_in(world, BEN)

    browser.open("/coach")

    assert browser.text.count("you take 1 in a week at most, and others come before it") == 1
    assert browser.text.count("Choose another time") == 1
    with world.inside() as home:
        assert home.session.scalars(select(CheckIn.starts_at)).all() == before
        home.session.execute(update(CoachProfile).values(meetings_a_week=None))
        home.session.commit()
    browser.open("/coach")
    assert "no longer fits" not in browser.text


@ON_ONE
def test_whoever_coaches_nobody_has_no_hours(world: World) -> None:
    assert signed_in(world, LENA).open("/hours").status_code == 403


@ON_ONE
def test_a_new_coach_is_ready_for_those_who_come(world: World) -> None:
    with world.inside() as home:
        home.group("winter", coaches=["rob@example.org"])
        assert home.session.scalars(select(Person.id).where(Person.email == "rob@example.org")).one()
    browser = signed_in(world, "rob@example.org")

    browser.open("/hours")

    assert "Nobody is with you yet. Your hours are ready for them." in browser.text
