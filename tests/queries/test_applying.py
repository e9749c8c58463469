"""Whether people did what they planned: their own latest answers, by group and programme, never of too few."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from coachfollow.queries import applying, choices
from coachfollow.queries.applying import Applied as Report
from coachfollow.queries.filters import EVERYTHING, Area, Filters, Sight
from coachfollow.rules.applying import Applying
from coachfollow.rules.kinds import Applied, PlanState
from tests.queries import worlds
from tests.queries.worlds import DAY, NOW, Facts, Offer

YES, NO = Applied.AS_INTENDED, Applied.NOT_YET


def participant(session: Session, house: int, cohort_id: int, taken: Offer, said: Sequence[Applied]) -> int:
    """Somebody who gave these answers, the latest last; gives their plan."""
    person_id = worlds.person(session, house)
    plan_id = worlds.plan(session, cohort_id, person_id)
    facts = [Facts(due_at=NOW - (len(said) - n) * DAY) for n in range(len(said))]
    for touchpoint_id, one in zip(worlds.touchpoints(session, plan_id, taken, facts), said, strict=True):
        worlds.answer(session, touchpoint_id, person_id, applied=one)
    return plan_id


def report(session: Session, house: int, sight: Sight = EVERYTHING) -> Report:
    known = choices.choices(session, organisation_id=house, area=sight.numbers)
    filters = Filters(organisation_id=house, sight=sight)
    return applying.applied(session, filters=filters, known=known, now=NOW)


def test_each_person_is_counted_once_by_their_latest_answer(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    for _ in range(4):
        participant(session, house, cohort_id, taken, [NO, YES])
    participant(session, house, cohort_id, taken, [YES, NO])
    participant(session, house, cohort_id, taken, [])

    found = report(session, house)

    assert found.total.said == Applying(as_intended=4, not_yet=1)
    assert (found.total.answered, found.total.attended) == (5, 6)
    assert found.total.response == 5 / 6
    [(programme, [group])] = found.programmes
    assert (programme.label.text, group.label.text) == ("Service recovery", "Group spring")
    assert programme.said == group.said == found.total.said


def test_what_others_say_and_who_was_not_there_are_not_counted(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    boss = worlds.person(session, house, "Boss")
    for _ in range(5):
        participant(session, house, cohort_id, taken, [YES])
    alone = worlds.plan(session, cohort_id, worlds.person(session, house))
    [touchpoint_id] = worlds.touchpoints(session, alone, taken)
    worlds.answer(session, touchpoint_id, boss, applied=NO)
    absent = worlds.person(session, house)
    [hers] = worlds.touchpoints(
        session, worlds.plan(session, cohort_id, absent, state=PlanState.DRAFT), taken
    )
    worlds.answer(session, hers, absent, applied=NO)

    assert report(session, house).total.said == Applying(as_intended=5)


def test_a_small_group_and_what_would_give_it_away_are_not_shown(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    for key, many in (("large", 7), ("middle", 6), ("small", 2)):
        cohort_id = worlds.cohort(session, house, taken, key)
        for _ in range(many):
            participant(session, house, cohort_id, taken, [YES])

    found = report(session, house)
    [(programme, groups)] = found.programmes

    assert {one.label.handle: one.said is not None for one in groups} == {
        "large": True,
        "middle": False,
        "small": False,
    }
    assert [one.answered for one in groups] == [7, 6, 2]
    assert programme.said == Applying(as_intended=15)


def test_a_reader_counts_only_whom_they_see(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    ours, theirs = (worlds.cohort(session, house, taken, key) for key in ("ours", "theirs"))
    for cohort_id in (ours, theirs):
        for _ in range(6):
            participant(session, house, cohort_id, taken, [YES])

    found = report(session, house, Sight(numbers=Area(cohorts=frozenset({ours}))))

    assert found.total.answered == 6
    assert [one.label.handle for _, groups in found.programmes for one in groups] == ["ours"]
    assert report(session, worlds.organisation(session)).programmes == []
