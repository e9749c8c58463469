"""What was being handed over when its sender vanished: ruled by the journal, then by the settings."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from coachfollow.extensions import lease_time
from coachfollow.flow import claims, journals, outbox, reconciling, settlements
from coachfollow.flow.claims import Place
from coachfollow.mail import journal
from coachfollow.mail.journal import Journal
from coachfollow.mail.listening import Reply
from coachfollow.models import Message
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.flow import post_office
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.world import FIRST_MAIL, HOLD, LEASE, Stand, World

ANNA = "anna@example.org"
OK = Reply(250, "2.0.0 Ok: queued as Q1")


def one_is_due(world: World) -> None:
    """Anna has been trained, and her first mail is due."""
    world.train(ANNA)
    world.open_mails(FIRST_MAIL)


@pytest.fixture
def due(stand: Stand, ground: Ground, tmp_path: Path) -> Iterator[World]:
    """A world whose journals are its own."""
    world = stand(one_is_due)
    with ground.told(data_dir=tmp_path):
        yield world


def hand_over_and_die(
    world: World, *, dot: bool = True, reply: Reply | None = None, journal_id: str | None = None
) -> None:
    """A sender intends Anna's mail, journals so much of it, and is killed; its hold is over by now."""
    ours = Journal(journals.folder(), journals.machine())
    place = claims.take_place(world.session, lease=lease_time(world.session))
    assert place is not None
    (mail,) = claims.claim(
        world.session, place=place, now=FIRST_MAIL, most=1, journal_id=journal_id or ours.id
    )
    if dot:
        ours.dot(mail, place.fence)
    if reply:
        ours.reply(mail, place.fence, reply)
    ours.close()
    hold = place.taken.seconds + HOLD.total_seconds()
    handing = update(Message).where(Message.id == mail).values(state=MessageState.HANDING, hold_until=hold)
    world.session.execute(handing)
    world.session.commit()
    world.lease_passes(HOLD)


def recover(world: World) -> Message:
    """Let a drain rule, and give what became of Anna's mail."""
    reconciling.recover(world.session, lease=lease_time(world.session), now=FIRST_MAIL)
    journals.put_away(world.session)
    world.session.commit()
    return world.mail(to=ANNA, kind=MessageKind.COMMITMENT)


@pytest.mark.parametrize(
    ("reply", "state", "remark"),
    [
        (OK, MessageState.SENT, "taken: the server's words with its queue id are kept"),
        (Reply(550, "5.1.1 nobody"), MessageState.FAILED, "refused for good"),
        (Reply(452, "4.2.2 full"), MessageState.QUEUED, "refused for now"),
    ],
)
def test_g2_a_reply_in_the_journal_rules(due: World, reply: Reply, state: MessageState, remark: str) -> None:
    hand_over_and_die(due, reply=reply)

    mail = recover(due)

    assert (mail.state, mail.server_reply, mail.fence) == (state, str(reply), 0), remark
    assert (mail.retry_at is not None, mail.refusals) == ((True, 1) if reply.code == 452 else (False, 0))
    assert due.touchpoint(ANNA, "plan").undeliverable is (state is MessageState.FAILED)
    assert due.events(f"mail {'put off' if state is MessageState.QUEUED else state.value}") == 1


def test_f01_without_a_dot_in_the_journal_it_never_left_and_is_tried_alone(
    due: World, office: PostOffice
) -> None:
    hand_over_and_die(due, dot=False)

    mail = recover(due)

    assert (mail.state, mail.resends, mail.lapses) == (MessageState.QUEUED, 0, 1)
    due.drain(FIRST_MAIL)
    assert office.recipients == [ANNA]


def test_f11_five_senders_that_died_before_the_dot_make_it_poison(due: World) -> None:
    for _ in range(reconciling.MOST_LAPSES):
        hand_over_and_die(due, dot=False)
        recover(due)

    mail = due.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (mail.state, mail.reason) == (MessageState.FAILED, reconciling.POISON)


def test_g3_f15_with_a_dot_and_no_reply_it_is_sent_again_once_and_then_in_doubt(due: World) -> None:
    hand_over_and_die(due)
    assert (recover(due).state, recover(due).resends) == (MessageState.QUEUED, 1)

    hand_over_and_die(due)
    assert recover(due).state is MessageState.IN_DOUBT
    assert due.events("mail in doubt") == 1


