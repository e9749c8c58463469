"""The last moment before a mail leaves: whoever stops it before its dot wins, and nobody waits for the server."""

import sqlite3
from collections.abc import Callable, Sequence

import psycopg
import pytest
from flask_mail import email_dispatched
from sqlalchemy import Connection, make_url, select, text, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.extensions import db, mail
from coachfollow.flow import answers, handing, letters, outbox, plans
from coachfollow.mail import smtp
from coachfollow.mail.outgoing import Outgoing
from coachfollow.mail.smtp import Post, Relay, Unreachable
from coachfollow.models import Base, Event, FollowUpPlan, Message, Person, SealedMail, Token, Touchpoint
from coachfollow.queries.letters import Letter
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import MessageKind, MessageState, StepKind, StopReason
from tests import processes
from tests.flow import post_office
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import OK, PostOffice
from tests.flow.world import DAY, FIRST_MAIL, Stand, World
from tests.mail.servers import Answer, Fault, scripted

ANNA, BEN, CARLA = EVERYBODY = ["anna@example.org", "ben@example.org", "carla@example.org"]
REMINDED = FIRST_MAIL + 2 * DAY


def three_are_trained(world: World) -> None:
    """Three people have been trained; nothing was sent yet."""
    world.train(*EVERYBODY)


@pytest.fixture
def trained(stand: Stand) -> World:
    return stand(three_are_trained)


def stop(ground: Ground, *emails: str) -> None:
    """These people stop their mails in their browsers while a worker is sending."""

    def do(session: Session) -> None:
        theirs = select(FollowUpPlan.id).join(Person, Person.id == FollowUpPlan.person_id)
        for plan_id in session.scalars(theirs.where(Person.email.in_(emails))).all():
            plans.stop(session, plan_id=plan_id, reason=StopReason.ASKED, now=REMINDED)

    worlds.elsewhere(ground, do).result(timeout=10)


def answer(ground: Ground, email: str) -> None:
    """Somebody writes their plan in their browser while a worker is sending."""

    def do(session: Session) -> None:
        asked = select(Touchpoint.id, FollowUpPlan.person_id).join(
            FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id
        )
        mine = asked.join(Person, Person.id == FollowUpPlan.person_id).where(Person.email == email)
        touchpoint_id, person_id = session.execute(mine.where(Touchpoint.kind == StepKind.COMMITMENT)).one()
        said = Answered(situation="a guest complains", action="listen")
        answers.record(session, touchpoint_id=touchpoint_id, person_id=person_id, answered=said, now=REMINDED)

    worlds.elsewhere(ground, do).result(timeout=10)


def at_first_dot(office: PostOffice, what: Callable[[str], None]) -> None:
    """Let something happen between the dot of the first mail and its answer."""

    def look(recipient: str) -> str:
        office.at_dot = post_office.yes
        what(recipient)
        return OK

    office.at_dot = look


@pytest.mark.parametrize("group", [1, 16], ids=["before the intent", "between intent and dot"])
def test_f27_an_answer_stops_its_reminders_at_the_last_moment(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch, group: int
) -> None:
    monkeypatch.setattr(handing, "GROUP", group)
    monkeypatch.setattr(handing, "ASK_AGAIN", 0.0)
    trained.open_mails(FIRST_MAIL)
    first = Message.kind == MessageKind.COMMITMENT
    trained.session.execute(update(Message).where(first).values(state=MessageState.SENT))
    trained.session.commit()
    spared: list[str] = []

    def answering(recipient: str) -> None:
        spared.append(next(email for email in reversed(EVERYBODY) if email != recipient))
        answer(ground, spared[0])

    at_first_dot(office, answering)
    trained.drain(REMINDED)

    assert len(office.arrived) == 2
    assert spared[0] not in office.recipients
    first_reminder = trained.mails(to=spared[0], kind=MessageKind.REMINDER)[0]
    assert first_reminder.state is MessageState.CANCELLED


def test_f27_whoever_stops_between_intent_and_dot_gets_nothing(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "ASK_AGAIN", 0.0)
    at_first_dot(office, lambda recipient: stop(ground, *(set(EVERYBODY) - {recipient})))

    trained.drain(FIRST_MAIL)

    assert len(office.arrived) == 1
    dropped = trained.mails(kind=MessageKind.COMMITMENT, state=MessageState.CANCELLED)
    assert {mail.reason for mail in dropped} == {"cancelled at the last moment"}
    assert len(dropped) == 2
    told = select(Event.name).where(Event.message_id.in_([mail.id for mail in dropped]))
    assert trained.session.scalars(told).all() == ["mail cancelled"] * 2


