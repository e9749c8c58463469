"""What a programme's file means: every field, and what holds when it is left out."""

import hashlib
from datetime import time

import pytest

from coachfollow.intake import programme
from coachfollow.intake.programme import Example
from coachfollow.rules.kinds import Audience, DayKind, StepKind
from tests.programmes.small import SMALL, documented, read, spoilt, written_in


def test_the_documented_example_is_read_as_it_is_explained() -> None:
    handovers = read(documented())
    assert (handovers.key, handovers.languages) == ("better-handovers", ("en", "de"))
    assert handovers.title == {"en": "Better handovers", "de": "Bessere Übergaben"}
    assert handovers.why["de"] == "Eine gute Übergabe erspart jemandem eine schlechte Nacht."
    assert handovers.sponsor_name == "Ruth Adeyemi"
    assert handovers.sponsor_words["en"] == "I want nobody to be rung at home any more."
    assert handovers.themes == {"clarity": {"en": "Clear words", "de": "Klare Worte"}}
    assert (handovers.threshold, handovers.anchor) == (0.8, "last")
    assert (handovers.attended_minutes, handovers.attended_sessions) == (60, 2)


def test_examples_are_read_in_every_language_with_a_good_and_a_poor_one_explained() -> None:
    handovers = read(documented())
    assert handovers.examples["en"] == (
        Example(situation="my shift ends", action="say aloud the one thing that must not be forgotten"),
    )
    assert handovers.good["de"].action == "das Wichtigste laut sagen"
    assert handovers.poor["en"].why == "Nobody could see it happen."


def test_steps_carry_their_rule_their_theme_and_their_texts() -> None:
    plan, week = read(documented()).steps
    assert (plan.rule.kind, plan.rule.audience) == (StepKind.COMMITMENT, Audience.PARTICIPANT)
    assert (plan.rule.anchor, plan.rule.offset_days, plan.rule.at) == ("session", 0, time(16))
    assert (plan.rule.open_days, plan.rule.reminders, plan.rule.mandatory) == (30, (3,), True)
    assert (week.rule.anchor, week.rule.offset_days, week.theme) == ("step:my-plan", 7, "clarity")
    assert week.texts["en"].body.endswith("- What was *not* asked afterwards?")
    assert week.texts["en"].labels == {"not_yet": "Not once so far"}
    assert week.texts["de"].question == "Wie oft hast du es getan?"


def test_what_is_left_out_has_a_default() -> None:
    small = read(SMALL)
    assert (small.threshold, small.anchor) == (0.8, "last")
    assert (small.attended_minutes, small.attended_sessions) == (None, None)
    assert (small.examples, small.good, small.poor) == ({}, {}, {})
    plan = small.steps[0]
    assert (plan.rule.at, plan.rule.open_days, plan.rule.reminders) == (time(9), None, ())
    assert not plan.rule.mandatory
    assert plan.theme is None
    assert plan.texts["en"].question is None
    assert not plan.texts["en"].labels


@pytest.mark.parametrize(
    ("when", "anchor", "days", "day_kind"),
    [
        ("{days: 14}", "session", 14, DayKind.CALENDAR),  # the programme's anchor session
        ("{days: -7, session: first}", "session:first", -7, DayKind.CALENDAR),  # before the training
        ("{days: 3, session: last}", "session:last", 3, DayKind.CALENDAR),
        ("{days: 3, session: 2}", "session:2", 3, DayKind.CALENDAR),  # counted from 1
        ("{days: +90, after: plan}", "step:plan", 90, DayKind.CALENDAR),  # after another step
        ("{days: 0, after: plan}", "step:plan", 0, DayKind.CALENDAR),
        ("{working_days: 5}", "session", 5, DayKind.WORKING),  # in each person's own working time
        ("{working_days: -2, session: first}", "session:first", -2, DayKind.WORKING),
        ("{working_days: 3, after: plan}", "step:plan", 3, DayKind.WORKING),
    ],
)
def test_a_step_counts_from_a_session_or_after_a_step(
    when: str, anchor: str, days: int, day_kind: DayKind
) -> None:
    rule = read(spoilt("{days: 7}", when)).steps[1].rule
    assert (rule.anchor, rule.offset_days, rule.day_kind) == (anchor, days, day_kind)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"09:00"', time(9)),
        ("9:05", time(9, 5)),
        ("14:30", time(14, 30)),  # YAML alone would read the number 870
        ("00:00", time(0)),
        ("23:59", time(23, 59)),
    ],
)
def test_a_time_of_day_needs_no_quotes(written: str, meant: time) -> None:
    assert read(spoilt("{days: 7}", f"{{days: 7}}\n    at: {written}")).steps[1].rule.at == meant


@pytest.mark.parametrize(
    ("written", "meant"), [("true", True), ("yes", True), ("No", False), ("false", False)]
)
def test_a_step_is_mandatory_or_not(written: str, meant: bool) -> None:  # noqa: FBT001 - a table's column
    asked = read(spoilt("{days: 7}", f"{{days: 7}}\n    mandatory: {written}")).steps[1]
    assert asked.rule.mandatory is meant


def test_texts_are_what_is_written_whatever_yaml_makes_of_it() -> None:
    assert read(written_in("no").replace("A small one", "1_000")).title == {"no": "1_000"}


def test_a_manager_is_spoken_to_by_a_card_and_by_nothing_else() -> None:
    card = spoilt("kind: reflection", "kind: sponsor_moment\n    audience: manager")
    steps = read(card.replace("**{{commitment}}**", "{{participant}} is back.")).steps
    assert [step.rule.audience for step in steps] == [Audience.PARTICIPANT, Audience.MANAGER]


def test_the_markdown_subset_is_welcome_in_a_body() -> None:
    rich = "**bold** *soft*\n\n          - one\n          - two\n\n          1. [a page](https://example.org/a?b=c)\n"
    assert "https://example.org" in read(spoilt("**{{commitment}}**\n", rich)).steps[1].texts["en"].body


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),  # the base language
        ("de_CH", "de"),  # as POSIX writes it
        ("fr", "en"),  # the programme's default
        ("", "en"),
    ],
)
def test_a_person_gets_their_language_or_the_default(locale: str, language: str) -> None:
    assert read(documented()).language_for(locale) == language


def test_the_source_is_kept_with_its_checksum() -> None:
    small = read(SMALL)
    assert small.source == SMALL
    assert small.checksum == hashlib.sha256(SMALL.encode()).hexdigest()
    assert small.checksum != read(SMALL + "\n").checksum


def test_every_shipped_programme_stands_under_its_own_key() -> None:
    texts = programme.shipped()
    assert list(texts) == [
        "customer-focused-leadership",
        "eight-week-coaching",
        "service-recovery-and-empowerment",
    ]
    assert [programme.read(text, file=key).key for key, text in texts.items()] == list(texts)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("{lasts_days: 30}", [7, 12, 17, 23, 30]),  # as suggested
        ("{lasts_days: 30, gaps: [10, 13]}", [7, 17, 30]),
        ("{gaps: [30, 60]}", [7, 37, 97]),
    ],
)
def test_a_series_is_one_step_in_the_file_and_ordinary_steps_in_what_is_published(
    written: str, days: list[int]
) -> None:
    small = read(spoilt("{days: 7}", f"{{days: 7}}\n    series: {written}"))
    _, *asked = small.laid_out

    assert [step.rule.key for step in small.steps] == ["plan", "asked"]
    assert [step.rule.offset_days for step in asked] == days
    assert [step.rule.key for step in asked[:3]] == ["asked", "asked-2", "asked-3"]
    assert {step.texts["en"].subject for step in asked} == {"One question"}
