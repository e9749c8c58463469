"""Keeps who belongs to which team and reports to whom: dated, one at a time, the past left as it was."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from coachfollow.flow import cards, sets
from coachfollow.models import Membership, Reporting, Team


def set_managers(session: Session, *, managers: Mapping[int, int], now: datetime) -> None:
    """Say whose manager is who from now on, by person; nobody manages themselves. No commit."""
    for some in sets.chunks(managers.items()):
        _set_managers(session, dict(some), now)


def set_teams(session: Session, *, teams: Mapping[int, int], now: datetime) -> None:
    """Say who is in which team from now on, by person. No commit."""
    for some in sets.chunks(teams.items()):
        _set_teams(session, dict(some), now)


def teams(
    session: Session, *, organisation_id: int, paths: Collection[tuple[str, ...]], make: bool = True
) -> Mapping[tuple[str, ...], int]:
    """Give the teams at these paths, making what is missing of the tree unless told otherwise. No commit."""
    rows = session.execute(
        select(Team.parent_id, Team.name, Team.id).where(Team.organisation_id == organisation_id)
    )
    tree: dict[tuple[int | None, str], int] = {(parent, name): team_id for parent, name, team_id in rows}
    found: dict[tuple[str, ...], int] = {}
    for path in sorted(paths):
        parent: int | None = None
        for name in path:
            if (parent, name) not in tree and not make:
                parent = None
                break
            if (parent, name) not in tree:
                node = Team(organisation_id=organisation_id, parent_id=parent, name=name)
                session.add(node)
                session.flush()
                tree[parent, name] = node.id
            parent = tree[parent, name]
        if parent is not None:
            found[path] = parent
    return found


def _set_managers(session: Session, managers: Mapping[int, int], now: datetime) -> None:
    current = session.execute(
        select(Reporting.person_id, Reporting.manager_id).where(
            Reporting.person_id.in_(list(managers)), Reporting.to_at.is_(None)
        )
    )
    held = {row.person_id: row.manager_id for row in current}
    news = {
        person_id: manager_id
        for person_id, manager_id in managers.items()
        if manager_id not in {person_id, held.get(person_id)}
    }
    if not news:
        return
    session.execute(
        update(Reporting)
        .where(Reporting.person_id.in_(list(news)), Reporting.to_at.is_(None))
        .values(to_at=now)
    )
    session.connection().execute(
        insert(Reporting),
        [
            {"person_id": person_id, "manager_id": manager_id, "from_at": now}
            for person_id, manager_id in news.items()
        ],
    )
    cards.hand_over(session, managers=news, now=now)


def _set_teams(session: Session, teams: Mapping[int, int], now: datetime) -> None:
    current = session.execute(
        select(Membership.person_id, Membership.team_id).where(
            Membership.person_id.in_(list(teams)), Membership.to_at.is_(None)
        )
    )
    held = {row.person_id: row.team_id for row in current}
    news = {person_id: team_id for person_id, team_id in teams.items() if held.get(person_id) != team_id}
    if not news:
        return
    session.execute(
        update(Membership)
        .where(Membership.person_id.in_(list(news)), Membership.to_at.is_(None))
        .values(to_at=now)
    )
    session.connection().execute(
        insert(Membership),
        [{"person_id": person_id, "team_id": team_id, "from_at": now} for person_id, team_id in news.items()],
    )
