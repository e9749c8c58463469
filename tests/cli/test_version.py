"""The version is told wherever the command runs: installed as a package, or from the tree."""

from click.testing import CliRunner

import coachfollow
from coachfollow.cli import main


def test_the_version_needs_no_installed_package() -> None:
    said = CliRunner().invoke(main, ["--version"], catch_exceptions=False)

    assert said.output == f"{coachfollow.__version__}\n"
