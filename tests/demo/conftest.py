"""One demo world for a module of tests: built once, on SQLite, with its mail server on a thread."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import clock, config
from coachfollow.app import create_app
from coachfollow.extensions import db
from coachfollow.flow import demo_people, demo_world
from coachfollow.flow.demo_world import World
from coachfollow.mail.postbox import Postbox
from coachfollow.models import Coaching, Cohort, FollowUpPlan, Person, Touchpoint
from coachfollow.queries import clockwork, coached, completion, ways
from coachfollow.queries.filters import EVERYTHING, Filters, GroupBy
from coachfollow.queries.ways import Way
from coachfollow.rules.attention import Need
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.measuring import People
from tests import processes
from tests.databases import SQLite
from tests.ports import free_port


@dataclass(frozen=True, slots=True)
class Visit:
    """A demo to look at: its world, its session, where its mails are filed."""

    app: Flask
    session: Session
    world: World
    mailbox: Path
    built_at: datetime
    # as it begins: tests let days pass and follow-ups end
    way_out: Way | None  # for the meeting of whoever works late
    people: People  # how many stand where
    unreached: Sequence[str]  # the follow-ups whose coach is told that mails do not arrive


@contextmanager
def post_office(folder: Path) -> Iterator[int]:
    """Run the demo's mail server on a thread; gives its port."""
    port = free_port()
    server = Controller(Postbox(folder), hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@pytest.fixture(scope="module")
def visit(sqlite: SQLite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """A demo whose training was on the last working day; the module's tests share it and its time."""
    folder = tmp_path_factory.mktemp("demo")
    with sqlite.migrated(folder) as url, post_office(folder / "mailbox") as port:
        settings = config.load(
            processes.environment(
                demo="yes",
                database_url=url,
                data_dir=folder,
                zone="Europe/Berlin",
                mail_server="127.0.0.1",
                mail_port=port,
                mail_tls="none",
                mail_per_minute=1_000_000,
                organisation="Brightwater Hotels",
            )
        )
        app = create_app(settings)
        with app.app_context():
            now = clock.now()
            session = db.session()
            world = demo_world.build(session, now=now)
            yield Visit(
                app=app,
                session=session,
                world=world,
                mailbox=folder / "mailbox",
                built_at=now.astimezone(UTC),
                way_out=_way_out(session),
                people=_people(session),
                unreached=_unreached(session),
            )
            db.session.remove()
            db.engine.dispose()


def _people(session: Session) -> People:
    organisation_id = session.scalars(select(Cohort.organisation_id)).one()
    filters = Filters(organisation_id=organisation_id, sight=EVERYTHING)
    now = clockwork.now(session)
    return completion.completion(session, filters=filters, by=GroupBy.NONE, now=now).total.people


def _unreached(session: Session) -> Sequence[str]:
    coaches = session.scalars(select(Coaching.coach_id).distinct()).all()
    people = coached.people_of(session, coach_ids=coaches, now=clockwork.now(session))
    return [
        one.public_id
        for theirs in people.values()
        for one in theirs
        if Need.UNREACHABLE in {reason.need for reason in one.reasons}
    ]


def _way_out(session: Session) -> Way | None:
    follow_up = session.scalars(
        select(Touchpoint.id)
        .join(FollowUpPlan, FollowUpPlan.id == Touchpoint.plan_id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(
            Person.email == demo_people.named(demo_people.LATE_SHIFT).email,
            Touchpoint.kind == StepKind.CHECK_IN,
        )
        .order_by(Touchpoint.due_at)
    ).first()
    return ways.of(session, follow_up=follow_up or 0, now=clockwork.now(session))
