"""A drain that finds nothing to do is what a worker does most of its life: it asks little of the database."""

from tests.databases import statements
from tests.flow.post_office import PostOffice
from tests.flow.world import FIRST_MAIL, World

MOST = 22


def test_a_drain_with_nothing_to_send_asks_little(world: World, office: PostOffice) -> None:
    del office
    world.train("anna@example.org")
    world.drain(FIRST_MAIL)

    with statements() as asked:
        world.drain(FIRST_MAIL)

    assert len(asked) <= MOST, asked
