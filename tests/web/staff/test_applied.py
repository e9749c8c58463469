"""Did they do what they planned? Shown of five or more, kept back of fewer, and said why."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from coachfollow.extensions import db
from coachfollow.rules.kinds import Applied, Barrier
from coachfollow.web.staff import applied
from tests.house import House
from tests.queries import worlds as rows
from tests.queries.worlds import Facts
from tests.web.staff.people import signed_in
from tests.web.worlds import BEN, LENA, OLGA, ON_ONE, World

SAID = (Applied.AS_INTENDED, Applied.AS_INTENDED, Applied.PARTLY, Applied.NOT_YET, Applied.NO_OPPORTUNITY)


def answered(session: Session, home: House, key: str, many: int, *, barrier: Barrier | None = None) -> None:
    """A group of a programme of its own, in which so many people answered."""
    taken = rows.offer(session, home.organisation_id, key, title=f"Programme {key}")
    cohort_id = rows.cohort(session, home.organisation_id, taken, key)
    for n in range(many):
        person_id = rows.person(session, home.organisation_id, f"{key} {n}")
        plan_id = rows.plan(session, cohort_id, person_id)
        [touchpoint_id] = rows.touchpoints(session, plan_id, taken, [Facts()])
        rows.answer(session, touchpoint_id, person_id, applied=SAID[n % len(SAID)], barrier=barrier)


@pytest.fixture
def large_and_small(world: World, app: Flask) -> World:
    """One programme in which five people answered, two with ever fewer."""
    del app
    with world.inside() as home:
        for key, many in (("large", 10), ("middle", 5), ("small", 2)):
            answered(db.session(), home, key, many)
        home.session.commit()
    return world


def test_what_people_say_is_counted_where_they_are_enough(large_and_small: World) -> None:
    lena = signed_in(large_and_small, LENA)

    lena.open("/numbers/applied")

    assert "65 % of those who answered did what they planned, as intended or partly." in lena.text
    assert "Group large 10 of 10 60 % 4 2 2 2" in lena.text
    assert "Programme large 10 of 10 60 % 4 2 2 2" in lena.text


def test_too_few_are_not_shown_nor_what_would_give_them_away(large_and_small: World) -> None:
    lena = signed_in(large_and_small, LENA)

    lena.open("/numbers/applied")

    assert "Group small 2 of 2 too few to show" in lena.text
    assert "Group middle 5 of 5 too few to show" in lena.text
    assert "The spring group 0 of 2 nobody answered yet" in lena.text
    assert "Answers are counted over five people or more, and not where a difference" in lena.text


@ON_ONE
def test_of_fewer_than_five_who_named_something_not_even_the_number_is_shown(world: World) -> None:
    with world.inside() as home:
        for key, many in (("large", 7), ("middle", 5), ("small", 2)):
            answered(db.session(), home, key, many, barrier=Barrier.TOOLS)
        home.session.commit()
    lena = signed_in(world, LENA)

    lena.open("/numbers/applied")

    hindered = lena.text.partition("What got in the way")[2]
    assert "Programme large 7" in hindered
    assert "Programme middle – too few to show" in hindered
    assert "Programme small – too few to show" in hindered
    assert "Named something People who named what got in the way" in hindered


@ON_ONE
def test_before_anybody_answers_it_is_said_what_will_stand_here(world: World) -> None:
    lena = signed_in(world, LENA)

    lena.open("/numbers/applied")

    assert "Nobody has answered yet" in lena.text


@ON_ONE
def test_fewer_than_five_in_all_show_how_many_answered_and_no_more(world: World) -> None:
    with world.inside() as home:
        answered(db.session(), home, "small", 3)
        home.session.commit()
    lena = signed_in(world, LENA)

    lena.open("/numbers/applied")

    assert "3 people have answered so far. From five on we show what they said." in lena.text
    assert "60 %" not in lena.text


@ON_ONE
def test_the_groups_of_many_programmes_are_opened_one_by_one(
    large_and_small: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applied, "MOST_GROUPS", 1)
    lena = signed_in(large_and_small, LENA)

    lena.open("/numbers/applied")
    assert "Choose a programme above to see its groups." in lena.text
    assert "Group large" not in lena.text

    lena.open("/numbers/applied", programme="large")
    assert "Group large 10 of 10" in lena.text


@ON_ONE
def test_everybody_counts_whom_they_may_see(large_and_small: World) -> None:
    ben = signed_in(large_and_small, BEN)

    ben.open("/numbers/applied")

    assert "Nobody has answered yet" in ben.text
    assert signed_in(large_and_small, OLGA).open("/numbers/applied").status_code == 403
