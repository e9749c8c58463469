"""`coachfollow demo`: the same with invented people, a mailbox page and a clock to move; nothing of it stays."""

import os
import secrets
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import click

from coachfollow import clock, config
from coachfollow.cli import children, environment, house, moving, running, supervise
from coachfollow.cli.running import Environment
from coachfollow.cli.supervise import Household
from coachfollow.config import PREFIX, Settings
from coachfollow.extensions import db
from coachfollow.flow import demo_people, demo_world
from coachfollow.queries import organisations
from coachfollow.rules import worktime

HOST = "127.0.0.1"
SETTINGS = "settings.env"
UNFINISHED = "unfinished"  # stands in the folder while the world is built: whoever finds it there starts over
OF_A_WORLD = ("coachfollow.db*", "mailbox", "files", "backups")
MORNING = 9
BRISK = 1_000_000  # mails a minute: as fast as we are


@click.command()
@click.option(
    "--port", default=5000, show_default=True, type=click.IntRange(1, 65535), help="Where the pages are."
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder to keep the demo in; without it everything is removed at the end.",
)
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    help="As if today were that day: the training was on the working day before.",
)
def demo(port: int, data: Path | None, today: datetime | None) -> None:
    """Show everything with invented people, in this terminal. Ctrl-C stops it and leaves nothing behind."""
    with (
        supervise.told_to_end() as told,
        _folder(port, data) as folder,
        running.listening(HOST, 0) as letterbox,
    ):
        environ = environ_for(folder, port=port, mail_port=letterbox.getsockname()[1])
        settings = config.load(environ)
        running.run(
            settings,
            environ=environ,
            told=told,
            prepare=partial(_prepare, letterbox, folder, _moment(today)),
            announce=lambda: _announce(settings),
        )
    click.echo("The demo has ended.")


@contextmanager
def _folder(port: int, data: Path | None) -> Iterator[Path]:
    if data is not None:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield data.resolve()
        return
    with tempfile.TemporaryDirectory(prefix=f"coachfollow-demo-{port}-") as folder:
        yield Path(folder).resolve()


def environ_for(folder: Path, *, port: int, mail_port: int) -> Environment:
    """Give what every part of the demo is told; settings meant for a real installation stay out of it."""
    given = {
        "demo": "yes",
        "secret_key": _secret(folder),
        "external_url": f"http://{HOST}:{port}",
        "host": HOST,
        "port": port,
        "data_dir": folder,
        "organisation": demo_people.COMPANY,
        "zone": demo_world.ZONE,
        "mail_server": HOST,
        "mail_port": mail_port,
        "mail_tls": "none",
        "mail_from": f"followup@{demo_people.DOMAIN}",
        "mail_reply_to": demo_people.LND.email,
        "mail_per_minute": BRISK,
        "tick_seconds": 5,
        "log_level": "warning",
    }
    others = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return others | {PREFIX + name.upper(): str(value) for name, value in given.items()}


def _secret(folder: Path) -> str:
    """Take the secret that a kept demo began with, or make one."""
    kept = folder / SETTINGS
    earlier = environment.read(kept) if kept.exists() else {}
    return earlier.get(f"{PREFIX}SECRET_KEY") or secrets.token_urlsafe(48)


def _moment(today: datetime | None) -> datetime:
    """When the story has come to: now, or the morning of the day that was asked for."""
    return clock.now() if today is None else worktime.resolve(today.replace(hour=MORNING), demo_world.ZONE)


def _prepare(
    letterbox: socket.socket, folder: Path, now: datetime, household: Household, environ: Environment
) -> None:
    """Start the mail server, and let the story come about up to now, unless this folder holds it already."""
    _start_over(folder)
    ours = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
    environment.write(folder / SETTINGS, ours)
    door = letterbox.fileno()
    server = ("coachfollow.mail.postbox", "--folder", str(folder / "mailbox"), "--fd", str(door))
    household.serve(
        children.python("the mail server", *server, environ=environ, sockets=[door], copied=True),
        ready=lambda: _greets(letterbox.getsockname()[1]),
    )
    household.do(
        partial(_come_about, folder, now, environ), name="letting the story come about", environ=environ
    )


def _come_about(folder: Path, now: datetime, environ: Environment) -> None:
    with house.app_context(environ):
        moving.migrate_tables(config.load(environ))
        if organisations.first(db.session()) is None:
            _build(folder, now)


def _build(folder: Path, now: datetime) -> None:
    """Let the story come about; an interruption leaves the mark by which the next start knows."""
    click.echo("Inviting forty people to a training that took place on the last working day …")
    mark = folder / UNFINISHED
    mark.touch()
    demo_world.build(db.session(), now=now)
    mark.unlink()


def _start_over(folder: Path) -> None:
    """Remove what an interrupted start has left; half a world would look like a whole one."""
    if not (folder / UNFINISHED).exists():
        return
    click.echo("The last start of this demo was interrupted before its world was whole. Starting over …")
    for pattern in OF_A_WORLD:
        for path in folder.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    (folder / UNFINISHED).unlink()


def _greets(port: int) -> bool:
    """Whether a mail server says hello there."""
    with socket.create_connection((HOST, port), timeout=1) as visitor:
        try:
            return visitor.recv(3) == b"220"
        except TimeoutError:
            return False


def _announce(settings: Settings) -> None:
    url = settings.external_url
    click.echo(f"""Coachfollow is ready at {url}/

  Its first page tells the story in three steps, and lets you be anybody in it with one press.
  {url}/demo/mailbox  every mail, as the invented people get it
  {url}/demo/clock    moves time on, as the bar on every page does
  Commands work on the demo too: {sys.argv[0]} --settings {settings.data_dir / SETTINGS} status

Ctrl-C stops the demo.""")
