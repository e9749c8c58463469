"""With CI set, nothing goes untested without anybody noticing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).parent.parent.parent
SKIPS = {
    "a mark": "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_it(): pass\n",
    "a condition in the test": "import pytest\ndef test_it(): pytest.skip('not today')\n",
    "a fixture": "import pytest\n@pytest.fixture\ndef f(): pytest.skip('not today')\ndef test_it(f): pass\n",
    "a whole module": "import pytest\npytest.skip('not today', allow_module_level=True)\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n"


def outcome(source: str, folder: Path, *, ci: str) -> tuple[int, str]:
    """Run pytest on one file; give its exit status and what it said."""
    (folder / "test_one.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder)]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "tests.strictness", str(folder)],
        cwd=TREE,
        env={"PATH": os.environ["PATH"], "CI": ci, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("source", SKIPS.values(), ids=SKIPS.keys())
def test_with_ci_a_skip_is_a_failure_that_keeps_its_reason(source: str, tmp_path: Path) -> None:
    status, said = outcome(source, tmp_path, ci="true")

    assert status != 0
    assert "which CI does not accept" in said
    assert "not today" in said


def test_elsewhere_a_skip_is_a_skip(tmp_path: Path) -> None:
    status, said = outcome(SKIPS["a mark"], tmp_path, ci="")

    assert status == 0
    assert "1 skipped" in said


def test_with_ci_an_expected_failure_stays_expected(tmp_path: Path) -> None:
    status, said = outcome(EXPECTED_FAILURE, tmp_path, ci="true")

    assert status == 0
    assert "1 xfailed" in said
