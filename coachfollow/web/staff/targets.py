"""Finds what the addresses of staff pages name, for asking who may open them."""

from typing import Any

from flask import g
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.queries import outbox
from coachfollow.rules.access import Actor, Target
from coachfollow.rules.kinds import MessageState, Role, Scope


def any_group(session: Session, arguments: dict[str, Any]) -> Target | None:
    """A group the visitor's own grant is about, or their organisation: for lists that show only what is theirs."""
    del session, arguments
    actor: Actor = g.actor
    if actor.organisation_id is None:
        return None
    own = (one.scope_id for one in actor.grants if one.role is Role.LND and one.scope is Scope.COHORT)
    return Target(actor.organisation_id, cohort_id=next(own, None))


def message(session: Session, arguments: dict[str, Any]) -> Target | None:
    """The mail that the address names as `message`."""
    organisation_id = outbox.organisation_of(session, public_id=arguments["message"])
    return Target(organisation_id) if organisation_id is not None else None


def mail_state(said: str) -> MessageState:
    """Give the state that the address names; raises NotFound."""
    chosen = next((one for one in MessageState if one == said), None)
    if chosen is None:
        raise NotFound("There is no such state of a mail.")
    return chosen
