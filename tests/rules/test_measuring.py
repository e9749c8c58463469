"""The numbers: every follow-up and every person in exactly one bucket, and the parts add up."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import measuring
from coachfollow.rules.kinds import PlanState, StepKind, StopReason, TouchpointState
from coachfollow.rules.measuring import Counted, FollowUps, People, Standing

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
YESTERDAY, TOMORROW = NOW - timedelta(days=1), NOW + timedelta(days=1)
ACTIVE, PAUSED, STOPPED = PlanState.ACTIVE, PlanState.PAUSED, PlanState.STOPPED
OPEN, MISSED, COMPLETED = TouchpointState.OPEN, TouchpointState.MISSED, TouchpointState.COMPLETED


def bucket(
    state: TouchpointState,
    plan_state: PlanState = ACTIVE,
    *,
    due_at: datetime = YESTERDAY,
    kind: StepKind = StepKind.REFLECTION,
    settled_at: datetime | None = None,
    undeliverable: bool = False,
    stop_reason: StopReason | None = None,
) -> Counted | None:
    return measuring.bucket(
        kind=kind,
        state=state,
        plan_state=plan_state,
        due_at=due_at,
        grace_until=NOW,
        settled_at=settled_at,
        undeliverable=undeliverable,
        now=NOW,
        stop_reason=stop_reason,
    )


@pytest.mark.parametrize(
    ("settled_at", "counted", "remark"),
    [
        (YESTERDAY, Counted.COMPLETED_ON_TIME, "within the grace"),
        (NOW, Counted.COMPLETED_ON_TIME, "in its last second"),
        (NOW + timedelta(seconds=1), Counted.COMPLETED_LATE, "one second after it"),
        (None, Counted.COMPLETED_LATE, "without a time nothing is claimed"),
    ],
)
def test_completed_is_on_time_up_to_the_end_of_the_grace(
    settled_at: datetime | None, counted: Counted, remark: str
) -> None:
    assert bucket(COMPLETED, settled_at=settled_at) is counted, remark


@pytest.mark.parametrize("plan_state", [PlanState.PAUSED, PlanState.FINISHED, PlanState.STOPPED])
def test_what_was_settled_stays_counted_whatever_became_of_the_plan(plan_state: PlanState) -> None:
    assert bucket(COMPLETED, plan_state, settled_at=NOW, undeliverable=True) is Counted.COMPLETED_ON_TIME
    assert bucket(TouchpointState.EXCUSED, plan_state, undeliverable=True) is Counted.EXCUSED
    assert bucket(MISSED, plan_state) is Counted.MISSED


@pytest.mark.parametrize(
    ("state", "plan_state", "due_at", "undeliverable", "counted", "remark"),
    [
        (OPEN, ACTIVE, YESTERDAY, False, Counted.OPEN, "asked, no answer yet"),
        (OPEN, ACTIVE, NOW, False, Counted.OPEN, "due this very moment"),
        (TouchpointState.PLANNED, ACTIVE, YESTERDAY, False, Counted.OPEN, "due, though not yet opened"),
        (TouchpointState.PLANNED, ACTIVE, TOMORROW, False, Counted.NOT_YET_DUE, "to come"),
        (TouchpointState.PLANNED, ACTIVE, TOMORROW, True, Counted.NOT_YET_DUE, "it may yet be delivered"),
        (TouchpointState.PLANNED, PAUSED, TOMORROW, False, Counted.NOT_YET_DUE, "to come after the pause"),
        (OPEN, PAUSED, YESTERDAY, False, Counted.PAUSED, "held"),
        (OPEN, PAUSED, YESTERDAY, True, Counted.UNDELIVERABLE, "a pause does not mend an address"),
        (OPEN, ACTIVE, YESTERDAY, True, Counted.UNDELIVERABLE, "it bounced"),
        (MISSED, ACTIVE, YESTERDAY, True, Counted.UNDELIVERABLE, "nobody misses what never came"),
        (MISSED, PAUSED, YESTERDAY, False, Counted.MISSED, "it closed before the pause"),
    ],
)
def test_what_is_unanswered_is_told_apart(
    *,
    state: TouchpointState,
    plan_state: PlanState,
    due_at: datetime,
    undeliverable: bool,
    counted: Counted,
    remark: str,
) -> None:
    assert bucket(state, plan_state, due_at=due_at, undeliverable=undeliverable) is counted, remark


def test_what_asks_nothing_of_anyone_is_not_counted() -> None:
    assert bucket(OPEN, kind=StepKind.PROMPT) is None
    assert bucket(TouchpointState.CANCELLED) is None
    assert bucket(OPEN, PlanState.DRAFT) is None


def test_the_last_question_of_a_follow_up_that_has_ended_is_counted_from_the_beginning() -> None:
    planned = TouchpointState.PLANNED
    assert bucket(planned, PlanState.FINISHED, due_at=TOMORROW) is Counted.NOT_YET_DUE
    assert bucket(OPEN, PlanState.FINISHED) is Counted.OPEN
    assert bucket(OPEN, STOPPED, stop_reason=StopReason.ENDED) is Counted.OPEN
    assert bucket(OPEN, STOPPED, stop_reason=StopReason.ABSENT) is None


def test_nothing_is_counted_of_somebody_who_was_absent_after_all() -> None:
    assert bucket(COMPLETED, STOPPED, settled_at=NOW, stop_reason=StopReason.ABSENT) is None
    assert bucket(MISSED, STOPPED, stop_reason=StopReason.ABSENT) is None
    assert bucket(MISSED, STOPPED, stop_reason=StopReason.LEFT) is Counted.MISSED


@pytest.mark.parametrize(
    ("plan_state", "has_commitment", "undeliverable", "standing", "remark"),
    [
        (PlanState.DRAFT, True, False, None, "has not attended"),
        (ACTIVE, False, False, Standing.NEVER_STARTED, "no commitment yet"),
        (ACTIVE, True, False, Standing.ACTIVE, "on the way"),
        (ACTIVE, False, True, Standing.UNDELIVERABLE, "could not have been asked"),
        (PAUSED, False, False, Standing.PAUSED, "nobody is chased during a pause"),
        (PAUSED, True, True, Standing.UNDELIVERABLE, "the address wants repair"),
        (PlanState.FINISHED, True, True, Standing.FINISHED, "what is done is done"),
        (STOPPED, False, True, Standing.STOPPED, "what has ended has ended"),
    ],
)
def test_where_a_person_stands(
    *,
    plan_state: PlanState,
    has_commitment: bool,
    undeliverable: bool,
    standing: Standing | None,
    remark: str,
) -> None:
    found = measuring.standing(
        plan_state=plan_state, has_commitment=has_commitment, undeliverable=undeliverable
    )
    assert found is standing, remark


def test_who_was_absent_after_all_did_not_attend() -> None:
    found = measuring.standing(
        plan_state=STOPPED, has_commitment=True, undeliverable=False, stop_reason=StopReason.ABSENT
    )
    assert found is None


_any_bucket = st.builds(
    bucket,
    st.sampled_from(TouchpointState),
    st.sampled_from(PlanState),
    due_at=st.sampled_from([YESTERDAY, NOW, TOMORROW]),
    kind=st.sampled_from(StepKind),
    settled_at=st.sampled_from([None, YESTERDAY, TOMORROW]),
    undeliverable=st.booleans(),
    stop_reason=st.none() | st.sampled_from(StopReason),
)
_any_standing = st.builds(
    measuring.standing,
    plan_state=st.sampled_from(PlanState),
    has_commitment=st.booleans(),
    undeliverable=st.booleans(),
    stop_reason=st.none() | st.sampled_from(StopReason),
)


@given(st.lists(_any_bucket))
def test_every_follow_up_is_in_one_bucket_and_the_buckets_add_up(buckets: list[Counted | None]) -> None:
    counted = FollowUps.of(buckets)
    outside = counted.excused + counted.paused + counted.undeliverable + counted.not_yet_due
    assert counted.due + outside == sum(one is not None for one in buckets)
    assert counted.due == counted.completed + counted.missed + counted.open
    assert counted.provisional is (Counted.OPEN in buckets)


@given(st.lists(_any_standing))
def test_every_person_who_attended_stands_somewhere(standings: list[Standing | None]) -> None:
    people = People.of(standings)
    assert people.attended == sum(one is not None for one in standings)
    assert people.finished == standings.count(Standing.FINISHED)


@given(st.lists(_any_bucket), st.lists(_any_bucket))
def test_two_groups_together_are_their_sum(one: list[Counted | None], other: list[Counted | None]) -> None:
    assert FollowUps.of(one) + FollowUps.of(other) == FollowUps.of(one + other)


@given(st.lists(_any_standing), st.lists(_any_standing))
def test_and_so_are_their_people(one: list[Standing | None], other: list[Standing | None]) -> None:
    assert People.of(one) + People.of(other) == People.of(one + other)


def test_rates_are_of_what_was_due() -> None:
    counted = FollowUps(
        on_time=6, late=1, missed=2, open=1, excused=5, paused=5, undeliverable=5, not_yet_due=5
    )
    assert (counted.due, counted.completed) == (10, 7)
    assert (counted.completion, counted.on_time_rate) == (0.7, 0.6)
    assert counted.provisional


def test_where_nothing_is_due_there_is_no_rate() -> None:
    counted = FollowUps(excused=3)
    assert (counted.due, counted.completion, counted.on_time_rate, counted.provisional) == (
        0,
        None,
        None,
        False,
    )


def test_finished_is_of_everybody_who_attended() -> None:
    assert (
        People(never_started=1, active=1, paused=1, finished=5, stopped=1, undeliverable=1).finished_rate
        == 0.5
    )
    assert People().finished_rate is None


def test_the_buckets_are_the_fields_that_are_added_up() -> None:
    assert [one.value for one in Counted] == [field.name for field in fields(FollowUps)]
    assert [one.value for one in Standing] == [field.name for field in fields(People)]


def test_every_number_has_its_definition() -> None:
    rates = {"due", "completed", "completion", "on_time_rate", "attended", "finished_rate", "reach"}
    follow_ups = {field.name for field in fields(FollowUps)}
    people = {field.name for field in fields(People)} - {"paused", "undeliverable"}
    shared = {"paused_people", "undeliverable_people"}  # the same words for follow-ups mean something else
    parts = {"without_a_time"}  # of the excused
    assert set(measuring.DEFINITIONS) == rates | follow_ups | people | shared | parts


@pytest.mark.parametrize("name", measuring.DEFINITIONS)
def test_a_definition_is_one_sentence_in_the_words_of_the_pages(name: str) -> None:
    sentence = measuring.DEFINITIONS[name]
    assert sentence.endswith(".")
    assert sentence.count(". ") == 0
    assert not {"touchpoint", "cohort", "sponsor", "baseline"} & set(sentence.lower().split())


@pytest.mark.parametrize(("n", "hidden"), [(0, True), (4, True), (5, False), (100, False)])
def test_contents_of_answers_need_five_people(n: int, *, hidden: bool) -> None:
    assert measuring.suppressed(n) is hidden


@pytest.mark.parametrize(
    ("groups", "hidden", "remark"),
    [
        ({"a": 5, "b": 9}, set(), "both are large enough"),
        ({"a": 4, "b": 9, "c": 7}, {"a", "c"}, "a alone would be the total less the others"),
        ({"a": 3, "b": 2, "c": 7}, {"a", "b"}, "five together: the difference tells of nobody"),
        ({"a": 4, "b": 4}, {"a", "b"}, "nothing is left to show"),
        ({"a": 4}, {"a"}, "nor here"),
        ({"a": 0, "b": 5}, set(), "nobody is no secret"),
        ({"a": 4, "b": 5, "c": 5}, {"a", "b"}, "of equals, the first by name"),
        ({}, set(), "no groups"),
    ],
)
def test_small_groups_are_hidden_also_by_difference(
    groups: dict[str, int], hidden: set[str], remark: str
) -> None:
    assert measuring.hidden(groups) == hidden, remark


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 12)))
def test_no_subtraction_isolates_fewer_than_five(groups: dict[str, int]) -> None:
    hidden = measuring.hidden(groups)
    shown = {name: n for name, n in groups.items() if name not in hidden}
    rest = sum(groups.values()) - sum(shown.values())
    assert all(n == 0 or n >= measuring.MINIMUM_GROUP for n in shown.values())
    assert rest == 0 or rest >= measuring.MINIMUM_GROUP or not any(shown.values())
