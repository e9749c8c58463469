"""An everyday run takes one of two databases for each test, by its seed; CI and whoever asks get both."""

import os
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).parent.parent.parent
TWINS = """
import pytest
@pytest.mark.parametrize("make", ["sqlite", "postgresql"])
@pytest.mark.parametrize("number", range(20))
def test_twins(number, make): pass
@pytest.mark.parametrize("make", ["postgresql"])
def test_alone(make): pass
def test_without(): pass
"""


def chosen(folder: Path, *arguments: str, ci: str = "") -> list[str]:
    """The tests that pytest chooses from a file of twins."""
    (folder / "test_one.py").write_text(TWINS)
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", "-c", os.devnull]
    done = subprocess.run(
        [*command, "--rootdir", str(folder), "-p", "no:cacheprovider", *arguments, str(folder)],
        cwd=TREE,
        env={
            "PATH": os.environ["PATH"],
            "CI": ci,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTEST_PLUGINS": "pytest_randomly,tests.everyday",
        },
        check=True,
        capture_output=True,
        text=True,
    )
    return sorted(line.partition("::")[2] for line in done.stdout.splitlines() if "::" in line)


def makes(tests: list[str]) -> set[str]:
    return {make for make in ("sqlite", "postgresql") for test in tests if f"-{make}]" in test}


def test_one_of_two_twins_is_run_and_the_seed_says_which(tmp_path: Path) -> None:
    first, again, other = (chosen(tmp_path, f"--randomly-seed={seed}") for seed in (1, 1, 2))

    assert len(first) == len(other) == 22
    assert makes(first) == {"sqlite", "postgresql"}
    assert {"test_alone[postgresql]", "test_without"} < set(first)
    assert first == again != other


def test_whoever_names_a_make_gets_all_of_it(tmp_path: Path) -> None:
    assert len(chosen(tmp_path, "-k", "postgresql")) == 21


def test_with_ci_both_are_run(tmp_path: Path) -> None:
    assert len(chosen(tmp_path, ci="true")) == 42
