"""Who needs their coach today: the reasons, the most pressing first; nobody is chased during a pause."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import attention
from coachfollow.rules.attention import Need, Reason, Signs, Spot
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import Audience, Barrier, PlanState, TouchpointState

DONE, MISSED = TouchpointState.COMPLETED, TouchpointState.MISSED
MONDAY = Spot(7, date(2026, 3, 9))


def needs(signs: Signs) -> list[Need]:
    return [reason.need for reason in attention.reasons(signs)]


@pytest.mark.parametrize(
    ("signs", "expected", "remark"),
    [
        (Signs(plan_state=PlanState.ACTIVE), [], "nothing is wrong"),
        (Signs(plan_state=PlanState.ACTIVE, settled=[MISSED]), [], "one miss is no reason"),
        (Signs(plan_state=PlanState.ACTIVE, settled=[MISSED, MISSED]), [Need.MISSED_TWICE], "two in a row"),
        (
            Signs(plan_state=PlanState.ACTIVE, settled=[MISSED, MISSED], is_silent=True),
            [Need.SILENT],
            "one line, not two",
        ),
        (Signs(plan_state=PlanState.ACTIVE, settled=[MISSED, MISSED, DONE]), [], "an answer ends the row"),
        (Signs(plan_state=PlanState.ACTIVE, settled=[MISSED, DONE, MISSED]), [], "not in a row"),
        (Signs(plan_state=PlanState.ACTIVE, unplanned=MONDAY), [Need.NO_PLAN], "nothing to remind of"),
        (Signs(plan_state=PlanState.PAUSED, unplanned=MONDAY), [], "it can wait for the end of the pause"),
        (Signs(plan_state=PlanState.ACTIVE, unbooked=MONDAY), [Need.NOTHING_BOOKED], "no time yet"),
        (Signs(plan_state=PlanState.ACTIVE, misfit=MONDAY), [Need.NO_LONGER_FITS], "its time fits no more"),
        (Signs(plan_state=PlanState.PAUSED, misfit=MONDAY), [], "a pause has no meetings to mend"),
        (Signs(plan_state=PlanState.PAUSED, unbooked=MONDAY, settled=[MISSED, MISSED]), [], "a pause is one"),
        (Signs(plan_state=PlanState.STOPPED, settled=[MISSED, MISSED]), [], "what has ended has ended"),
        (Signs(plan_state=PlanState.PAUSED, unmarked=[MONDAY]), [Need.MARK_MEETING], "it took place before"),
        (
            Signs(plan_state=PlanState.ACTIVE, is_unreachable=True),
            [Need.UNREACHABLE],
            "nobody has the address",
        ),
        (Signs(plan_state=PlanState.PAUSED, is_unreachable=True), [Need.UNREACHABLE], "it is ours to mend"),
        (Signs(plan_state=PlanState.FINISHED, is_unreachable=True), [], "nothing more is to come"),
        (Signs(plan_state=PlanState.FINISHED, unread=[Audience.MANAGER]), [Need.UNREAD], "words keep"),
        (
            Signs(plan_state=PlanState.ACTIVE, barriers=[Barrier.TOOLS]),
            [Need.BARRIER],
            "something is in the way",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reasons(signs: Signs, expected: list[Need], remark: str) -> None:
    assert needs(signs) == expected, remark


def test_the_most_pressing_reason_comes_first() -> None:
    signs = Signs(
        plan_state=PlanState.ACTIVE,
        settled=[MISSED, MISSED],
        is_unreachable=True,
        unplanned=MONDAY,
        unmarked=[MONDAY],
        unbooked=MONDAY,
        misfit=MONDAY,
        barriers=[Barrier.MANAGER],
        unread=[Audience.PARTICIPANT, Audience.MANAGER],
    )

    assert needs(signs) == [need for need in Need if need is not Need.SILENT]  # it stands for “missed twice”


def test_a_barrier_that_was_named_twice_is_said_once() -> None:
    signs = Signs(plan_state=PlanState.ACTIVE, barriers=[Barrier.TOOLS, Barrier.MANAGER, Barrier.TOOLS])

    assert [reason.detail for reason in attention.reasons(signs)] == ["tools,manager"]


@given(st.lists(st.sampled_from(list(Need)), max_size=6))
def test_somebody_with_a_reason_comes_before_somebody_without(found: list[Need]) -> None:
    with_reasons = attention.urgency([Reason(need=need) for need in found])

    assert (with_reasons < attention.urgency([])) is bool(found)


def test_of_two_with_the_same_need_the_one_with_more_reasons_comes_first() -> None:
    one = [Reason(need=Need.BARRIER)]

    assert attention.urgency([*one, Reason(need=Need.UNREAD)]) < attention.urgency(one)


@given(st.lists(st.sampled_from([DONE, MISSED])))
def test_the_row_ends_where_the_last_answer_is(settled: list[TouchpointState]) -> None:
    count = attention.missed_in_a_row(settled)

    assert settled[len(settled) - count :] == [MISSED] * count
    assert count == len(settled) or settled[-count - 1] is DONE


@pytest.mark.parametrize("excuse", Excuse)
def test_every_excuse_has_words(excuse: Excuse) -> None:
    assert excuse.words
