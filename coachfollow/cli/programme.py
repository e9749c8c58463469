"""`coachfollow programme`: checks, publishes and shows follow-up templates."""

from dataclasses import asdict
from pathlib import Path

import click

from coachfollow.cli import house, launching, output, simulating
from coachfollow.errors import Invalid
from coachfollow.flow import programmes
from coachfollow.intake import programme as template
from coachfollow.intake.programme import Programme
from coachfollow.intake.programme_nodes import InvalidProgramme
from coachfollow.queries import programmes as offers
from coachfollow.queries import schedules
from coachfollow.rules import adapting, kind_words
from coachfollow.rules.cadence import ANSWER, StepRule
from coachfollow.rules.kinds import DayKind
from coachfollow.rules.spoken import how_many

_DAYS = {DayKind.CALENDAR: "days", DayKind.WORKING: "working days"}
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def programme() -> None:
    """Training offers and their follow-up templates."""


programme.add_command(launching.preview)
programme.add_command(simulating.simulate)


@programme.command()
@click.argument("file", type=FILE)
@output.json_option
def check(file: Path, *, as_json: bool) -> None:
    """Check a template and name every mistake; changes nothing."""
    try:
        read = _read(file)
    except InvalidProgramme as wrong:
        if as_json:
            output.show({"mistakes": wrong.mistakes}, (), as_json=True)
        raise
    output.show(
        {"key": read.key, "languages": read.languages, "steps": len(read.laid_out), "mistakes": []},
        [
            f"{file} is in order: {read.key}, {how_many(len(read.laid_out), 'step')}, in {', '.join(read.languages)}."
        ],
        as_json=as_json,
    )


@programme.command()
@click.argument("file", type=FILE)
@output.json_option
def load(file: Path, *, as_json: bool) -> None:
    """Publish a template: a changed one becomes a new version; running plans keep theirs."""
    read = _read(file)
    with house.opened(writing=True) as here:
        version, is_new = programmes.publish(
            here.session, organisation_id=here.organisation.id, programme=read, now=here.now
        )
        said = "is published" if is_new else "has not changed; nothing to do"
        output.show(
            {"key": read.key, "version": version.number, "is_new": is_new},
            [f"{read.key}, version {version.number}, {said}."],
            as_json=as_json,
        )


@programme.command("list")
@output.json_option
def list_(*, as_json: bool) -> None:
    """List the programmes there are."""
    with house.opened() as here:
        found = [
            {
                "key": one.key,
                "version": version.number,
                "title": offers.text(here.session, version_id=version.id, locale=version.language).title,
            }
            for one, version in offers.newest(here.session, organisation_id=here.organisation.id)
        ]
    rows = [(str(one["key"]), f"version {one['version']}", str(one["title"])) for one in found]
    output.show(found, output.columns(rows), as_json=as_json)


@programme.command()
@click.argument("key")
@output.json_option
def show(key: str, *, as_json: bool) -> None:
    """Show the steps of a programme's newest version."""
    with house.opened() as here:
        version = offers.newest_of(here.session, organisation_id=here.organisation.id, key=key)
        steps = schedules.steps(here.session, version_id=version.id)
        text = offers.text(here.session, version_id=version.id, locale=version.language)
        rules = offers.rules(version)
        document = {
            "key": key,
            "version": version.number,
            "title": text.title,
            "steps": list(steps.values()),
            "adapt": {"silent_after": version.silent_after, **asdict(rules)},
        }
        lines = [
            f"{text.title}: {key}, version {version.number}",
            *output.columns(map(_row, steps.values())),
            *adapting.sentences(rules, silent_after=version.silent_after),
        ]
    output.show(document, lines, as_json=as_json)


def _row(step: StepRule) -> tuple[str, ...]:
    reminders = ", ".join(str(days) for days in step.reminders)
    return (
        step.key,
        kind_words.short(step.kind, step.audience),
        f"{step.offset_days:+d} {_DAYS[step.day_kind]} from {_anchor(step.anchor)}",
        f"{step.at:%H:%M}",
        "must be done" if step.mandatory else "",
        f"reminders after {reminders} working days" if reminders else "",
    )


def _anchor(name: str) -> str:
    return f"the answer to {name.removeprefix(ANSWER)}" if name.startswith(ANSWER) else name


def _read(file: Path) -> Programme:
    try:
        return template.read(file.read_text(encoding="utf-8"), file=str(file))
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is not a text in UTF-8; save it as one.") from error
