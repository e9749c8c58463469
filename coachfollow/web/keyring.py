"""Remembers which links from mails this browser opened: ids of tokens, never tokens; the newest, for half a day.

Whoever is signed in needs no link for what is their own; it is found here all the same.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from flask import g, session

from coachfollow import clock
from coachfollow.errors import NotFound
from coachfollow.queries import links
from coachfollow.queries.links import Link, Outdated
from coachfollow.rules.kinds import TokenPurpose
from coachfollow.web import tongues

MOST = 20
LIFE = timedelta(hours=12)
PLACE = "links"

SHUT = tongues.mark("This page opens from the link in your mail. Please open it there again.")


class _Key(NamedTuple):
    """One link that was opened: what for, about which thing, by which token, when (seconds)."""

    purpose: str
    about: str
    token_id: int
    opened_at: int


def opened(token: str, purpose: TokenPurpose) -> Link:
    """Give what a link of a mail allows, and remember it, so that its token can leave the address bar.

    Raises NotFound for one that never was, Outdated for one that is no more: to its person, in their language.
    """
    link = _in_their_language(links.find, token=token, purpose=purpose)
    _keep(link)
    return link


def whose(token: str, purpose: TokenPurpose) -> Link:
    """Give whose link this is, however old, and speak their language; raises NotFound for one that never was."""
    link = links.whose(g.session, token=token, purpose=purpose)
    tongues.speak(link.locale)
    return link


def held(purpose: TokenPurpose, about: object) -> Link:
    """Give what the visitor may do with that; raises NotFound, or Closed where their link has grown old."""
    for key in _keys():
        if (key.purpose, key.about) == (purpose, str(about)):
            return _in_their_language(links.again, token_id=key.token_id, purpose=purpose)
    own = _own(purpose, str(about))
    if own is None:
        raise NotFound(SHUT)
    tongues.speak(own.locale)
    return own


def holds(purpose: TokenPurpose, about: object) -> bool:
    """Whether this browser opened such a link lately."""
    return any((key.purpose, key.about) == (purpose, str(about)) for key in _keys())


def sees(plan: str) -> bool:
    """Whether the visitor may open the page of a plan as its own person."""
    return holds(TokenPurpose.PLAN, plan) or _own(TokenPurpose.PLAN, plan) is not None


def answers(touchpoint: int) -> bool:
    """Whether the visitor may open the page of a question."""
    return holds(TokenPurpose.ANSWER, touchpoint) or _own(TokenPurpose.ANSWER, str(touchpoint)) is not None


def of_plan(plan: str) -> Link:
    """Give what the visitor may do about the mails of a plan, by its own link or by the one that stops them."""
    purpose = TokenPurpose.PLAN if holds(TokenPurpose.PLAN, plan) else TokenPurpose.STOP
    return held(purpose, plan)


def _in_their_language(ask: Callable[..., Link], **facts: object) -> Link:
    try:
        link = ask(g.session, now=g.now, **facts)
    except Outdated as old:
        tongues.speak(old.locale)
        raise
    tongues.speak(link.locale)
    return link


def _keep(link: Link) -> None:
    tongues.remember(link.locale)
    if link.id is None:
        return
    key = _Key(link.purpose, _about(link), link.id, _seconds())
    others = [one for one in _keys() if one[:2] != key[:2]]
    session[PLACE] = [*others, key][-MOST:]


def _about(link: Link) -> str:
    return str(link.touchpoint_id if link.purpose is TokenPurpose.ANSWER else link.plan)


def _keys() -> list[_Key]:
    oldest = _seconds() - int(LIFE.total_seconds())
    return [key for key in map(_Key._make, session.get(PLACE, [])) if key.opened_at >= oldest]


def _seconds() -> int:
    return int(clock.now().timestamp())


def _own(purpose: TokenPurpose, about: str) -> Link | None:
    person_id = g.actor.person_id
    if person_id is None:
        return None
    if purpose is TokenPurpose.ANSWER:
        return links.own_question(g.session, touchpoint_id=int(about), person_id=person_id)
    return links.own_plan(g.session, plan=about, person_id=person_id, purpose=purpose)
