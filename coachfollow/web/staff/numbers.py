"""The numbers: headline, follow-ups and groups with what each means, as a page and as files to take away."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from flask import Blueprint, Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Invalid
from coachfollow.extensions import installation
from coachfollow.queries import choices, completion, sheets, sight
from coachfollow.queries.completion import Group, Report
from coachfollow.queries.filters import GroupBy
from coachfollow.queries.labels import Directory, Key
from coachfollow.rules import worktime
from coachfollow.rules.access import Action, Actor
from coachfollow.web import paging, policies
from coachfollow.web.staff import asked_for, downloads, drawing, named
from coachfollow.web.staff.asked_for import AskedFor

pages = Blueprint("numbers", __name__)

CUTS = tuple((one.value, words.lower()) for one, words in sheets.CUTS.items() if one is not GroupBy.NONE)
MOST_CHOICES = 100  # of a list that is chosen from; where there are more, one is named
GROUPS_A_PAGE = 30

# how the numbers of one group are cut: one step finer
FINER = {
    GroupBy.PROGRAMME: GroupBy.COHORT,
    GroupBy.COHORT: GroupBy.COACH,
    GroupBy.TEAM: GroupBy.TEAM,
    GroupBy.COACH: GroupBy.COHORT,
}

ABOUT_PEOPLE = frozenset({*named.PEOPLE, "finished_rate", "reach"})
# what a table of groups has room for; files have all of it
NARROW = ("attended", "finished", "due", "completed", "open", "missed", "target")


@pages.get("/numbers")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show the numbers that the reader may see."""
    everything = asked_for.everything()
    known = asked_for.directory(everything)
    try:
        asked, status = asked_for.asked_for(everything, known), 200
        words, problems = asked.words, {}
    except Invalid as refusal:  # what was typed comes back, with the numbers of everything
        asked, status = AskedFor(filters=everything, by=GroupBy.PROGRAMME, words={}), refusal.status
        words, problems = request.args, refusal.fields
    return render_template(
        "staff/numbers.html",
        words=words,
        problems=problems,
        asked=asked,
        cuts=CUTS,
        choices=_choices(known),
        **_shown(asked, _so_far(_report(asked, known))),
    ), status


@pages.get("/numbers.csv")
@policies.signed_in
def as_csv() -> Response:
    """Give out the numbers as CSV; with a semicolon for spreadsheets whose lists are cut so."""
    return downloads.csv(_sheets(), name="numbers.csv", cut=downloads.delimiter())


@pages.get("/numbers.xlsx")
@policies.signed_in
def as_xlsx() -> Response:
    """Give out the numbers as a spreadsheet."""
    return downloads.xlsx(_sheets(), name="numbers.xlsx", at=g.now)


def has_numbers(actor: Actor) -> bool:
    """Whether there are numbers that somebody may see."""
    return bool(sight.area(actor, Action.SEE_NUMBERS))


def _shown(asked: AskedFor, report: Report) -> dict[str, object]:
    """What the page shows of a report: its charts, and one page of its groups."""
    with_names = bool(asked.filters.sight.names)
    groups = paging.cut(report.groups, GROUPS_A_PAGE).rows
    carried: dict[str, Any] = dict(asked.words)
    path, mark, rest = url_for("named.show", **carried).partition("?")  # once: more than a hundred lead there
    rest = mark and f"&{rest}"

    def lead(what: str, key: Key | Literal["none"] = None) -> str:
        chosen = f"?what={what}" if key is None else f"?what={what}&key={key}"
        return f"{path}{chosen}{rest}" if with_names else ""

    return {
        "report": report,
        "groups": groups,
        "group_pages": paging.pages(report.groups, GROUPS_A_PAGE),
        "number": paging.number(),
        "people_columns": [column for column in sheets.COLUMNS if column.key in ABOUT_PEOPLE],
        "follow_up_columns": [column for column in sheets.COLUMNS if column.key not in ABOUT_PEOPLE],
        "narrow": [column for column in sheets.COLUMNS if column.key in NARROW],
        "named": named.NAMED if with_names else frozenset(),
        "lead": lead,
        "due": drawing.due(report.total.follow_ups),
        "due_names": drawing.due_names(lead),
        "people": drawing.people(report.total.people),
        "people_names": drawing.people_names(lead),
        "bars": drawing.completion(groups, target=report.total.target, url=lambda one: _within(asked, one)),
        "line": drawing.over_time(report),
    }


def _so_far(report: Report) -> Report:
    """Leave out months to come in which nobody is counted yet: they would be rows of noughts, and files have them."""
    if report.by is not GroupBy.MONTH:
        return report
    today = worktime.local(report.at, installation().settings.zone)
    this_month = 100 * today.year + today.month
    groups = [
        one
        for one in report.groups
        if one.key is None or one.key <= this_month or one.follow_ups.due or one.people.attended
    ]
    return replace(report, groups=tuple(groups))


def _within(asked: AskedFor, group: Group) -> str:
    """The numbers of one group of this report, cut one step finer; nothing where there is no finer step."""
    handle = group.label.handle
    if asked.by not in FINER or handle is None or handle == asked.words.get("team"):
        return ""
    narrowed: dict[str, Any] = {**asked.words, asked.by.value: handle, "by": FINER[asked.by].value}
    if asked.by is GroupBy.COHORT:
        narrowed["group"] = narrowed.pop("cohort")
    return url_for("numbers.show", **narrowed)


def _choices(known: Directory) -> Mapping[str, Sequence[choices.Choice] | None]:
    """The lists that are chosen from; None says that there is too much for one."""
    lists = {"programme": known.programmes, "group": known.groups, "coach": known.coaches}
    return {
        **{name: choices.offered(one) if len(one) <= MOST_CHOICES else None for name, one in lists.items()},
        "team": choices.teams(known) if len(known.teams) <= MOST_CHOICES else None,
    }


def _sheets() -> Sequence[sheets.Sheet]:
    everything = asked_for.everything()
    known = asked_for.directory(everything)
    report = _report(asked_for.asked_for(everything, known), known)
    return sheets.sheets(report, zone=installation().settings.zone)


def _report(asked: AskedFor, known: Directory) -> Report:
    return completion.completion(g.session, filters=asked.filters, by=asked.by, now=g.now, known=known)
