"""Mails on their way: claimed once, refused and tried again, cancelled at the last moment, never sent twice."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import psycopg
import pytest
from flask_mail import email_dispatched
from sqlalchemy import make_url, select, text, update
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.extensions import db, lease_time, mail
from coachfollow.flow import answers, claims, dispatch, handing, opening, plans
from coachfollow.flow.claims import Place
from coachfollow.models import DrainLease, Message, SealedMail, Touchpoint
from coachfollow.rules.asking import Answered
from coachfollow.rules.words import MessageKind, MessageState, StopReason, TouchpointState
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import OK, PostOffice
from tests.flow.world import AFTER, DAY, FIRST_MAIL, World
from tests.mail.servers import Fault, ScriptedServer, scripted

ANNA = "anna@example.org"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def trained(world: World) -> World:
    """Three people have been trained; nothing was sent yet."""
    world.bring_in(world.open_group(), "".join(f"{name}@example.org\n" for name in ("anna", "ben", "carla")))
    world.session.rollback()
    return world


@pytest.fixture
def serve(ground: Ground) -> Iterator[Callable[..., ScriptedServer]]:
    """A way to run scripted servers that the app's mails go to, one after the other."""
    with _stack() as stack:

        def start(script: object = None, **more: object) -> ScriptedServer:
            server: ScriptedServer = stack.enter_context(scripted(script, **more))  # type: ignore[arg-type]
            stack.enter_context(ground.told(mail_port=server.port))
            return server

        yield start


def _stack() -> object:
    from contextlib import ExitStack

    return ExitStack()


def states(world: World) -> list[str]:
    return sorted(mail.state.value for mail in world.mails(kind=MessageKind.COMMITMENT))


def only(world: World) -> Message:
    """Leave Anna's first mail alone in the outbox."""
    opening.open_due(world.session, now=FIRST_MAIL)
    first = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    world.session.execute(
        update(Message).where(Message.id != first.id).values(state=MessageState.EXPIRED, settled_at=FIRST_MAIL)
    )
    world.session.commit()
    return first


def now_of(world: World) -> Message:
    return world.mail(to=ANNA, kind=MessageKind.COMMITMENT)


# claiming


def test_eight_drains_claim_every_mail_once_each_batch_under_its_own_fence(
    world: World, ground: Ground
) -> None:
    world.bring_in(world.open_group(), "".join(f"p{n}@example.org\n" for n in range(60)))
    opening.open_due(world.session, now=FIRST_MAIL)
    world.session.add_all(DrainLease(id=place) for place in range(2, 9))
    world.session.commit()
    batches: list[tuple[int, list[int]]] = []
    holders: list[int] = []
    lock = threading.Lock()

    def claim(session: Session) -> None:
        for _ in range(12):
            place = claims.take_place(session, lease=lease_time(session), places=8)
            if place is None:
                session.rollback()
                continue
            with lock:
                holders.append(place.id)
            ids = claims.claim(session, place=place, now=FIRST_MAIL, most=7)
            session.commit()
            batches.append((place.fence, list(ids)))
            claims.leave_place(session, place)
            session.commit()

    worlds.at_once(ground, *[claim] * 8)

    claimed = [message_id for _, ids in batches for message_id in ids]
    assert len(claimed) == len(set(claimed)) == 60
    fences = [fence for fence, ids in batches if ids]
    assert len(fences) == len(set(fences))
    if ground.name == "sqlite":
        assert set(holders) == {1}
    by_fence = {fence: set(ids) for fence, ids in batches}
    for message_id, fence in world.session.execute(select(Message.id, Message.fence).where(Message.fence > 0)):
        assert message_id in by_fence[fence]


def test_there_are_as_many_places_as_settings_say(trained: World, ground: Ground) -> None:
    trained.session.add_all(DrainLease(id=place) for place in range(2, 5))
    trained.session.commit()
    lease = lease_time(trained.session)

    places = [claims.take_place(trained.session, lease=lease, places=2) for _ in range(4)]

    assert len([place for place in places if place]) == (1 if ground.name == "sqlite" else 2)


