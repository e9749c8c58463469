"""What a report calls its groups, says it is about, and offers its reader to ask about."""

from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from coachfollow.queries import choices, completion
from coachfollow.queries.filters import EVERYTHING, Area, GroupBy
from coachfollow.rules.measuring import Counted
from tests.queries import chance, worlds
from tests.queries.reports import everything, report, some_filters
from tests.queries.worlds import DAY, NOW


def test_groups_are_called_what_people_call_them(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house, "service", title="Service recovery")
    newest = worlds.version(session, taken.programme_id, number=2, title="Service, recovered")
    untitled = worlds.offer(session, house, "leading")
    worlds.version(session, untitled.programme_id, number=2)
    erased = worlds.person(session, house, None)
    for key, one in (("spring", taken), ("autumn", untitled)):
        plan_id = worlds.plan(session, worlds.cohort(session, house, one, key), worlds.person(session, house))
        if key == "spring":
            worlds.coached(session, plan_id, erased)
    session.flush()

    def labels(by: GroupBy) -> list[tuple[str, str | None]]:
        return [(one.label.text, one.label.handle) for one in report(session, everything(house), by).groups]

    assert newest != taken.version_id
    assert labels(GroupBy.PROGRAMME) == [("leading", "leading"), ("Service, recovered", "service")]
    assert labels(GroupBy.COHORT) == [("Group autumn", "autumn"), ("Group spring", "spring")]
    assert labels(GroupBy.COACH) == [("a former coach", None), ("without a coach", None)]
    assert labels(GroupBy.MONTH) == [("2026-02", "2026-02")]


def test_a_report_says_in_words_what_it_is_about(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house)
    cohort_id = worlds.cohort(session, house, taken, "spring")
    hotels = worlds.team(session, house, "Hotels")
    north = worlds.team(session, house, "North", parent=hotels)
    cem = worlds.person(session, house, "Cem")

    filters = replace(
        everything(house),
        programme_id=taken.programme_id,
        cohort_id=cohort_id,
        team_id=north,
        coach_id=cem,
        since=date(2026, 1, 1),
        until=date(2026, 3, 31),
    )
    found = report(session, filters)

    assert found.scope == {
        "programme": "Service recovery",
        "group": "Group spring",
        "team": "Hotels / North",
        "coach": "Cem",
        "from": "2026-01-01",
        "until": "2026-03-31",
    }
    assert report(session, everything(house)).scope == {}


def test_a_report_carries_the_definition_of_everything_it_counts(session: Session) -> None:
    found = report(session, everything(worlds.organisation(session)))
    assert {one.value for one in Counted} <= found.definitions.keys()
    assert {"target", "period", "team and coach"} <= found.definitions.keys()
    assert found.total.follow_ups.completion is None


def test_whoever_knows_the_names_already_gets_the_same_report(session: Session) -> None:
    world = chance.world(session, 7, plans=15)
    known = choices.choices(session, organisation_id=world.house, area=EVERYTHING.numbers)
    for filters in some_filters(world):
        for by in GroupBy:
            found = completion.completion(session, filters=filters, by=by, now=NOW, known=known)
            assert found == completion.completion(session, filters=filters, by=by, now=NOW), (by, filters)


def test_a_reader_is_offered_what_they_see_somebody_of(session: Session) -> None:
    house = worlds.organisation(session)
    plans = []
    for key, path in (("spring", "Hotels"), ("autumn", "Spas")):
        cohort_id = worlds.cohort(session, house, worlds.offer(session, house, key, title=key), key)
        person_id, coach_id = worlds.person(session, house), worlds.person(session, house, f"Coach {key}")
        plans.append(worlds.plan(session, cohort_id, person_id))
        above = worlds.team(session, house, path)
        worlds.member(session, person_id, worlds.team(session, house, "North", parent=above))
        worlds.coached(session, plans[-1], coach_id, until=NOW - DAY)

    only = choices.choices(session, organisation_id=house, area=Area(plans=frozenset(plans[1:])))
    everything_there = choices.choices(session, organisation_id=house, area=EVERYTHING.numbers)

    assert choices.offered(only.programmes) == [("autumn", "autumn")]
    assert choices.offered(only.groups) == [("autumn", "Group autumn")]
    assert choices.teams(only) == [("Spas", "Spas"), ("Spas / North", "Spas / North")]
    assert [text for _, text in choices.offered(only.coaches)] == ["Coach autumn"]
    assert len(choices.teams(everything_there)) == 4
    assert [text for _, text in choices.offered(everything_there.groups)] == ["Group autumn", "Group spring"]
