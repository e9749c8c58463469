"""What `docs/architecture.md` names is there: whoever looks for the place of a change finds it."""

import re
from pathlib import Path

TREE = Path(__file__).parent.parent.parent
TEXT = (TREE / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS = ("benchmarks", "coachfollow", "deploy", "docs", "jobs", "templates", "tests")
ROOMS = "calendars|cli|config|flow|intake|jobs|mail|models|queries|rules|web"
FILES = [path.relative_to(TREE).as_posix() for folder in FOLDERS for path in (TREE / folder).rglob("*.*")]


def named(pattern: str) -> list[str]:
    """What stands between backticks and is written so."""
    return sorted({name for name in re.findall(r"`([^`\n]+)`", TEXT) if re.fullmatch(pattern, name)})


def found(end: str) -> list[str]:
    """The files whose path ends so; a star stands for any part of a name."""
    wanted = re.compile("(?:.*/)?" + "[^/]*".join(map(re.escape, end.split("*"))))
    return [file for file in FILES if wanted.fullmatch(file)]


def holds(files: list[str], name: str) -> bool:
    """Whether a name stands in one of these files."""
    return any(re.search(rf"\b{name}\b", (TREE / file).read_text(encoding="utf-8")) for file in files)


def test_every_file_is_there() -> None:
    files = named(r"[\w/*.]+\.(?:css|html|md|py|txt)")

    assert len(files) > 200
    assert [file for file in files if not found(file)] == []


def test_every_module_of_a_room_is_there_with_what_is_named_in_it() -> None:
    modules = [name.partition(".") for name in named(rf"(?:{ROOMS})/\w+(?:\.\w+)?")]

    assert [
        f"{module}.{name}"
        for module, _, name in modules
        if not (files := [*found(f"{module}.py"), *found(f"{module}/__init__.py")])
        or (name not in {"", "py"} and not holds(files, name))
    ] == []


def test_what_stands_beside_a_module_is_in_it() -> None:
    within = [
        (module, name)
        for module, names in re.findall(r"`([\w/]+\.py)` \(((?:`\w+`(?:, | and )?)+)", TEXT)
        for name in re.findall(r"`(\w+)`", names)
    ]
    within += [(module, name) for name, module in re.findall(r"`(\w+)` in `([\w/]+\.py)`", TEXT)]

    assert len(within) > 40
    assert [(module, name) for module, name in within if not holds(found(module), name)] == []
