"""Shows what was foreseen for many plans: how much of what, who is told, and every follow-up by person, in pages."""

from dataclasses import dataclass
from datetime import date

from coachfollow.flow import foreseeing
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import TouchpointState
from coachfollow.rules.replanning import Replanned
from coachfollow.web import paging, saying
from coachfollow.web.paging import Page
from coachfollow.web.staff import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One follow-up that becomes another: whose, what it is, how it stands, how it will."""

    who: str
    what: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreshown:
    """Everything a page says of it before it is confirmed."""

    follows: Foreseen
    told: str
    people: int  # for whom something changes
    lines: Page[Line]


def of(follows: Foreseen) -> Foreshown:
    """Say what follows; of a long list, the page that is asked for."""
    shown = paging.cut([(one, edit) for one in follows.changed for edit in one.edits if _is_seen(edit)])
    return Foreshown(
        follows=follows,
        told=foreseeing.who_is_told(follows),
        people=sum(any(map(_is_seen, one.edits)) for one in follows.changed),
        lines=Page(
            number=shown.number,
            rows=[_line(one, edit) for one, edit in shown.rows],
            has_next=shown.has_next,
        ),
    )


def _is_seen(edit: Edit) -> bool:
    """What is put aside, and stays so, is nobody's news."""
    return foreseeing.name(edit) is not None


def _line(one: Replanned, edit: Edit) -> Line:
    return Line(
        who=one.plan.name,
        what=words.capital(words.kind(one.kind(edit.key))),
        was=_day(edit.before.dates.day, edit) if edit.before else "–",
        becomes=_becomes(edit),
    )


def _becomes(edit: Edit) -> str:
    if edit.after.state is TouchpointState.PLANNED:
        day, at = _day(edit.after.dates.day, edit), saying.clock_time(edit.after.dates.at)
        is_same_day = edit.before is not None and edit.before.dates.day == edit.after.dates.day
        return f"{day}, {at}" if is_same_day else day
    return f"left out: {edit.after.state_reason}"


def _day(day: date, edit: Edit) -> str:
    """The day, and of which year where it moves to another."""
    is_same_year = edit.before is None or edit.before.dates.day.year == edit.after.dates.day.year
    return saying.short_day(day) if is_same_year else f"{saying.short_day(day)} {day.year}"
