"""Stages an attendance file: every row with who it is, what it says and what is in the way, for a preview."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Invalid, NotFound
from coachfollow.flow import history, sets
from coachfollow.intake import matching
from coachfollow.intake.reading import Reading, Sighting
from coachfollow.models import Cohort, ImportBatch, ImportRow, TrainingSession
from coachfollow.queries import matching as known
from coachfollow.rules import attending
from coachfollow.rules.words import AttendanceState, ImportKind, ImportState

CHUNK = 1000

INTERRUPTED = "Reading this file was interrupted; nothing of it was taken. Upload it again."
NOBODY = "no mail address, and nobody of that name is in this group: choose who it is, or leave the row out"
TWICE = "the same person stands in an earlier row; this row is left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a chunk of rows needs to know of the people there are."""

    emails: Mapping[str, int]
    external_ids: Mapping[str, int]
    aliases: Mapping[str, int]
    coaches: Mapping[str, int]


def stage(
    session: Session,
    *,
    cohort: Cohort,
    reading: Reading,
    kind: ImportKind,
    file_name: str,
    checksum: str,
    now: datetime,
    training_session_id: int | None = None,
    actor_id: int | None = None,
) -> ImportBatch:
    """Store a file's rows for a preview, in chunks; nothing else changes until it is confirmed."""
    if reading.questions:
        raise Invalid(reading.questions[0].sentence)
    if kind is ImportKind.ATTENDANCE:
        training_session_id = _session_of(session, cohort, training_session_id).id
    batch = ImportBatch(
        public_id=vault.new_public_id(),
        organisation_id=cohort.organisation_id,
        kind=kind,
        state=ImportState.FAILED,  # until every row is there: half a file must not be confirmed
        error=INTERRUPTED,
        cohort_id=cohort.id,
        training_session_id=training_session_id,
        file_name=file_name,
        checksum=checksum,
        layout=reading.layout,
        actor_id=actor_id,
        created_at=now,
    )
    session.add(batch)
    session.commit()
    _stage_rows(session, batch, cohort, reading)
    batch.state, batch.error = ImportState.STAGED, None
    history.record(
        session,
        "file staged",
        at=now,
        organisation_id=cohort.organisation_id,
        cohort_id=cohort.id,
        actor_id=actor_id,
        batch=batch.public_id,
    )
    session.commit()
    return batch


def _session_of(session: Session, cohort: Cohort, training_session_id: int | None) -> TrainingSession:
    """The session a file is about: the one named, or the only one there is."""
    sessions = session.scalars(
        select(TrainingSession)
        .where(TrainingSession.cohort_id == cohort.id)
        .order_by(TrainingSession.position)
    ).all()
    chosen = [one for one in sessions if training_session_id in {None, one.id}]
    if not chosen:
        raise NotFound("This group has no such session.")
    if training_session_id is None and len(sessions) > 1:
        raise Invalid(
            f"This group has {len(sessions)} sessions; say which one the file is about.",
            {"session": ", ".join(f"{one.position}: {one.local_date.isoformat()}" for one in sessions)},
        )
    return chosen[0]


def _stage_rows(session: Session, batch: ImportBatch, cohort: Cohort, reading: Reading) -> None:
    names: dict[str, list[int]] = defaultdict(list)
    for person_id, name in known.roster(session, cohort_id=cohort.id):
        names[matching.match_key(name)].append(person_id)
    seen: set[int | str] = set()
    lines = 0
    for chunk in _chunks(reading.sightings):
        people = _look_up(session, batch.organisation_id, chunk)
        rows = [
            _row(one, batch=batch, cohort=cohort, people=people, names=names, seen=seen, reading=reading)
            for one in chunk
            if not one.is_organiser
        ]
        if rows:
            session.connection().execute(insert(ImportRow), rows)
        lines += len(rows)
        session.commit()
    problems = [_problem_row(batch, one.line, one.sentence) for one in reading.problems]
    if problems:
        session.connection().execute(sets.insert_new(session, ImportRow), problems)
    _suggest(session, batch, cohort)
    session.execute(update(ImportBatch).where(ImportBatch.id == batch.id).values(rows=lines + len(problems)))
    session.commit()
    session.refresh(batch)


