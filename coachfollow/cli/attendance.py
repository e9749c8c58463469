"""`coachfollow attendance`: shows what an attendance file would change, and carries it out."""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from coachfollow.cli import house, output, reading
from coachfollow.cli.house import House
from coachfollow.errors import NotFound
from coachfollow.flow import attendance as attendance_files
from coachfollow.flow import profiles, staging
from coachfollow.flow.attendance import Imported
from coachfollow.intake.words import DateOrder
from coachfollow.queries import batches, effects, finding, groups, lasting, staged
from coachfollow.queries.batches import Batch
from coachfollow.queries.groups import SessionOfGroup
from coachfollow.queries.staged import Candidate, Row
from coachfollow.rules import kind_words
from coachfollow.rules.effects import sentences
from coachfollow.rules.kinds import ImportKind
from coachfollow.rules.spoken import how_many

PAGE = 1000


@click.group()
def attendance() -> None:
    """Who was invited, and who was there."""


@attendance.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cohort", required=True, help="The group it is about; see `coachfollow cohort list`.")
@click.option("--session", "position", type=click.IntRange(1), help="Which session, counted from 1.")
@click.option("--roster", is_flag=True, help="These people are invited; nobody was there yet.")
@click.option("--preview", is_flag=True, help="Show what would happen, and change nothing.")
@click.option(
    "--date-order", type=click.Choice([one.value for one in DateOrder]), help="How dates are written."
)
@click.option("--map", "named", multiple=True, help="A column by hand, like email=Mail; repeat it.")
@click.option("--profile", help="Read it as the profile of this name says.")
@click.option("--save-profile", help="Remember under this name how it was read, once it is imported.")
@output.json_option
def import_(
    *,
    file: Path,
    cohort: str,
    position: int | None,
    roster: bool,
    preview: bool,
    date_order: str | None,
    named: Sequence[str],
    profile: str | None,
    save_profile: str | None,
    as_json: bool,
) -> None:
    """Import a list or the report of a video meeting, of whatever make."""
    with house.opened(writing=True) as here:
        order = DateOrder(date_order) if date_order else None
        group = finding.cohort_named(here.session, organisation_id=here.organisation.id, key=cohort)
        held = None if roster else _session(here, group.public_id, position)
        read = reading.read(
            here,
            file,
            date_order=order,
            named=named,
            profile=profile,
            expected=held.local_date if held else None,
        )
        if save_profile is not None and not preview:
            organisation_id = here.organisation.id
            profiles.save(here.session, organisation_id=organisation_id, name=save_profile, reading=read)
        batch = staging.stage(
            here.session,
            cohort=group,
            reading=read,
            kind=ImportKind.ROSTER if roster else ImportKind.ATTENDANCE,
            file_name=file.name,
            checksum=_checksum(file),
            now=here.now,
            training_session_id=held.id if held else None,
        )
        if preview:
            _preview(here, batch.public_id, as_json=as_json)
            attendance_files.withdraw(here.session, batch=batch)
        else:
            _carry_out(here, batch.public_id, as_json=as_json)


def _checksum(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _session(here: House, public_id: str, position: int | None) -> SessionOfGroup | None:
    """The session a list is about: the one of this number, or the only one there is; None where it is not said."""
    sessions = groups.group(here.session, public_id=public_id).sessions
    for one in sessions:
        if one.position == position or (position is None and len(sessions) == 1):
            return one
    if position is None:
        return None
    raise NotFound(f"This group has {how_many(len(sessions), 'session')}; there is no session {position}.")


def _preview(here: House, public_id: str, *, as_json: bool) -> None:
    """Show every row with what would become of it."""
    batch = batches.batch(here.session, public_id=public_id)
    warnings = _warnings(here, batch)
    counts = staged.counts(here.session, batch_id=batch.id)
    rows = list(_rows(here, batch.id))
    before = batches.same_file(here.session, batch_id=batch.id)
    summary = ", ".join(f"{n} {fate.value.replace('_', ' ')}" for fate, n in counts.items())
    foreseen = effects.foreseen(here.session, batch=batch)
    changes = list(sentences(foreseen))
    lines = [*warnings, *output.columns(map(_shown, rows)), *changes, f"{summary}. Nothing was changed."]
    if before is not None:
        lines.append(f"The very same file was imported on {before:%Y-%m-%d}; again it would change nothing.")
    document = {"warnings": warnings, "counts": counts, "effects": foreseen, "changes": changes, "rows": rows}
    output.show(document, lines, as_json=as_json)


def _warnings(here: House, batch: Batch) -> Sequence[str]:
    coaches = staged.new_coaches(here.session, batch_id=batch.id)
    late = lasting.of_list(here.session, batch, organisation_id=here.organisation.id, now=here.now)
    return [
        *filter(None, [batch.other_day]),
        *batch.remarks,
        *(f"New coach: {address}" for address in coaches),
        *filter(None, [late]),
    ]


def _rows(here: House, batch_id: int) -> Iterator[Row]:
    offset = 0
    while page := staged.rows(here.session, batch_id=batch_id, limit=PAGE, offset=offset):
        yield from page
        offset += len(page)


def _shown(row: Row) -> tuple[str, ...]:
    who = row.person or row.name or row.email or ""
    was_there = kind_words.ATTENDANCE[row.state] if row.state else ""
    minutes = _minutes(row.minutes) or (_minutes(row.kept_minutes) and f"{row.kept_minutes} min as before")
    was = (
        f"was {kind_words.ATTENDANCE[row.before]} {_minutes(row.before_minutes)}"
        if row.corrects and row.before
        else ""
    )
    maybe = f" Perhaps {' or '.join(map(_candidate, row.candidates))}?" if row.candidates else ""
    problem = f"{(row.problem or '').rstrip('.')}.{maybe}" if maybe else row.problem or ""
    return (
        f"line {row.line}",
        row.fate.value.replace("_", " "),
        who,
        was_there,
        minutes,
        was.strip() or problem,
    )


def _minutes(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes} min"


def _candidate(one: Candidate) -> str:
    return f"{one.name} <{one.email}>" if one.email else one.name


def _carry_out(here: House, public_id: str, *, as_json: bool) -> None:
    batch = batches.batch(here.session, public_id=public_id)
    warnings, left_out = _warnings(here, batch), staged.problems(here.session, batch_id=batch.id)
    here.session.rollback()
    with click.progressbar(length=batch.rows, label="Importing", file=sys.stderr, hidden=as_json) as bar:
        imported = attendance_files.carry_out(
            here.session, batch_id=batch.id, now=here.now, progress=lambda done, _: bar.update(done - bar.pos)
        )
    problems = [{"line": line, "name": name, "reason": reason} for line, name, reason in left_out]
    document = {"warnings": warnings, "imported": imported, "left_out": problems}
    output.show(document, [*warnings, *_said(imported, left_out)], as_json=as_json)


def _said(imported: Imported, left_out: Sequence[tuple[int, str, str]]) -> Iterator[str]:
    yield (
        f"{how_many(imported.rows, 'row')}: {how_many(imported.new_people, 'new person', 'new people')},"
        f" {imported.enrolled} enrolled, {how_many(imported.started, 'follow-up')} started,"
        f" {imported.shelved} put aside, {how_many(imported.corrected, 'correction')}."
    )
    for line, name, reason in left_out:
        yield f"Line {line}{f', {name},' if name else ''} was left out: {reason.rstrip('.')}."
