"""The installed package: everything is inside, and it runs far from the tree."""

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

pytestmark = pytest.mark.wheel

TREE = Path(__file__).parent.parent.parent
START = """
import os, pathlib, coachfollow
from coachfollow.app import create_app
from coachfollow.config import load
from coachfollow.extensions import db
from coachfollow.flow import migrating
from coachfollow.web import tongues

app = create_app(load(os.environ))
with app.app_context():
    migrating.migrate()
    print(db.session.execute(db.text("SELECT count(*) FROM people")).scalar())
    db.engine.dispose()
print(pathlib.Path(coachfollow.__file__).parent)
print(*app.jinja_env.list_templates())
print(*tongues.languages())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it would be published."""
    folder = tmp_path_factory.mktemp("wheel")
    succeed([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], cwd=TREE)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own with the wheel; the libraries are those of this one, so no network is needed."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder)
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    succeed([*pip, "install", "--no-deps", "--no-index", str(wheel)], cwd=folder)
    (site_packages,) = folder.glob("lib/python*/site-packages")
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def succeed(command: Sequence[str | Path], *, cwd: Path, environ: Mapping[str, str] = os.environ) -> str:
    """Run a command and give what it printed; what it complained about, when it fails."""
    done = subprocess.run(command, cwd=cwd, env=environ, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def far_from_the_tree(*command: str | Path, cwd: Path) -> str:
    """Run a command with nothing of this process's environment that leads back to the tree."""
    environ = {
        "PATH": os.environ["PATH"],
        "COACHFOLLOW_SECRET_KEY": "far from the tree " + "0" * 20,
        "COACHFOLLOW_EXTERNAL_URL": "http://localhost:5000",
        "COACHFOLLOW_MAIL_FROM": "followup@example.org",
        "COACHFOLLOW_DATA_DIR": str(cwd),
    }
    return succeed(command, cwd=cwd, environ=environ)


def files(folder: Path) -> set[str]:
    """List what a folder holds, apart from what Python leaves there."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def test_everything_of_the_tree_is_in_the_wheel(wheel: Path) -> None:
    expected = (
        {f"coachfollow/{name}" for name in files(TREE / "coachfollow")}
        | {f"coachfollow/templates/{name}" for name in files(TREE / "templates")}
        | {f"jobs/{name}" for name in files(TREE / "jobs")}
    )

    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert packed == expected


def test_the_wheel_carries_its_licence_and_its_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition(".dist-info/")[2]: name for name in archive.namelist()}

        assert "licenses/LICENSE" in names
        assert b"coachfollow = coachfollow.cli:main" in archive.read(names["entry_points.txt"])


def test_an_app_starts_and_migrates_far_from_the_tree(installed: Path, tmp_path: Path) -> None:
    people, place, templates, languages = far_from_the_tree(
        installed / "bin" / "python", "-c", START, cwd=tmp_path
    ).splitlines()

    assert people == "0"
    assert Path(place).is_relative_to(installed)
    assert set(templates.split()) == files(TREE / "templates" / "web")
    assert languages == "de"


def test_the_command_is_there(installed: Path, tmp_path: Path) -> None:
    assert "demo" in far_from_the_tree(installed / "bin" / "coachfollow", "--help", cwd=tmp_path)
