"""Says for every page who may open it; a page without a policy does not start (deny by default)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, auto
from ipaddress import ip_address
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from coachfollow.errors import Forbidden, NotFound, SignInNeeded
from coachfollow.extensions import csrf
from coachfollow.queries import actors
from coachfollow.rules import access
from coachfollow.rules.access import Action, Actor, Target
from coachfollow.rules.kinds import Role, Scope

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")  # what a proxy adds

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
FindTarget = Callable[[Session, dict[str, Any]], Target | None]


class Door(StrEnum):
    """How a page is entered."""

    PUBLIC = auto()  # anybody: sign-in, health, the way in from a mail
    LINK = auto()  # whoever opened a link from a mail in this browser; the view finds what it is good for
    SIGNED_IN = auto()  # anybody with an account; the view shows only their own
    ALLOWED = auto()  # whoever may do this to that
    DEMO = auto()  # anybody, in the demo only
    SCRAPER = auto()  # a monitoring system: it bears the token, or comes from this very machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Who may open a page: its door, and for ALLOWED the action and what it is done to."""

    door: Door
    action: Action | None = None
    target: FindTarget | None = None


def public(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Anybody may open this page."""
    return _declare(view, Policy(door=Door.PUBLIC))


def link(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Whoever came by a link from a mail may open this page; it shows only what that link is good for."""
    return _declare(view, Policy(door=Door.LINK))


def signed_in(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Anybody signed in may open this page; it shows only their own."""
    return _declare(view, Policy(door=Door.SIGNED_IN))


def demo(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Only the demo has this page."""
    return _declare(view, Policy(door=Door.DEMO))


def scraper(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Only a monitoring system may read this page."""
    return _declare(view, Policy(door=Door.SCRAPER))


def one_click(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """A mail program's own request (RFC 8058): it comes from anywhere and carries no CSRF token."""
    csrf.exempt(view)
    view.one_click = True  # type: ignore[attr-defined]  # as in _declare
    return view


def bare(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Answer this page without asking who is there or what time it is: probes must not wait for the database."""
    view.bare = True  # type: ignore[attr-defined]  # as in _declare
    return view


def kept(control: str) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Let whoever asked keep what they were given so long, as Cache-Control says it; a refusal is never kept."""

    def declare(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        view.kept = control  # type: ignore[attr-defined]  # as in _declare
        return view

    return declare


def allowed(
    action: Action, target: FindTarget
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Whoever may do this to what the address names may open this page."""

    def declare(view: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        return _declare(view, Policy(door=Door.ALLOWED, action=action, target=target))

    return declare


def of(app: Flask, endpoint: str) -> Policy | None:
    """Give the policy a page declares."""
    return getattr(app.view_functions[endpoint], "policy", None)


def demand_all(app: Flask) -> None:
    """Refuse to start with a page that says nothing about who may open it."""
    undeclared = sorted(
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static" and of(app, rule.endpoint) is None
    )
    if undeclared:
        raise RuntimeError(f"these pages declare no policy: {', '.join(undeclared)}")


def check() -> None:
    """Let the request through or refuse it; what may not be seen does not exist."""
    if request.endpoint in {None, "static"}:
        return
    policy = of(current_app, request.endpoint or "")
    if policy is None:
        raise NotFound("There is no such page.")
    match policy.door:
        case Door.PUBLIC | Door.LINK:
            return
        case Door.DEMO:
            if not current_app.extensions["coachfollow"].settings.demo:
                raise NotFound("There is no such page.")
        case Door.SCRAPER:
            _scraper(current_app.extensions["coachfollow"].settings.metrics_token)
        case Door.SIGNED_IN:
            _signed_in(g.actor)
        case Door.ALLOWED:
            _signed_in(g.actor)
            _allowed(g.actor, policy)


def organisation(session: Session, arguments: dict[str, Any]) -> Target | None:
    """The visitor's own organisation: for pages that name nothing else."""
    del session, arguments
    return Target(g.actor.organisation_id) if g.actor.organisation_id is not None else None


def plan(session: Session, arguments: dict[str, Any]) -> Target | None:
    """The plan that the address names as `plan`."""
    by_team = any(grant.scope is Scope.TEAM for grant in g.actor.grants)
    return actors.plan_target(session, public_id=arguments["plan"], with_teams=by_team)


def cohort(session: Session, arguments: dict[str, Any]) -> Target | None:
    """The group that the address names as `cohort`."""
    return actors.cohort_target(session, public_id=arguments["cohort"])


def batch(session: Session, arguments: dict[str, Any]) -> Target | None:
    """The staged file that the address names as `batch`."""
    return actors.batch_target(session, public_id=arguments["batch"])


def _declare(view: Callable[Arguments, Result], policy: Policy) -> Callable[Arguments, Result]:
    view.policy = policy  # type: ignore[attr-defined]  # functions carry attributes; mypy knows none
    return view


def _signed_in(actor: Actor) -> None:
    if actor.person_id is None:
        raise SignInNeeded("Please sign in first.")


def _scraper(token: str) -> None:
    """Let in whoever bears the token; where none is set, whoever comes from this machine and through no proxy."""
    if token:
        said = request.authorization
        borne = said.token if said is not None and said.type == "bearer" else None
        if not hmac.compare_digest((borne or "").encode(), token.encode()):
            raise Forbidden(
                "Scrape this with the token of COACHFOLLOW_METRICS_TOKEN: Authorization: Bearer …"
            )
        return
    if not _is_here(request.remote_addr or "") or any(name in request.headers for name in FORWARDED):
        raise Forbidden(
            "Set COACHFOLLOW_METRICS_TOKEN, and scrape this with it; or scrape it on its own machine."
        )


def _is_here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a Unix socket, behind which a proxy stands
        return False


def _whom(actor: Actor) -> str:
    """Whom to ask for more: L&D teams are the ones that everybody else asks."""
    is_lnd = any(grant.role is Role.LND for grant in actor.grants)
    return "whoever runs Coachfollow for you" if is_lnd else "your L&D team"


def _allowed(actor: Actor, policy: Policy) -> None:
    if policy.action is None or policy.target is None:
        raise Forbidden("This page says nothing about who may open it.")
    found = policy.target(g.session, dict(request.view_args or {}))
    if found is None or actor.organisation_id != found.organisation_id:
        raise NotFound("There is no such page, or it is not yours to see.")
    if not access.may(actor, policy.action, found):
        raise Forbidden(f"This is not yours to see. If you think it should be, ask {_whom(actor)}.")
    g.target = found
