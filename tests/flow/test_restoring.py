"""An old backup is restored: what may have left since is held and told, and nothing is sent again unasked."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select

from coachfollow.extensions import db
from coachfollow.flow import journals, postmaster
from coachfollow.models import DrainLease
from coachfollow.queries import status
from coachfollow.rules import doubt
from coachfollow.rules.kinds import MessageKind, MessageState
from tests.flow import world as worlds
from tests.flow.grounds import Ground
from tests.flow.post_office import PostOffice
from tests.flow.test_reconciling import one_is_due
from tests.flow.world import DAY, FIRST_MAIL, Stand, World

ANNA = "anna@example.org"
numbers = count()
LATER = FIRST_MAIL + timedelta(minutes=1)


def somebody_was_trained(world: World) -> None:
    """Anna has been trained; her first mail is not even queued."""
    world.train(ANNA)


@pytest.fixture(params=[one_is_due, somebody_was_trained])
def due(request: pytest.FixtureRequest, stand: Stand, ground: Ground, tmp_path: Path) -> Iterator[World]:
    """A world whose marker and journals are its own; the backup was made with the mail queued, or before."""
    with ground.told(data_dir=tmp_path):
        yield stand(request.param)


def back_up(ground: Ground) -> str:
    """Keep a backup, while nobody is connected; gives its name."""
    name = f"backup {next(numbers)}"
    db.session.remove()
    db.engine.dispose()
    ground.store.save(name)
    return name


def restore(ground: Ground, backup: str) -> World:
    """Put a backup back; what lies beside the database stays."""
    db.session.remove()
    db.engine.dispose()
    ground.store.restore(backup)
    return worlds.of(db.session())


def highest_fence(world: World) -> int:
    """The last number that a claim took."""
    found = world.session.scalar(select(func.max(DrainLease.fence)))
    world.session.rollback()
    return found or 0


def test_f31_what_left_since_an_old_backup_is_held_and_not_sent_again(
    due: World, ground: Ground, office: PostOffice
) -> None:
    backup = back_up(ground)
    due.drain(FIRST_MAIL)
    used = highest_fence(due) - 1  # the last is that of a place that was left
    assert office.recipients == [ANNA]

    restored = restore(ground, backup)
    for moment in (LATER, LATER, LATER + timedelta(hours=1)):
        restored.drain(moment)

    mail = restored.mail(to=ANNA, kind=MessageKind.COMMITMENT)
    assert (mail.state, mail.reason) == (MessageState.IN_DOUBT, doubt.RESTORED)
    assert restored.events("mail in doubt") == 1
    assert office.recipients == [ANNA]
    assert highest_fence(restored) > used
    said = [one.sentence for one in status.status(restored.session, now=LATER).findings if one.is_problem]
    assert any(sentence.startswith("An old backup was restored: one mail may have left") for sentence in said)


def test_f31_what_comes_after_the_lost_interval_leaves_as_ever(
    due: World, ground: Ground, office: PostOffice
) -> None:
    backup = back_up(ground)
    due.drain(FIRST_MAIL)
    restored = restore(ground, backup)

    restored.drain(LATER)
    restored.live(FIRST_MAIL + 3 * DAY, since=LATER)

    assert office.recipients.count(ANNA) > 1
    assert restored.kinds(to=ANNA, state=MessageState.IN_DOUBT) == [MessageKind.COMMITMENT]


def test_f31_somebody_may_send_what_is_held(due: World, ground: Ground, office: PostOffice) -> None:
    backup = back_up(ground)
    due.drain(FIRST_MAIL)
    restored = restore(ground, backup)
    restored.drain(LATER)
    held = restored.mail(to=ANNA, kind=MessageKind.COMMITMENT)

    postmaster.resend(
        restored.session,
        organisation_id=restored.organisation_id,
        public_ids=[held.public_id],
        reason="the mail server knows nothing of it",
        actor_id=None,
        now=LATER,
    )
    restored.drain(LATER)

    assert office.recipients == [ANNA, ANNA]


def test_f31_a_backup_of_which_nothing_was_lost_holds_nothing(
    due: World, ground: Ground, office: PostOffice
) -> None:
    due.drain(FIRST_MAIL)
    backup = back_up(ground)

    restore(ground, backup).drain(LATER)

    assert due.outcomes() == ["sent"]
    assert office.recipients == [ANNA]


@pytest.mark.parametrize("torn", ["", "12", "twelve 2026-03-03T17:00:00+00:00"])
def test_f31_a_torn_marker_says_nothing_and_is_written_anew(
    due: World, office: PostOffice, torn: str
) -> None:
    due.drain(FIRST_MAIL - timedelta(hours=1))
    (marker,) = journals.folder().glob("*.marker")
    marker.write_text(torn)

    due.drain(FIRST_MAIL)

    assert office.recipients == [ANNA]
    assert marker.read_text().split()[0].isdigit()
