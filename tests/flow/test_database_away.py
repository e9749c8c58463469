"""F21 and F36: a drain that loses its database, and one that claims from a long past."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import String, cast, event, func, insert, literal, select, text, true
from sqlalchemy.exc import OperationalError

from coachfollow.extensions import db, lease_time
from coachfollow.flow import claims
from coachfollow.models import Base
from coachfollow.rules.kinds import MessageState
from tests import failing
from tests.failing import Cut, Fault
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, FIRST_MAIL, HOLD, Stand, World

PEOPLE = ("anna@example.org", "ben@example.org", "cleo@example.org")
PAST, DUE, MOST = 20_000, 2_000, 100  # mails that came to their end, that wait, that are claimed at once


def three_are_due(world: World) -> None:
    """Three people have been trained, and their first mails are due."""
    world.train(*PEOPLE)
    world.open_mails(FIRST_MAIL)


def drain(world: World, cut: Cut | None = None) -> failing.Line:
    """Let a worker drain, and perhaps lose its database on the way."""
    with failing.line(db.engine, cut) as line:
        with suppress(OperationalError):
            world.drain(FIRST_MAIL)
        world.session.rollback()
    return line


def test_f21_nothing_leaves_without_an_intent_and_all_is_sent_when_the_database_is_back(
    stand: Stand, office: PostOffice
) -> None:
    whole = drain(stand(three_are_due))
    assert sorted(office.recipients) == sorted(PEOPLE)

    for at in range(1, whole.statements + 1, failing.EVERY):
        world = stand(three_are_due)
        office.reset()
        assert drain(world, Cut(Fault.GONE, at)).broke

        meant = [mail for mail in world.mails() if mail.state in {MessageState.HANDING, MessageState.SENT}]
        assert len(office.arrived) <= len(meant), f"a mail left before its intent was kept, at {at}"
        world.lease_passes(HOLD)
        world.drain(FIRST_MAIL)
        world.lease_passes(HOLD)
        world.drain(FIRST_MAIL)
        assert set(world.outcomes()) == {MessageState.SENT.value}
        assert max(office.recipients.count(one) for one in PEOPLE) <= 1, f"a second copy, at {at}"


def copy_mail(world: World, state: MessageState, numbers: tuple[int, int]) -> None:
    """Let there be a great many mails like the first one, numbered so and in this state."""
    messages = Base.metadata.tables["messages"]
    counted = select(literal(numbers[0]).label("n")).cte("numbers", recursive=True)
    counted = counted.union_all(select(counted.c.n + 1).where(counted.c.n < numbers[1]))
    given = {
        "public_id": cast(counted.c.n, String),
        "n": counted.c.n,
        "state": literal(state.value),
        "send_at": literal(FIRST_MAIL - DAY),
        "settled_at": literal(
            None if state is MessageState.QUEUED else FIRST_MAIL - DAY, messages.c.settled_at.type
        ),
    }
    copied = [column for column in messages.columns if column.name not in {"id", *given}]
    first = select(func.min(messages.c.id)).scalar_subquery()
    rows = select(*copied, *given.values()).where(messages.c.id == first).join(counted, true())
    world.session.execute(insert(messages).from_select([*(one.name for one in copied), *given], rows))
    world.session.commit()


@contextmanager
def updates() -> Iterator[list[tuple[str, Any]]]:
    """The updates of mails that are made meanwhile."""
    said: list[tuple[str, Any]] = []

    def hear(_: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if "UPDATE messages" in statement:
            said.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)


def explained(world: World, statement: str, parameters: Any) -> str:
    """How the database goes about a statement."""
    word = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
    rows = world.session.connection().exec_driver_sql(f"{word} {statement}", parameters)
    return "; ".join(str(row[-1]) for row in rows)


def test_f36_the_claim_finds_what_is_due_beside_a_long_past(stand: Stand) -> None:
    world = stand(three_are_due)
    copy_mail(world, MessageState.SENT, (1, PAST))
    copy_mail(world, MessageState.QUEUED, (PAST + 1, PAST + DUE))
    if db.engine.dialect.name == "postgresql":  # it plans by statistics, which it gathers by itself in time
        world.session.execute(text("ANALYZE messages"))
    world.session.commit()
    place = claims.take_place(world.session, lease=lease_time(world.session))
    assert place is not None

    with updates() as made:
        claimed = claims.claim(world.session, place=place, now=FIRST_MAIL, most=MOST)
    plans = [explained(world, *one) for one in made]
    world.session.rollback()

    assert len(claimed) == MOST
    lapsed, oldest = plans
    assert "ix_messages_lapsed" in lapsed, lapsed
    assert "ix_messages_due" in oldest, oldest
    assert not any(re.search("SCAN messages|Seq Scan on messages", plan) for plan in plans), plans
