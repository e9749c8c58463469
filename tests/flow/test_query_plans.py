"""F36: what a drain asks and a list brings is found by indexes, whatever the database knows of its tables.

SQLite gathers no statistics, and PostgreSQL has none here: as just after a large list.
"""

from collections.abc import Collection

import pytest
from sqlalchemy import text

from coachfollow.extensions import db
from coachfollow.flow import attendance
from coachfollow.rules.kinds import MessageState
from tests import query_plans
from tests.flow.post_office import OK, PostOffice
from tests.flow.test_database_away import copy_mail
from tests.flow.test_large_lists import numbered
from tests.flow.world import AFTER, DAY, FIRST_MAIL, HOLD, LEASE, World
from tests.query_plans import Read

DAYS = (0, 1, 3, 5, 7, 9, 14, 21, 40, 54)  # each brings something else, or its end
PEOPLE, PAST = 40, 5_000

# of which tables there is so much here that PostgreSQL minds: few rows it reads all, whatever indexes there are
MANY = ("messages", "touchpoints")
# what stays small: a few rows a house, and what is under way
FEW = {
    *("organisations", "pk_organisations", "ix_closed_spells_organisation_id", "drain_lease"),
    *("sealed_mails", "mail_parts", "pk_mail_parts", "ix_mail_parts_leader_id"),
    *("ix_messages_held", "ix_messages_lapsed"),
    "ix_people_erased",  # they are compared with the log of erasures
}
# a reference to a new row: SQLite looks only where one had been missing before it came
NEVER_LOOKED_AT = {"tokens", "adaptations"}
# rows of the statement itself
ITS_OWN = {"CONSTANT", "json_each", "told", "oldest", "anon_1", "dates", "own"}


def some_refused(recipient: str) -> str:
    """Nobody has the one address, another is put off."""
    said = {"person1@example.org": "550 5.1.1 nobody here", "person2@example.org": "451 4.7.1 later"}
    return said.get(recipient, OK)


def unforeseen(reads: Collection[Read], *allowed: str) -> list[Read]:
    """What is read whole beside what stays small; of a VALUES SQLite says how many rows it has."""
    known = FEW | ITS_OWN | set(allowed)
    found = [read for read in sorted(reads) if read.what not in known and not read.what.isdigit()]
    if db.engine.dialect.name == "sqlite":
        return found
    return [read for read in found if any(table in read.what for table in MANY)]


def test_f36_no_statement_of_a_drain_reads_whole_what_grows(world: World, office: PostOffice) -> None:
    query_plans.forget_statistics(db.engine)
    world.bring_in(world.open_group(coaches=["coach@example.org"]), numbered(PEOPLE))
    world.open_mails(FIRST_MAIL)
    copy_mail(world, MessageState.SENT, (1, PAST))
    office.at_envelope = some_refused

    reads: set[Read] = set()
    for days in DAYS:
        with query_plans.read_whole(db.engine) as found:
            world.drain(FIRST_MAIL + days * DAY)
        reads |= found
        world.lease_passes(HOLD + LEASE)

    assert len(office.arrived) > 3 * PEOPLE
    assert not unforeseen(reads)


def test_a_list_is_carried_out_without_reading_whole_what_grows(world: World) -> None:
    query_plans.forget_statistics(db.engine)
    group = world.open_group(coaches=["coach@example.org"])
    batch_id = world.stage(group, numbered(PEOPLE), now=AFTER).id

    with query_plans.read_whole(db.engine) as reads:
        attendance.carry_out(world.session, batch_id=batch_id, now=AFTER)

    assert not unforeseen(reads, *NEVER_LOOKED_AT)


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)
def test_postgresql_knows_at_once_what_a_large_list_has_brought(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "CHUNK", PEOPLE)
    world.bring_in(world.open_group(), numbered(PEOPLE))

    known = text(
        "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'plans' AND attname = 'state'"
    )
    assert world.session.scalar(known) == "{active}"
