"""A drain that finds nothing to do is what a worker does most of its life: it asks little of the database."""

from sqlalchemy import event

from coachfollow.extensions import db
from tests.flow.post_office import PostOffice
from tests.flow.world import FIRST_MAIL, World

MOST = 22


def test_a_drain_with_nothing_to_send_asks_little(world: World, office: PostOffice) -> None:
    del office
    world.train("anna@example.org")
    world.drain(FIRST_MAIL)
    asked: list[str] = []

    def hear(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    engine = db.session.get_bind()
    event.listen(engine, "before_cursor_execute", hear)
    try:
        world.drain(FIRST_MAIL)
    finally:
        event.remove(engine, "before_cursor_execute", hear)

    assert len(asked) <= MOST, asked