@pytest.mark.parametrize("ground", ["postgresql"], indirect=True)  # SQLite has one writer anyway
def test_f27_whoever_stops_while_the_intent_is_being_committed_is_heard(
    trained: World, ground: Ground
) -> None:
    trained.open_mails(FIRST_MAIL)
    mails = Message.kind == MessageKind.COMMITMENT
    trained.session.execute(update(Message).where(mails).values(state=MessageState.CLAIMED))
    trained.session.commit()

    def cancel(session: Session) -> None:
        outbox.cancel(session, mails, reason="it was answered", now=FIRST_MAIL)
        session.commit()

    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with db.engine.connect() as sender:
        sender.execute(update(Message).where(mails).values(state=MessageState.HANDING))
        stopping = worlds.elsewhere(ground, cancel)
        processes.until(lambda: bool(sender.scalar(waiting)))
        sender.commit()
    stopping.result(timeout=10)

    assert {mail.unwanted for mail in trained.mails(kind=MessageKind.COMMITMENT)} == {True}


@pytest.mark.parametrize("fault", [b"451 later\r\n", Fault.HANG_UP], ids=["refused", "broken"])
def test_f27_what_was_stopped_while_it_was_handed_over_is_not_sent_later(
    trained: World, ground: Ground, monkeypatch: pytest.MonkeyPatch, fault: Answer
) -> None:
    """The server says “not now”, or is gone, before anybody could ask once more."""
    monkeypatch.setattr(handing, "ASK_AGAIN", 60.0)
    with scripted({"DOT": [b"250 ok\r\n", fault, fault]}) as server, ground.told(mail_port=server.port):
        stopped: list[str] = []

        def look(verb: str) -> None:
            if verb == "DOT" and not stopped:
                stopped.extend(EVERYBODY)
                stop(ground, *EVERYBODY)

        post_office.watch(server, look)
        trained.drain(FIRST_MAIL)
        trained.lease_passes(10 * DAY / 24 / 60)
        trained.drain(FIRST_MAIL)

        assert len(server.deliveries) == 1
        assert "queued" not in trained.outcomes()


