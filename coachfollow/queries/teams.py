"""Reads the team tree of an organisation: what is above a team, what a path leads to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import Session

from coachfollow.models import Membership, Team
from coachfollow.queries import relations

_SEPARATOR = re.compile(r"\s+[/>]\s+")  # as in people files: a slash without spaces belongs to a name


@dataclass(frozen=True, slots=True)
class Tree:
    """The teams of one organisation: each with its name and the team above it."""

    nodes: Mapping[int, tuple[str, int | None]]

    @classmethod
    def read(cls, session: Session, *, organisation_id: int) -> Self:
        """Read the whole tree."""
        rows = session.execute(_teams(), {"house": organisation_id}).all()
        nodes = {team_id: (name, parent_id) for team_id, name, parent_id, _ in rows}
        made = {team_id for team_id, _, _, is_of_newcomers in rows if is_of_newcomers}
        unseen = _unseen(session, nodes, made) if made else made
        return cls({team: named for team, named in nodes.items() if team not in unseen})

    def upwards(self, team_id: int | None) -> Iterator[int]:
        """Go from a team up to its root, itself first."""
        seen: set[int] = set()
        while team_id is not None and team_id in self.nodes and team_id not in seen:
            yield team_id
            seen.add(team_id)
            team_id = self.nodes[team_id][1]

    def branch(self, team_id: int | None, *, of: int | None) -> int | None:
        """Give the team directly under `of` (None: a root) that this team belongs to; `of` itself for its own."""
        below = None
        for one in self.upwards(team_id):
            if one == of:
                return below or of
            below = one
        return below

    def path(self, team_id: int) -> str:
        """Name a team with all teams above it, as people files do."""
        return " / ".join(reversed([self.nodes[one][0] for one in self.upwards(team_id)]))

    def find(self, path: str) -> int | None:
        """Give the team at the end of a path."""
        wanted = " / ".join(part.strip() for part in _SEPARATOR.split(path.strip()))
        return next((team_id for team_id in self.nodes if self.path(team_id) == wanted), None)


def _its_own() -> ColumnElement[bool]:
    """Whether somebody in a team was brought by nothing but a list that is not live."""
    return Membership.person_id.in_(relations.newcomers())


@cache
def _teams() -> Select[*tuple[Any, ...]]:
    """Each team, and whether such a list has anybody in it; put together once, as every report asks it."""
    half = Team.id.in_(select(Membership.team_id).where(_its_own()))
    house = Team.organisation_id == bindparam("house")
    return select(Team.id, Team.name, Team.parent_id, half).where(house)


def _unseen(session: Session, nodes: Mapping[int, tuple[str, int | None]], made: set[int]) -> set[int]:
    """The teams that only a list which is not live has made: of its newcomers alone, or above such teams alone."""
    peopled = set(session.scalars(select(Membership.team_id).where(~_its_own()).distinct()))
    unseen = made - peopled
    below: dict[int | None, set[int]] = {}
    for team, (_, parent) in nodes.items():
        below.setdefault(parent, set()).add(team)
    waiting = list(unseen)
    while waiting:
        parent = nodes.get(waiting.pop(), ("", None))[1]
        if parent is not None and parent not in peopled | unseen and below[parent] <= unseen:
            unseen.add(parent)
            waiting.append(parent)
    return unseen
