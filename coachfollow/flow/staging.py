"""Stages an attendance file: every row with who it is, what it says and what is in the way, for a preview."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow import vault
from coachfollow.errors import Invalid, NotFound
from coachfollow.flow import history, recognising, sets
from coachfollow.flow.recognising import NOBODY
from coachfollow.intake.namesakes import Namesakes
from coachfollow.intake.reading import Problem, Reading, Sighting
from coachfollow.models import Cohort, ImportBatch, ImportRow, TrainingSession
from coachfollow.queries import matching
from coachfollow.queries.batches import CONTRADICTED, DOUBLED, REPORT_DAY, SHEETS, UNREAD
from coachfollow.rules import attending
from coachfollow.rules.kinds import AttendanceState, ImportKind, ImportState

__all__ = ["INTERRUPTED", "NOBODY", "TWICE", "stage"]

CHUNK = 1000

INTERRUPTED = "Reading this file was interrupted; nothing of it was taken. Upload it again."
TWICE = "the same person stands in an earlier row; this row is left out"

_Presence = tuple[int | None, AttendanceState]
_COLUMNS = (
    *("batch_id", "line", "person_id", "coach_id", "name", "email", "facts"),
    *("state", "minutes", "is_new", "problem", "suggestions", "skipped"),
)


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
    _stage_people(session, batch, cohort, reading)
    _stage_problems(session, batch, reading.problems)
    recognising.suggest(session, batch)
    said: dict[str, object] = {
        DOUBLED: reading.doubled,
        CONTRADICTED: reading.contradicted,
        UNREAD: reading.unread,
        SHEETS: reading.other_sheets,
    }
    said |= _report_day(session, batch, reading)
    batch.summary = json.dumps({name: value for name, value in said.items() if value})
    _finish(session, batch, now)
    return batch


def _report_day(session: Session, batch: ImportBatch, reading: Reading) -> dict[str, int]:
    """The day of the report that is nearest to its session's, as its number; nothing where it names none."""
    if reading.days is None or batch.training_session_id is None:
        return {}
    first, last = reading.days
    own = session.get_one(TrainingSession, batch.training_session_id).local_date
    return {REPORT_DAY: max(first, min(own, last)).toordinal()}


def _finish(session: Session, batch: ImportBatch, now: datetime) -> None:
    """Say that every row is there."""
    batch.rows = session.scalar(select(func.count()).where(ImportRow.batch_id == batch.id)) or 0
    batch.state, batch.error = ImportState.STAGED, None
    history.record(
        session,
        "file staged",
        at=now,
        organisation_id=batch.organisation_id,
        cohort_id=batch.cohort_id,
        actor_id=batch.actor_id,
        batch=batch.public_id,
    )
    session.commit()


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


def _stage_people(session: Session, batch: ImportBatch, cohort: Cohort, reading: Reading) -> None:
    @cache
    def namesakes() -> Namesakes:  # most files never ask
        return Namesakes(matching.roster(session, cohort_id=cohort.id))

    taking_part = (one for one in reading.sightings if not one.is_organiser)
    for chunk in sets.chunks(taking_part, CHUNK):
        people = recognising.look_up(session, batch.organisation_id, chunk)
        found = [recognising.who(one, people, namesakes) for one in chunk]
        rows = [
            _row(
                one,
                batch=batch,
                person_id=person_id,
                coach_id=people.coaches.get(one.coach or ""),
                presence=_presence(one, cohort, reading),
                problem=problem,
            )
            for one, person_id, problem in zip(
                chunk, found, _in_the_way(session, batch, chunk, found), strict=True
            )
        ]
        sets.bulk(session.connection(), ImportRow, _COLUMNS, rows)
        session.commit()


def _in_the_way(
    session: Session, batch: ImportBatch, chunk: Sequence[Sighting], found: Sequence[int | None]
) -> list[str | None]:
    """What keeps each of these rows from being carried out; a reading has no address twice."""
    seen = recognising.already_on(session, batch, found)
    problems: list[str | None] = []
    for one, person_id in zip(chunk, found, strict=True):
        if person_id is None:
            problems.append(None if one.email else NOBODY)
        else:
            problems.append(TWICE if person_id in seen else None)
            seen.add(person_id)
    return problems


def _row(
    one: Sighting,
    *,
    batch: ImportBatch,
    person_id: int | None,
    coach_id: int | None,
    presence: _Presence,
    problem: str | None,
) -> tuple[object, ...]:
    minutes, state = presence
    is_new = person_id is None and problem is None
    texts = (one.name or None, one.email, json.dumps(_facts(one)))
    return (
        *(batch.id, one.line, person_id, coach_id, *texts),
        *(state, minutes, is_new, problem, "[]", problem is TWICE),
    )


def _presence(one: Sighting, cohort: Cohort, reading: Reading) -> _Presence:
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


def _stage_problems(session: Session, batch: ImportBatch, problems: Iterable[Problem]) -> None:
    """Rows that could not be read stand in the preview, too, with the reason."""
    for chunk in sets.chunks(problems, CHUNK):
        rows = [(batch.id, one.line, "{}", False, one.sentence, "[]", True) for one in chunk]
        columns = ("batch_id", "line", "facts", "is_new", "problem", "suggestions", "skipped")
        sets.bulk_new(session.connection(), ImportRow, columns, rows)
        session.commit()