def test_whoever_was_too_slow_does_not_give_away_the_place_of_the_next(trained: World) -> None:
    session = trained.session
    slow = claims.take_place(session, lease=lease_time(session))
    assert slow is not None
    session.commit()
    trained.lease_passes(claims.LEASE)
    next_ = claims.take_place(session, lease=lease_time(session))
    assert next_ is not None
    assert next_.fence != slow.fence

    claims.leave_place(session, slow)

    assert claims.take_place(session, lease=lease_time(session)) is None
    claims.leave_place(session, next_)
    assert claims.take_place(session, lease=lease_time(session)) is not None


def claimed(world: World) -> Place:
    """Claim everything that is due, as a sender does who then dies."""
    place = claims.take_place(world.session, lease=lease_time(world.session))
    assert place is not None
    claims.claim(world.session, place=place, now=FIRST_MAIL, most=500)
    world.session.commit()
    return place


def test_what_a_sender_that_died_had_claimed_comes_back_one_by_one(
    trained: World, office: PostOffice
) -> None:
    opening.open_due(trained.session, now=FIRST_MAIL)
    claimed(trained)
    trained.drain(FIRST_MAIL)
    assert office.arrived == []  # the lease holds

    trained.lease_passes(claims.LEASE)
    batches: list[int] = []
    office.at_dot = lambda recipient: (batches.append(fence_of(trained, recipient)), OK)[1]
    trained.drain(FIRST_MAIL)

    assert states(trained) == ["sent"] * 3
    assert {mail.lapses for mail in trained.mails(kind=MessageKind.COMMITMENT)} == {1}
    assert len(set(batches)) == 3  # each alone, under a fence of its own


def fence_of(world: World, recipient: str) -> int:
    """Read from another connection, as the sender's own session is busy."""
    with db_connection(world) as connection:
        found = connection.execute(
            text("SELECT fence FROM messages m JOIN people p ON p.id = m.person_id WHERE p.email = :to AND m.n = 0"),
            {"to": recipient},
        )
        return int(found.scalar_one())


def db_connection(world: World) -> object:
    return world.session.get_bind().connect()


def test_a_mail_on_which_five_senders_died_is_poison_and_says_so(trained: World, office: PostOffice) -> None:
    only(trained)
    for _ in range(claims.MOST_LAPSES):
        assert claimed(trained)
        trained.lease_passes(claims.LEASE)
        claims.recover(trained.session, lease=lease_time(trained.session), now=FIRST_MAIL)
        trained.session.commit()

    trained.drain(FIRST_MAIL)

    mail = now_of(trained)
    assert (mail.state, mail.reason, mail.lapses) == (MessageState.FAILED, claims.POISON, 5)
    told = trained.touchpoint(ANNA, "plan")
    assert (told.undeliverable, told.state_reason) == (True, claims.POISON)
    assert office.arrived == []
    assert trained.events("mail failed") == 1


def test_another_boot_means_that_every_lease_is_over(trained: World, office: PostOffice) -> None:
    opening.open_due(trained.session, now=FIRST_MAIL)
    claimed(trained)
    trained.session.execute(update(Message).values(lease_boot="before the power cut"))
    trained.session.execute(update(DrainLease).values(boot="before the power cut"))
    trained.session.commit()

    trained.drain(FIRST_MAIL)

    assert len(office.arrived) == 3


