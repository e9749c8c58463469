"""What `make check` finds of secrets that were left in the tree, and what it leaves alone."""

import base64
import hashlib
import runpy
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

TREE = Path(__file__).parent.parent.parent
# as it would look: put together here, or the look at this very file would find it
RANDOM = base64.b64encode(hashlib.sha256(b"nothing").digest()).decode()
PASSWORD = "xk27" + "quorp" + "88vw"

Look = Callable[[Path, Iterable[str]], Iterator[Any]]


@pytest.fixture(scope="module")
def look() -> Look:
    found: Look = runpy.run_path(str(TREE / ".ci" / "leaks.py"))["look"]
    return found


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("coachfollow/config/values.py", f'PASSWORD = "{PASSWORD}"'),
        ("coachfollow/config/values.py", f'SALT = "{RANDOM}"'),
        ("deploy/coachfollow.env", f"COACHFOLLOW_MAIL_PASSWORD={PASSWORD}"),
        ("deploy/coachfollow.service", f"Environment=COACHFOLLOW_SECRET_KEY={RANDOM}"),
        ("deploy/coachfollow.yml", f"secret_key: {PASSWORD}"),
        ("docs/operating.md", f"export COACHFOLLOW_DATABASE_URL=postgresql://us:{PASSWORD}@db/x"),
        ("README.md", "-----BEGIN RSA PRIVATE " + "KEY-----"),
        ("tests/web/test_signin.py", f'TOKEN = "{RANDOM}"'),
        ("tests/web/test_signin.py", "ghp" + "_" + "a1B2" * 9),
        ("benchmarks/world.py", f'SALT = "{RANDOM}"'),
    ],
)
def test_a_secret_that_was_left_in_the_tree_is_found(
    look: Look, tmp_path: Path, name: str, line: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"one\n{line}\nthree\n")

    assert {(one.name, one.line) for one in look(tmp_path, [name])} == {(name, 2)}


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("tests/web/test_signin.py", f'"password": "{PASSWORD}"'),
        ("benchmarks/world.py", f'DATABASE = "postgresql://us:{PASSWORD}@db/x"'),
        ("coachfollow/mail/smtp.py", "password = settings.mail_password"),
        ("coachfollow/intake/opening.py", '"password": "is protected by a password, so it cannot be read."'),
        ("docs/operating.md", "redis://coachfollow:PASSWORD@HOST:6379/0"),
        ("docs/operating.md", 'export COACHFOLLOW_SECRET_KEY="$(openssl rand -base64 48)"'),
        ("tests/mail/examples.py", f'TOKEN = "{RANDOM}"  # pragma: allowlist ' + "secret"),
    ],
)
def test_what_is_invented_or_only_speaks_of_one_is_left_alone(
    look: Look, tmp_path: Path, name: str, line: str
) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"one\n{line}\nthree\n")

    assert list(look(tmp_path, [name])) == []
