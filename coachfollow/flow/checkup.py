"""Looks at what no page may wait for: the mail server, Redis and its workers, the secret; and says what to do."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from sqlalchemy.orm import Session

from coachfollow import bell
from coachfollow.config import Settings
from coachfollow.config.table import TABLE
from coachfollow.extensions import installation
from coachfollow.flow import erasures, relays, renewing
from coachfollow.mail import smtp
from coachfollow.mail.smtp import Refused, Unreachable
from coachfollow.queries import keys, programmes
from coachfollow.rules import shipped
from coachfollow.rules.health import Finding
from coachfollow.vault import WrongKey

HERE = frozenset({"127.0.0.1", "localhost", "::1"})  # nobody sits between this machine and itself
PATIENCE = 5.0  # seconds for the mail server
ROOM = 100_000_000  # octets that the data folder needs at least: send journals, a large list, a copy of the database

EARLIER = "COACHFOLLOW_SECRET_KEY_PREVIOUS"
NO_BELL = "No Redis is named: `coachfollow up` starts one of its own; workers without one need --no-redis."


def look(session: Session) -> Sequence[Finding]:
    """Try everything that can be tried without changing anything."""
    settings = installation().settings
    about_data = [
        _secret(session),
        *_earlier_secret(session, settings),
        *_erased(session),
        *_invented(session, settings),
    ]
    session.rollback()  # no transaction is open while the network is
    return [
        *about_data,
        *map(_advice, _unsaid(settings)),
        disk(),
        _mail_server(settings),
        *_bell(settings),
    ]


def disk() -> Finding:
    """Whether the data folder of this machine takes what has to be written: without a journal no mail leaves."""
    folder = installation().settings.data_dir.absolute()
    there = next(one for one in (folder, *folder.parents) if one.is_dir())
    if not os.access(there, os.W_OK | os.X_OK):
        said = (
            f"The data folder {folder} cannot be written, so no mail leaves from this machine. See whose it is, and"
            " whether its disk is read-only; nothing is lost meanwhile."
        )
        return Finding(is_problem=True, sentence=said)
    free = shutil.disk_usage(there).free
    if free < ROOM:
        said = (
            f"The disk of the data folder {folder} is nearly full ({free // 1_000_000} MB left). Make room: where"
            " nothing can be written, no mail leaves and no answer is kept."
        )
        return Finding(is_problem=True, sentence=said)
    return Finding(is_problem=False, sentence="The data folder can be written, and its disk has room.")


def _secret(session: Session) -> Finding:
    """Whether the secret opens what was sealed: a database restored beside another secret does not."""
    key = keys.any_key(session)
    if key is None:
        return Finding(is_problem=False, sentence="No private text was sealed yet; the secret is set.")
    try:
        key.check()
    except WrongKey:
        return Finding(
            is_problem=True,
            sentence="COACHFOLLOW_SECRET_KEY does not open the private texts in this database. Set the one they"
            " were written with, or add it to COACHFOLLOW_SECRET_KEY_PREVIOUS.",
        )
    return Finding(is_problem=False, sentence="The secret opens the private texts.")


def _earlier_secret(session: Session, settings: Settings) -> Sequence[Finding]:
    """Whether an earlier secret is still needed; the sooner it can go, the better."""
    if not settings.secret_key_previous:
        return []
    left = renewing.left(session)
    if left:
        return [
            _advice(f"{EARLIER} still opens keys or mails ({left}); within an hour they are sealed anew.")
        ]
    return [_advice(f"{EARLIER} opens nothing any more that the secret in use does not: take it away.")]


def _erased(session: Session) -> Sequence[Finding]:
    """Whom the log of erasures knows and the database does not: an older backup was restored."""
    back = len(erasures.returned(session))
    if not back:
        return []
    many = "one person" if back == 1 else f"{back} people"
    said = (
        f"An older backup was restored, and brought {many} back that had been erased. Run: coachfollow drain"
    )
    return [Finding(is_problem=True, sentence=said)]


def _mail_server(settings: Settings) -> Finding:
    where = f"{settings.mail_server}, port {settings.mail_port},"
    try:
        smtp.connect(replace(relays.relay(settings), timeout=PATIENCE)).close()
    except (Refused, Unreachable) as error:
        return Finding(
            is_problem=True,
            sentence=f"{_why(error, where)} See COACHFOLLOW_MAIL_SERVER, COACHFOLLOW_MAIL_TLS (now"
            f" {settings.mail_tls}) and the settings after them: coachfollow config",
        )
    return Finding(is_problem=False, sentence=f"The mail server {where} answers.")


def _why(error: Refused | Unreachable, where: str) -> str:
    """What is in the way; who could not connect says itself which server it was."""
    said = (
        f"{error}" if isinstance(error, Unreachable) else f"The mail server {where} cannot be used: {error}"
    )
    return said if said.endswith(".") else f"{said}."


def _advice(sentence: str) -> Finding:
    return Finding(is_problem=False, is_advice=True, sentence=sentence)


def _unsaid(settings: Settings) -> Iterator[str]:
    """What still has a default that people read, and what lets others read along."""
    usual = {one.name: one.default for one in TABLE}
    if settings.organisation == usual["organisation"]:
        yield (
            f"COACHFOLLOW_ORGANISATION is “{settings.organisation}”, as nobody has set it:"
            " mails and pages call you that."
        )
    if settings.zone == usual["zone"]:
        yield (
            f"COACHFOLLOW_ZONE is {settings.zone}, as nobody has set it: people whose zone is not known get their"
            " mails by its clock."
        )
    at = urlsplit(settings.external_url)
    if at.scheme == "http" and at.hostname not in HERE:
        yield (
            f"COACHFOLLOW_EXTERNAL_URL begins with http://: anybody between {at.hostname} and its visitors can read"
            " along and take over their sign-in. Put a server with a certificate in front, and write https://."
        )


def _invented(session: Session, settings: Settings) -> Sequence[Finding]:
    """Programmes that groups take, and that still name somebody who was invented for the shipped files."""
    invented = shipped.invented_sponsors(is_demo=settings.demo)
    return [
        _advice(
            f"{name}, who asks for the programme {key} in what participants read, is invented. Put in the person"
            " who really does, with their words (Programmes, Edit, “Title, why, who asks for it”), and let its"
            " groups take the new version."
        )
        for key, name in programmes.asked_for_by(session, sponsors=invented)
    ]


def _bell(settings: Settings) -> Sequence[Finding]:
    url = _bell_url(settings)
    if url is None:
        return [Finding(is_problem=False, sentence=NO_BELL)]
    try:
        with bell.connect(url) as connection:
            listeners, policy = bell.listeners(connection), bell.eviction(connection)
    except RedisError as error:
        return [
            Finding(is_problem=True, sentence=f"Redis cannot be reached: {error}. Nothing is lost meanwhile.")
        ]
    return [*(_listening(name, count) for name, count in listeners.items()), *_forgetful(policy)]


def _forgetful(policy: str) -> Sequence[Finding]:
    if policy in {"", "noeviction"}:
        return []
    said = (
        f"Redis forgets rings when its memory is full ({policy}). Nothing is lost by it, but mails leave later:"
        " give Coachfollow a Redis of its own, or set maxmemory-policy noeviction."
    )
    return [Finding(is_problem=True, sentence=said)]


def _bell_url(settings: Settings) -> str | None:
    """The Redis that was named, or the one that `coachfollow up` started."""
    embedded = settings.data_dir / bell.EMBEDDED
    return settings.redis_url or (f"unix://{embedded}" if embedded.exists() else None)


def _listening(queue: str, workers: int) -> Finding:
    if not workers:
        return Finding(
            is_problem=True,
            sentence=f"No worker listens at the queue {queue}. Start one: coachfollow work {queue}",
        )
    many = "One worker listens" if workers == 1 else f"{workers} workers listen"
    return Finding(is_problem=False, sentence=f"{many} at the queue {queue}.")
