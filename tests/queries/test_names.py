"""The names behind a number: who, what, when, in pages."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from coachfollow.queries import names
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from coachfollow.queries.names import CountedFollowUp, CountedPerson
from coachfollow.rules.kinds import PlanState, StepKind, TouchpointState
from coachfollow.rules.measuring import Counted, Standing
from tests.queries import worlds
from tests.queries.worlds import DAY, NOW, Facts


def test_a_name_says_who_what_when_and_how_it_was_counted(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken, "spring")
    anna = worlds.person(session, house, "Anna Berg")
    plan_id = worlds.plan(session, cohort_id, anna)
    missed = Facts(kind=StepKind.CHECK_IN, state=TouchpointState.MISSED, due_at=NOW - 7 * DAY)
    worlds.touchpoints(session, plan_id, taken, [missed, Facts(kind=StepKind.PROMPT), Facts()])
    filters = Filters(organisation_id=house, sight=EVERYTHING)

    [found] = names.follow_ups(session, filters=filters, counted=[Counted.MISSED], now=NOW)
    [someone] = names.people(session, filters=filters, standings=[Standing.ACTIVE], now=NOW)

    assert found == CountedFollowUp(
        person_id=anna,
        plan=found.plan,
        name="Anna Berg",
        email=found.email,
        group="Group spring",
        step="check_in-step",
        title="",
        kind=StepKind.CHECK_IN,
        asked="Anna Berg",
        due=(NOW - 7 * DAY).date(),
        counted=Counted.MISSED,
    )
    assert someone == CountedPerson(
        person_id=anna,
        plan=found.plan,
        name="Anna Berg",
        email=found.email,
        group="Group spring",
        standing=Standing.ACTIVE,
    )


def test_several_buckets_are_listed_together_by_due_date_a_page_at_a_time(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    for name, days in (("Bo", 3), ("Ann", 3), (None, 3), ("Cem", 5)):
        plan_id = worlds.plan(session, cohort_id, worlds.person(session, house, name))
        worlds.touchpoints(session, plan_id, taken, [Facts(due_at=NOW - days * DAY)])
    filters = Filters(organisation_id=house, sight=EVERYTHING)

    def page(offset: int) -> list[str | None]:
        found = names.follow_ups(
            session,
            filters=filters,
            counted=[Counted.OPEN, Counted.MISSED],
            now=NOW,
            limit=3,
            offset=offset,
        )
        return [one.name for one in found]

    assert page(0) == ["Cem", "Ann", "Bo"]
    assert page(3) == [None], "somebody erased stays counted, without a name, and last"


def test_people_are_listed_by_name(session: Session) -> None:
    house = worlds.organisation(session)
    cohort_id = worlds.cohort(session, house, worlds.offer(session, house))
    for name, state in (
        ("Dora", PlanState.PAUSED),
        (None, PlanState.STOPPED),
        ("Ann", PlanState.STOPPED),
        ("Bo", PlanState.DRAFT),
    ):
        worlds.plan(session, cohort_id, worlds.person(session, house, name), state=state)
    filters = Filters(organisation_id=house, sight=EVERYTHING)

    everybody = names.people(session, filters=filters, standings=list(Standing), now=NOW)
    stopped = names.people(session, filters=filters, standings=[Standing.STOPPED], now=NOW)

    assert [one.name for one in everybody] == ["Ann", "Dora", None]
    assert [one.name for one in stopped] == ["Ann", None]


def test_the_names_of_one_group_of_a_report_are_found_by_its_key(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken)
    cem = worlds.person(session, house, "Cem")
    for name in ("Ann", "Bo"):
        plan_id = worlds.plan(session, cohort_id, worlds.person(session, house, name))
        if name == "Ann":
            worlds.coached(session, plan_id, cem, since=NOW - timedelta(days=30))
    filters = Filters(organisation_id=house, sight=EVERYTHING)

    def under(key: int | None) -> list[str | None]:
        found = names.people(
            session, filters=filters, standings=list(Standing), now=NOW, by=GroupBy.COACH, key=key
        )
        return [one.name for one in found]

    assert under(cem) == ["Ann"]
    assert under(None) == ["Bo"]
    assert names.people(session, filters=replace(filters, coach_id=cem), standings=[Standing.ACTIVE], now=NOW)