@pytest.mark.parametrize(
    ("settings", "state", "remark"),
    [
        ({"on_doubt": "hold"}, MessageState.IN_DOUBT, "nothing is sent twice here"),
        (
            {"on_doubt": "hold", "on_doubt_by_kind": (("commitment", "resend"),)},
            MessageState.QUEUED,
            "but this",
        ),
        ({"on_doubt_by_kind": (("commitment", "hold"),)}, MessageState.IN_DOUBT, "not this kind"),
        ({"on_doubt_by_kind": (("prompt", "hold"),)}, MessageState.QUEUED, "another kind"),
        ({"max_resends": 0}, MessageState.IN_DOUBT, "never again is as good as hold"),
        ({"max_resends": 2}, MessageState.QUEUED, "twice"),
    ],
)
def test_g3_f15_what_is_in_doubt_becomes_what_the_installation_prefers(
    due: World, ground: Ground, settings: dict[str, object], state: MessageState, remark: str
) -> None:
    hand_over_and_die(due)

    with ground.told(**settings):
        assert recover(due).state is state, remark


def test_what_was_stopped_or_is_too_late_is_not_sent_again(due: World) -> None:
    hand_over_and_die(due)
    due.session.execute(update(Message).values(unwanted=True))
    due.session.commit()

    assert recover(due).state is MessageState.IN_DOUBT


def test_f27_what_was_stopped_and_never_left_is_cancelled(due: World) -> None:
    hand_over_and_die(due, dot=False)
    due.session.execute(update(Message).values(unwanted=True))
    due.session.commit()

    assert recover(due).state is MessageState.CANCELLED
    assert (due.events("mail cancelled"), due.events("mail taken back")) == (1, 0)


def test_g2_what_may_have_arrived_is_never_said_to_be_too_late_or_failed(
    due: World, office: PostOffice
) -> None:
    hand_over_and_die(due)
    recover(due)

    due.session.execute(update(Message).values(expires_at=FIRST_MAIL))
    due.session.commit()

    due.drain(FIRST_MAIL)

    mail = due.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (mail.state, mail.reason) == (MessageState.IN_DOUBT, claims.TOO_LATE)
    assert office.arrived == []


def stopped_while_it_waits(world: World) -> None:
    mail = world.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    outbox.take_back(world.session, message_ids=[mail.id], reason="the plan was stopped", now=FIRST_MAIL)
    world.session.commit()


def stopped_before_its_next_dot(world: World) -> None:
    hand_over_and_die(world, dot=False)
    world.session.execute(update(Message).values(unwanted=True))
    world.session.commit()


def stopped_at_the_last_moment(world: World) -> None:
    stopped_before_its_next_dot(world)
    mail, lease = world.mail(to=ANNA, kind=MessageKind.COMMITMENT), lease_time(world.session)
    place = Place(id=1, fence=mail.fence, taken=lease, failures=0, before=0)
    settlements.drop_unwanted(world.session.connection(), ids=[mail.id], place=place, now=FIRST_MAIL)
    world.session.commit()
    world.session.expire_all()


@pytest.mark.parametrize(
    "stop",
    [stopped_while_it_waits, stopped_before_its_next_dot, stopped_at_the_last_moment],
    ids=lambda stop: stop.__name__,
)
def test_what_may_have_arrived_is_never_said_to_be_cancelled(
    due: World, stop: Callable[[World], None]
) -> None:
    hand_over_and_die(due)
    assert recover(due).state is MessageState.QUEUED

    stop(due)

    assert recover(due).state is MessageState.IN_DOUBT


def test_what_may_have_arrived_and_is_refused_now_stays_in_doubt_with_the_servers_words(
    due: World, office: PostOffice
) -> None:
    hand_over_and_die(due)
    office.at_dot = lambda _: "554 5.7.1 you said that before"

    due.drain(FIRST_MAIL)

    mail = due.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (mail.state, mail.server_reply) == (MessageState.IN_DOUBT, "554 5.7.1 you said that before")


