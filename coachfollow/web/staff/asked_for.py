"""Reads from an address what a report is asked to be about: only what its reader may see can be asked about."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from flask import g, request

from coachfollow.errors import Invalid, NotFound
from coachfollow.queries import choices, sight
from coachfollow.queries.filters import Filters, GroupBy
from coachfollow.queries.labels import Directory, Key, Label

NAMES = ("programme", "group", "team", "coach", "since", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """What an address asks for: the filters, the cut, and the words they came in, to be carried on in links."""

    filters: Filters
    by: GroupBy
    words: Mapping[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about a part only."""
        return any(name in self.words for name in NAMES)


def everything() -> Filters:
    """Everything the reader may see; raises Forbidden where that is nothing."""
    return sight.visible(g.session, actor=g.actor, filters=Filters(organisation_id=g.actor.organisation_id))


def directory(whole: Filters) -> Directory:
    """What everything is called that the reader may ask about."""
    return choices.choices(g.session, organisation_id=whole.organisation_id, area=whole.sight.numbers)


def asked_for(whole: Filters, known: Directory) -> AskedFor:
    """Narrow everything to what this request asks for; raises NotFound, and Invalid with the field."""
    said = {name: value for name in NAMES if (value := request.args.get(name, "").strip())}
    by = next((one for one in GroupBy if one == request.args.get("by")), _one_step_finer(said))
    found = replace(
        whole,
        programme_id=named(known.programmes, said.get("programme")),
        cohort_id=named(known.groups, said.get("group")),
        team_id=_team(known, said.get("team")),
        coach_id=named(known.coaches, said.get("coach")),
        since=_day(said, "since"),
        until=_day(said, "until"),
    )
    if found.since and found.until and found.until < found.since:
        sentence = "The period ends before it begins."
        raise Invalid(sentence, {"until": "Choose a later day."})
    return AskedFor(filters=found, by=by, words={**said, "by": by.value})


def narrowed() -> AskedFor:
    """Give what this request asks for, where nothing else is shown; raises as `asked_for` does."""
    whole = everything()
    return asked_for(whole, directory(whole))


def named(known: Mapping[Key, Label], handle: str | None) -> int | None:
    """Give whose name that is; what the reader may not see does not exist."""
    if handle is None:
        return None
    wanted = handle.casefold()
    for key, label in known.items():
        if key is not None and label.handle is not None and label.handle.casefold() == wanted:
            return key
    raise NotFound("There are no such numbers, or they are not yours to see.")


def _one_step_finer(said: Mapping[str, str]) -> GroupBy:
    """How numbers are cut where nobody says: everything by programme, a programme by group, a group by coach."""
    if "group" in said:
        return GroupBy.COACH
    return GroupBy.COHORT if "programme" in said else GroupBy.PROGRAMME


def _team(known: Directory, path: str | None) -> int | None:
    found = None if path is None else known.tree.find(path)
    if path is not None and found not in known.teams:
        raise NotFound("There are no such numbers, or they are not yours to see.")
    return found


def _day(said: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(said[name]) if name in said else None
    except ValueError:
        raise Invalid("Write the day like 2026-03-31.", {name: "Write it like 2026-03-31."}) from None
