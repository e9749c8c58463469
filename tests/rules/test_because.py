"""Why a follow-up comes on its day, after it was moved: the reasons in the order in which they count."""

from datetime import date

from coachfollow.rules import because, worktime

WEEK = worktime.parse_week("mon-fri 09:00-17:00")
WHY = "90 days after the training"
ROLLED = f"{WHY}, moved from Sat 29 May to Mon 31 May: weekend"


def test_a_pause_stands_in_the_reason() -> None:
    day = date(2027, 6, 29)
    said = because.rested(WHY, days=28, week=WEEK, wanted=day, day=day)

    assert said == "90 days after the training, 28 days later because of a pause"


def test_it_takes_the_place_of_a_move_from_a_day_that_does_not_matter_any_more() -> None:
    said = because.rested(ROLLED, days=1, week=WEEK, wanted=date(2027, 6, 5), day=date(2027, 6, 7))

    assert said.startswith(
        "90 days after the training, 1 day later because of a pause, moved from Sat 5 to Mon 7 June"
    )
    assert "May" not in said


def test_two_pauses_count_together_and_a_later_move_leaves_them() -> None:
    day = date(2027, 6, 5)
    once = because.rested(WHY, days=28, week=WEEK, wanted=day, day=day)
    twice = because.rested(once, days=7, week=WEEK, wanted=day, day=day)
    moved = because.moved(twice, week=WEEK, wanted=day, day=date(2027, 6, 7))

    assert twice == "90 days after the training, 35 days later because of a pause"
    assert moved.startswith(f"{twice}, moved from Sat 5 to Mon 7 June")


def test_what_was_asked_before_a_pause_says_once_that_it_is_asked_again() -> None:
    again = because.asked_again(because.asked_again(WHY))

    assert again == "90 days after the training, again after a pause"
