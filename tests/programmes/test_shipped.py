"""The programmes we ship: in order, kind to their readers, and different in every text."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from coachfollow.intake import programme
from coachfollow.intake.programme import Example, Judged, Programme, Step, StepText
from coachfollow.rules import asking, planning, series, wording, worktime
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.kinds import Audience, StepKind
from coachfollow.rules.shipped import SPONSORS

KEYS = tuple(programme.shipped())
PROGRAMMES = {key: programme.read(text, file=f"{key}.yaml") for key, text in programme.shipped().items()}

ASKING = {StepKind.REFLECTION, StepKind.UNPROMPTED}
# what “Yes, as intended” or “Yes” answers
YES_OR_NO = {"en": re.compile(r"(^|, )(Did|Have|Has|did) "), "de": re.compile(r"^(Hast|Habt|Kam) ")}
GREETING = {"en": "Hello Amara,", "de": "Hallo Amara,"}
JUDGEMENTS = {"en": ("*Good:*", "*Poor:*"), "de": ("*Gut:*", "*Weniger gut:*")}
FRAME = {"en": ("when ", "i will "), "de": ("wenn ", "werde ich ")}

FACTS = {
    "first_name": "Amara",
    "participant": "Jonas Weber",
    "commitment": "When our Monday meeting starts, I will thank one person by name.",
    "situation": "our Monday meeting starts",
    "action": "thank one person by name",
    "coach": "Mei Tanaka",
    "manager": "Olu Adeyemi",
    "sponsor": "Helen Marsh",
    "programme": "Customer-focused leadership",
    "session_date": "2 March 2026",
    "days_since": "14",
    "organisation": "Example Ltd",
}

NEVER_READ = re.compile(
    r"touchpoint|sponsor|cohort|baseline|\bband\b|\btier|in doubt|enrol|commitment|reflection|check-in|cue"
    r"|kohorte|zusage|percent|prozent|%|15/70|22[.,]4|10:00",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[^.?!:\n]+[.?!]")
SHORT_WORDS = 7


def texts(of: Programme) -> Iterator[tuple[str, Step, StepText]]:
    for step in of.steps:
        for language, text in step.texts.items():
            yield language, step, text


def everything_read(of: Programme) -> Iterator[str]:
    """Every text that stands on a page or in a mail, placeholders left out."""
    for by_language in (of.title, of.why, of.sponsor_words, *of.themes.values()):
        yield from by_language.values()
    for examples in of.examples.values():
        yield from (part for example in examples for part in (example.situation, example.action))
    for judged in (*of.good.values(), *of.poor.values()):
        yield from (judged.situation, judged.action, judged.why)
    for _, _, text in texts(of):
        yield from (text.subject, text.body, text.question or "", *text.labels.values())


@pytest.fixture(params=KEYS)
def shipped(request: pytest.FixtureRequest) -> Programme:
    return PROGRAMMES[request.param]


def test_texts_are_of_a_length_people_read_on_a_phone(shipped: Programme) -> None:
    for _, step, text in texts(shipped):
        longest = 200 if step.rule.kind is StepKind.SPONSOR else 120
        assert len(text.subject) <= 60, text.subject
        assert len(text.question or "") <= 120, text.question
        assert 15 <= len(text.body.split()) <= longest, (step.rule.key, len(text.body.split()))


def test_no_text_uses_our_own_words_or_a_figure_nobody_can_stand_behind(shipped: Programme) -> None:
    for text in everything_read(shipped):
        said = re.sub(r"\{\{\w+\}\}", "", text)
        assert not NEVER_READ.search(said), said


def test_filled_in_texts_read_well(shipped: Programme) -> None:
    for language, step, text in texts(shipped):
        written = (text.subject, text.question or "", text.body)
        subject, question, body = (wording.fill(part, FACTS) for part in written)
        if step.rule.kind is not StepKind.CHECK_IN:
            assert body.startswith(GREETING[language]), body
            assert language == "de" or not body.split("\n\n")[1][0].islower(), body
        for filled in (subject, question, body):
            assert not re.search(r"[{}]|  \S|[ \n][.,;!?]|\.\.|,,", re.sub(r"\n +", "\n", filled)), filled
        assert not subject.endswith("."), subject
        assert not question or question.endswith("?"), question


def test_every_reminder_and_every_question_quotes_the_persons_own_plan(shipped: Programme) -> None:
    for _, step, text in texts(shipped):
        if step.rule.kind in {StepKind.PROMPT, *ASKING}:
            assert text.body.count("**{{commitment}}**") == 1, step.rule.key


def test_what_is_asked_first_is_answered_by_the_buttons_beneath_it(shipped: Programme) -> None:
    tapped = {*ASKING, StepKind.SPONSOR}
    asked = [(language, text) for language, step, text in texts(shipped) if step.rule.kind in tapped]
    assert asked
    for language, text in asked:
        first, further = asking.halves(text.question or "")
        assert text.labels or YES_OR_NO[language].search(first), text.question
        assert not further or further[0].isupper(), text.question


def test_two_managers_cards_have_a_script_and_show_a_good_and_a_poor_example(shipped: Programme) -> None:
    cards = [step for step in shipped.steps if step.rule.kind is StepKind.SPONSOR]
    assert [step.rule.offset_days < 0 for step in cards] == [True, False]
    for step in cards:
        for language, text in step.texts.items():
            good, poor = JUDGEMENTS[language]
            assert text.body.index(good) < text.body.index(poor)
            assert "“" in text.body[: text.body.index(good)], "words to say come before the examples"


def test_no_two_texts_say_the_same(shipped: Programme) -> None:
    said = Counter(
        (language, sentence.strip())
        for language, _, text in texts(shipped)
        for sentence in {*SENTENCE.findall(text.body), text.question or "", text.subject}
        if len(sentence.split()) > SHORT_WORDS
    )
    assert [sentence for sentence, times in said.items() if times > 1] == []


def test_translations_use_the_same_placeholders(shipped: Programme) -> None:
    for step in shipped.steps:
        used = {
            frozenset(re.findall(r"\{\{\w+\}\}", text.subject + text.body + (text.question or "")))
            for text in step.texts.values()
        }
        assert len(used) == 1, step.rule.key


def test_examples_continue_the_two_halves_of_a_plan(shipped: Programme) -> None:
    for language in shipped.languages:
        assert len(shipped.examples[language]) >= 5
        shown: list[Example | Judged] = [*shipped.examples[language]]
        shown += [shipped.good[language], shipped.poor[language]]
        for one in shown:
            when, will = FRAME[language]
            assert not one.situation.lower().startswith(when)
            assert not one.action.lower().startswith(will)
            assert one.situation[-1] not in ".,", one.situation
            assert one.action[-1] not in ".,", one.action


def test_every_theme_is_met_on_the_way(shipped: Programme) -> None:
    assert {step.theme for step in shipped.steps if step.theme} == set(shipped.themes)


def test_after_the_last_question_there_is_silence_until_one_more_months_later(shipped: Programme) -> None:
    *_, last, unprompted = shipped.steps
    assert unprompted.rule.kind is StepKind.UNPROMPTED
    assert unprompted.rule.anchor == f"step:{last.rule.key}"
    assert unprompted.rule.offset_days >= 90
    assert last.rule.mandatory


def mail_days(of: Programme, *, trained: date) -> list[date]:
    """The days on which somebody who never answers gets a mail; invitations are for the calendar."""
    week, zone = worktime.parse_week(worktime.DEFAULT_WEEK), "Europe/Berlin"
    rules = {step.rule.key: step.rule for step in of.laid_out}
    sessions = Sessions(days=(trained,), anchor=0)
    days: list[date] = []
    for planned in planning.plan(tuple(rules.values()), sessions=sessions, week=week, zone=zone):
        if planned.audience is Audience.PARTICIPANT and planned.kind is not StepKind.CHECK_IN:
            reminders = planning.reminder_moments(
                local_date=planned.local_date,
                local_time=planned.local_time,
                zone=zone,
                week=week,
                reminders=rules[planned.step].reminders,
                closes_at=planned.closes_at,
            )
            days += [planned.local_date, *(worktime.local(moment, zone).date() for moment in reminders)]
    return sorted(days)


@pytest.mark.parametrize("weekday", range(7))
def test_nobody_gets_more_than_three_mails_in_seven_days_reminders_included(
    shipped: Programme, weekday: int
) -> None:
    days = mail_days(shipped, trained=date(2026, 3, 2) + timedelta(days=weekday))
    busiest = max(sum(first <= day < first + timedelta(days=7) for day in days) for first in days)
    assert len(days) > len(shipped.steps) / 2
    assert busiest <= 3, days


def test_the_default_plan_has_the_shape_we_recommend() -> None:
    shape = [
        (step.rule.offset_days, step.rule.kind)
        for step in PROGRAMMES["customer-focused-leadership"].steps
        if step.rule.kind is not StepKind.PROMPT
    ]
    assert shape == [
        (-7, StepKind.SPONSOR),
        (0, StepKind.COMMITMENT),
        (2, StepKind.REFLECTION),
        (7, StepKind.REFLECTION),
        (14, StepKind.REFLECTION),
        (14, StepKind.CHECK_IN),
        (30, StepKind.REFLECTION),
        (30, StepKind.SPONSOR),
        (45, StepKind.CHECK_IN),
        (60, StepKind.REFLECTION),
        (90, StepKind.REFLECTION),
        (90, StepKind.UNPROMPTED),  # after day 90, so six months after the training
    ]


def test_the_managers_track_of_the_default_plan_is_express_model_reinforce() -> None:
    steps = PROGRAMMES["customer-focused-leadership"].steps
    for card in (step for step in steps if step.rule.kind is StepKind.SPONSOR):
        assert re.findall(r"\*\*(\w+):\*\*", card.texts["en"].body) == ["Express", "Model", "Reinforce"]
        assert re.findall(r"\*\*(\w+):\*\*", card.texts["de"].body) == [
            "Aussprechen",
            "Vorleben",
            "Bestärken",
        ]


def test_a_limit_is_stated_by_the_manager_before_anybody_is_asked_to_decide() -> None:
    first = PROGRAMMES["service-recovery-and-empowerment"].steps[0]
    assert first.rule.audience is Audience.MANAGER
    assert (first.rule.anchor, first.rule.offset_days) == ("session:first", -7)
    assert "limit" in first.texts["en"].body


def test_a_limit_is_recalled_after_gaps_that_grow_as_what_is_to_last_three_months_wants() -> None:
    steps = PROGRAMMES["service-recovery-and-empowerment"].laid_out
    recalled = [step.rule for step in steps if step.rule.key.startswith("prompt-limit")]

    # on day 35; then 10, 11 and 13 days later, within the 9 to 14 that suit ninety days
    assert [(rule.key, rule.offset_days) for rule in recalled] == [
        ("prompt-limit", 35),
        ("prompt-limit-2", 45),
        ("prompt-limit-3", 56),
        ("prompt-limit-4", 69),
    ]
    assert series.gaps_for(90) == (9, 14)


def test_whoever_still_answers_after_two_months_is_asked_to_pass_it_on() -> None:
    rules = {step.rule.key: step.rule for step in PROGRAMMES["customer-focused-leadership"].steps}
    waiting = rules["prompt-pass-it-on"]

    assert (waiting.anchor, waiting.offset_days) == ("answer:day-60", 10)
    # answered on its first day or its last, it comes between that question and the next
    open_days = rules["day-60"].open_days or 0
    assert 60 + open_days + waiting.offset_days < rules["day-90"].offset_days


def test_the_invented_sponsors_are_known_so_that_nobody_keeps_one_unawares() -> None:
    assert {one.sponsor_name for one in PROGRAMMES.values()} == SPONSORS
