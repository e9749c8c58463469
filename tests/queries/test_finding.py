"""What a command names is found by short name, path or address, and a wrong name gets a sentence."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid, NotFound
from coachfollow.models import Alias, Person
from coachfollow.queries import finding
from coachfollow.queries.filters import EVERYTHING, Filters
from coachfollow.queries.teams import Tree
from tests.queries import worlds


def test_names_become_filters(session: Session) -> None:
    house = worlds.organisation(session)
    taken = worlds.offer(session, house, "service")
    cohort_id = worlds.cohort(session, house, taken, "spring")
    hotels = worlds.team(session, house, "Hotels/Spas")
    north = worlds.team(session, house, "North", parent=hotels)
    cem = worlds.person(session, house, "Cem")
    address = session.get_one(Person, cem).email
    session.add(Alias(organisation_id=house, person_id=cem, value="cem@old.example.org"))
    session.flush()

    found = finding.filters(
        session,
        organisation_id=house,
        sight=EVERYTHING,
        cohort="spring",
        programme="service",
        team="Hotels/Spas > North",
        coach=f" {address} ".upper(),
        since=date(2026, 1, 1),
        until=date(2026, 1, 1),
    )
    earlier = finding.filters(session, organisation_id=house, sight=EVERYTHING, coach="cem@old.example.org")

    assert found == Filters(
        organisation_id=house,
        cohort_id=cohort_id,
        programme_id=taken.programme_id,
        team_id=north,
        coach_id=cem,
        since=date(2026, 1, 1),
        until=date(2026, 1, 1),
        sight=EVERYTHING,
    )
    assert earlier.coach_id == cem


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"cohort": "spring"}, "no group “spring”"),
        ({"programme": "service"}, "`coachfollow programme list`"),
        ({"team": "North"}, "Write it from the top"),
        ({"coach": "cem@example.org"}, "Nobody here has the address “cem@example.org”"),
    ],
)
def test_what_is_not_here_gets_a_sentence_also_when_another_organisation_has_it(
    session: Session, wrong: dict[str, str], sentence: str
) -> None:
    ours, theirs = worlds.organisation(session), worlds.organisation(session, "Others")
    worlds.cohort(session, theirs, worlds.offer(session, theirs, "service"), "spring")
    worlds.team(session, ours, "North", parent=worlds.team(session, ours, "Hotels"))

    with pytest.raises(NotFound, match=sentence):
        finding.filters(session, organisation_id=ours, sight=EVERYTHING, **wrong)  # type: ignore[arg-type]  # only texts


def test_a_period_that_ends_before_it_begins_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="2026-02-01 to 2026-01-01"):
        finding.filters(
            session,
            organisation_id=1,
            sight=EVERYTHING,
            since=date(2026, 2, 1),
            until=date(2026, 1, 1),
        )


def test_a_tree_that_bites_its_own_tail_hangs_nobody() -> None:
    tree = Tree({1: ("A", 2), 2: ("B", 1)})
    assert tree.path(1) == "B / A"
    assert tree.branch(1, of=None) == 2
