"""Lays a report out as sheets of plain cells, its definitions on a sheet of their own: for files and terminals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from coachfollow.queries.completion import NOTES, Group, Report
from coachfollow.queries.filters import GroupBy
from coachfollow.queries.names import CountedFollowUp, CountedPerson
from coachfollow.rules import kind_words, worktime
from coachfollow.rules.kinds import StepKind

Cell = str | int | float | None  # a float is a share of 1

NONE_DUE = "none due"
NOBODY = "nobody attended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table with a title; every row is as long as the header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One number: the key of its definition, what stands above it, and how it is read from a group."""

    key: str
    heading: str
    read: Callable[[Group], Cell]


COLUMNS: tuple[Column, ...] = (
    Column("attended", "Attended", lambda one: one.people.attended),
    Column("never_started", "Never started", lambda one: one.people.never_started),
    Column("active", "Active", lambda one: one.people.active),
    Column("paused_people", "Paused (people)", lambda one: one.people.paused),
    Column("finished", "Finished", lambda one: one.people.finished),
    Column("stopped", "Stopped", lambda one: one.people.stopped),
    Column("undeliverable_people", "Undeliverable (people)", lambda one: one.people.undeliverable),
    Column("finished_rate", "Finished of attended", lambda one: _or(one.people.finished_rate, NOBODY)),
    Column("reach", "Answered of attended", lambda one: _or(one.reach, NOBODY)),
    Column("due", "Due", lambda one: one.follow_ups.due),
    Column("completed", "Completed", lambda one: one.follow_ups.completed),
    Column("completion", "Completed of due", lambda one: _or(one.follow_ups.completion, NONE_DUE)),
    Column("target", "Target", lambda one: one.target),
    Column("on_time", "On time", lambda one: one.follow_ups.on_time),
    Column("on_time_rate", "On time of due", lambda one: _or(one.follow_ups.on_time_rate, NONE_DUE)),
    Column("late", "Late", lambda one: one.follow_ups.late),
    Column("missed", "Missed", lambda one: one.follow_ups.missed),
    Column("open", "Open", lambda one: one.follow_ups.open),
    Column("excused", "Excused", lambda one: one.follow_ups.excused),
    Column("without_a_time", "Without a time", lambda one: one.without_a_time),
    Column("paused", "Paused", lambda one: one.follow_ups.paused),
    Column("undeliverable", "Undeliverable", lambda one: one.follow_ups.undeliverable),
    Column("not_yet_due", "Not yet due", lambda one: one.follow_ups.not_yet_due),
)

CUTS = {
    GroupBy.NONE: "Counted",
    GroupBy.PROGRAMME: "Programme",
    GroupBy.COHORT: "Group",
    GroupBy.TEAM: "Team",
    GroupBy.COACH: "Coach",
    GroupBy.MONTH: "Month",
}

_HANDLES = {GroupBy.TEAM: "Whole path", GroupBy.COACH: "Mail address"}  # what commands call a row by


def sheets(report: Report, *, zone: str = "UTC") -> tuple[Sheet, Sheet]:
    """Lay out the numbers, the total last, and what each of them means; `zone` is whose clock says when."""
    return numbers(report), definitions(report, zone=zone)


def numbers(report: Report) -> Sheet:
    """Lay out the groups and, last, the total; beside a name stands what commands and files call it."""
    return Sheet(
        title="Numbers",
        header=(
            CUTS[report.by],
            _HANDLES.get(report.by, "Short name"),
            *(column.heading for column in COLUMNS),
        ),
        rows=tuple(_row(one) for one in (*report.groups, report.total)),
    )


def definitions(report: Report, *, zone: str = "UTC") -> Sheet:
    """Lay out what the report is about and what its numbers mean."""
    return Sheet(title="Definitions", header=("Number", "What it means"), rows=tuple(_meanings(report, zone)))


def names(found: Sequence[CountedPerson] | Sequence[CountedFollowUp]) -> Sheet:
    """Lay out the people, or the follow-ups, behind one number."""
    rows = [
        (
            one.name,
            one.email,
            one.group,
            *(_about(one) if isinstance(one, CountedFollowUp) else ()),
        )
        for one in found
    ]
    about = (
        ("Follow-up", "Title", "Who was asked", "Due")
        if any(isinstance(one, CountedFollowUp) for one in found)
        else ()
    )
    return Sheet(title="Names", header=("Name", "Mail address", "Group", *about), rows=tuple(rows))


def _about(one: CountedFollowUp) -> tuple[Cell, ...]:
    """Which follow-up it is, and whose to answer: what a manager was asked is not held against their people."""
    asked = one.asked or ("their manager" if one.kind is StepKind.SPONSOR else None)
    return kind_words.SHORT_KINDS[one.kind], one.title, asked, one.due.isoformat()


def _row(group: Group) -> tuple[Cell, ...]:
    return (group.label.text, group.label.handle, *(column.read(group) for column in COLUMNS))


def counted_at(report: Report, zone: str) -> str:
    """When it was counted, by the clocks of a zone, with the zone said."""
    return f"{worktime.local(report.at, zone):%Y-%m-%d %H:%M} ({zone.replace('_', ' ')})"


def _meanings(report: Report, zone: str) -> Iterator[tuple[Cell, ...]]:
    yield "As of", counted_at(report, zone)
    yield from ((f"Only: {name}", value) for name, value in report.scope.items())
    meanings = report.definitions
    yield from ((column.heading, meanings[column.key]) for column in COLUMNS)
    named = {column.key for column in COLUMNS}
    yield from ((f"About {key}", NOTES[key]) for key in NOTES if key not in named)


def _or(rate: float | None, words: str) -> Cell:
    return words if rate is None else rate
