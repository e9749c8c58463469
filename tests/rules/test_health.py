"""How an installation is doing, in sentences: what is wrong comes with what to do."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from coachfollow.rules import health
from coachfollow.rules.health import Signs
from coachfollow.rules.kinds import MessageState

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WELL = Signs(
    tables_problem=None,
    drained_at=NOW - timedelta(seconds=20),
    since_tick=timedelta(seconds=20),
    oldest_due_at=None,
    mails={MessageState.SENT: 12, MessageState.QUEUED: 3},
    failed_lately=0,
)

TROUBLES: list[tuple[dict[str, object], str, str]] = [
    (
        {"tables_problem": "the tables are old."},
        "The tables are old.",
        "capitalised, and nothing else is said",
    ),
    ({"drained_at": None}, "No worker has looked for due mails yet.", "a fresh installation"),
    (
        {"drained_at": NOW - timedelta(seconds=181)},
        "No worker has looked for due mails for 3 minutes.",
        "just over the patience",
    ),
    (
        {"drained_at": NOW - timedelta(days=2, hours=3)},
        "No worker has looked for due mails for 2 days.",
        "a long weekend",
    ),
    ({"since_tick": None}, "The ticker has not rung yet: mails leave only when", "it was never started"),
    (
        {"since_tick": timedelta(minutes=5)},
        "The ticker has been silent for 5 minutes",
        "pages still wake the workers",
    ),
    (
        {"since_tick": timedelta(hours=1), "drained_at": NOW - timedelta(hours=1)},
        "No worker has looked for due mails for 1 hour.",
        "one thing to mend is said once",
    ),
    (
        {"oldest_due_at": NOW - timedelta(hours=1)},
        "The oldest mail that is due has waited for 1 hour.",
        "a mail server that takes nothing",
    ),
    (
        {"mails": {MessageState.IN_DOUBT: 1}},
        "We cannot tell whether one mail arrived.",
        "one in doubt",
    ),
    (
        {"mails": {MessageState.IN_DOUBT: 3}, "forgotten": 3},
        "An old backup was restored: 3 mails may have left before",
        "said once, and not again among those in doubt",
    ),
    ({"failed_lately": 4}, "4 mails could not be delivered within the last day.", "some refused"),
]


def test_an_installation_that_is_well_says_so() -> None:
    found = health.findings(WELL, now=NOW)

    assert not any(finding.is_problem for finding in found)
    assert [finding.sentence for finding in found] == [
        "The database answers, and its tables fit this version.",
        "A worker looked for due mails 20 seconds ago.",
        "The ticker rang 20 seconds ago.",
        "No mail is late.",
        "No mail failed within the last day.",
    ]


@pytest.mark.parametrize(("changed", "sentence", "remark"), TROUBLES, ids=[remark for *_, remark in TROUBLES])
def test_a_trouble_is_said_and_what_to_do(changed: dict[str, object], sentence: str, remark: str) -> None:
    found = health.findings(replace(WELL, **changed), now=NOW)  # type: ignore[arg-type]  # one field each

    problems = [finding.sentence for finding in found if finding.is_problem]
    assert len(problems) == 1, remark
    assert problems[0].startswith(sentence)


def test_without_tables_nothing_else_is_said() -> None:
    found = health.findings(replace(WELL, tables_problem="There are none."), now=NOW)

    assert [finding.sentence for finding in found] == ["There are none."]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 seconds"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (179, "2 minutes")],
)
def test_a_span_is_said_in_its_largest_unit(seconds: int, said: str) -> None:
    signs = replace(WELL, drained_at=NOW - timedelta(seconds=seconds))

    assert health.findings(signs, now=NOW)[1].sentence == f"A worker looked for due mails {said} ago."


def test_a_clock_that_was_set_back_is_no_trouble() -> None:
    signs = replace(WELL, drained_at=NOW + timedelta(minutes=5))

    assert not any(finding.is_problem for finding in health.findings(signs, now=NOW))


def test_what_waits_is_counted() -> None:
    assert WELL.waiting == 3