# refusals


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
def test_a_mail_that_is_refused_for_now_waits_longer_each_time(
    trained: World, serve: Callable[..., ScriptedServer], monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    monkeypatch.setattr(handing.random, "random", lambda: 0.5)  # no jitter either way
    only(trained)
    server = serve({verb: [b"451 4.7.1 come back later\r\n"] * 5})

    for number, minutes in enumerate((1, 5, 15, 60, 60), start=1):
        trained.drain(FIRST_MAIL)
        mail = now_of(trained)
        assert (mail.state, mail.refusals) == (MessageState.QUEUED, number)
        assert "451" in (mail.server_reply or "")
        trained.lease_passes(minutes * MINUTE - timedelta(seconds=5))
        trained.drain(FIRST_MAIL)
        assert now_of(trained).refusals == number, "too early"
        trained.lease_passes(timedelta(seconds=10))

    trained.drain(FIRST_MAIL)

    assert now_of(trained).state is MessageState.SENT
    assert [delivery.recipient for delivery in server.deliveries] == [ANNA]


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "DOT"])
def test_a_mail_that_is_refused_for_good_failed_with_the_servers_words(
    trained: World, serve: Callable[..., ScriptedServer], verb: str
) -> None:
    serve({verb: [b"550 5.1.1 nobody of that name\r\n"]})

    trained.drain(FIRST_MAIL)

    assert states(trained) == ["failed", "sent", "sent"]
    (failed,) = trained.mails(state=MessageState.FAILED)
    assert "550 5.1.1 nobody of that name" in (failed.server_reply or "")
    touchpoint = trained.session.get_one(Touchpoint, failed.touchpoint_id)
    assert (touchpoint.undeliverable, touchpoint.state) == (True, TouchpointState.OPEN)
    assert trained.events("mail failed") == 1


@pytest.mark.parametrize(
    "script",
    [
        {"GREETING": [b"421 too busy\r\n"]},
        {"EHLO": [b"550 go away\r\n", b"550 go away\r\n"], "HELO": [b"550 go away\r\n"]},
        {"MAIL": [b"550 5.7.1 you may not send from there\r\n"]},
        {"MAIL": [b"451 4.7.1 too many mails\r\n"]},
        {"GREETING": [Fault.HANG_UP]},
        {"EHLO": [Fault.HANG_UP]},
    ],
    ids=["greeting", "EHLO", "MAIL for good", "MAIL for now", "hangs up", "hangs up at EHLO"],
)
def test_a_server_that_will_not_carry_for_us_is_held_against_no_mail(
    trained: World, serve: Callable[..., ScriptedServer], script: object
) -> None:
    server = serve(script)

    trained.drain(FIRST_MAIL)

    waiting = trained.mails(kind=MessageKind.COMMITMENT)
    assert [(mail.state, mail.refusals, mail.lapses) for mail in waiting] == [(MessageState.QUEUED, 0, 0)] * 3
    assert server.deliveries == []
    trained.lease_passes(2 * MINUTE)
    trained.drain(FIRST_MAIL)
    assert states(trained) == ["sent"] * 3


def test_no_server_at_all_is_waited_for(trained: World, ground: Ground) -> None:
    from tests.ports import free_port

    with ground.told(mail_port=free_port()):
        trained.drain(FIRST_MAIL)

    assert states(trained) == ["queued"] * 3
    assert {mail.retry_at is not None for mail in trained.mails(kind=MessageKind.COMMITMENT)} == {True}


# the connection breaks


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_connection_that_breaks_before_the_dot_costs_nothing(
    trained: World, serve: Callable[..., ScriptedServer], verb: str
) -> None:
    server = serve({verb: [Fault.HANG_UP]}, features=())

    trained.drain(FIRST_MAIL)
    assert states(trained) == ["queued"] * 3
    trained.lease_passes(2 * MINUTE)
    trained.drain(FIRST_MAIL)

    assert sorted(delivery.recipient for delivery in server.deliveries) == [
        "anna@example.org", "ben@example.org", "carla@example.org",
    ]  # fmt: skip
    assert states(trained) == ["sent"] * 3