def _chunks(sightings: Iterable[Sighting]) -> Iterator[Sequence[Sighting]]:
    rows = iter(sightings)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _look_up(session: Session, organisation_id: int, chunk: Sequence[Sighting]) -> _Known:
    emails = {one.email for one in chunk if one.email} | {one.upn for one in chunk if one.upn}
    names = {matching.match_key(one.name) for one in chunk if one.name and not one.email}
    return _Known(
        emails=known.by_email(session, organisation_id=organisation_id, emails=emails),
        external_ids=known.by_external_id(
            session,
            organisation_id=organisation_id,
            ids={one.external_id for one in chunk if one.external_id},
        ),
        aliases=known.by_alias(session, organisation_id=organisation_id, values=names),
        coaches=known.by_email(
            session, organisation_id=organisation_id, emails={one.coach for one in chunk if one.coach}
        ),
    )


def _row(
    one: Sighting,
    *,
    batch: ImportBatch,
    cohort: Cohort,
    people: _Known,
    names: Mapping[str, Sequence[int]],
    seen: set[int | str],
    reading: Reading,
) -> dict[str, object]:
    person_id = _who(one, people, names)
    problem = None if person_id or one.email else NOBODY
    identity = person_id or one.email
    if identity is not None and identity in seen:
        problem = TWICE
    if identity is not None:
        seen.add(identity)
    minutes, state = _presence(one, cohort, reading)
    return {
        "batch_id": batch.id,
        "line": one.line,
        "person_id": person_id,
        "is_new": person_id is None and problem is None,
        "coach_id": people.coaches.get(one.coach or ""),
        "name": one.name or None,
        "email": one.email,
        "facts": json.dumps(_facts(one)),
        "state": state,
        "minutes": minutes,
        "problem": problem,
        "suggestions": "[]",
        "skipped": problem is TWICE,
    }


def _who(one: Sighting, people: _Known, names: Mapping[str, Sequence[int]]) -> int | None:
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
    name = matching.match_key(one.name)
    alike = names.get(name, ())
    return people.aliases.get(name) or (alike[0] if len(alike) == 1 else None)


def _presence(one: Sighting, cohort: Cohort, reading: Reading) -> tuple[int | None, AttendanceState]:
    """What the file says of somebody: a status, else minutes, else that they stand on it."""
    minutes = attending.minutes(one.intervals, within=reading.meeting) if one.intervals else one.minutes
    if one.status is not None:
        return minutes, one.status
    if minutes is not None:
        return minutes, attending.session_state(minutes, threshold=cohort.attended_minutes)
    return None, AttendanceState.PRESENT


def _facts(one: Sighting) -> dict[str, object]:
    facts: dict[str, object] = {
        "external_id": one.external_id,
        "manager": one.manager,
        "coach": one.coach,
        "team": list(one.team),
        "zone": one.zone,
        "locale": one.locale,
        "week": one.week,
    }
    return {key: value for key, value in facts.items() if value}


def _problem_row(batch: ImportBatch, line: int, sentence: str) -> dict[str, object]:
    return {
        "batch_id": batch.id,
        "line": line,
        "person_id": None,
        "is_new": False,
        "facts": "{}",
        "problem": sentence,
        "suggestions": "[]",
        "skipped": True,
    }


def _suggest(session: Session, batch: ImportBatch, cohort: Cohort) -> None:
    """Name the people of the group whom an unknown row may be; a person decides."""
    unknown = session.execute(
        select(ImportRow.id, ImportRow.name).where(
            ImportRow.batch_id == batch.id, ImportRow.problem == NOBODY, ImportRow.name.is_not(None)
        )
    ).all()
    if not unknown:
        return
    people = known.roster(session, cohort_id=cohort.id)
    found = matching.suggest_all([name for _, name in unknown if name], people)
    for row_id, name in unknown:
        session.execute(
            update(ImportRow)
            .where(ImportRow.id == row_id)
            .values(suggestions=json.dumps(found.get(name or "", ())))
        )
