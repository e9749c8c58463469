"""Reads an attendance file for a command: columns named by hand or remembered, questions turned into options."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from coachfollow.cli.house import House
from coachfollow.errors import Invalid
from coachfollow.flow import profiles
from coachfollow.intake import reading
from coachfollow.intake.words import DateOrder, Field, Mapping, Question, Reading

EXAMPLE = "--map name=Participant --map email=Mail"


def read(
    here: House,
    file: Path,
    *,
    date_order: DateOrder | None,
    named: Sequence[str],
    profile: str | None,
    expected: date | None,
) -> Reading:
    """Read the file, expected to be of that day; raises Unreadable, and Invalid with the option that answers."""
    mapping = mapping_of(named)
    if profile is not None:
        mapping = profiles.named(here.session, organisation_id=here.organisation.id, name=profile)

    def look(mapping: Mapping | None) -> Reading:
        return reading.read(
            file,
            name=file.name,
            mapping=mapping,
            date_order=date_order,
            expected=expected,
            max_bytes=here.settings.max_upload_mb * 1024 * 1024,
        )

    found = look(mapping)
    if mapping is None:  # as the last file with this header was read, if somebody kept that
        house = here.organisation.id
        kept = profiles.fitting(here.session, organisation_id=house, fingerprint=found.fingerprint)
        found = look(kept) if kept is not None else found
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


def _how_to_answer(question: Question) -> str:
    if question.kind == "date_order":
        return f"{question.sentence} Say it with --date-order {' or --date-order '.join(question.options)}."
    columns = ", ".join(f"“{column}”" for column in question.options)
    return f"{question.sentence} Say it with {EXAMPLE}; the columns are {columns}."