def test_a_connection_that_breaks_after_the_dot_leaves_one_in_doubt_and_none_sent_twice(
    trained: World, serve: Callable[..., ScriptedServer]
) -> None:
    server = serve({"DOT": [Fault.HANG_UP]})

    trained.drain(FIRST_MAIL)
    assert states(trained) == ["handing", "queued", "queued"]

    trained.lease_passes(claims.HOLD - MINUTE)
    trained.drain(FIRST_MAIL)
    assert states(trained) == ["handing", "sent", "sent"]

    trained.lease_passes(MINUTE)
    for _ in range(3):
        trained.drain(FIRST_MAIL)

    assert states(trained) == ["in_doubt", "sent", "sent"]
    assert len(server.deliveries) == 2
    in_doubt = trained.mails(state=MessageState.IN_DOUBT)[0]
    # its bytes are kept: the mail may have to be sent again, the same to the last octet
    assert trained.session.scalars(select(SealedMail.message_id)).all() == [in_doubt.id]


def test_what_the_server_had_taken_is_settled_though_the_next_connection_fails(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One mail is dropped at the last moment, which costs the connection; there is no other to be had."""
    monkeypatch.setattr(handing, "ASK_AGAIN", 0.0)
    opening.open_due(trained.session, now=FIRST_MAIL)
    second = trained.mails(kind=MessageKind.COMMITMENT)[1]
    real, connections = handing.smtp.connect, []

    def once(relay: object) -> object:
        connections.append(relay)
        if len(connections) > 1:
            raise handing.Unreachable("The mail server is gone.")
        return real(relay)

    monkeypatch.setattr(handing.smtp, "connect", once)
    office.at_dot = lambda recipient: (unwant(trained, second.id), OK)[1]

    trained.drain(FIRST_MAIL)

    assert len(office.arrived) == 1
    assert states(trained) == ["cancelled", "queued", "sent"]


def unwant(world: World, message_id: int) -> None:
    """Somebody stops a mail whose intent is committed."""
    with db_connection(world) as connection:
        connection.execute(update(Message).where(Message.id == message_id).values(unwanted=True))
        connection.commit()


# cancelled at the last moment


def answer(world: World, ground: Ground, email: str) -> None:
    """Somebody answers on a page, while a worker is sending."""
    touchpoint, person = world.touchpoint(email, "plan").id, world.person(email)
    world.session.rollback()

    def do(session: Session) -> None:
        answers.record(
            session,
            touchpoint_id=touchpoint,
            person_id=person,
            answered=Answered(situation="a guest complains", action="listen"),
            now=FIRST_MAIL + 2 * DAY,
        )

    worlds.elsewhere(ground, do).result(timeout=10)


def reminders_due(world: World) -> None:
    opening.open_due(world.session, now=FIRST_MAIL)
    first = Message.kind == MessageKind.COMMITMENT
    world.session.execute(update(Message).where(first).values(state=MessageState.SENT, settled_at=FIRST_MAIL))
    world.session.commit()


def test_an_answer_that_comes_between_claim_and_intent_stops_the_reminder(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    reminders_due(trained)
    monkeypatch.setattr(handing, "GROUP", 1)  # one intent at a time
    people = [trained.touchpoint(email, "plan").id for email in (ANNA, "carla@example.org")]
    trained.session.rollback()
    assert len(people) == 2
    last = {"anna@example.org", "ben@example.org", "carla@example.org"}

    def first(recipient: str) -> str:
        other = sorted(last - {recipient})[-1]
        office.at_dot = lambda _: OK
        stop_of(ground, trained, other)
        return OK

    office.at_dot = first
    trained.drain(FIRST_MAIL + 2 * DAY)

    assert len(office.arrived) == 2
    assert len(trained.mails(state=MessageState.CANCELLED)) >= 1


def stop_of(ground: Ground, world: World, email: str) -> None:
    """Somebody stops their mails in their browser; read and written beside the sender's own session."""

    def do(session: Session) -> None:
        beside = worlds.of(session)
        plan_id = beside.plan(email).id
        plans.stop(session, plan_id=plan_id, reason=StopReason.ASKED, now=FIRST_MAIL + 2 * DAY)

    worlds.elsewhere(ground, do).result(timeout=10)


def test_whoever_stops_between_intent_and_dot_gets_nothing(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "ASK_AGAIN", 0.0)
    stopped: list[str] = []

    def first(recipient: str) -> str:
        office.at_dot = lambda _: OK
        other = next(email for email in ("carla@example.org", "ben@example.org") if email != recipient)
        stop_of(ground, trained, other)
        stopped.append(other)
        return OK

    office.at_dot = first
    trained.drain(FIRST_MAIL)

    assert stopped[0] not in office.recipients
    assert len(office.arrived) == 2
    (dropped,) = trained.mails(to=stopped[0], kind=MessageKind.COMMITMENT)
    assert (dropped.state, dropped.reason) == (MessageState.CANCELLED, "cancelled at the last moment")


@pytest.mark.parametrize("fault", [b"451 later\r\n", Fault.HANG_UP], ids=["refused", "broken"])
def test_what_was_stopped_between_intent_and_dot_is_not_queued_again(
    trained: World,
    serve: Callable[..., ScriptedServer],
    ground: Ground,
    monkeypatch: pytest.MonkeyPatch,
    fault: bytes | Fault,
) -> None:
    """The connection breaks, or the server refuses for now, before anybody has asked once more."""
    monkeypatch.setattr(handing, "ASK_AGAIN", 60.0)
    server = serve({"DOT": [b"250 ok\r\n", fault]})
    real = server.answer
    opening.open_due(trained.session, now=FIRST_MAIL)
    trained.session.commit()

    def answer_(verb: str, usual: bytes) -> object:
        if verb == "DOT" and not server.deliveries:
            for email in ("anna@example.org", "ben@example.org", "carla@example.org"):
                stop_of(ground, trained, email)
        return real(verb, usual)

    server.answer = answer_  # type: ignore[method-assign,assignment]  # the test looks on while it answers

    trained.drain(FIRST_MAIL)
    trained.lease_passes(2 * MINUTE)
    trained.drain(FIRST_MAIL)

    assert len(server.deliveries) == 1
    if fault is not Fault.HANG_UP:
        assert "queued" not in states(trained)


# what the law says


def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(
    trained: World, office: PostOffice, ground: Ground
) -> None:
    """Law 3: at every moment of the conversation somebody else can write, at once."""
    written: list[str] = []

    def look(recipient: str) -> str:
        write_elsewhere(ground)
        written.append(recipient)
        return OK

    office.at_envelope = office.at_dot = look

    trained.drain(FIRST_MAIL)

    assert len(written) == 6
    assert states(trained) == ["sent"] * 3


def write_elsewhere(ground: Ground) -> None:
    statement = "UPDATE people SET version = version + 0"
    if ground.name == "sqlite":
        path = make_url(ground.store.url).database or ""
        with sqlite3.connect(path, timeout=0.2) as connection:
            connection.execute(statement)
        connection.close()
    else:
        url = ground.store.url.replace("+psycopg", "")
        with psycopg.connect(url, options="-c lock_timeout=200") as server:
            server.execute("UPDATE messages SET attempts = attempts + 0")
            server.execute(statement)


def test_a_second_attempt_is_the_same_to_the_last_octet(
    trained: World, serve: Callable[..., ScriptedServer]
) -> None:
    only(trained)
    server = serve({"DOT": [b"451 later\r\n", Fault.HANG_UP]})
    real = server.answer
    offered: list[bytes] = []
    first = serve_bytes(trained)
    assert first is None

    def keep(verb: str, usual: bytes) -> object:
        if verb == "DOT":
            offered.append(serve_bytes(trained) or b"")
        return real(verb, usual)

    server.answer = keep  # type: ignore[method-assign,assignment]  # the test looks on while it answers
    trained.drain(FIRST_MAIL)
    trained.session.execute(text("UPDATE people SET name = 'Somebody Else', email = 'new@example.org'"))\
        if False else None
    trained.session.commit()
    trained.lease_passes(2 * MINUTE)
    trained.drain(FIRST_MAIL + 60 * MINUTE)

    assert len(offered) == 2
    assert offered[0] == offered[1]
    assert now_of(trained).first_tried_at == FIRST_MAIL


def serve_bytes(world: World) -> bytes | None:
    with db_connection(world) as connection:
        return connection.execute(select(SealedMail.raw)).scalar_one_or_none()


def test_suppressed_mails_do_everything_but_leave(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground.app.extensions["mail"], "suppress", True)

    with mail.record_messages() as recorded:
        drained = trained.drain(FIRST_MAIL)

    assert drained.sent == 3
    assert office.arrived == []
    assert states(trained) == ["sent"] * 3
    assert sorted(one.recipients[0] for one in recorded) == [
        "anna@example.org", "ben@example.org", "carla@example.org",
    ]  # fmt: skip


def test_whoever_listens_hears_of_every_mail_that_left(trained: World, office: PostOffice) -> None:
    heard: list[bytes] = []

    def hear(_: object, message: object) -> None:
        heard.append(message.as_bytes())  # type: ignore[attr-defined]

    with email_dispatched.connected_to(hear):
        trained.drain(FIRST_MAIL)

    assert sorted(heard) == sorted(arrived.raw for arrived in office.arrived)


# pace


class Clock:
    """A stopwatch that only resting moves."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rested: list[float] = []

    def stopwatch(self) -> float:
        return self.now

    def rest(self, seconds: float) -> None:
        self.rested.append(seconds)
        self.now += max(0.0, seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(clock, "stopwatch", ours.stopwatch)
    monkeypatch.setattr(clock, "rest", ours.rest)
    return ours


@pytest.mark.parametrize("per_minute", [30, 12, 2])
def test_the_pace_is_kept_within_a_batch_between_batches_and_between_drains(
    world: World, office: PostOffice, ground: Ground, time: Clock, per_minute: int
) -> None:
    world.bring_in(world.open_group(), "".join(f"p{n}@example.org\n" for n in range(30)))
    moments: list[float] = []
    office.at_dot = lambda recipient: (moments.append(time.now), OK)[1]

    with ground.told(mail_per_minute=per_minute):
        for _ in range(4):
            began = time.now
            world.drain(FIRST_MAIL)
            assert time.now - began <= dispatch.DRAIN_SECONDS
            time.now += 20.0  # the ticker rings again
            world.lease_passes(timedelta(seconds=time.now - began))

    apart = 60.0 / per_minute
    gaps = [later - earlier for earlier, later in zip(moments, moments[1:], strict=False)]
    assert len(moments) > 2
    assert min(gaps) >= apart - 1e-6


def test_a_drain_ends_soon_however_slow_the_server_is(
    world: World, office: PostOffice, time: Clock
) -> None:
    """What it could not hand over is for the next one, and no mail is blamed for it."""
    world.bring_in(world.open_group(), "".join(f"p{n}@example.org\n" for n in range(30)))

    def slow(recipient: str) -> str:
        del recipient
        time.now += 4.0
        return OK

    office.at_dot = slow

    drained = world.drain(FIRST_MAIL)

    assert drained.sent == 7  # the one that was under way at the end is waited for
    waiting = world.mails(kind=MessageKind.COMMITMENT, state=MessageState.QUEUED)
    assert len(waiting) == 23
    assert {(one.lapses, one.refusals, one.retry_at) for one in waiting} == {(0, 0, None)}


def test_an_intent_that_grew_old_is_no_ground_for_a_dot(
    trained: World, serve: Callable[..., ScriptedServer], time: Clock
) -> None:
    server = serve()
    real = server.answer

    def slow(verb: str, usual: bytes) -> object:
        if verb == "DOT" and not server.deliveries:
            time.now += handing.STALE_INTENT + 1
        return real(verb, usual)

    server.answer = slow  # type: ignore[method-assign,assignment]  # the test looks on while it answers

    trained.drain(FIRST_MAIL)

    assert len(server.deliveries) == 1
    assert states(trained) == ["queued", "queued", "sent"]
