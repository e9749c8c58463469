"""The numbers: headline, follow-ups and groups with what each means, the names behind them, files to take away."""

from collections.abc import Mapping, Sequence
from datetime import MAXYEAR, MINYEAR

from flask import Blueprint, Response, g, render_template, request
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid, NotFound
from coachfollow.queries import choices, completion, names, sheets, sight
from coachfollow.queries.completion import Report
from coachfollow.queries.filters import GroupBy
from coachfollow.queries.names import CountedFollowUp, CountedPerson
from coachfollow.rules.access import Action, Actor
from coachfollow.rules.measuring import DEFINITIONS, Counted, Standing
from coachfollow.web import policies
from coachfollow.web.staff import asked_for, downloads, paging
from coachfollow.web.staff.asked_for import AskedFor
from coachfollow.web.staff.paging import Page

pages = Blueprint("numbers", __name__)

CUTS = tuple((one.value, words.lower()) for one, words in sheets.CUTS.items() if one is not GroupBy.NONE)
WITHOUT = "none"  # the key of those without a team or a coach
MOST_DIGITS = 10

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
ABOUT_PEOPLE = frozenset({*PEOPLE, "finished_rate", "reach"})
# what a table of groups has room for; files have all of it
NARROW = ("attended", "finished", "due", "completed", "completion", "target", "late", "missed", "open")


@pages.get("/numbers")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show the numbers that the reader may see."""
    everything = asked_for.everything()
    offered = choices.choices(g.session, filters=everything, now=g.now)
    try:
        asked, status = asked_for.asked_for(), 200
        words, problems = asked.words, {}
    except Invalid as refusal:  # what was typed comes back, with the numbers of everything
        asked, status = AskedFor(filters=everything, by=GroupBy.COHORT, words={}), refusal.status
        words, problems = request.args, refusal.fields
    report = _report(asked)
    return render_template(
        "staff/numbers.html",
        report=report,
        people=[column for column in sheets.COLUMNS if column.key in ABOUT_PEOPLE],
        follow_ups=[column for column in sheets.COLUMNS if column.key not in ABOUT_PEOPLE],
        narrow=[column for column in sheets.COLUMNS if column.key in NARROW],
        named=NAMED if everything.sight.names else frozenset(),
        offered=offered,
        asked=asked,
        words=words,
        problems=problems,
        cuts=CUTS,
    ), status


@pages.get("/numbers/names")
@policies.signed_in
def behind() -> ResponseReturnValue:
    """Show the names behind one number, to those who may see them."""
    asked, what = asked_for.asked_for(), request.args.get("what", "attended")
    if what not in NAMED:
        raise NotFound("There are no names behind that number.")
    carried = {name: request.args[name] for name in ("what", "key") if name in request.args}
    return render_template(
        "staff/names.html",
        column=next(column for column in sheets.COLUMNS if column.key == what),
        definition=DEFINITIONS[what],
        page=_names(asked, what),
        is_people=what in PEOPLE,
        words={**asked.words, **carried},
        back=asked.words,
    )


@pages.get("/numbers.csv")
@policies.signed_in
def as_csv() -> Response:
    """Give out the numbers as CSV; with a semicolon for spreadsheets whose lists are cut so."""
    delimiter = ";" if request.args.get("cut") == "semicolon" else ","
    report = _report(asked_for.asked_for())
    return downloads.csv(sheets.sheets(report), name="numbers.csv", delimiter=delimiter)


@pages.get("/numbers.xlsx")
@policies.signed_in
def as_xlsx() -> Response:
    """Give out the numbers as a spreadsheet."""
    return downloads.xlsx(sheets.sheets(_report(asked_for.asked_for())), name="numbers.xlsx", at=g.now)


def has_numbers(actor: Actor) -> bool:
    """Whether there are numbers that somebody may see."""
    return bool(sight.area(actor, Action.SEE_NUMBERS))


def _report(asked: AskedFor) -> Report:
    return completion.completion(g.session, filters=asked.filters, by=asked.by, now=g.now)


def _names(asked: AskedFor, what: str) -> Page[CountedPerson] | Page[CountedFollowUp]:
    by, key = _group(asked)
    if what in PEOPLE:
        people = names.people(
            g.session,
            filters=asked.filters,
            standings=PEOPLE[what],
            now=g.now,
            by=by,
            key=key,
            **paging.window(),
        )
        return paging.page(people)
    follow_ups = names.follow_ups(
        g.session,
        filters=asked.filters,
        counted=FOLLOW_UPS[what],
        now=g.now,
        by=by,
        key=key,
        **paging.window(),
    )
    return paging.page(follow_ups)


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
