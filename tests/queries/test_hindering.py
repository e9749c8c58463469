"""What got in people's way: what each named last, by programme, and never of too few."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from coachfollow.queries import choices, hindering
from coachfollow.queries.filters import EVERYTHING, Filters
from coachfollow.queries.hindering import Hindered
from coachfollow.rules.kinds import Applied, Barrier
from tests.queries import worlds
from tests.queries.worlds import DAY, NOW, Facts

NO_TIME, TOOLS = Barrier.NO_TIME, Barrier.TOOLS


def named(session: Session, house: int, key: str, *people: Sequence[Barrier | None]) -> None:
    """A programme whose people named these, the latest last."""
    taken = worlds.offer(session, house, key, title=f"Programme {key}")
    cohort_id = worlds.cohort(session, house, taken, key)
    for said in people:
        person_id = worlds.person(session, house)
        plan_id = worlds.plan(session, cohort_id, person_id)
        facts = [Facts(due_at=NOW - (len(said) - n) * DAY) for n in range(len(said))]
        asked = worlds.touchpoints(session, plan_id, taken, facts)
        for touchpoint_id, one in zip(asked, said, strict=True):
            worlds.answer(session, touchpoint_id, person_id, applied=Applied.NOT_YET, barrier=one)


def report(session: Session, house: int) -> list[Hindered]:
    known = choices.choices(session, organisation_id=house, area=EVERYTHING.numbers)
    filters = Filters(organisation_id=house, sight=EVERYTHING)
    return list(hindering.hindered(session, filters=filters, known=known))


def test_each_counts_once_by_what_they_named_last_and_it_adds_up(session: Session) -> None:
    house = worlds.organisation(session)
    named(session, house, "a", *[[TOOLS, NO_TIME]] * 4, [NO_TIME, TOOLS], [TOOLS, None], [None])
    named(session, house, "b", *[[TOOLS]] * 5)

    whole, a, b = report(session, house)

    assert (whole.people, a.people, b.people) == (11, 6, 5)
    assert (a.named or {})[NO_TIME] == 4
    assert [sum(line.named.values()) for line in (whole, a, b) if line.named] == [11, 6, 5]


def test_few_are_not_shown_nor_what_would_give_them_away(session: Session) -> None:
    house = worlds.organisation(session)
    named(session, house, "large", *[[TOOLS]] * 7)
    named(session, house, "middle", *[[TOOLS]] * 5)
    named(session, house, "small", *[[NO_TIME]] * 2)

    whole, *programmes = report(session, house)

    assert whole.named is not None
    assert [(line.people, line.named is None) for line in programmes] == [(7, False), (5, True), (2, True)]


def test_fewer_than_five_in_all_are_not_shown_at_all(session: Session) -> None:
    house = worlds.organisation(session)
    named(session, house, "small", *[[TOOLS]] * 4)

    assert [(line.people, line.named) for line in report(session, house)] == [(4, None), (4, None)]