def test_f23_after_a_power_cut_a_missing_dot_proves_nothing(
    due: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page cache with the journal's last lines is gone, what had left the machine is not."""
    hand_over_and_die(due, dot=False)
    monkeypatch.setattr("coachfollow.clock.boot", lambda: "after the power cut")

    mail = recover(due)

    assert (mail.state, mail.resends) == (MessageState.QUEUED, 1)


def test_a_journal_that_is_not_here_gets_a_minute_to_be_ruled_by_where_it_is(due: World) -> None:
    hand_over_and_die(due, dot=False, journal_id="on another host")
    assert recover(due).state is MessageState.HANDING

    due.lease_passes(LEASE)

    assert (recover(due).state, recover(due).resends) == (MessageState.QUEUED, 1)


def test_nothing_is_ruled_before_its_hold_is_over(due: World) -> None:
    hand_over_and_die(due, reply=OK)
    due.lease_passes(-LEASE)

    assert recover(due).state is MessageState.HANDING
    assert len(list(journals.folder().iterdir())) == 1


def test_a_journal_is_put_away_when_all_its_mails_are_settled(due: World) -> None:
    hand_over_and_die(due, reply=OK)

    recover(due)

    assert list(journals.folder().iterdir()) == []


def test_a_batch_under_way_keeps_its_journal_when_the_next_begins_another(
    due: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "FULL", 1)
    under_way = journals.current()
    following = journals.current()

    under_way.dot(7, 3)

    assert following.id != under_way.id
    assert journals.evidence([under_way.id])[under_way.id].dots == {(7, 3)}
    journals.put_away(due.session)
    assert {path.stem for path in journals.folder().iterdir()} == {under_way.id, following.id}


def test_f05_a_sender_that_was_only_frozen_finds_nothing_of_its_own(
    due: World, office: PostOffice, ground: Ground
) -> None:
    """It wakes up after its hold, when the mail has been ruled about; its own outcome changes nothing."""

    def freeze(recipient: str) -> str:
        with ground.connection() as connection:
            gone = {"lease_until": 0.0, "hold_until": 0.0, "journal_id": None}
            connection.execute(update(Message).where(Message.state == MessageState.HANDING).values(**gone))
            connection.commit()
        with ground.told(on_doubt="hold"):
            worlds.elsewhere(ground, rule).result(timeout=10)
        return post_office.yes(recipient)

    def rule(session: Session) -> None:
        reconciling.recover(session, lease=lease_time(session), now=FIRST_MAIL)
        session.commit()

    office.at_dot = freeze
    due.drain(FIRST_MAIL)

    assert office.recipients == [ANNA]
    assert due.mail(to=ANNA, kind=MessageKind.COMMITMENT).state is MessageState.IN_DOUBT
    assert due.events("mail sent") == 0


def test_f22_no_journal_no_dot(due: World, ground: Ground, office: PostOffice) -> None:
    """The disk is full, or the folder is somebody else's; the next drain looks again."""
    blocked = ground.installation.settings.data_dir / "file"
    blocked.write_text("")
    with ground.told(data_dir=blocked):
        drained = due.drain(FIRST_MAIL)

    assert (drained.sent, office.arrived) == (0, [])
    assert due.mail(to=ANNA, kind=MessageKind.COMMITMENT).state is MessageState.QUEUED
    due.drain(FIRST_MAIL)
    assert office.recipients == [ANNA]


def test_f22_a_disk_that_fills_up_in_the_middle_stops_the_next_dot(
    world: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server has taken is settled all the same; nothing more leaves until there is room."""
    world.train(ANNA, "ben@example.org")
    write = os.write

    def full(file: int, octets: bytes) -> int:
        return write(file, octets if b"DOT" in octets or octets.startswith(b"coach") else octets[:3])

    monkeypatch.setattr("os.write", full)
    drained = world.drain(FIRST_MAIL)
    monkeypatch.undo()

    assert drained.sent == len(office.arrived) == 1
    assert world.outcomes() == ["queued", "sent"]
    world.lease_passes(LEASE * 2)
    world.drain(FIRST_MAIL)
    assert sorted(office.recipients) == [ANNA, "ben@example.org"]


def test_f01_f35_what_a_sender_settled_before_it_died_reaches_its_follow_ups_once(
    due: World, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was killed between the commit of its outcomes and what follows from them."""

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    office.at_dot = lambda _: "550 5.1.1 nobody"
    with monkeypatch.context() as dying:
        dying.setattr("coachfollow.flow.outcomes.follow_up", die)
        with pytest.raises(KeyboardInterrupt):
            due.drain(FIRST_MAIL)
    due.session.rollback()
    assert (due.outcomes(), due.touchpoint(ANNA, "plan").undeliverable) == (["failed"], False)

    due.lease_passes(LEASE)
    for _ in range(2):
        due.drain(FIRST_MAIL)

    assert due.touchpoint(ANNA, "plan").undeliverable
    assert due.events("mail failed") == 1