def test_what_the_server_took_is_settled_though_there_is_no_second_connection(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mail dropped at the last moment costs the connection; the one before it had been taken all the same."""
    monkeypatch.setattr(handing, "ASK_AGAIN", 0.0)
    connect = smtp.connect
    connections: list[Relay] = []

    def once(relay: Relay, *, ends_at: float) -> Post:
        connections.append(relay)
        if len(connections) > 1:
            raise Unreachable("The mail server is gone.")
        return connect(relay, ends_at=ends_at)

    monkeypatch.setattr(smtp, "connect", once)
    at_first_dot(office, lambda recipient: unwant_next(ground, recipient))

    trained.drain(FIRST_MAIL)

    assert len(office.arrived) == 1
    assert trained.outcomes() == ["cancelled", "queued", "sent"]


def unwant_next(ground: Ground, recipient: str) -> None:
    """Stop the mail after the first: its body is offered, its dot is not."""
    with ground.connection() as connection:
        done = connection.execute(
            select(Message.id)
            .join(Person, Person.id == Message.person_id)
            .where(Person.email == recipient, Message.n == 0)
        ).scalar_one()
        handed = select(Message.id).where(Message.state == MessageState.HANDING, Message.id != done)
        following = connection.execute(handed.order_by(Message.send_at, Message.id)).scalars().first()
        connection.execute(update(Message).where(Message.id == following).values(unwanted=True))
        connection.commit()


def test_no_transaction_is_open_while_the_mail_server_is_spoken_to(
    trained: World, office: PostOffice, ground: Ground
) -> None:
    """Law 3: at every moment of the conversation anybody else can write, at once."""
    written: list[str] = []

    def look(recipient: str) -> str:
        write_beside(ground)
        written.append(recipient)
        return OK

    office.at_envelope = office.at_dot = look

    trained.drain(FIRST_MAIL)

    assert sorted(written) == sorted(EVERYBODY * 2)
    assert trained.outcomes() == ["sent"] * 3


def write_beside(ground: Ground) -> None:
    """Write to every row a sender cares about, and wait for nobody."""
    statements = ("UPDATE messages SET attempts = attempts + 0", "UPDATE people SET version = version + 0")
    if ground.name == "sqlite":
        connection = sqlite3.connect(make_url(ground.store.url).database or "", timeout=0.2)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return
    with psycopg.connect(ground.store.url, options="-c lock_timeout=200") as server:
        for statement in statements:
            server.execute(statement)


def test_g3_a_second_attempt_is_the_same_to_the_last_octet(
    world: World, office: PostOffice, ground: Ground
) -> None:
    """Even to the same address, though its owner has another one and another name by now."""
    world.train(ANNA)
    offered: list[bytes] = []

    def refuse(recipient: str) -> str:
        del recipient
        with ground.connection() as connection:
            sealed = connection.execute(select(SealedMail.raw)).scalar_one()
            message = connection.execute(select(Message.public_id).where(Message.n == 0)).scalar_one()
        offered.append(ground.installation.vault.open_mail(sealed, message=message))
        return "451 later"

    office.at_dot = refuse
    world.drain(FIRST_MAIL)
    moved = {"email": "anna.new@example.org", "name": "Anna New"}
    world.session.execute(update(Person).where(Person.email == ANNA).values(**moved))
    world.session.commit()
    world.lease_passes(DAY / 24)
    office.at_dot = post_office.yes
    world.drain(FIRST_MAIL + DAY)

    (arrived,) = office.arrived
    assert arrived.raw == offered[0]
    assert arrived.recipient == ANNA
    (sent,) = world.mails(kind=MessageKind.COMMITMENT)
    assert (sent.first_tried_at, sent.attempts) == (FIRST_MAIL, 2)


def test_bytes_are_sealed_while_they_wait_and_forgotten_once_they_are_final(
    world: World, office: PostOffice
) -> None:
    world.train(ANNA)
    office.at_dot = lambda _: "451 later"
    world.drain(FIRST_MAIL)
    waiting = world.session.scalars(select(SealedMail.raw)).one()
    assert b"anna" not in waiting
    assert b"/a/" not in waiting
    world.lease_passes(DAY / 24)
    office.at_dot = post_office.yes

    world.drain(FIRST_MAIL)

    assert world.session.scalars(select(SealedMail.message_id)).all() == []
    assert len(office.arrived) == 1


def test_the_database_holds_no_live_link(trained: World, office: PostOffice, ground: Ground) -> None:
    trained.drain(FIRST_MAIL)
    links = {
        part.rpartition("/")[2].split("?")[0]
        for arrived in office.arrived
        for part in arrived.message.get_body(("plain",)).get_content().split()  # type: ignore[union-attr]
        if "/a/" in part or "/p/" in part or "/s/" in part
    }
    assert len(links) == 9

    with ground.connection() as connection:
        everything = dump(connection)

    assert not [link for link in links if link in everything]
    hashes = set(trained.session.scalars(select(Token.hash)))
    assert {vault.token_hash(link) for link in links} <= hashes


def dump(connection: Connection) -> str:
    """Every value of every table, as text."""
    return "\n".join(
        repr(tuple(row))
        for table in Base.metadata.sorted_tables
        for row in connection.execute(table.select())
    )


def test_what_cannot_be_written_is_told_and_the_rest_goes_out(
    trained: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = letters._Desk._raw

    def spoilt(self: letters._Desk, letter: Letter, parts: Sequence[Letter]) -> bytes:
        if letter.address == ANNA:
            raise LookupError("a word is missing")
        return write(self, letter, parts)

    monkeypatch.setattr(letters._Desk, "_raw", spoilt)

    trained.drain(FIRST_MAIL)

    failed = trained.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (failed.state, failed.reason) == (MessageState.FAILED, "a word is missing")
    assert sorted(office.recipients) == [BEN, CARLA]


def test_suppressed_mails_do_everything_but_leave(
    trained: World, office: PostOffice, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground.app.extensions["mail"], "suppress", True)

    with mail.record_messages() as recorded:
        drained = trained.drain(FIRST_MAIL)

    assert (drained.sent, office.arrived) == (3, [])
    assert trained.outcomes() == ["sent"] * 3
    assert sorted(one.recipients[0] for one in recorded) == EVERYBODY


def test_whoever_listens_hears_of_every_mail_that_left(trained: World, office: PostOffice) -> None:
    heard: list[bytes] = []

    def hear(_: object, message: Outgoing) -> None:
        heard.append(message.as_bytes())

    with email_dispatched.connected_to(hear):
        trained.drain(FIRST_MAIL)

    assert sorted(heard) == sorted(arrived.raw for arrived in office.arrived)
    assert len(heard) == 3


def test_g3_a_group_of_intents_is_one_commit_and_never_more_than_sixteen(
    world: World, office: PostOffice, ground: Ground
) -> None:
    """What a crash may leave in doubt is what is being handed over: sixteen at most."""
    world.train(*(f"p{n}@example.org" for n in range(80)))
    handed: list[int] = []

    def look(recipient: str) -> str:
        del recipient
        with ground.connection() as connection:
            handed.append(
                connection.execute(text("SELECT count(*) FROM messages WHERE state = 'handing'")).scalar_one()
            )
        return OK

    office.at_dot = look
    world.drain(FIRST_MAIL)

    assert max(handed) == handing.GROUP
    assert world.outcomes() == ["sent"] * 80
