"""Who may do what: denied unless a relation to the very thing allows it, and never across organisations.

Contents of answers have one reader beside the person: the coach of that plan. No role reads them, and
what a person kept private is never a question of access at all: nobody else holds it.
"""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum, auto
from typing import assert_never

from coachfollow.rules.kinds import Role, Scope


class Action(StrEnum):
    """What somebody wants to do; a plan is its dates and states, its texts are answers."""

    SEE_OWN_PLAN = auto()
    CHANGE_OWN_PLAN = auto()
    SEE_PLAN = auto()
    CHANGE_PLAN = auto()
    RESTART_PLAN = auto()
    RUN_CHECK_IN = auto()
    SEE_SHARED_ANSWERS = auto()
    SEE_NUMBERS = auto()
    SEE_NAMES = auto()
    IMPORT = auto()
    ERASE = auto()
    EDIT_PROGRAMMES = auto()
    SEE_OUTBOX = auto()
    OPERATE = auto()


class Relation(StrEnum):
    """What somebody is to a thing."""

    SELF = auto()
    COACH = auto()
    MANAGER = auto()
    MANAGER_OF_GROUP = auto()
    LND = auto()
    OPERATOR = auto()


ALLOWED: Mapping[Action, frozenset[Relation]] = {
    Action.SEE_OWN_PLAN: frozenset({Relation.SELF}),
    Action.CHANGE_OWN_PLAN: frozenset({Relation.SELF}),
    Action.SEE_PLAN: frozenset({Relation.COACH, Relation.MANAGER, Relation.LND}),
    Action.CHANGE_PLAN: frozenset({Relation.COACH}),
    Action.RESTART_PLAN: frozenset({Relation.COACH, Relation.LND}),
    Action.RUN_CHECK_IN: frozenset({Relation.COACH}),
    Action.SEE_SHARED_ANSWERS: frozenset({Relation.COACH}),
    Action.SEE_NUMBERS: frozenset(
        {Relation.COACH, Relation.MANAGER, Relation.MANAGER_OF_GROUP, Relation.LND}
    ),
    Action.SEE_NAMES: frozenset({Relation.COACH, Relation.MANAGER, Relation.LND}),
    Action.IMPORT: frozenset({Relation.LND}),
    Action.ERASE: frozenset({Relation.LND, Relation.OPERATOR}),
    Action.EDIT_PROGRAMMES: frozenset({Relation.LND}),
    Action.SEE_OUTBOX: frozenset({Relation.OPERATOR}),
    Action.OPERATE: frozenset({Relation.OPERATOR}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a scope; only grants that hold today are given to an actor."""

    role: Role
    scope: Scope
    scope_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, with the relations that hold today: plans they coach, people they manage."""

    person_id: int | None
    organisation_id: int | None
    grants: frozenset[Grant] = frozenset()
    coached_plans: frozenset[int] = frozenset()
    managed_people: frozenset[int] = frozenset()
    has_plan: bool = False  # a follow-up of their own


ANONYMOUS = Actor(person_id=None, organisation_id=None)


@dataclass(frozen=True, slots=True)
class Target:
    """What it is about; team_ids are the team and all teams above it."""

    organisation_id: int
    _: KW_ONLY
    person_id: int | None = None
    plan_id: int | None = None
    cohort_id: int | None = None
    team_ids: frozenset[int] = frozenset()

    @property
    def is_personal(self) -> bool:
        """Whether it is one person's, rather than a group's."""
        return self.person_id is not None or self.plan_id is not None


def may(actor: Actor, action: Action, target: Target) -> bool:
    """Whether the actor may do this to that; no relation to it, no permission."""
    return not ALLOWED[action].isdisjoint(relations(actor, target))


def relations(actor: Actor, target: Target) -> frozenset[Relation]:
    """What the actor is to the target; nothing at all in another organisation."""
    if actor.person_id is None or actor.organisation_id != target.organisation_id:
        return frozenset()
    held = {
        Relation.SELF: actor.person_id == target.person_id,
        Relation.COACH: target.plan_id in actor.coached_plans,
        Relation.MANAGER: target.person_id in actor.managed_people,
        # A manager's grant shows a group as numbers; one of its people only to their own manager.
        Relation.MANAGER_OF_GROUP: not target.is_personal and _granted(actor, Role.MANAGER, target),
        Relation.LND: _granted(actor, Role.LND, target),
        Relation.OPERATOR: _granted(actor, Role.OPERATOR, target),
    }
    return frozenset(relation for relation, holds in held.items() if holds)


def _granted(actor: Actor, role: Role, target: Target) -> bool:
    return any(grant.role is role and _covers(grant, target) for grant in actor.grants)


def _covers(grant: Grant, target: Target) -> bool:
    match grant.scope:
        case Scope.ORGANISATION:
            return grant.scope_id == target.organisation_id
        case Scope.TEAM:
            return grant.scope_id in target.team_ids
        case Scope.COHORT:
            return grant.scope_id == target.cohort_id
        case _:
            assert_never(grant.scope)
