"""The numbers: headline, follow-ups and groups with what each means, the names behind them, files to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid, NotFound
from coachfollow.queries import choices, completion, names, sheets
from coachfollow.queries.completion import Report
from coachfollow.queries.filters import GroupBy
from coachfollow.rules.measuring import Counted, Standing
from coachfollow.web import policies
from coachfollow.web.staff import asked_for, downloads, paging
from coachfollow.web.staff.asked_for import AskedFor

pages = Blueprint("numbers", __name__)

T = TypeVar("T", Counted, Standing)

CUTS = tuple((one.value, words.lower()) for one, words in sheets.CUTS.items() if one is not GroupBy.NONE)
FIRST = 1  # the first column of files that holds a number

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
# what a table of groups has room for; files have all of it
NARROW = ("attended", "finished", "due", "completed", "completion", "target", "late", "missed", "open")


@pages.get("/numbers")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show the numbers that the reader may see."""
    offered = choices.choices(g.session, filters=asked_for.everything(), now=g.now)
    try:
        asked = asked_for.asked_for()
    except Invalid as refusal:
        return _page(None, request.args, offered, problems=refusal.fields), 422
    return _page(asked, asked.words, offered, problems={})


@pages.get("/numbers/names")
@policies.signed_in
def behind() -> ResponseReturnValue:
    """Show the names behind one number, to those who may see them."""
    asked, what = asked_for.asked_for(), request.args.get("what", "")
    chosen = _Chosen.of(asked, what)
    return render_template(
        "staff/names.html",
        what=what,
        heading=next(column.heading for column in sheets.COLUMNS if column.key == what),
        people=chosen.people,
        follow_ups=chosen.follow_ups,
        page=chosen.page,
        words=asked.words | ({"key": request.args["key"]} if "key" in request.args else {}),
    )


@pages.get("/numbers.csv")
@policies.signed_in
def as_csv() -> Response:
    """Give out the numbers as CSV; with a semicolon for spreadsheets whose lists are cut so."""
    delimiter = ";" if request.args.get("cut") == "semicolon" else ","
    return downloads.csv(sheets.sheets(_report(asked_for.asked_for())), name="numbers.csv", delimiter=delimiter)


@pages.get("/numbers.xlsx")
@policies.signed_in
def as_xlsx() -> Response:
    """Give out the numbers as a spreadsheet."""
    return downloads.xlsx(sheets.sheets(_report(asked_for.asked_for())), name="numbers.xlsx", at=g.now)
