"""The names behind the numbers, for those who may see them: a page, and a file to work through."""

from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, MINYEAR

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from coachfollow.errors import NotFound
from coachfollow.queries import names, sheets
from coachfollow.queries.filters import GroupBy
from coachfollow.queries.names import CountedFollowUp, CountedPerson
from coachfollow.rules.measuring import DEFINITIONS, Counted, Standing
from coachfollow.web import paging, policies
from coachfollow.web.staff import asked_for, downloads
from coachfollow.web.staff.asked_for import AskedFor

pages = Blueprint("named", __name__)

WITHOUT = "none"  # the key of those without a team or a coach
MOST_DIGITS = 10
MOST_IN_A_FILE = 10_000

# which people and follow-ups stand behind each number; rates have none
PEOPLE: Mapping[str, Sequence[Standing]] = {
    "attended": tuple(Standing),
    "never_started": (Standing.NEVER_STARTED,),
    "active": (Standing.ACTIVE,),
    "paused_people": (Standing.PAUSED,),
    "finished": (Standing.FINISHED,),
    "stopped": (Standing.STOPPED,),
    "undeliverable_people": (Standing.UNDELIVERABLE,),
}
COMPLETED = (Counted.COMPLETED_ON_TIME, Counted.COMPLETED_LATE)
FOLLOW_UPS: Mapping[str, Sequence[Counted]] = {
    "due": (*COMPLETED, Counted.MISSED, Counted.OPEN),
    "completed": COMPLETED,
    "on_time": (Counted.COMPLETED_ON_TIME,),
    "late": (Counted.COMPLETED_LATE,),
    "missed": (Counted.MISSED,),
    "open": (Counted.OPEN,),
    "excused": (Counted.EXCUSED,),
    "paused": (Counted.PAUSED,),
    "undeliverable": (Counted.UNDELIVERABLE,),
    "not_yet_due": (Counted.NOT_YET_DUE,),
}
NAMED = frozenset({*PEOPLE, *FOLLOW_UPS})


@pages.get("/numbers/names")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show the names behind one number, to those who may see them."""
    asked, what = asked_for.narrowed(), _what()
    carried = {name: request.args[name] for name in ("what", "key") if name in request.args}
    return render_template(
        "staff/names.html",
        column=next(column for column in sheets.COLUMNS if column.key == what),
        definition=DEFINITIONS[what],
        page=paging.page(_names(asked, what, **paging.window())),
        is_people=what in PEOPLE,
        words={**asked.words, **carried},
        back=asked.words,
    )


@pages.get("/numbers/names.csv")
@policies.signed_in
def as_csv() -> Response:
    """Give out the names behind one number, to write to them or to work through."""
    asked, what = asked_for.narrowed(), _what()
    sheet = sheets.names(_names(asked, what, limit=MOST_IN_A_FILE, offset=0))
    return downloads.csv([sheet], name=f"{what.replace('_', ' ')}.csv", cut=downloads.delimiter())


def _what() -> str:
    what = request.args.get("what", "attended")
    if what not in NAMED:
        raise NotFound("There are no names behind that number.")
    return what


def _names(
    asked: AskedFor, what: str, *, limit: int, offset: int
) -> Sequence[CountedPerson] | Sequence[CountedFollowUp]:
    by, key = _group(asked)
    if what in PEOPLE:
        return names.people(
            g.session,
            filters=asked.filters,
            standings=PEOPLE[what],
            now=g.now,
            by=by,
            key=key,
            limit=limit,
            offset=offset,
        )
    return names.follow_ups(
        g.session,
        filters=asked.filters,
        counted=FOLLOW_UPS[what],
        now=g.now,
        by=by,
        key=key,
        limit=limit,
        offset=offset,
    )


def _group(asked: AskedFor) -> tuple[GroupBy, int | None]:
    """The group of the report whose number was followed; without a key, the total."""
    said = request.args.get("key")
    if said is None:
        return GroupBy.NONE, None
    if said == WITHOUT:
        return asked.by, None
    key = int(said) if said.isascii() and said.isdigit() and len(said) < MOST_DIGITS else 0
    if not key or (asked.by is GroupBy.MONTH and not _is_month(key)):
        raise NotFound("There is no such group in these numbers.")
    return asked.by, key


def _is_month(key: int) -> bool:
    """Whether it is a year and a month, like 202603."""
    year, month = divmod(key, 100)
    return MINYEAR <= year <= MAXYEAR and 1 <= month <= 12  # noqa: PLR2004  # months
