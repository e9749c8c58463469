"""Reads an attendance file for a command: columns named by hand or remembered, questions turned into options."""

from collections.abc import Sequence
from pathlib import Path

from coachfollow.cli.house import House
from coachfollow.errors import Invalid
from coachfollow.flow import profiles
from coachfollow.intake import reading
from coachfollow.intake.words import DateOrder, Field, Mapping, Question, Reading

EXAMPLE = "--map name=Participant --map email=Mail"


def read(
    here: House, file: Path, *, date_order: DateOrder | None, named: Sequence[str], profile: str | None
) -> Reading:
    """Read the file; raises Unreadable, and Invalid with the option that answers an open question."""
    mapping = mapping_of(named)
    if profile is not None:
        mapping = profiles.named(here.session, organisation_id=here.organisation.id, name=profile)
    found = _read(here, file, mapping, date_order)
    if found.questions and mapping is None:
        found = _read_as_before(here, file, found, date_order)
    here.session.rollback()
    for question in found.questions:
        raise Invalid(_how_to_answer(question))
    return found


def mapping_of(named: Sequence[str]) -> Mapping | None:
    """Read what --map said, like `email=Mail address`; None where nothing was said. Raises Invalid."""
    columns = {}
    for one in named:
        field, equals, column = one.partition("=")
        if not equals or field not in {known.value for known in Field}:
            raise Invalid(f"--map {one} is not NAME=COLUMN; the names are {', '.join(Field)}.")
        columns[Field(field)] = column
    return Mapping(columns=columns) if columns else None


def _read(here: House, file: Path, mapping: Mapping | None, date_order: DateOrder | None) -> Reading:
    return reading.read(
        file,
        name=file.name,
        mapping=mapping,
        date_order=date_order,
        max_bytes=here.settings.max_upload_mb * 1024 * 1024,
    )


def _read_as_before(here: House, file: Path, asked: Reading, date_order: DateOrder | None) -> Reading:
    """Read it as the last file with this header was read, if somebody kept that."""
    kept = profiles.fitting(here.session, organisation_id=here.organisation.id, fingerprint=asked.fingerprint)
    return _read(here, file, kept, date_order) if kept is not None else asked


def _how_to_answer(question: Question) -> str:
    if question.kind == "date_order":
        return f"{question.sentence} Say it with --date-order {' or --date-order '.join(question.options)}."
    columns = ", ".join(f"“{column}”" for column in question.options)
    return f"{question.sentence} Say it with {EXAMPLE}; the columns are {columns}."
