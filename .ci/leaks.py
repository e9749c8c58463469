"""Looks for secrets that somebody left in the tree: no key, token or password belongs there."""

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from detect_secrets.core.scan import scan_file
from detect_secrets.plugins.base import BasePlugin
from detect_secrets.plugins.high_entropy_strings import HighEntropyStringsPlugin
from detect_secrets.plugins.keyword import KeywordDetector
from detect_secrets.settings import get_plugins, transient_settings

Plugins = Sequence[Mapping[str, object]]

TREE = Path(__file__).resolve().parent.parent
LIST = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
OF_HASHES = re.compile(r"requirements/\w+\.lock")
WITH_INVENTED_PASSWORDS = re.compile(r"(tests|benchmarks)/")

SHAPES: Plugins = (
    {"name": "AWSKeyDetector"},
    {"name": "AzureStorageKeyDetector"},
    {"name": "Base64HighEntropyString", "limit": 4.5},
    {"name": "GitHubTokenDetector"},
    {"name": "GitLabTokenDetector"},
    {"name": "HexHighEntropyString", "limit": 3.0},
    {"name": "JwtTokenDetector"},
    {"name": "NpmDetector"},
    {"name": "PrivateKeyDetector"},
    {"name": "PypiTokenDetector"},
    {"name": "SendGridDetector"},
    {"name": "SlackDetector"},
    {"name": "StripeDetector"},
)
PASSWORDS: Plugins = (
    {"name": "BasicAuthDetector"},  # in an address
    {"name": "KeywordDetector"},  # password = "…"
)
FILTERS = (
    {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
    {"path": "detect_secrets.filters.heuristic.is_indirect_reference"},
    {"path": "detect_secrets.filters.heuristic.is_sequential_string"},
    {"path": "detect_secrets.filters.heuristic.is_templated_secret"},
    {
        "path": "detect_secrets.filters.regex.should_exclude_secret",
        "pattern": [r"^(?!BEGIN ).*\s", "^PASSWORD$"],
    },
)
A_NAME = re.compile(
    r"(api|auth|service|account|db|database|priv|private|client)_?key|pass|pwd|secret", re.IGNORECASE
)
A_SETTING = re.compile(
    r"COACHFOLLOW_(?:SECRET_KEY(?:_PREVIOUS)?|MAIL_PASSWORD|METRICS_TOKEN)=[\"']?[^\s\"'$…]{8}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where something looks like a secret; what it is stays unsaid."""

    name: str
    line: int
    kind: str


def main() -> int:
    """Fail where something looks like a secret."""
    listed = subprocess.run(LIST, cwd=TREE, check=False, capture_output=True, text=True)
    if listed.returncode:
        print("No look for secrets: this is no working tree of Git.")
        return 0
    names = [name for name in listed.stdout.split("\0") if name and not OF_HASHES.fullmatch(name)]
    found = list(look(TREE, names))
    for one in found:
        print(f"{one.name}, line {one.line} looks like a secret: {one.kind}.")
    return 1 if found else 0


def look(tree: Path, names: Iterable[str]) -> Iterator[Found]:
    """Find what looks like a secret in these files; where passwords are invented, keys and tokens alone."""
    invented = [name for name in names if WITH_INVENTED_PASSWORDS.match(name)]
    others = sorted({*names} - {*invented})
    yield from _look(tree, invented, SHAPES)
    yield from _look(tree, others, (*SHAPES, *PASSWORDS))
    for name in others:
        yield from _settings(name, _text(tree / name))


def _look(tree: Path, names: Iterable[str], plugins: Plugins) -> Iterator[Found]:
    with transient_settings({"plugins_used": plugins, "filters_used": FILTERS}):
        for name in names:
            if _is_suspect(_text(tree / name)):
                for secret in scan_file(str(tree / name)):
                    yield Found(name=name, line=secret.line_number, kind=secret.type)


def _settings(name: str, text: str) -> Iterator[Found]:
    """Find settings as a file for a shell or a service manager has them, without quotes."""
    for number, line in enumerate(text.splitlines(), start=1):
        if A_SETTING.search(line):
            yield Found(name=name, line=number, kind="a setting")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _is_suspect(text: str) -> bool:
    """Look at a file as a whole, which takes a tenth of the time of looking at each line."""
    return any(_is_found(plugin, text) for plugin in get_plugins())


def _is_found(plugin: BasePlugin, text: str) -> bool:
    if isinstance(plugin, KeywordDetector):
        return A_NAME.search(text) is not None
    if isinstance(plugin, HighEntropyStringsPlugin):
        found = plugin.analyze_string(text)
        return any(plugin.calculate_shannon_entropy(one) > plugin.entropy_limit for one in found)
    return any(True for _ in plugin.analyze_string(text))


if __name__ == "__main__":
    sys.exit(main())
