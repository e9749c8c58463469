"""Takes what a list says of managers and teams: of newcomers at once, of everybody else with the flip.

Nobody sees the newcomers of a list before it is live; of the others not even their team may be another until then.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import people, relations
from coachfollow.models import ImportBatch, ImportRow, Membership, Reporting
from coachfollow.queries import matching, staged

PAGE = 1000

_Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one row says of where somebody belongs."""

    row_id: int
    person_id: int
    manager: str | None
    team: _Path


def take_of_newcomers(
    session: Session, batch: ImportBatch, rows: ColumnElement[bool], *, now: datetime
) -> None:
    """Take what some rows say of people whom nobody sees yet, and keep of the others what is news. No commit."""
    _settle(session, batch, _read(session, rows & ImportRow.is_new), now)
    known = _read(session, rows & ImportRow.is_new.is_(False))
    if known:
        session.execute(update(ImportRow), list(_news(session, batch, known)))


def take(session: Session, *, batch: ImportBatch, now: datetime) -> None:
    """Take what is news of people we knew, page by page: a list that changes nobody has none. No commit."""
    is_news = or_(ImportRow.facts.contains('"manager"'), ImportRow.facts.contains('"team"'))
    chosen = staged.usable(batch.id) & ImportRow.is_new.is_(False) & is_news
    last = 0
    while page := _read(session, chosen & (ImportRow.id > last), limit=PAGE):
        _settle(session, batch, page, now)
        last = page[-1].row_id


def _read(session: Session, rows: ColumnElement[bool], *, limit: int | None = None) -> Sequence[_Said]:
    found = session.execute(
        select(ImportRow.id, ImportRow.person_id, ImportRow.facts)
        .where(rows, ImportRow.person_id.is_not(None), ImportRow.facts != "{}")
        .order_by(ImportRow.id)
        .limit(limit)
    )
    return [
        _Said(row_id, person_id, said.get("manager"), tuple(said.get("team", ())))
        for row_id, person_id, facts in found
        if person_id is not None and (said := json.loads(facts)) is not None
    ]


def _settle(session: Session, batch: ImportBatch, said: Sequence[_Said], now: datetime) -> None:
    """Say who manages these people and in which team they are from now on, making whom and what is missing."""
    house = batch.organisation_id
    emails = {one.manager for one in said if one.manager}
    ids = people.ids_of(session, organisation_id=house, emails=emails, now=now)
    relations.set_managers(
        session, managers={one.person_id: ids[one.manager] for one in said if one.manager}, now=now
    )
    paths = {one.person_id: one.team for one in said if one.team}
    if paths:
        teams = relations.teams(session, organisation_id=house, paths=set(paths.values()))
        relations.set_teams(session, teams={who: teams[path] for who, path in paths.items()}, now=now)


def _news(session: Session, batch: ImportBatch, said: Sequence[_Said]) -> Iterator[dict[str, Any]]:
    """What each of these rows says that is not so already, as its facts from now on."""
    house = batch.organisation_id
    emails = {one.manager for one in said if one.manager}
    managers = matching.by_email(session, organisation_id=house, emails=emails, unseen=True)
    paths = {one.team for one in said if one.team}
    teams = relations.teams(session, organisation_id=house, paths=paths, make=False) if paths else {}
    managed = _held(session, Reporting.person_id, Reporting.manager_id, Reporting.to_at.is_(None), said)
    placed = _held(session, Membership.person_id, Membership.team_id, Membership.to_at.is_(None), said)
    for one in said:
        facts: dict[str, object] = {}
        if one.manager and managers.get(one.manager, 0) != managed.get(one.person_id):
            facts["manager"] = one.manager
        if one.team and teams.get(one.team, 0) != placed.get(one.person_id):
            facts["team"] = one.team
        yield {"id": one.row_id, "facts": json.dumps(facts)}


def _held(
    session: Session,
    person: ColumnElement[int] | Any,
    value: ColumnElement[int] | Any,
    is_open: ColumnElement[bool],
    said: Sequence[_Said],
) -> Mapping[int, int]:
    rows = session.execute(select(person, value).where(person.in_([one.person_id for one in said]), is_open))
    return {who: what for who, what in rows}  # noqa: C416  # rows are no tuples
