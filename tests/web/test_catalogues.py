"""The catalogues hold every word of the pages that speak their reader's language, and no others."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask, g

from coachfollow import almanac
from coachfollow.flow import restarting
from coachfollow.rules import asking, because, distance_words, worktime
from coachfollow.rules.absences import Closure, Leave
from coachfollow.rules.asking import Problems
from coachfollow.rules.cadence import Distance
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.planning import FIRST
from coachfollow.rules.worktime import OUTSIDE, WorkingTime
from coachfollow.web import hearing, saying, tongues
from coachfollow.web.holidays import HOLIDAYS
from tests.web import wordlists
from tests.web.worlds import ON_ONE

LANGUAGES = sorted(tongues.languages())
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")

ASKED_BY_PAGES = (
    *("flow/answers", "flow/asking_again", "flow/away", "flow/changing"),
    *("flow/commitments", "flow/declining"),
    *("flow/feeds", "flow/floods", "flow/locking", "flow/plans", "flow/rearranging", "flow/restarting"),
    *("flow/silences", "flow/tempos", "queries/asked", "queries/links", "queries/own_times"),
    *("queries/plan_heads", "queries/snapshots", "queries/tempos", "rules/asking", "rules/absences"),
    *("rules/choosing", "rules/pausing", "rules/rearranging", "rules/restarting", "rules/tempo"),
)
"""What pages that are reached from a mail do and read."""

FREE, GOOD_FRIDAY = date(2026, 3, 4), date(2026, 4, 3)
ABSENT = WorkingTime(
    pattern=worktime.parse_week("mon-fri 09:00-17:00"),
    holidays=almanac.days("DE", 2026),
    leave=(Leave(first=date(2026, 3, 9), last=date(2026, 3, 10)),),
    closures=(Closure(first=date(2026, 12, 24), last=date(2027, 1, 3)),),
)


@pytest.fixture
def german(app: Flask) -> Iterator[None]:
    """A page that somebody reads in German."""
    with app.test_request_context("/"):
        g.tongue = tongues.of("de")
        yield


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_has_its_words(language: str) -> None:
    if wordlists.WRITES:
        wordlists.write(language)
    known = wordlists.of(wordlists.catalogue(language))

    lacking = [said for said in wordlists.wanted() if not all(known.get(said, ("",)))]

    assert lacking == [], (
        "COACHFOLLOW_WORDS=write pytest tests/web/test_catalogues.py, then write what is empty"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stands_there_that_nobody_says(language: str) -> None:
    read = wordlists.catalogue(language)

    assert wordlists.of(read).keys() - wordlists.wanted().keys() == set()
    assert not read.obsolete
    assert [one.id for one in read if one.id and one.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_facts_are_told_and_no_others(language: str) -> None:
    for (_, english), said in wordlists.of(wordlists.catalogue(language)).items():
        facts = set(_PLACEHOLDER.findall(" ".join(english) if isinstance(english, tuple) else english))
        for one in said:
            assert set(_PLACEHOLDER.findall(one)) == facts, one
            assert one.count("%") == len(_PLACEHOLDER.findall(one)), one


@ON_ONE
@pytest.mark.parametrize("name", wordlists.SPOKEN)
def test_a_template_of_these_pages_says_nothing_past_the_catalogues(app: Flask, name: str) -> None:
    assert wordlists.unmarked(app.jinja_env, name) == []


def test_what_is_heard_from_below_is_said_there() -> None:
    below = wordlists.sentences_below()

    assert {said for said in (*hearing.REFUSED, *hearing.REASONS) if said not in below} <= set(HOLIDAYS)


def test_what_is_refused_to_whoever_comes_from_a_mail_has_its_words() -> None:
    said = {_PLACEHOLDER.sub("{}", words) for _, words in wordlists.wanted() if isinstance(words, str)}

    assert wordlists.refused(*ASKED_BY_PAGES) - said == {restarting.ASK_THEM}  # which staff alone are told


def test_every_holiday_of_the_countries_that_speak_german_has_its_name() -> None:
    for region in ("DE", "DE-BY", "DE-BE", "DE-SN", "AT", "CH", "CH-GE", "CH-ZH", "CH-VS", "LI"):
        once = {name for name in almanac.days(region, 2026).values() if "anniversary" not in name}
        assert once <= set(HOLIDAYS), region


def distance(anchor: str, **days: int) -> Distance:
    return Distance(**{"anchor": anchor, "days": 0, "working_days": 0, **days})  # type: ignore[arg-type]  # days are numbers


@ON_ONE
@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("far", "said"),
    [
        (distance("session:last", days=5), "5 Tage nach dem letzten Trainingstermin"),
        (distance("session:first", days=-1), "1 Tag vor dem ersten Trainingstermin"),
        (distance("session:2", working_days=3), "3 Arbeitstage nach Trainingstermin 2"),
        (distance("training", days=7, working_days=1), "7 Tage und 1 Arbeitstag nach dem Training"),
        (distance("training", days=-7, working_days=2), "7 Tage vor und 2 Arbeitstage nach dem Training"),
        (distance("training", days=7, working_days=-2), "7 Tage nach und 2 Arbeitstage vor dem Training"),
        (distance("training"), "am Tag des Trainings"),
        (distance("session:3"), "am Tag von Trainingstermin 3"),
        (distance("answer:x", days=2), "2 Tage nach der Antwort auf eine frühere Frage"),
        (distance("answer:x"), "am Tag der Antwort auf eine frühere Frage"),
    ],
)
def test_distances_are_understood(far: Distance, said: str) -> None:
    assert hearing.said(distance_words.said(far)) == said


def moved(wanted: date, day: date) -> str:
    return because.moved("5 days after the training", week=ABSENT, wanted=wanted, day=day)


@ON_ONE
@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            moved(date(2026, 3, 14), date(2026, 3, 16)),
            "5 Tage nach dem Training, verschoben vom Sa., 14. auf Mo., 16. März: Wochenende",
        ),
        (
            moved(GOOD_FRIDAY, date(2026, 4, 7)),
            "5 Tage nach dem Training, verschoben vom Fr., 3. auf Di., 7. April: Karfreitag, Wochenende, Ostermontag",
        ),
        (
            moved(date(2026, 3, 9), date(2026, 3, 11)),
            "5 Tage nach dem Training, verschoben vom Mo., 9. auf Mi., 11. März: abwesend bis 10. März",
        ),
        (
            moved(date(2026, 12, 30), date(2027, 1, 4)),
            (
                "5 Tage nach dem Training, verschoben vom Mi., 30. Dezember auf Mo., 4. Januar: "
                "geschlossen vom 24. Dezember bis 3. Januar"
            ),
        ),
        (
            because.rested("on the day of the training", days=1, week=ABSENT, wanted=FREE, day=FREE),
            "am Tag des Trainings, 1 Tag später wegen einer Pause",
        ),
        (
            because.asked_again("12 days after the training, 7 days later because of a pause"),
            "12 Tage nach dem Training, 7 Tage später wegen einer Pause, noch einmal nach einer Pause",
        ),
        (
            "9 days after the training, on the next Friday as chosen, at 09:00 instead of 07:30: " + OUTSIDE,
            (
                "9 Tage nach dem Training, am nächsten Freitag, wie gewählt, um 09:00 statt um 07:30 Uhr: "
                "außerhalb der Arbeitszeit"
            ),
        ),
        (
            "2 days after the training, at 16:00 instead of 09:00: " + FIRST,
            "2 Tage nach dem Training, um 16:00 statt um 09:00 Uhr: Was früher an der Reihe ist, kommt zuerst",
        ),
        ("the coach chose this day", "der Coach hat diesen Tag gewählt"),
        ("what an author of another year wrote", "what an author of another year wrote"),
    ],
)
def test_reasons_that_were_kept_in_english_are_understood(why: str, said: str) -> None:
    assert hearing.said(why) == said


@ON_ONE
@pytest.mark.usefixtures("german")
def test_what_is_in_the_way_of_a_form_is_said_in_german() -> None:
    problems = asking.parse(StepKind.COMMITMENT, {"situation": "x" * 2001, "rating": "11"})

    assert isinstance(problems, Problems)
    assert [hearing.said(one) for one in problems.values()] == [
        "Das sind 2001 Zeichen; bitte bleib bei höchstens 2000.",
        "Bitte schreib ein paar Worte; sie müssen nicht perfekt sein.",
        "Bitte gib eine ganze Zahl von 1 bis 10 an.",
    ]


@ON_ONE
@pytest.mark.usefixtures("german")
def test_within_a_german_page_something_can_be_said_in_english() -> None:
    with tongues.in_english():
        assert saying.day(GOOD_FRIDAY) == "Friday 3 April 2026"
    assert saying.day(GOOD_FRIDAY) == "Freitag, 3. April 2026"


@ON_ONE
@pytest.mark.usefixtures("german")
def test_a_page_is_german_again_where_what_was_said_in_english_failed() -> None:
    with pytest.raises(LookupError), tongues.in_english():
        raise LookupError
    assert saying.day(GOOD_FRIDAY) == "Freitag, 3. April 2026"


@ON_ONE
@pytest.mark.usefixtures("german")
def test_nothing_is_said_of_nothing() -> None:
    assert hearing.said("") == tongues.say("") == ""


def test_outside_a_page_everything_is_said_in_english() -> None:
    assert tongues.say("Thank you.") == "Thank you."
    assert hearing.said("weekend") == "weekend"
