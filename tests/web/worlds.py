"""A small world for the pages, built by flow functions: who lives in it, and the links their mails hold."""

import email
import email.policy
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow import config
from coachfollow.extensions import db
from coachfollow.flow import letters, placing
from coachfollow.models import Message, Person
from coachfollow.rules.kinds import MessageKind, MessageState, Role
from tests import house
from tests.databases import running_app
from tests.house import AFTER, DAY, House

ANNA, PAUL, MIRA = "anna@example.org", "paul@example.org", "mira@example.org"
BEN, CLEO = "ben@example.org", "cleo@example.org"  # coaches
GRETA, HANS = "greta@example.org", "hans@example.org"  # managers
LENA, OLGA = "lena@example.org", "olga@example.org"  # L&D, operator
NAMES = {
    ANNA: "Anna Berg",
    PAUL: "Paul Roth",
    MIRA: "Mira Sand",
    BEN: "Ben Okoro",
    CLEO: "Cleo Marsh",
    GRETA: "Greta Wolf",
    HANS: "Hans Lorenz",
}
ASKED = AFTER + 8 * DAY  # the first question is open
CARD = AFTER + 31 * DAY  # the manager's card is open

# for tests of pages alone: which make the database is of does not matter to them
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SECRETS = {
    "secret_key": "a secret for tests, nowhere else " + "0" * 16,
    "external_url": "http://localhost:5000",
    "mail_from": "followup@example.org",
}

_LINK = re.compile(r"https?://\S+?/(?P<door>a|p|s|u|sign-in)/(?P<token>[\w-]{32})(?P<rest>\?\S*)?")


@dataclass(frozen=True, slots=True)
class World:
    """The app with its people in it. Look inside only between requests: a request has a context of its own."""

    app: Flask

    @contextmanager
    def inside(self) -> Iterator[House]:
        """Look at the house, or change it, as its flow functions do."""
        with self.app.app_context():
            session: Session = db.session()
            first = session.scalars(select(Person.organisation_id).order_by(Person.id).limit(1)).first()
            yield House(session, first or 1)

    def links(
        self, recipient: str, kind: MessageKind, *, n: int = 0, now: datetime = ASKED
    ) -> Mapping[str, str]:
        """Write somebody's mail, and give its links by their door: a, p, s, u and sign-in."""
        with self.inside() as home:
            message_id = home.session.scalars(
                select(Message.id)
                .join(Person, Person.id == Message.person_id)
                .where(Person.email == recipient, Message.kind == kind, Message.n == n)
                .order_by(Message.id.desc())
                .limit(1)
            ).one()
            written = letters.write(home.session, message_ids=[message_id], now=now)[0]
            letters.enter(home.session.connection(), [written])
            home.session.commit()
        assert written.problem is None, written.problem
        return links_of(written.raw)

    def mails(self, recipient: str, kind: MessageKind) -> int:
        """How many mails of a kind wait for somebody."""
        with self.inside() as home:
            rows = select(Message.id).join(Person, Person.id == Message.person_id)
            return len(
                home.session.scalars(rows.where(Person.email == recipient, Message.kind == kind)).all()
            )

    def place_meetings(self) -> None:
        """Ben can be booked, so that the meetings with his people have a time."""
        with self.inside() as home:
            home.bookable(BEN)
            placing.place_due(home.session, now=ASKED - 3 * DAY)

    def invite_to_meetings(self) -> None:
        """The invitations to meetings that have a time are sent."""
        with self.inside() as home:
            home.session.execute(
                update(Message)
                .where(Message.kind == MessageKind.INVITATION)
                .values(state=MessageState.SENT, settled_at=ASKED)
            )
            home.session.commit()

    def reads_german(self, *people: str, locale: str = "de") -> None:
        """Let these people read German, or another language."""
        with self.inside() as home:
            for address in people:
                home.session.get_one(Person, home.person(address)).locale = locale
            home.session.commit()

    def plan(self, person: str) -> str:
        """The public id of somebody's plan."""
        with self.inside() as home:
            return home.plan(person).public_id

    def touchpoint(self, person: str, step: str) -> int:
        """The id of one of somebody's follow-ups."""
        with self.inside() as home:
            return home.touchpoint(person, step).id


def links_of(raw: bytes) -> Mapping[str, str]:
    """The first link of each door in a mail; `u` stands in its header."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    body = mail.get_body(("plain",))
    text = f"{mail['List-Unsubscribe'] or ''}\n{body.get_content() if body else ''}"
    found: dict[str, str] = {}
    for link in _LINK.finditer(text):
        found.setdefault(link["door"], link[0].rstrip(">,"))
    return found


def build(url: str, *, data_dir: Path, crowd: Sequence[str] = ()) -> None:
    """Let everybody move into the database at this address; its secret is that of the tests' settings."""
    given = {"database_url": url, "data_dir": data_dir} | SECRETS
    settings = config.load({f"COACHFOLLOW_{name.upper()}": str(value) for name, value in given.items()})
    with running_app(settings) as app, app.app_context():
        settle(house.open_house(db.session(), settings), crowd=crowd)
        settle_abroad(db.session())


def settle(home: House, *, crowd: Sequence[str] = ()) -> None:
    """Let everybody move in: two coaches, a manager, L&D, an operator, three participants; a crowd beside Anna."""
    home.appoint(LENA, Role.LND, name="Lena Torp")
    home.appoint(OLGA, Role.OPERATOR, name="Olga Brandt")
    for address, name in NAMES.items():
        home.person(address, name=name)
    spring = home.group(coaches=[BEN])
    home.manages(GRETA, ANNA, *crowd)
    home.manages(HANS, PAUL)
    home.attend(spring, "".join(f"{email}\n" for email in (ANNA, PAUL, *crowd)))
    autumn = home.group("autumn", coaches=[CLEO])
    home.attend(autumn, f"{MIRA}\n")
    home.pass_time(AFTER + DAY)
    home.commit_to(ANNA, "a guest complains", "listen before I explain", now=AFTER + DAY)
    home.pass_time(ASKED)


def settle_abroad(session: Session) -> None:
    """Let a second organisation have one of each, too."""
    abroad = house.another(session)
    abroad.appoint("lars@example.net", Role.LND)
    abroad.appoint("odin@example.net", Role.OPERATOR)
    abroad.manages("gina@example.net", "nora@example.net")
    there = abroad.group(coaches=["bo@example.net"])
    abroad.attend(there, "Nora Lind <nora@example.net>\n")
    abroad.pass_time(ASKED)
