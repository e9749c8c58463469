"""Every date before there is a follow-up: of a programme, of its draft, of a group; for anybody or for somebody."""

import pytest

from coachfollow.flow import programme_drafts, programmes
from coachfollow.intake import programme as template
from tests.house import OPENED, PROGRAMME
from tests.web.browsers import Browser
from tests.web.staff.people import group_of, signed_in
from tests.web.worlds import ANNA, LENA, MIRA, ON_ONE, World


@pytest.fixture
def lena(world: World) -> Browser:
    """The browser of the L&D team."""
    return signed_in(world, LENA)


@ON_ONE
def test_a_programme_tells_the_days_of_a_training_that_is_still_to_be_planned(lena: Browser) -> None:
    lena.open("/programmes/service")
    assert 'href="/programmes/service/preview"' in lena.page.text

    lena.open("/programmes/service/preview?session-1=2026-02-28&zone=America/New_York")

    assert "Training: Saturday 28 February 2026. Times in America/New York." in lena.text
    assert "7 days after the training, moved from Sat 7 to Mon 9 March: weekend" in lena.text
    assert "If it is not, a reminder comes on" in lena.text


@ON_ONE
def test_a_programme_that_counts_from_a_second_session_opens_with_days_for_both(
    world: World, lena: Browser
) -> None:
    with world.inside() as home:
        programmes.publish(
            home.session,
            organisation_id=home.organisation_id,
            programme=template.read(
                PROGRAMME.replace("when: {days: 3}", "when: {days: 3, session: 2}"), file="service.yaml"
            ),
            now=OPENED,
        )

    answer = lena.open("/programmes/service/preview")

    assert answer.status_code == 200
    assert "3 days after session 2" in lena.text


@ON_ONE
def test_a_draft_tells_its_own_days(world: World, lena: Browser) -> None:
    with world.inside() as home:
        programme_drafts.edit(home.session, organisation_id=home.organisation_id, key="service", now=OPENED)

    lena.open("/programmes/service/draft/preview")

    assert "Every date, for one person" in lena.text
    assert "Why this day: 7 days after the training" in lena.text


@ON_ONE
def test_a_group_tells_its_days_for_one_of_its_people_only(world: World, lena: Browser) -> None:
    address = f"/groups/{group_of(world, ANNA)}/preview"

    lena.open(f"{address}?person={ANNA}")
    assert "7 dates for Anna" in lena.text

    answer = lena.client.get(f"{address}?person={MIRA}")
    assert answer.status_code == 422
    assert f"“{MIRA}” is not in this group." in answer.get_data(as_text=True)


@ON_ONE
@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("session-1=soon", "Write the day like 2026-03-31."),
        ("session-1=1999-03-31", "Write a day of the years 2000 to 2099."),
        ("zone=Mars", "“Mars” is not a time zone we know"),
        ("region=Atlantis", "“Atlantis” is no country whose holidays we know"),
        ("week=never", "This week cannot be read"),
        ("person=nobody@example.org", "Nobody here has the address"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(lena: Browser, typed: str, sentence: str) -> None:
    answer = lena.client.get(f"/programmes/service/preview?{typed}")

    field = typed.partition("=")[0]
    assert answer.status_code == 422
    assert f'id="problem-{field}">{sentence}' in answer.get_data(as_text=True)
