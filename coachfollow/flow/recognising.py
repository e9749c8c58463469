"""Recognises the people a list names: by address, number or remembered name; likeness only suggests."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from coachfollow.flow import sets
from coachfollow.intake import matching
from coachfollow.intake.namesakes import Namesakes
from coachfollow.intake.reading import Sighting
from coachfollow.models import ImportBatch, ImportRow
from coachfollow.queries import matching as known

MOST_NAMES = 500  # to suggest somebody for: each is compared with the whole group, and wants a person's click
MOST_SUGGESTED = 4
NOBODY = "no mail address, and nobody of that name is in this group: say who it is, or leave the row out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a chunk of rows needs to know of the people there are."""

    emails: Mapping[str, int]
    external_ids: Mapping[str, int]
    aliases: Mapping[str, int]
    coaches: Mapping[str, int]


def look_up(session: Session, organisation_id: int, chunk: Sequence[Sighting]) -> Known:
    """Look up everything that a chunk of rows says of who somebody is."""
    emails = {one.email for one in chunk if one.email} | {one.upn for one in chunk if one.upn}
    names = {matching.match_key(one.name) for one in chunk if one.name and not one.email}
    external_ids = {one.external_id for one in chunk if one.external_id}
    coaches = {one.coach for one in chunk if one.coach}
    return Known(
        emails=known.by_email(session, organisation_id=organisation_id, emails=emails),
        external_ids=known.by_external_id(session, organisation_id=organisation_id, ids=external_ids),
        aliases=known.by_alias(session, organisation_id=organisation_id, values=names),
        coaches=known.by_email(session, organisation_id=organisation_id, emails=coaches),
    )


def who(one: Sighting, people: Known, namesakes: Callable[[], Namesakes]) -> int | None:
    """Match by address, sign-in name, number, remembered name, then by the only such name in the group."""
    for table, key in (
        (people.emails, one.email),
        (people.emails, one.upn),
        (people.external_ids, one.external_id),
    ):
        if key and key in table:
            return table[key]
    if one.email:
        return None
    return people.aliases.get(matching.match_key(one.name)) or namesakes().only(one.name)


def already_on(session: Session, batch: ImportBatch, people: Iterable[int | None]) -> set[int]:
    """Those of these people who stand on earlier rows of a file."""
    asked = {person for person in people if person is not None}
    found = select(ImportRow.person_id).where(
        ImportRow.batch_id == batch.id, ImportRow.person_id.in_(list(asked))
    )
    return {person for person in session.scalars(found) if person is not None} if asked else set()


def suggest(session: Session, batch: ImportBatch) -> None:
    """Name the people whom an unknown row may be, of the group or else of the organisation. No commit."""
    rows = session.execute(
        select(ImportRow.id, ImportRow.name)
        .where(ImportRow.batch_id == batch.id, ImportRow.problem == NOBODY, ImportRow.name.is_not(None))
        .order_by(ImportRow.line)
        .limit(MOST_NAMES)
    )
    unknown = {row_id: name for row_id, name in rows if name}
    if unknown and batch.cohort_id is not None:
        found = _suggestions(session, batch.organisation_id, batch.cohort_id, set(unknown.values()))
        session.execute(
            update(ImportRow),
            [{"id": row_id, "suggestions": json.dumps(found[name])} for row_id, name in unknown.items()],
        )


def _suggestions(
    session: Session, organisation_id: int, cohort_id: int, names: Collection[str]
) -> Mapping[str, Sequence[int]]:
    """Whoever has the very name, then who is like it in the group; else who is like it beside it in the alphabet."""
    in_group = matching.suggest_all(names, known.roster(session, cohort_id=cohort_id))
    spellings = {name: _spellings(name) for name in names}
    exact: dict[str, Sequence[int]] = {}
    for some in sets.chunks({spelling for each in spellings.values() for spelling in each}):
        exact |= known.by_name(session, organisation_id=organisation_id, names=some)
    found: dict[str, Sequence[int]] = {}
    for name in names:
        same = [person for spelling in spellings[name] for person in exact.get(spelling, ())]
        # the group's own namesakes before others
        likely = sorted(same, key=lambda person: person not in in_group[name]) + list(in_group[name])
        if not likely:
            nearby = known.beside(session, organisation_id=organisation_id, name=spellings[name][-1])
            likely = list(matching.suggest(name, nearby))
        found[name] = list(dict.fromkeys(likely))[:MOST_SUGGESTED]
    return found


def _spellings(name: str) -> Sequence[str]:
    """A name as it may stand with us: as it is, with its last word in front or its first at the end, in capitals."""
    words = name.split()
    turned = (" ".join([*words[-1:], *words[:-1]]), " ".join([*words[1:], *words[:1]]))
    return list(dict.fromkeys((name, *turned, name.title())))
