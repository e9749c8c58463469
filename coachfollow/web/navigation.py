"""Says which pages stand in the menu of whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from coachfollow.rules.access import Actor
from coachfollow.rules.kinds import Role

Current = Literal["page", "true", ""]  # as aria-current has it: this page, this part of the house, elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the menu: its words, the page behind it, and who gets to see it.

    It is a help, never a guard: the page's own policy decides who may open it. `rooms` are the groups of pages
    (blueprints) that lie behind it, beside its own, or single pages of a group that lies behind several entries:
    there, the menu says that one is in this part of the house.
    """

    label: str
    endpoint: str
    is_for: Callable[[Actor], bool]
    rooms: frozenset[str] = frozenset()

    def current(self, endpoint: str | None) -> Current:
        """How this line says where we are, on the page of that endpoint."""
        if endpoint == self.endpoint:
            return "page"
        room = (endpoint or "").partition(".")[0]
        behind = self.rooms | {self.endpoint.partition(".")[0]}
        return "true" if room in behind or endpoint in behind else ""


def anybody_signed_in(actor: Actor) -> bool:
    """Everybody with an account."""
    return actor.person_id is not None


def participants(actor: Actor) -> bool:
    """Whoever has a follow-up of their own."""
    return actor.has_plan


def coaches(actor: Actor) -> bool:
    """Whoever coaches somebody now, or may be given somebody to coach."""
    return bool(actor.coached_plans) or _holds(actor, Role.COACH)


def managers(actor: Actor) -> bool:
    """Whoever has people of their own, or a manager's view of a group."""
    return bool(actor.managed_people) or _holds(actor, Role.MANAGER)


def lnd(actor: Actor) -> bool:
    """The L&D team."""
    return _holds(actor, Role.LND)


def operators(actor: Actor) -> bool:
    """Whoever runs this installation."""
    return _holds(actor, Role.OPERATOR)


def _holds(actor: Actor, role: Role) -> bool:
    return any(grant.role is role for grant in actor.grants)
