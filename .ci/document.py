"""Writes the pages of docs/ that are generated from the code; a test finds them out of date."""

from pathlib import Path

from coachfollow import config

CONFIGURATION = Path(__file__).parent.parent / "docs" / "configuration.md"
HEAD = f"""\
# Configuration

Coachfollow is configured by its environment. Every setting there is stands in this table,
which `make docs` writes from `coachfollow/config/table.py`.

- A setting marked **required** has no default. All mistakes are reported together, at start.
- A name that begins with `{config.PREFIX}` and is not in the table is a mistake, too: nothing is misspelt
  silently.
- With `_FILE` behind its name, a setting is read from the file that is named:
  `{config.PREFIX}SECRET_KEY_FILE=/run/secrets/key`. It is meant for those marked *secret*.
- A file with a secret in it, that of `--settings` too, is its owner's and at most their group's: beyond mode 640 it
  is refused. Docker and Kubernetes let everybody read unless told `mode: 0440` or `defaultMode: 0440`.

| setting | default | meaning |
|---|---|---|
"""


def configuration() -> str:
    """Write docs/configuration.md from the table of settings."""
    return HEAD + "".join(map(_row, config.TABLE))


def _row(setting: config.Setting) -> str:
    default = "**required**" if setting.default is None else f"`{setting.default}`" if setting.default else ""
    secret = " *Secret.*" if setting.secret else ""
    return f"| `{setting.variable}` | {default} | {setting.meaning.replace('|', '&#124;')}{secret} |\n"


if __name__ == "__main__":
    CONFIGURATION.write_text(configuration(), encoding="utf-8")
