"""The judge of the proofs can tell a broken guarantee from a kept one."""

from typing import Any

import pytest

from tests.proofs import checker
from tests.proofs.checker import Mail, Mode
from tests.proofs.faults import PATIENT_AFTER, PER_MILLE, Fault, fault


def mail(touchpoint: int, state: str | None, *, message: str | None = None) -> Mail:
    name = None if state is None else message or f"m{touchpoint}"
    return Mail(touchpoint=touchpoint, message=name, state=state, reason=None)


def line(message: str, answer: str = "250", *, accepted: bool = True) -> dict[str, Any]:
    return {"message": message, "recipient": "", "accepted": accepted, "answer": answer}


Row = tuple[list[Mail], list[dict[str, Any]], Mode, int, str]
BrokenRow = tuple[list[Mail], list[dict[str, Any]], Mode, str, str]

KEPT: tuple[Row, ...] = (
    ([mail(1, "sent")], [line("m1")], "resend", 0, "it was sent, and arrived"),
    ([mail(1, "failed")], [line("", "550", accepted=False)], "hold", 0, "it failed, and says so"),
    ([mail(1, "in_doubt")], [line("m1", "lost")], "hold", 0, "nobody heard the answer, and it is listed"),
    ([mail(1, "sent")], [line("m1", "lost"), line("m1")], "resend", 0, "a lost answer explains a copy"),
    ([mail(1, "sent")], [line("m1"), line("m1")], "resend", 1, "a death explains a copy"),
    ([mail(1, "cancelled"), mail(1, "sent", message="m2")], [line("m2")], "hold", 0, "one of its two mails"),
)
BROKEN: tuple[BrokenRow, ...] = (
    ([mail(1, None)], [], "resend", "lost", "there is no mail at all"),
    ([mail(1, "queued")], [], "resend", "never came to an end", "it still waits"),
    ([mail(1, "handing")], [line("m1")], "hold", "never came to an end", "it arrived, but nobody says so"),
    ([mail(1, "sent")], [], "resend", "called sent", "nobody accepted it"),
    ([mail(1, "sent")], [line("m1", "452", accepted=False)], "resend", "called sent", "it was refused"),
    ([mail(1, "failed")], [line("m1", "lost")], "resend", "called failed", "it arrived before"),
    ([mail(1, "sent")], [line("m1"), line("m1")], "resend", "copies too many", "nothing explains the copy"),
    ([mail(1, "sent")], [line("m1", "lost"), line("m1")], "hold", "2 times", "it was to be held"),
    ([mail(1, "sent")], [line("m1", "lost")] * 3, "resend", "3 times", "two copies are the most"),
)


@pytest.mark.parametrize(("mails", "log", "mode", "deaths", "remark"), KEPT, ids=[row[-1] for row in KEPT])
def test_a_kept_guarantee_passes(
    mails: list[Mail], log: list[dict[str, Any]], mode: Mode, deaths: int, remark: str
) -> None:
    del remark
    assert checker.judge(mails, log).breaches(mode=mode, resends=1, deaths=deaths) == []


@pytest.mark.parametrize(("mails", "log", "mode", "said", "remark"), BROKEN, ids=[row[-1] for row in BROKEN])
def test_a_broken_one_is_said(
    mails: list[Mail], log: list[dict[str, Any]], mode: Mode, said: str, remark: str
) -> None:
    del remark
    breaches = checker.judge(mails, log).breaches(mode=mode, resends=1, deaths=0)
    assert any(said in breach for breach in breaches), breaches


def test_the_plan_of_faults_holds_every_fault_and_an_end_of_them() -> None:
    people = [f"person{number}@example.org" for number in range(3000)]

    first = [fault(one, 1, seed=7) for one in people]

    assert set(first) == set(Fault)
    assert first == [fault(one, 1, seed=7) for one in people]
    assert {fault(one, PATIENT_AFTER, seed=7) for one in people} == {Fault.NONE, Fault.NOBODY}
    assert sum(one is not Fault.NONE for one in first) < 2 * len(people) * sum(PER_MILLE.values()) / 1000
