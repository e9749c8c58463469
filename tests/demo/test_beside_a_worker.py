"""The demo's clock beside its own worker: who finds the place at the mail server taken waits for its turn."""

import threading

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.config import Settings
from coachfollow.extensions import db, lease_time
from coachfollow.flow import claims, demo, signin
from coachfollow.models import Message
from coachfollow.queries import clockwork
from coachfollow.rules.kinds import Role
from tests import house


def test_a_mail_that_is_due_is_waited_for(app: Flask, session: Session, settings: Settings) -> None:
    house.open_house(session, settings).appoint("ada@example.org", Role.OPERATOR)
    now = clock.now()
    signin.ask(session, email="ada@example.org", browser="b", visitor="v", now=now)
    place = claims.take_place(session, lease=lease_time(session))
    session.commit()
    assert place is not None

    def end_its_drain() -> None:
        clock.rest(0.2)
        with app.app_context():
            claims.leave_place(db.session(), place)
            db.session.commit()

    worker = threading.Thread(target=end_its_drain)
    worker.start()
    demo._send(session, now)
    worker.join()

    assert not clockwork.is_mail_waiting(session, now=now)
    assert session.scalars(select(Message.retry_at)).one() is not None  # tried: no mail server is there
