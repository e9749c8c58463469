"""How long attempts took is added up in the database, by every worker; what had no reply has no length."""

from sqlalchemy import func, select

from coachfollow.models import AttemptTime
from tests.flow.post_office import PostOffice
from tests.flow.world import FIRST_MAIL, World


def test_each_mail_that_had_a_reply_is_counted_once(world: World, office: PostOffice) -> None:
    world.train("anna@example.org", "bea@example.org")
    office.at_dot = lambda recipient: "250 OK" if "anna" in recipient else "550 5.1.1 nobody"

    world.drain(FIRST_MAIL)
    world.drain(FIRST_MAIL)

    attempts, seconds = world.session.execute(
        select(func.sum(AttemptTime.attempts), func.sum(AttemptTime.seconds))
    ).one()
    assert attempts == 2
    assert 0 < seconds < 60
