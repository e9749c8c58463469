"""What authored texts may name: every placeholder, in the reader's language, and whoever is not known is somebody."""

from datetime import UTC, date, datetime

import pytest

from coachfollow.rules import spoken, wording
from coachfollow.rules.naming import Named

TODAY = date(2026, 3, 12)


def named(**given: object) -> dict[str, str]:
    """What a text may name for Anna, nine days after her training."""
    about: dict[str, object] = {
        "locale": "en",
        "reader": "Anna Berg",
        "participant": "Anna Berg",
        "programme": "Moments",
        "organisation": "Nordwind",
        "trained_on": date(2026, 3, 3),
    }
    return Named(**(about | given)).on(TODAY)  # type: ignore[arg-type]


def test_each_placeholder_that_authors_may_use_is_filled_and_no_other() -> None:
    assert named().keys() == wording.PLACEHOLDERS.keys()


def test_a_plan_is_said_in_the_language_of_whoever_reads() -> None:
    own = {"situation": "ein Gast sich beschwert", "action": "zuerst zuhören"}

    facts = named(locale="de_AT", **own)

    assert facts["commitment"] == "Wenn ein Gast sich beschwert, werde ich zuerst zuhören"
    assert facts["session_date"] == "3. März 2026"
    assert facts["days_since"] == "9"


@pytest.mark.parametrize(
    ("locale", "coach", "manager"),
    [
        ("en-GB", "your coach", "your manager"),
        ("de-AT", "dein Coach", "deine Führungskraft"),
        ("pl", "your coach", "your manager"),
    ],
)
def test_whoever_is_not_known_is_spoken_of_all_the_same(locale: str, coach: str, manager: str) -> None:
    facts = named(locale=locale)

    assert (facts["coach"], facts["manager"]) == (coach, manager)


def test_a_training_without_a_day_has_no_date_and_no_distance() -> None:
    facts = named(trained_on=None)

    assert (facts["session_date"], facts["days_since"]) == ("", "")


@pytest.mark.parametrize(("reader", "first"), [("Anna Berg", "Anna"), ("Anna", "Anna"), ("", "")])
def test_people_are_greeted_by_what_stands_first(reader: str, first: str) -> None:
    assert named(reader=reader)["first_name"] == first


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("de", "Donnerstag, 12. März 2026, 10:30 (Europe/Berlin)"),
        ("en", "Thursday 12 March 2026, 10:30 (Europe/Berlin)"),
        ("en-US", "Thursday, March 12, 2026, 10:30\N{NO-BREAK SPACE}AM (Europe/Berlin)"),
        ("de-PL", "Donnerstag, 12. März 2026, 10:30 (Europe/Berlin)"),
        ("en-JP", "Thursday 12 March 2026, 10:30 (Europe/Berlin)"),
        ("no one's", "Thursday 12 March 2026, 10:30 (Europe/Berlin)"),
    ],
)
def test_a_moment_is_said_where_and_how_its_reader_lives(locale: str, said: str) -> None:
    instant = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)

    assert spoken.moment(instant, zone="Europe/Berlin", locale=locale) == said
