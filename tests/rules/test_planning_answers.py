"""What waits for an answer has no day before it; then it counts from that day, by working days of one's own."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from coachfollow.rules import cadence, planning, previewing
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.planning import Planned
from coachfollow.rules.previewing import Offer, Somebody
from coachfollow.rules.worktime import Hours
from tests.rules.test_planning import BERLIN, TUESDAY, step
from tests.rules.test_planning_working_days import DAY, OFFICE, away, working

STEPS = (
    step("asked", 7),
    step("next", 5, anchor="answer:asked"),
    step("after-next", 3, anchor="step:next"),
    step("much-later", 30),
    step("nested", 2, anchor="answer:next"),
)


def planned(*, week: Hours = OFFICE, **answers: date) -> dict[str, Planned]:
    known = {key.replace("_", "-"): day for key, day in answers.items()}
    sessions = Sessions((TUESDAY,), 0, known)
    return {one.step: one for one in planning.plan(STEPS, sessions=sessions, week=week, zone=BERLIN)}


def test_nothing_is_dated_before_the_answer() -> None:
    assert set(planned()) == {"asked", "much-later"}


def test_the_answer_dates_what_waits_for_it_and_what_follows_that() -> None:
    found = planned(asked=TUESDAY + 9 * DAY)

    assert set(found) == {"asked", "next", "after-next", "much-later"}
    assert found["next"].local_date == TUESDAY + 14 * DAY
    assert found["next"].why == "5 days after the answer to an earlier question"
    assert found["after-next"].why.startswith("8 days after the answer to an earlier question")
    assert cadence.after_answer(STEPS, "asked") == {"next", "after-next"}
    assert cadence.after_answer(STEPS, "next") == {"nested"}


def test_working_days_are_those_of_whoever_answered() -> None:
    steps = (step("asked", 7), working(2, key="next", anchor="answer:asked"))
    sessions = Sessions((TUESDAY,), 0, {"asked": TUESDAY + 9 * DAY})
    person = away(10, 11)

    found = {one.step: one for one in planning.plan(steps, sessions=sessions, week=person, zone=BERLIN)}
    assert found["next"].local_date == TUESDAY + 14 * DAY  # Friday is off, and the weekend: Monday, Tuesday


def test_a_preview_says_in_words_what_waits() -> None:
    offer = Offer(key="p", title="P", steps=STEPS, titles={"asked": "How is it going?"}, anchor="last")
    person = Somebody(zone=BERLIN, hours=OFFICE)
    found = previewing.preview(offer, sessions=Sessions((TUESDAY,), 0), person=person)

    assert [one.step for one in found.dates] == ["asked", "much-later"]
    assert [(one.step, one.how_far, one.answered) for one in found.waiting] == [
        ("next", "5 days after", "How is it going?"),
        ("after-next", "8 days after", "How is it going?"),
        ("nested", "2 days after", "next"),
    ]


@given(days=st.integers(0, 60))
def test_the_other_dates_are_what_they_were_and_the_new_ones_keep_their_distance(days: int) -> None:
    answered = TUESDAY + timedelta(days=days)
    found, before = planned(asked=answered), planned()

    assert {key: found[key].due_at for key in before} == {key: one.due_at for key, one in before.items()}
    assert answered + 5 * DAY <= found["next"].local_date <= answered + 7 * DAY
