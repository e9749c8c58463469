"""A launch on invented people, as a page: what coaches cannot hold is seen early, and mended by a link."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from coachfollow.flow import attendance, coaching, programmes
from coachfollow.rules import simulating_said
from coachfollow.rules.kinds import ImportKind
from coachfollow.rules.slots_values import Limits
from coachfollow.web.staff import launch_form
from tests.web.browsers import Browser
from tests.web.clocks import Clock
from tests.web.staff.people import signed_in
from tests.web.worlds import BEN, LENA, ON_ONE, World

BEFORE = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
SIMULATE = "/programmes/service/simulate"
SHORT = f"{SIMULATE}?session-1=2026-03-03&participants=40&coaches=2&a_week=4&part_time=0&away=0"


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


def group_to_come(world: World, *, people: int, a_week: int) -> str:
    """A group whose training is on the third of March, with Ben as its coach."""
    with world.inside() as home:
        cohort = home.group("summer", coaches=[BEN])
        coaching.set_hours(
            home.session,
            coach_id=home.person(BEN),
            week="mon-thu 10:00-12:00",
            link="",
            limits=Limits(a_week=a_week),
        )
        names = "".join(f"p{number}@example.org\n" for number in range(people))
        batch = home.stage(cohort, names, kind=ImportKind.ROSTER, now=BEFORE)
        attendance.carry_out(home.session, batch_id=batch.id, now=BEFORE)
        return home.session.merge(cohort).public_id


@ON_ONE
def test_what_the_coaches_cannot_hold_is_said_first_and_a_link_mends_it(lena: Browser) -> None:
    lena.open("/programmes/service")
    assert f'href="{SIMULATE}"' in lena.page.text

    lena.open(SHORT)

    assert (
        "In the week of 16 March 2 coaches would be wanted for 40 meetings and have room for 8" in lena.text
    )
    assert "Each of these was tried, and would do:" in lena.text
    links = [unescape(one) for one in re.findall(r'href="([^"]+\?session-1[^"]+)"', lena.page.text)]
    assert {word for one in links for word in ("coaches", "groups") if f"{word}=" in one} == {
        "coaches",
        "groups",
    }
    for link in links:
        assert "participants=40" in link, "whatever else was chosen stays"
        lena.open(link)
        assert "All 40 meetings find a time" in lena.text


@ON_ONE
def test_mails_meetings_and_answers_are_drawn_with_their_numbers(lena: Browser) -> None:
    lena.open(SHORT)

    for said in ("Mails a day", "Each coach and week: held of room", "What if fewer answer?", "The numbers"):
        assert said in lena.text
    assert all(f"{share} % answer" in lena.text for share in (40, 60, 80))


@ON_ONE
def test_the_longest_launch_with_many_coaches_stays_a_light_page(world: World, lena: Browser) -> None:
    with world.inside() as home:
        programmes.load_shipped(home.session, organisation_id=home.organisation_id, now=BEFORE)

    answer = lena.open(
        "/programmes/eight-week-coaching/simulate",
        **{"session-1": "2026-03-03", "participants": "60", "coaches": "20", "a_week": "1"},
        groups="12",
        every="90",
        away="0",
    )

    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    assert "The fullest weeks stand here; there are" in lena.text
    assert "Mails a week" in lena.text


@ON_ONE
def test_a_large_launch_says_what_it_leaves_out_and_works_it_out_for_whoever_waits(
    lena: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch_form, "AT_ONCE", 39)

    lena.open(SHORT)

    assert (
        "In the week of 16 March 2 coaches would be wanted for 40 meetings and have room for 8" in lena.text
    )
    assert "Of so large a launch this page leaves out" in lena.text
    assert "What if fewer answer?" not in lena.text
    assert "none of them helped" not in lena.text
    (whole,) = [unescape(one) for one in re.findall(r'href="([^"]+whole=yes[^"]*)"', lena.page.text)]

    lena.open(whole)

    assert "Of so large a launch" not in lena.text
    assert "What if fewer answer?" in lena.text
    assert "Each of these was tried, and would do:" in lena.text


@ON_ONE
def test_the_page_says_what_no_simulation_knows(lena: Browser) -> None:
    lena.open(SHORT)

    assert simulating_said.LEFT_OUT in lena.text


@ON_ONE
def test_the_page_says_what_is_assumed_of_answers_and_it_can_be_changed(world: World, lena: Browser) -> None:
    with world.inside() as home:
        programmes.load_shipped(home.session, organisation_id=home.organisation_id, now=BEFORE)
    here = "/programmes/eight-week-coaching/simulate?session-1=2026-03-03&participants=20&coaches=4"

    lena.open(here)

    assert (
        "Of the answers, 15 % say that there was no opportunity yet and 50 % say that it went as intended."
        in lena.text
    )
    assert "as there was no opportunity yet." in lena.text

    lena.open(f"{here}&no_opportunity=0&as_intended=0")

    assert "Of the answers, 0 % say that there was no opportunity yet and 0 % say" in lena.text
    assert "as there was no opportunity yet." not in lena.text

    refused = lena.client.get(f"{here}&no_opportunity=60&as_intended=50").get_data(as_text=True)

    assert 'id="problem-as_intended">With those who had no opportunity yet' in refused


@ON_ONE
def test_nothing_is_simulated_before_it_was_asked_for(lena: Browser) -> None:
    lena.open(SIMULATE)

    assert "What is to be simulated" in lena.text
    assert "meetings wanted" not in lena.text


@ON_ONE
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("participants=many", "Give a whole number."),
        ("participants=0", "Give a number from 1 to"),
        (
            "participants=501",
            "A page simulates 500 people with 100 coaches at most. For more, there is the command",
        ),
        (
            "coaches=101",
            "A page simulates 500 people with 100 coaches at most. For more, there is the command",
        ),
        ("groups=13", "Give a number from 1 to 12."),
        ("away=101", "Give a number from 0 to 1"),
        ("hours=never", "These hours cannot be read"),
        ("zones=Mars", "“Mars” is not a time zone we know"),
        ("region=Atlantis", "“Atlantis” is no country whose holidays we know"),
        ("session-1=soon", "Write the day like 2026-03-31."),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(lena: Browser, typed: str, sentence: str) -> None:
    answer = lena.client.get(f"{SIMULATE}?{typed}")

    field = typed.partition("=")[0]
    assert answer.status_code == 422
    assert f'id="problem-{field}">{sentence}' in answer.get_data(as_text=True)


@ON_ONE
def test_a_group_asks_for_it_where_its_coaches_cannot_hold_all_meetings(
    world: World, lena: Browser, time: Clock
) -> None:
    group = group_to_come(world, people=30, a_week=4)
    time.now = BEFORE

    lena.open(f"/groups/{group}")

    assert "The coaches cannot hold all meetings." in lena.text
    assert "would be wanted for 32 meetings and have room for 4." in lena.text, "two are of another group"
    lena.open(f"/groups/{group}/simulate?away=0")
    assert "In the week of 16 March 1 coach would be wanted for 30 meetings and has room for 4" in lena.text


@ON_ONE
def test_a_group_too_large_for_a_page_gets_the_form_and_why(
    world: World, lena: Browser, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch_form, "MOST_HERE", 3)
    group = group_to_come(world, people=4, a_week=4)
    time.now = BEFORE

    answer = lena.open(f"/groups/{group}/simulate")

    assert answer.status_code == 200
    assert "This group has 4 people and 1 coach." in lena.text
    assert "What is to be simulated" in lena.text
    assert "meetings wanted" not in lena.text


@ON_ONE
def test_a_group_whose_coaches_have_room_is_left_alone(world: World, lena: Browser, time: Clock) -> None:
    group = group_to_come(world, people=4, a_week=4)
    time.now = BEFORE

    lena.open(f"/groups/{group}")

    assert "cannot hold all meetings" not in lena.text
    assert f'href="/groups/{group}/simulate"' in lena.page.text


@ON_ONE
def test_coaches_of_a_group_stand_there_by_name_and_one_without_hours_is_asked_first(world: World) -> None:
    cohort = group_to_come(world, people=6, a_week=2)
    with world.inside() as home:
        group = home.group("late", coaches=["dan@example.org"])
        batch = home.stage(group, "one@example.org\n", kind=ImportKind.ROSTER, now=BEFORE)
        attendance.carry_out(home.session, batch_id=batch.id, now=BEFORE)
        without_hours = home.session.merge(group).public_id
    lena = signed_in(world, LENA)

    lena.open(f"/groups/{cohort}/simulate")
    assert "Each coach and week: held of room" in lena.text
    assert '<th scope="row">Ben Okoro</th>' in lena.page.text

    lena.open(f"/groups/{without_hours}/simulate")
    assert "First ask dan" in lena.text
    assert "none of them helped" not in lena.text
