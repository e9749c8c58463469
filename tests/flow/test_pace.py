"""The pace of a mail server is kept, and a drain ends soon, however slow the server is."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from coachfollow import clock
from coachfollow.flow import dispatch, handing
from coachfollow.models import DrainLease
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.flow import post_office
from tests.flow.grounds import Ground
from tests.flow.post_office import OK, PostOffice
from tests.flow.world import FIRST_MAIL, World
from tests.mail.servers import Fault, scripted

PEOPLE = [f"p{n}@example.org" for n in range(30)]


class Clock:
    """A stopwatch that only resting and a slow server move; lease time goes along."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.now = 0.0

    def stopwatch(self) -> float:
        return self.now

    def rest(self, seconds: float) -> None:
        self.now += max(0.0, seconds)
        with self.ground.connection() as connection:
            passed = DrainLease.until - max(0.0, seconds)
            connection.execute(update(DrainLease).where(DrainLease.until > 0).values(until=passed))
            connection.commit()


@pytest.fixture
def time(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of these tests."""
    ours = Clock(ground)
    monkeypatch.setattr(clock, "stopwatch", ours.stopwatch)
    monkeypatch.setattr(clock, "rest", ours.rest)
    return ours


@pytest.mark.parametrize("per_minute", [120, 30, 2])
def test_the_pace_is_kept_within_a_batch_from_batch_to_batch_and_from_drain_to_drain(
    world: World, office: PostOffice, ground: Ground, time: Clock, per_minute: int
) -> None:
    world.train(*PEOPLE)
    moments: list[float] = []

    def look(recipient: str) -> str:
        del recipient
        moments.append(time.now)
        return OK

    office.at_dot = look
    with ground.told(mail_per_minute=per_minute):
        for _ in range(4):
            began = time.now
            world.drain(FIRST_MAIL)
            assert time.now - began <= dispatch.DRAIN_SECONDS
            time.rest(10.0)  # the ticker rings again

    apart = 60.0 / per_minute
    gaps = [moments[n] - moments[n - 1] for n in range(1, len(moments))]
    assert len(moments) == min(len(PEOPLE), {120: 30, 30: 30, 2: 2}[per_minute])
    assert min(gaps) >= apart - 1e-6
    assert max(gaps) <= apart + 20.0  # and nobody rests for longer than it takes the ticker to ring


def test_several_places_share_the_pace(ground: Ground) -> None:
    with ground.told(mail_per_minute=60, mail_connections=4):
        assert handing.pause(ground.installation.settings) == 4.0


def test_f04_a_drain_ends_soon_and_what_is_left_is_for_the_next(
    world: World, office: PostOffice, time: Clock
) -> None:
    """No mail is blamed for a server that is slow."""
    world.train(*PEOPLE)

    def slow(recipient: str) -> str:
        del recipient
        time.now += 4.0
        return OK

    office.at_dot = slow

    drained = world.drain(FIRST_MAIL)

    assert drained.sent == 7  # the one under way at the end is waited for
    waiting = world.mails(kind=MessageKind.COMMITMENT, state=MessageState.QUEUED)
    assert {(one.lapses, one.refusals, one.retry_at) for one in waiting} == {(0, 0, None)}
    assert len(waiting) == 23


def test_f05_an_intent_that_grew_old_is_no_ground_for_a_dot(
    world: World, ground: Ground, time: Clock
) -> None:
    world.train(*PEOPLE[:3])
    with scripted() as server, ground.told(mail_port=server.port):
        slept: list[str] = []

        def slow(verb: str) -> None:
            if verb == "DATA" and server.deliveries and not slept:
                slept.append(verb)
                time.now += handing.STALE_INTENT + 1

        post_office.watch(server, slow)
        world.drain(FIRST_MAIL)

        assert len(server.deliveries) == 1
        assert world.outcomes() == ["queued", "queued", "sent"]
        world.lease_passes(timedelta(minutes=2))
        world.drain(FIRST_MAIL)
        assert world.outcomes() == ["sent"] * 3


def test_f17_a_server_that_is_slow_at_every_step_cannot_hold_a_worker(
    world: World, ground: Ground, time: Clock
) -> None:
    """Each reply comes in its time, and no mail gets as far as its dot."""
    world.train(*PEOPLE[:3])
    with scripted() as server, ground.told(mail_port=server.port):
        began = time.now
        post_office.watch(server, lambda verb: time.rest(0.0 if verb == "QUIT" else 19.0))

        drained = world.drain(FIRST_MAIL)

    assert (drained.sent, server.deliveries) == (0, [])
    assert time.now - began <= dispatch.OF_THE_LEASE * 60 + 19.0  # the reply that was under way
    waiting = world.mails(kind=MessageKind.COMMITMENT)
    assert [(one.state, one.lapses, one.refusals) for one in waiting] == [(MessageState.QUEUED, 0, 0)] * 3


def test_f17_an_answer_to_a_dot_is_awaited_however_long_it_takes(
    world: World, ground: Ground, time: Clock
) -> None:
    world.train(*PEOPLE[:2])
    with scripted() as server, ground.told(mail_port=server.port):
        post_office.watch(server, lambda verb: time.rest(500.0 if verb == "DOT" else 0.0))

        assert world.drain(FIRST_MAIL).sent == 1

    assert len(server.deliveries) == 1
    assert world.outcomes() == ["queued", "sent"]


@pytest.mark.parametrize("verb", ["GREETING", "DATA"])
def test_f04_a_server_that_says_nothing_keeps_no_drain_beyond_its_time(
    world: World, ground: Ground, verb: str
) -> None:
    """So a worker that is told to stop comes to its end; here with a lease of two seconds."""
    world.train(*PEOPLE[:2])
    with scripted({verb: [Fault.SILENCE]}) as server:
        with ground.told(mail_port=server.port, lease_seconds=2):
            began = clock.stopwatch()
            world.drain(FIRST_MAIL)
            assert clock.stopwatch() - began < 15.0  # its next reply alone would be awaited for longer
        assert world.outcomes() == ["queued"] * 2

        server.script.clear()
        world.lease_passes(timedelta(minutes=2))
        with ground.told(mail_port=server.port):
            assert world.drain(FIRST_MAIL).sent == 2
