"""Promises about the tree itself: who imports whom, what is locked."""

import logging
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

TREE = Path(__file__).parent.parent.parent
TO_CODE = re.compile(
    r"\b(from_string|eval|exec|unsafe_load)\(|template_string\(|\|\s*safe\b|\bautoescape (false|off)"
)
LOCKS = [TREE / "requirements" / "run.lock", TREE / "requirements" / "dev.lock"]


def names(requirements: list[str]) -> set[str]:
    """Take the names of packages out of requirements or lines of a lock."""
    return {
        found.group().lower().replace("_", "-")
        for line in requirements
        if (found := re.match(r"[\w.-]+", line))
    }


def test_the_house_imports_from_top_to_bottom(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(TREE)
    monkeypatch.setattr(sys, "path", list(sys.path))  # the linter adds to it
    for known in logging.root.manager.loggerDict.values():  # and switches them off
        if isinstance(known, logging.Logger):
            monkeypatch.setattr(known, "disabled", known.disabled)

    assert lint_imports(no_cache=True, no_logo=True) == 0, capsys.readouterr().out


def test_no_word_becomes_code_and_none_is_shown_unescaped() -> None:
    """What the linter cannot see: methods, and templates."""
    files = [path for folder in ("coachfollow", "jobs", "templates") for path in (TREE / folder).rglob("*.*")]
    words = {path: path.read_text() for path in files if path.suffix in {".py", ".html", ".md", ".txt"}}

    assert len(words) > 500
    assert [path for path, text in words.items() if TO_CODE.search(text)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_address_and_hashes_every_package(lock: Path) -> None:
    text = lock.read_text()
    pinned = re.split(r"\n(?=\S)", text.strip())

    assert "://" not in text
    assert "--index-url" not in text
    assert [entry.splitlines()[0] for entry in pinned if "--hash=sha256:" not in entry] == []


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((TREE / "pyproject.toml").read_text())
    run = names(project["project"]["dependencies"]) | names(
        project["project"]["optional-dependencies"]["postgres"]
    )
    run_lock, dev_lock = (lock.read_text().splitlines() for lock in LOCKS)

    assert run - names(run_lock) == set(), "run: make lock"
    assert names(project["dependency-groups"]["dev"]) - names(dev_lock) == set(), "run: make lock"


def test_what_is_developed_with_is_what_runs() -> None:
    run, dev = (set(re.findall(r"^([\w.-]+)\S*(==\S+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS)

    assert run - dev == set(), "run: make lock"


def test_what_is_asked_for_with_an_extra_is_locked_with_it() -> None:
    """An older pip takes `name[extra]` for a package of its own, and its newest release for the one to install."""
    locked = set(re.findall(r"^(\S+)==", LOCKS[1].read_text(), re.MULTILINE))
    asked = {
        found[0].lower()
        for one in metadata.distributions()
        for line in one.requires or ()
        if "extra ==" not in line and (found := re.match(r"[\w.-]+\[[\w,-]+\]", line))
    }

    assert "coverage[toml]" in asked
    assert asked - locked == set(), "run: make lock"
