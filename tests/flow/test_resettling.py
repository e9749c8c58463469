"""Whoever lives elsewhere from now on has their follow-ups held while they are worked out anew."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from coachfollow.extensions import db
from coachfollow.flow import people
from coachfollow.models import FollowUpPlan
from tests.flow.world import AFTER, World

ANNA = "anna@example.org"


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)  # SQLite has one writer anyway
def test_follow_ups_are_waited_for_while_somebody_else_works_on_them(world: World) -> None:
    world.train(ANNA)
    person_id = world.person(ANNA)
    world.session.rollback()
    with db.engine.connect() as another:
        another.execute(select(FollowUpPlan.id).with_for_update(key_share=True))
        world.session.execute(text("SET LOCAL lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            people.set_zone(world.session, person_id=person_id, zone="Asia/Tokyo", now=AFTER)
        another.rollback()
    world.session.rollback()
