"""A report asks little of the database, however much there is to count."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from coachfollow.queries.filters import Filters, GroupBy
from tests.queries import chance
from tests.queries.reports import everything, report


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Listen to what is asked of the database."""
    asked: list[tuple[str, Any]] = []

    def listen(_: Connection, __: object, statement: str, parameters: Any, *___: object) -> None:
        asked.append((statement, parameters))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", listen)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", listen)


def test_a_report_takes_the_same_few_statements_for_any_size(session: Session) -> None:
    for plans in (1, 20):
        house = chance.world(session, plans, plans=plans).house
        session.flush()
        for by in GroupBy:
            with statements(session) as asked:
                report(session, everything(house), by)
            assert len(asked) <= 4, by  # one of them only where something is excused


# PostgreSQL plans by statistics, and these tables are too small for any
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_group_is_counted_from_the_index_of_the_groups(session: Session) -> None:
    world = chance.world(session, 5, plans=20)
    steps = steps_of(session, replace(everything(world.house), cohort_id=world.people[0].cohort_id))

    assert (
        "SEARCH touchpoints USING INDEX ix_touchpoints_groups (cohort_id=? AND outcome>? AND outcome<?)"
        in steps
    )
    assert "SEARCH touchpoints USING INDEX ix_touchpoints_groups (cohort_id=? AND outcome=?)" in steps
    assert "SCAN touchpoints" not in steps


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_team_is_counted_from_the_index_of_the_numbers(session: Session) -> None:
    world = chance.world(session, 5, plans=20)
    steps = steps_of(session, replace(everything(world.house), team_id=next(iter(world.parents))))

    assert "SEARCH touchpoints USING INDEX ix_touchpoints_numbers (plan_id=? AND due_at>?)" in steps
    assert (
        "SEARCH touchpoints USING INDEX ix_touchpoints_numbers (plan_id=? AND due_at>? AND due_at<?)" in steps
    )
    assert "SCAN touchpoints" not in steps


def steps_of(session: Session, filters: Filters) -> list[str]:
    """How SQLite means to count the follow-ups of a report."""
    session.flush()
    with statements(session) as asked:
        report(session, filters)
    statement, parameters = next(one for one in asked if "touchpoints" in one[0])
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [row[3] for row in plan]
