"""What became of a mail is written down each time: put off, taken back, too late, in doubt; numbers, never words."""

import json
from collections.abc import Sequence

from sqlalchemy import select, update

from coachfollow.extensions import lease_time
from coachfollow.flow import claims, reconciling
from coachfollow.models import Event, Message
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.flow.post_office import PostOffice
from tests.flow.world import DAY, FIRST_MAIL, HOLD, LEASE, World

ANNA = "anna@example.org"


def told(world: World) -> Sequence[tuple[str, object]]:
    """What is written of Anna's first mail, in its order."""
    mail = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    rows = world.session.execute(
        select(Event.name, Event.facts).where(Event.message_id == mail.id).order_by(Event.id)
    )
    found = [(name, json.loads(facts)) for name, facts in rows]
    world.session.rollback()
    return found


def recover(world: World) -> None:
    """Look for what senders that died have left behind."""
    reconciling.recover(world.session, lease=lease_time(world.session), now=FIRST_MAIL)
    world.session.commit()


def test_a_mail_that_is_put_off_and_sent_later_tells_both_and_quotes_numbers_only(
    world: World, office: PostOffice
) -> None:
    world.train(ANNA)
    office.at_dot = lambda recipient: f"451 4.7.1 <{recipient}> has too much mail"
    world.drain(FIRST_MAIL)
    office.reset()
    world.lease_passes(HOLD)

    world.drain(FIRST_MAIL)

    assert told(world) == [("mail put off", {"reply": "451 4.7.1"}), ("mail sent", {})]


def test_f03_a_mail_that_is_too_late_to_send_says_so(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)

    world.drain(FIRST_MAIL + 8 * DAY)

    assert world.mail(to=ANNA, kind=MessageKind.COMMITMENT).state is MessageState.EXPIRED
    assert told(world) == [("mail expired", {})]


def test_a_mail_whose_sender_died_is_taken_back_sent_again_once_or_in_doubt(world: World) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    place = claims.take_place(world.session, lease=lease_time(world.session))
    assert place is not None
    claims.claim(world.session, place=place, now=FIRST_MAIL, most=1)
    world.session.commit()
    world.lease_passes(LEASE)
    recover(world)
    ours = Message.kind == MessageKind.COMMITMENT
    for _ in range(2):
        world.session.execute(update(Message).where(ours).values(state=MessageState.HANDING, hold_until=0.0))
        world.session.commit()
        recover(world)

    again = {"because": "sent again"}
    assert told(world) == [("mail taken back", {}), ("mail taken back", again), ("mail in doubt", {})]
