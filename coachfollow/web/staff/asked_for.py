"""Reads from an address what a report is asked to be about, and narrows it to what its reader may see."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import g, request

from coachfollow.errors import Invalid
from coachfollow.queries import finding, sight
from coachfollow.queries.filters import NOTHING, Filters, GroupBy

NAMES = ("programme", "group", "team", "coach", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """What an address asks for: the filters, the cut, and the words they came in, to be carried on in links."""

    filters: Filters
    by: GroupBy
    words: Mapping[str, str]


def asked_for() -> AskedFor:
    """Give what this request asks for; raises NotFound, Forbidden, and Invalid with the field."""
    said = {name: value for name in NAMES if (value := request.args.get(name, "").strip())}
    by = next((one for one in GroupBy if one == request.args.get("by")), GroupBy.COHORT)
    found = finding.filters(
        g.session,
        organisation_id=g.actor.organisation_id,
        sight=NOTHING,
        programme=said.get("programme"),
        cohort=said.get("group"),
        team=said.get("team"),
        coach=said.get("coach"),
        since=_day(said, "since"),
        until=_day(said, "until"),
    )
    visible = sight.visible(g.session, actor=g.actor, filters=found)
    return AskedFor(filters=visible, by=by, words={**said, "by": by.value})


def everything() -> Filters:
    """Everything the reader may see."""
    return sight.visible(g.session, actor=g.actor, filters=Filters(organisation_id=g.actor.organisation_id))


def _day(said: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(said[name]) if name in said else None
    except ValueError:
        raise Invalid("Write the day like 2026-03-31.", {name: "Write it like 2026-03-31."}) from None
