"""Weeks that take turns: read, written, and which of them it is on a day."""

from datetime import date

import pytest
from hypothesis import given, settings

from coachfollow.rules import rotas, weeks
from coachfollow.rules.rotas import Rota, Turn

SHIFTS = "early: mon-fri 06:00-14:00 / late: mon-fri 14:00-22:00 from 2026-03-02"


def hours(text: str, day: str) -> str:
    return ",".join(map(str, rotas.parse(text).on(date.fromisoformat(day))))


@pytest.mark.parametrize(
    ("text", "day", "expected", "remark"),
    [
        ("mon-fri 09:00-17:00", "2026-03-02", "09:00-17:00", "one week for ever is a rota of one"),
        (SHIFTS, "2026-03-02", "06:00-14:00", "the first day of the first week"),
        (SHIFTS, "2026-03-08", "", "its Sunday"),
        (SHIFTS, "2026-03-09", "14:00-22:00", "the second week"),
        (SHIFTS, "2026-03-16", "06:00-14:00", "and the first again"),
        (SHIFTS, "2026-02-27", "14:00-22:00", "before the first day, the turns go on backwards"),
        (
            "mon 06:00-14:00 / off from 2026-03-04",
            "2026-03-02",
            "06:00-14:00",
            "from Wednesday means its week",
        ),
        ("mon 06:00-14:00 / off from 2026-03-04", "2026-03-09", "", "a free week"),
        ("mon-sun 06:00-12:00 / mon 09:00-12:00 from 2024-02-26", "2024-02-29", "06:00-12:00", "29 February"),
    ],
)
def test_the_week_of_a_day_is_the_one_whose_turn_it_is(
    text: str, day: str, expected: str, remark: str
) -> None:
    assert hours(text, day) == expected, remark


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("Mon-Fri 9:00-17:00", "mon-fri 09:00-17:00"),
        (SHIFTS, SHIFTS),
        ("early : mon 6:00-14:00/OFF FROM 2026-03-02", "early: mon 06:00-14:00 / off from 2026-03-02"),
    ],
)
def test_a_rota_is_written_in_one_way(text: str, canonical: str) -> None:
    assert rotas.canonical(text) == canonical
    assert rotas.canonical(canonical) == canonical


@settings(max_examples=30)
@given(...)
def test_any_rota_survives_being_written_and_read(rota: Rota) -> None:
    text = f"{' / '.join(map(str, rota.turns))} from {rota.start.isoformat()}"
    assert rotas.parse(text) == rota


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "mon 06:00-14:00 / tue 06:00-14:00",
            "need a day on which the first begins; write for example “early",
        ),
        (
            "mon 06:00-14:00 / off from soon",
            "“soon” is not a day on which a rota can begin; write it like 2026",
        ),
        ("mon 06:00-14:00 / from 2026-03-02", "between two “/” stands no week; write “off”"),
        ("off / off from 2026-03-02", "no week of this rota has working hours"),
        ("early: mon / late: tue 14:00-22:00 from 2026-03-02", "“mon” needs both days and hours"),
        ("off", "“off” needs both days and hours"),
    ],
)
def test_a_rota_that_cannot_be_meant_gets_a_sentence(text: str, complaint: str) -> None:
    with pytest.raises(ValueError) as problem:  # noqa: PT011 - the sentence is checked below
        rotas.parse(text)
    assert complaint in str(problem.value)


def test_a_day_off_is_a_weekend_or_just_off() -> None:
    rota = Rota((Turn(weeks.parse_week("mon-thu 06:00-14:00")), Turn(None)), date(2026, 3, 2))
    assert [rota.off(date(2026, 3, day)) for day in (6, 7, 9)] == [
        "not a working day",
        "weekend",
        "not a working day",
    ]
    assert rota.usual is rota
