"""What a mail server may do to us: say no for now, say no for good, want nothing of us, or vanish."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from coachfollow.flow import breaking, relays
from coachfollow.models import Message, SealedMail, Touchpoint
from coachfollow.rules.kinds import MessageKind, MessageState, TouchpointState
from tests import processes
from tests.flow import post_office
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import FIRST_MAIL, HOLD, Stand, World
from tests.mail.servers import Answer, Fault, Script, ScriptedServer, scripted
from tests.ports import free_port

ANNA = "anna@example.org"
EVERYBODY = [ANNA, "ben@example.org", "carla@example.org"]
MINUTE = timedelta(minutes=1)

Serve = Callable[[Script], ScriptedServer]


def three_are_trained(world: World) -> None:
    """Three people have been trained; nothing was sent yet."""
    world.train(*EVERYBODY)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(three_are_trained)


@pytest.fixture
def serve(ground: Ground) -> Iterator[Serve]:
    """A way to start a scripted server that the app's mails go to; it speaks one command at a time."""
    with ExitStack() as stack:

        def start(script: Script) -> ScriptedServer:
            server = stack.enter_context(scripted(script, features=()))
            stack.enter_context(ground.told(mail_port=server.port))
            return server

        yield start


def recipients(server: ScriptedServer) -> list[str]:
    return sorted(delivery.recipient for delivery in server.deliveries)


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
def test_f12_a_mail_that_is_refused_for_now_waits_longer_each_time(
    world: World, serve: Serve, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr("random.random", lambda: 0.5)  # no jitter either way
    world.train(ANNA)
    server = serve({verb: [b"451 4.7.1 come back later\r\n"] * 5})

    for number, minutes in enumerate((1, 5, 15, 60, 60), start=1):
        world.drain(FIRST_MAIL)
        mail = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
        assert (mail.state, mail.refusals) == (MessageState.QUEUED, number)
        assert "451 4.7.1 come back later" in (mail.server_reply or "")
        world.lease_passes(minutes * MINUTE - timedelta(seconds=5))
        world.drain(FIRST_MAIL)
        assert world.mail(to=ANNA, kind=MessageKind.COMMITMENT).refusals == number, "too early"
        world.lease_passes(timedelta(seconds=10))

    world.drain(FIRST_MAIL)

    assert world.outcomes() == ["sent"]
    assert recipients(server) == [ANNA]


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
def test_f13_a_mail_that_is_refused_for_good_failed_with_the_servers_words(
    trained: World, serve: Serve, verb: str
) -> None:
    serve({verb: [b"550 5.1.1 nobody of that name\r\n"]})

    trained.drain(FIRST_MAIL)

    assert trained.outcomes() == ["failed", "sent", "sent"]
    (failed,) = trained.mails(state=MessageState.FAILED)
    assert "550 5.1.1 nobody of that name" in (failed.server_reply or "")
    touchpoint = trained.session.get_one(Touchpoint, failed.touchpoint_id)
    assert (touchpoint.undeliverable, touchpoint.state) == (True, TouchpointState.OPEN)
    assert trained.events("mail failed") == 1


def test_f11_a_mail_that_cannot_be_written_stands_in_nobodys_way(trained: World, serve: Serve) -> None:
    server = serve({})
    trained.open_mails(FIRST_MAIL)
    trained.session.execute(
        update(Message).where(Message.person_id == trained.person(ANNA)).values(address="anna at example")
    )
    trained.session.commit()

    drained = trained.drain(FIRST_MAIL)

    assert drained.sent == 2
    assert recipients(server) == EVERYBODY[1:]
    (failed,) = trained.mails(state=MessageState.FAILED)
    assert failed.reason
    assert trained.touchpoint(ANNA, "plan").undeliverable


@pytest.mark.parametrize(
    "script",
    [
        {"GREETING": [b"421 too busy\r\n"]},
        {"EHLO": [b"550 go away\r\n"], "HELO": [b"550 go away\r\n"]},
        {"MAIL": [b"550 5.7.1 you may not send from there\r\n"]},
        {"MAIL": [b"451 4.7.1 too many mails\r\n"]},
        {"GREETING": [Fault.HANG_UP]},
        {"EHLO": [Fault.HANG_UP]},
        {"RCPT": [Fault.HANG_UP]},
        {"DATA": [Fault.HANG_UP]},
    ],
    ids=["greeting", "EHLO", "MAIL for good", "MAIL for now", "hangs up", "at EHLO", "at RCPT", "at DATA"],
)
def test_f12_f13_f14_a_server_that_will_not_carry_for_us_is_held_against_no_mail(
    trained: World, serve: Serve, script: Script
) -> None:
    server = serve(script)

    trained.drain(FIRST_MAIL)

    waiting = trained.mails(kind=MessageKind.COMMITMENT)
    assert [(mail.state, mail.refusals, mail.lapses) for mail in waiting] == [(MessageState.QUEUED, 0, 0)] * 3
    assert server.deliveries == []

    trained.lease_passes(2 * MINUTE)
    trained.drain(FIRST_MAIL)
    assert recipients(server) == EVERYBODY
    assert trained.outcomes() == ["sent"] * 3


def test_where_there_is_no_server_at_all_mails_wait(trained: World, ground: Ground) -> None:
    with ground.told(mail_port=free_port()):
        trained.drain(FIRST_MAIL)

    waiting = trained.mails(kind=MessageKind.COMMITMENT)
    assert [(mail.state, mail.refusals) for mail in waiting] == [(MessageState.QUEUED, 0)] * 3
    assert all(mail.retry_at is not None for mail in waiting)


def test_f12_a_server_that_is_closing_gets_the_rest_on_another_connection(
    trained: World, serve: Serve
) -> None:
    server = serve({"RCPT": [b"421 4.3.2 shutting down\r\n"]})

    drained = trained.drain(FIRST_MAIL)

    assert (drained.sent, drained.refused) == (2, 1)
    assert len(server.deliveries) == 2
    assert trained.outcomes() == ["queued", "sent", "sent"]


def test_f15_a_connection_that_breaks_after_the_dot_leaves_one_in_doubt_and_none_is_sent_twice(
    trained: World, serve: Serve, ground: Ground
) -> None:
    server = serve({"DOT": [Fault.HANG_UP]})

    trained.drain(FIRST_MAIL)
    assert trained.outcomes() == ["handing", "queued", "queued"]

    trained.lease_passes(HOLD - MINUTE)
    trained.drain(FIRST_MAIL)
    assert trained.outcomes() == ["handing", "sent", "sent"]

    trained.lease_passes(MINUTE)
    with ground.told(on_doubt="hold"):
        for _ in range(3):
            trained.drain(FIRST_MAIL)

    assert trained.outcomes() == ["in_doubt", "sent", "sent"]
    assert len(set(recipients(server))) == len(server.deliveries) == 2
    # its bytes are kept: should it be sent again, then the same to the last octet
    (in_doubt,) = trained.mails(state=MessageState.IN_DOUBT)
    assert trained.session.scalars(select(SealedMail.message_id)).all() == [in_doubt.id]


def test_f16_an_answer_that_comes_when_nobody_listens_costs_one_more_copy(
    world: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.train(ANNA)
    gate, usual = threading.Event(), relays.relay
    monkeypatch.setattr(relays, "relay", lambda settings: replace(usual(settings), reply_timeout=0.3))

    def late(recipient: str) -> str:
        del recipient
        office.at_dot = post_office.yes
        gate.wait(processes.WITHIN)
        return post_office.OK

    office.at_dot = late
    world.drain(FIRST_MAIL)
    assert world.outcomes() == ["handing"]
    gate.set()
    processes.until(lambda: bool(office.arrived))

    monkeypatch.setattr(relays, "relay", usual)
    for _ in range(3):
        world.lease_passes(HOLD)
        world.drain(FIRST_MAIL)

    assert world.outcomes() == ["sent"]
    first, second = office.arrived
    assert first == second


def test_a_server_that_speaks_out_of_turn_gets_no_dot(trained: World, serve: Serve) -> None:
    server = serve({"DATA": [b"354 go ahead\r\n250 I have it already\r\n"]})

    trained.drain(FIRST_MAIL)

    assert server.deliveries == []
    assert trained.outcomes() == ["queued"] * 3
    trained.lease_passes(2 * MINUTE)
    trained.drain(FIRST_MAIL)
    assert recipients(server) == EVERYBODY


MANY = [f"p{number}@{domain}.example" for number in range(9) for domain in ("east", "north", "south", "west")]


def test_f12_a_server_that_puts_off_twenty_mails_in_a_row_rests_longer_each_time(
    world: World, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody hammers a server that is full; what it has not seen is held against no mail."""
    monkeypatch.setattr("random.random", lambda: 0.5)
    monkeypatch.setattr(breaking, "MOST_OF_A_DOMAIN", 100)
    world.train(*MANY)
    server = serve({"RCPT": [b"452 4.3.1 full\r\n"] * 2 * breaking.MOST_IN_A_ROW})

    drained = world.drain(FIRST_MAIL)
    assert (drained.refused, world.drain(FIRST_MAIL).refused) == (breaking.MOST_IN_A_ROW, 0)
    assert sum(mail.refusals for mail in world.mails()) == breaking.MOST_IN_A_ROW

    world.lease_passes(MINUTE)
    assert world.drain(FIRST_MAIL).refused == breaking.MOST_IN_A_ROW
    world.lease_passes(4 * MINUTE)
    assert world.drain(FIRST_MAIL).sent == 0, "the second rest is of five minutes"

    world.lease_passes(2 * MINUTE)
    assert world.drain(FIRST_MAIL).sent == len(MANY)
    assert len(server.deliveries) == len(MANY)


@pytest.mark.parametrize("at", ["RCPT", "DOT"])
@pytest.mark.parametrize("features", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
def test_f12_a_domain_that_takes_nothing_now_slows_down_alone(
    world: World, ground: Ground, at: str, features: tuple[str, ...]
) -> None:
    world.train(*MANY)
    with scripted(features=features) as server, ground.told(mail_port=server.port):
        full = server.answer
        tried: list[str] = []

        def answer(verb: str, usual: bytes) -> Answer:
            about = next((line for line in reversed(server.heard) if line.startswith("RCPT")), "")
            if verb == at and "@west" in about:
                tried.append(about)
                return b"451 4.7.1 not now\r\n"
            return full(verb, usual)

        server.answer = answer  # type: ignore[method-assign]  # the server asks its own attribute
        drained = world.drain(FIRST_MAIL)

    assert drained.sent == 27
    assert breaking.MOST_OF_A_DOMAIN <= len(tried) <= breaking.MOST_OF_A_DOMAIN + 1
    waiting = world.mails(kind=MessageKind.COMMITMENT, state=MessageState.QUEUED)
    assert len(waiting) == 9
    assert all(mail.retry_at is not None for mail in waiting)
