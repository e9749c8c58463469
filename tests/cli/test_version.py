"""The version is told wherever the command runs: installed as a package, or from the tree."""

from click.testing import CliRunner

import coachfollow
from coachfollow.cli import main, menu


def test_the_version_needs_no_installed_package() -> None:
    said = CliRunner().invoke(main, ["--version"], catch_exceptions=False)

    assert said.output == f"{coachfollow.__version__}\n"


def test_the_help_lists_every_command_with_what_it_does() -> None:
    said = CliRunner().invoke(main, ["--help"], catch_exceptions=False)

    listed = dict(line.split(maxsplit=1) for line in said.output.partition("Commands:\n")[2].splitlines())
    assert listed.keys() == menu.COMMANDS.keys()
