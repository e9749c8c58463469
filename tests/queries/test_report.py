"""`coachfollow report completion`: one query, three ways to print it."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.cli import refusals
from coachfollow.cli.report import report
from coachfollow.models import Person, Touchpoint
from coachfollow.queries.completion import NOTES
from coachfollow.rules.kinds import PlanState, TouchpointState
from coachfollow.rules.measuring import DEFINITIONS
from tests.queries import worlds
from tests.queries.worlds import DAY, NOW, Facts

# what the database makes of it is tested where the queries are; one make is enough to see it printed
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

Run = Callable[..., Result]


@pytest.fixture
def house(session: Session) -> int:
    """Two groups: of “spring” one follow-up of two is completed, of “autumn” nothing is due."""
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    hotels = worlds.team(session, house, "Hotels")
    cem = worlds.person(session, house, "Cem")
    for key, target in (("spring", 0.8), ("autumn", None)):
        cohort_id = worlds.cohort(session, house, taken, key, target=target)
        anna = worlds.person(session, house)
        plan_id = worlds.plan(session, cohort_id, anna, state=PlanState.ACTIVE)
        if key == "spring":
            worlds.member(session, anna, hotels)
            worlds.coached(session, plan_id, cem)
            done = Facts(state=TouchpointState.COMPLETED, settled_at=NOW - DAY)
            worlds.touchpoints(session, plan_id, taken, [done, Facts(state=TouchpointState.MISSED)])
    session.commit()
    return house


@pytest.fixture
def run(app: Flask, house: int, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command as from a terminal, on the same database."""
    del app, house
    for name, value in {
        "SECRET_KEY": "a secret for tests, nowhere else " + "0" * 16,
        "EXTERNAL_URL": "http://localhost:5000",
        "MAIL_FROM": "followup@example.org",
        "DATABASE_URL": database_url,
    }.items():
        monkeypatch.setenv(f"COACHFOLLOW_{name}", value)
    told = refusals.Told(commands={"report": report})

    def run(*words: str) -> Result:
        return CliRunner().invoke(told, ["report", "completion", *words], catch_exceptions=False)

    return run


def test_json_is_one_document_with_everything(run: Run) -> None:
    document = json.loads(run("--by", "cohort", "--json").stdout)
    autumn, spring = document["groups"]

    assert (document["report"], document["by"], document["only"]) == ("completion", "cohort", {})
    assert document["definitions"].keys() >= DEFINITIONS.keys()
    assert (autumn["key"], autumn["target"], autumn["follow_ups"]["completion"]) == ("autumn", None, None)
    assert (spring["key"], spring["name"], spring["target"]) == ("spring", "Group spring", 0.8)
    assert spring["follow_ups"] == {
        "due": 2,
        "completed": 1,
        "on_time": 1,
        "late": 0,
        "missed": 1,
        "open": 0,
        "excused": 0,
        "without_a_time": 0,
        "paused": 0,
        "undeliverable": 0,
        "not_yet_due": 0,
        "completion": 0.5,
        "on_time_rate": 0.5,
        "provisional": False,
    }
    assert (document["total"]["people"]["attended"], document["total"]["people"]["reach"]) == (2, 0.0)


def test_csv_holds_the_same_numbers(run: Run) -> None:
    header, autumn, spring, total, *_ = csv.reader(io.StringIO(run("--by", "cohort", "--csv").stdout))
    due = header.index("Due")

    assert (autumn[:2], spring[:2]) == (["Group autumn", "autumn"], ["Group spring", "spring"])
    assert (autumn[due], spring[due], total[due]) == ("0", "2", "2")


def test_text_has_the_total_beside_its_definitions_and_the_groups_below(run: Run) -> None:
    lines = run("--by", "cohort").stdout.splitlines()
    completed = next(line for line in lines if line.startswith("Completed of due"))
    header, autumn, spring, total = lines[-4:]

    assert "50.0 %" in completed
    assert DEFINITIONS["completion"] in completed
    assert header.split()[:2] == ["Group", "Attended"]
    assert autumn.split() == [
        *("Group", "autumn"), "1", "0", "0", "0", "none", "due", "–", "0", "0", "0",
    ]  # fmt: skip
    assert spring.split() == ["Group", "spring", "1", "0", "2", "1", "50.0", "%", "80.0", "%", "0", "1", "0"]
    assert total.split()[:5] == ["all", "2", "0", "2", "1"]


@pytest.mark.parametrize(
    ("words", "due", "remark"),
    [
        ([], 2, "everything"),
        (["--cohort", "autumn"], 0, "one group"),
        (["--programme", "service"], 2, "one programme"),
        (["--team", "Hotels"], 2, "one team"),
        (["--kind", "check_in"], 0, "one kind of step"),
        (["--since", "2026-03-15", "--until", "2026-03-15"], 2, "the very day, both ends included"),
        (["--since", "2026-03-16"], 0, "after it"),
        (["--until", "2026-03-14"], 0, "before it"),
    ],
)
def test_a_report_can_be_narrowed(run: Run, words: list[str], due: int, remark: str) -> None:
    document = json.loads(run("--json", *words).stdout)
    assert document["total"]["follow_ups"]["due"] == due, remark
    assert document["groups"] == []


def test_a_report_of_one_coach_says_whose_it_is(run: Run, session: Session, house: int) -> None:
    cem = session.scalars(select(Person).where(Person.organisation_id == house, Person.name == "Cem")).one()
    found = run("--coach", cem.email)

    assert "Only coach: Cem" in found.stdout.splitlines()
    assert "provisional" not in found.stdout.splitlines()[2]


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (["--by", "team"], "team and coach"),
        (["--team", "Hotels"], "team and coach"),
        (["--by", "month"], "period"),
        (["--since", "2026-01-01"], "period"),
        ([], "people"),
    ],
)
def test_what_is_to_be_known_of_a_report_stands_below_it(run: Run, words: list[str], note: str) -> None:
    lines = run(*words).stdout.splitlines()
    assert [one for one in NOTES.values() if one in lines] == list(
        dict.fromkeys([NOTES[note], NOTES["people"]])
    )


def test_open_follow_ups_make_the_rates_provisional(run: Run, session: Session) -> None:
    session.execute(update(Touchpoint).values(state=TouchpointState.OPEN, due_at=worlds.LONG_AGO))
    session.commit()

    assert "the rates are provisional" in run().stdout


def test_a_wrong_name_gets_a_sentence_and_nothing_on_standard_output(run: Run) -> None:
    found = run("--cohort", "summer", "--json")
    assert (found.exit_code, found.stdout) == (1, "")
    assert "There is no group “summer”" in found.stderr
