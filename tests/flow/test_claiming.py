"""A mail has one owner: claimed in batches under a fence and a lease, taken back from whoever died."""

import threading

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from coachfollow.extensions import lease_time
from coachfollow.flow import claims, reconciling
from coachfollow.flow.claims import Place
from coachfollow.models import DrainLease, Message
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import OK, PostOffice
from tests.flow.world import FIRST_MAIL, LEASE, Stand, World

ANNA = "anna@example.org"


def three_are_due(world: World) -> None:
    """Three people have been trained, and their first mails are due."""
    world.train(ANNA, "ben@example.org", "carla@example.org")
    world.open_mails(FIRST_MAIL)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(three_are_due)


def more_places(world: World, most: int) -> None:
    world.session.add_all(DrainLease(id=place) for place in range(2, most + 1))
    world.session.commit()


def place(world: World, places: int = 1) -> Place | None:
    return claims.take_place(world.session, lease=lease_time(world.session), places=places)


def claim_and_die(world: World) -> None:
    """Claim everything that is due, as a sender does that is killed right after."""
    taken = place(world)
    assert taken is not None
    claims.claim(world.session, place=taken, now=FIRST_MAIL, most=500)
    world.session.commit()


def test_f26_eight_drains_claim_every_mail_once_each_batch_under_its_own_fence(
    world: World, ground: Ground
) -> None:
    world.train(*(f"p{n}@example.org" for n in range(60)))
    world.open_mails(FIRST_MAIL)
    more_places(world, 8)
    batches: dict[int, list[int]] = {}
    lock = threading.Lock()

    def claim(session: Session) -> None:
        for _ in range(12):
            taken = claims.take_place(session, lease=lease_time(session), places=8)
            if taken is None:
                session.rollback()
                continue
            ids = claims.claim(session, place=taken, now=FIRST_MAIL, most=7)
            session.commit()
            with lock:
                assert taken.fence not in batches
                batches[taken.fence] = list(ids)
            claims.leave_place(session, taken)
            session.commit()

    worlds.at_once(ground, *[claim] * 8)

    claimed = [message_id for ids in batches.values() for message_id in ids]
    assert len(claimed) == len(set(claimed)) == 60
    fenced = world.session.execute(select(Message.id, Message.fence).where(Message.fence > 0))
    assert all(message_id in batches[fence] for message_id, fence in fenced)


def test_there_are_as_many_places_as_the_settings_say(trained: World) -> None:
    more_places(trained, 4)

    taken = [place(trained, places=2) for _ in range(4)]

    assert [one is not None for one in taken] == [True, True, False, False]


def test_whoever_was_too_slow_does_not_give_away_the_place_of_the_next(trained: World) -> None:
    slow = place(trained)
    assert slow is not None
    trained.lease_passes(LEASE)
    next_ = place(trained)
    assert next_ is not None
    assert next_.fence != slow.fence

    claims.leave_place(trained.session, slow)
    assert place(trained) is None

    claims.leave_place(trained.session, next_)
    assert place(trained) is not None


def test_a_lease_holds_until_it_is_over(trained: World, office: PostOffice) -> None:
    claim_and_die(trained)

    trained.drain(FIRST_MAIL)

    assert office.arrived == []
    assert trained.outcomes() == ["claimed"] * 3


def test_f02_what_somebody_who_died_had_claimed_comes_back_one_by_one(
    trained: World, office: PostOffice, ground: Ground
) -> None:
    """One of them may be what killed the sender: it must not take the others along again."""
    claim_and_die(trained)
    trained.lease_passes(LEASE)
    fences: set[int] = set()

    def look(recipient: str) -> str:
        with ground.connection() as connection:
            fence = text(
                "SELECT fence FROM messages m JOIN people p ON p.id = m.person_id WHERE p.email = :to AND m.n = 0"
            )
            fences.add(connection.execute(fence, {"to": recipient}).scalar_one())
        return OK

    office.at_dot = look
    trained.drain(FIRST_MAIL)

    assert trained.outcomes() == ["sent"] * 3
    assert {mail.lapses for mail in trained.mails(kind=MessageKind.COMMITMENT)} == {1}
    assert len(fences) == 3


def test_f11_a_mail_on_which_five_senders_died_is_poison_and_its_follow_up_says_so(
    world: World, office: PostOffice
) -> None:
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)
    for _ in range(reconciling.MOST_LAPSES):
        claim_and_die(world)
        world.lease_passes(LEASE)
        reconciling.recover(world.session, lease=lease_time(world.session), now=FIRST_MAIL)
        world.session.commit()

    world.drain(FIRST_MAIL)

    mail = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (mail.state, mail.reason, mail.lapses) == (
        MessageState.FAILED,
        reconciling.POISON,
        reconciling.MOST_LAPSES,
    )
    told = world.touchpoint(ANNA, "plan")
    assert (told.undeliverable, told.state_reason) == (True, reconciling.POISON)
    assert office.arrived == []
    assert world.events("mail failed") == 1


def test_f23_after_a_power_cut_every_lease_is_over(trained: World, office: PostOffice) -> None:
    claim_and_die(trained)
    trained.session.execute(update(Message).values(lease_boot="before the power cut"))
    trained.session.execute(update(DrainLease).values(boot="before the power cut"))
    trained.session.commit()

    trained.drain(FIRST_MAIL)

    assert len(office.arrived) == 3


def test_f05_a_sender_that_wakes_up_after_its_lease_hands_over_nothing(
    trained: World, office: PostOffice, ground: Ground
) -> None:
    """It was frozen between claim and intent; somebody else has the mails by now."""

    def freeze(recipient: str) -> str:
        del recipient
        office.at_envelope = lambda _: OK
        with ground.connection() as connection:
            connection.execute(update(Message).values(lease_until=Message.lease_until - 61))
            connection.commit()
        return OK

    office.at_envelope = freeze

    drained = trained.drain(FIRST_MAIL)

    assert (drained.sent, office.arrived) == (0, [])
    assert trained.outcomes() == ["claimed"] * 3
    trained.drain(FIRST_MAIL)
    assert len(office.arrived) == 3
