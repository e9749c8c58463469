"""Public holidays by region: what people write is understood, or gets a sentence."""

from datetime import date

import pytest

from coachfollow import almanac


@pytest.mark.parametrize(
    ("country", "part", "region", "remark"),
    [
        ("DE", "", "DE", "a code"),
        ("de", "by", "DE-BY", "in small letters"),
        ("DE-BY", "", "DE-BY", "both in one"),
        ("Germany", "Bayern", "DE-BY", "names"),
        ("United Kingdom", "SCT", "GB-SCT", "a name of two words"),
        ("US", "New York", "US-NY", "a state"),
        ("DE", "DE-BY", "DE-BY", "the part as ISO 3166-2 writes it"),
        ("IN", "", "IN", "a country of many parts"),
    ],
)
def test_a_region_is_understood(country: str, part: str, region: str, remark: str) -> None:
    assert almanac.region(country, part) == region, remark


@pytest.mark.parametrize(
    ("country", "part", "complaint"),
    [
        ("Atlantis", "", "“Atlantis” is no country whose holidays we know; write a code like DE, GB or IN"),
        ("Germny", "", "did you mean DE?"),
        ("DE", "Texas", "“Texas” is no part of DE with holidays of its own; we know Augsburg, BB, BE"),
        ("SG", "North", "we know none: leave it empty"),
    ],
)
def test_a_region_we_do_not_know_gets_a_sentence(country: str, part: str, complaint: str) -> None:
    with pytest.raises(ValueError) as problem:  # noqa: PT011 - the sentence is checked below
        almanac.region(country, part)
    assert complaint in str(problem.value)


def test_holidays_are_days_with_names_for_some_years() -> None:
    days = almanac.days("DE-BY", 2026)
    assert days[date(2026, 1, 6)] == "Epiphany"
    assert date(2029, 4, 2) in days
    assert date(2026, 1, 6) not in almanac.days("DE", 2026)
