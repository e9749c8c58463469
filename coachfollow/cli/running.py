"""Runs everything on one machine from one terminal: the embedded Valkey, the pages, the workers and a ticker."""

import fcntl
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from coachfollow.cli import children, forks, supervise, valkey
from coachfollow.cli.children import Child
from coachfollow.cli.supervise import Household, Told
from coachfollow.config import PREFIX, Settings
from coachfollow.errors import Conflict

ANY = {"0.0.0.0", "::"}  # noqa: S104 - what somebody may have set, told apart from one address

SHARED = (
    "coachfollow.cli.serve",
    "gunicorn.app.wsgiapp",
    "gunicorn.workers.gthread",
    "jobs.desk",
    "jobs.post",
)

Environment = Mapping[str, str]


def run(
    settings: Settings,
    *,
    environ: Environment,
    told: Told,
    prepare: Callable[[Household, Environment], None],
    announce: Callable[[], None],
) -> None:
    """Run everything for these settings, given as `environ` to every part, until told to end."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        _alone(settings.data_dir),
        listening(settings.host, settings.port) as door,
        supervise.household(told) as household,
    ):
        environ = {**environ, f"{PREFIX}DATA_DIR": str(settings.data_dir)}
        forks.import_once(SHARED)
        prepare(household, environ)
        for child in parts(settings, _with_bell(household, settings, environ), door):
            household.work(child)
        host = "127.0.0.1" if settings.host in ANY else settings.host
        household.keep(ready=lambda: supervise.answers(host, settings.port), announce=announce)


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Listen at once, so that a port that is taken is told before anything starts; raises Conflict."""
    try:
        door = socket.create_server((host, port), family=_family(host), backlog=512)
    except OSError as error:
        raise Conflict(
            f"Nobody can listen at {host}, port {port}: {error.strerror}. Choose another."
        ) from error
    with door:
        yield door


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second one out of the same folder, for as long as this process lives."""
    with (folder / "running").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"Coachfollow is running in {folder} already. Stop that one first.") from error
        yield


def _with_bell(household: Household, settings: Settings, environ: Environment) -> Environment:
    """Start the embedded Valkey if there is one, it is wanted, and no other Redis was named."""
    server = valkey.binary()
    if settings.no_redis or settings.redis_url is not None or server is None:
        return environ
    path = valkey.address(settings.data_dir)
    household.serve(valkey.child(server, at=path, environ=environ), ready=lambda: valkey.is_there(path))
    return {**environ, f"{PREFIX}REDIS_URL": f"unix://{path}"}


def parts(settings: Settings, environ: Environment, door: socket.socket) -> Iterator[Child]:
    """Describe what runs for these settings; without a Redis the workers look by themselves."""
    yield _pages(settings, environ, door)
    rings = bool(environ.get(f"{PREFIX}REDIS_URL"))
    by_itself = () if rings else ("--no-redis",)
    for name, queue in _workers(settings):
        yield children.python(name, "jobs.worker", queue, *by_itself, environ=environ, copied=True)
    if rings:
        yield children.python("ticker", "jobs.ticker", environ=environ, copied=True)


def _workers(settings: Settings) -> Iterator[tuple[str, str]]:
    """Name the workers and their queues: a worker keeps one connection to the mail server."""
    for number in range(1, settings.mail_connections + 1):
        yield ("worker post" if number == 1 else f"worker post {number}"), "post"
    yield "worker desk", "desk"


def _pages(settings: Settings, environ: Environment, door: socket.socket) -> Child:
    """Gunicorn with threads; the open socket is handed on, so a restart drops no visitor."""
    options = {
        "--bind": f"fd://{door.fileno()}",
        "--worker-class": "gthread",
        "--threads": str(settings.threads),
        "--log-level": settings.log_level,
        "--graceful-timeout": "2",
    }
    flags = [word for option in options.items() for word in option]
    return children.python(
        "pages",
        *("gunicorn", *flags, "--no-control-socket", "coachfollow.cli.serve:app()"),
        environ=environ,
        sockets=[door.fileno()],
        copied=True,
    )
