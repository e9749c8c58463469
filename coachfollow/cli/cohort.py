"""`coachfollow cohort`: opens groups, lists and shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import click

from coachfollow.cli import house, output
from coachfollow.flow import cohorts, foreseeing, reanchoring, upgrading
from coachfollow.flow.cohorts import Meeting
from coachfollow.flow.foreseeing import Foreseen
from coachfollow.queries import finding, groups, lasting
from coachfollow.queries.filters import EVERYTHING
from coachfollow.queries.groups import CoachOfGroup, Group
from coachfollow.rules import kind_words, worktime
from coachfollow.rules.changes import Edit
from coachfollow.rules.kinds import AttendanceState, PlanState
from coachfollow.rules.replanning import Replanned
from coachfollow.rules.spoken import how_many

State = TypeVar("State", AttendanceState, PlanState)

SESSION = "2026-03-02T09:00/180"


class SessionType(click.ParamType[Meeting]):
    """A session as `2026-03-02T09:00/180`: its begin on the wall clock of the group's zone, and its minutes."""

    name = "BEGIN/MINUTES"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Meeting:
        """Read one session."""
        if isinstance(value, Meeting):
            return value
        begin, _, minutes = str(value).partition("/")
        try:
            begins, length = datetime.fromisoformat(begin), int(minutes)
        except ValueError:
            begins, length = None, 0
        if begins is None or begins.tzinfo is not None or length < 1:
            self.fail(f"“{value}” is not a session; write it like {SESSION}", param, ctx)
        return Meeting(begins=begins, minutes=length)


@click.group()
def cohort() -> None:
    """Groups of people who take a programme together."""


@cohort.command("open")
@click.argument("key")
@click.option("--programme", required=True, help="Its key; see `coachfollow programme list`.")
@click.option("--title", default="", help="What people read; the key, if not given.")
@click.option("--zone", help="The time zone of the sessions; that of the organisation, if not given.")
@click.option(
    "--session",
    "sessions",
    multiple=True,
    required=True,
    type=SessionType(),
    help=f"Like {SESSION}; repeat it.",
)
@click.option("--coach", "coaches", multiple=True, help="A coach's address; repeat it.")
@click.option("--minutes", type=click.IntRange(0), help="Least minutes of a session to have been there.")
@click.option("--attend", type=click.IntRange(1), help="Least sessions to have attended.")
@click.option("--target", type=click.FloatRange(0, 1), help="The completion aimed at, like 0.8.")
@click.option("--announced", is_flag=True, help="Let the manager announce the very first mail.")
@output.json_option
def open_(
    *,
    key: str,
    programme: str,
    title: str,
    zone: str | None,
    sessions: Sequence[Meeting],
    coaches: Sequence[str],
    minutes: int | None,
    attend: int | None,
    target: float | None,
    announced: bool,
    as_json: bool,
) -> None:
    """Open a group under a short KEY of your choice."""
    with house.opened(writing=True) as here:
        opened = cohorts.open_cohort(
            here.session,
            organisation_id=here.organisation.id,
            programme=programme,
            key=key,
            title=title,
            zone=zone or here.organisation.zone,
            meetings=sessions,
            coaches=coaches,
            attended_minutes=minutes,
            attended_sessions=attend,
            target=target,
            announced=announced,
            now=here.now,
        )
        _show(groups.group(here.session, public_id=opened.public_id), as_json=as_json)
        late = lasting.of_group(
            here.session, public_id=opened.public_id, organisation_id=here.organisation.id, now=here.now
        )
        if late:
            click.echo(late, err=True)


@cohort.command("list")
@output.json_option
def list_(*, as_json: bool) -> None:
    """List the groups, the latest training first."""
    with house.opened() as here:
        found = groups.listed(here.session, organisation_id=here.organisation.id, area=EVERYTHING.names)
    rows = [
        (
            one.key,
            one.last_day.isoformat(),
            f"{one.participants} participants",
            f"{one.running} running",
            one.title,
        )
        for one in found
    ]
    output.show(found, output.columns(rows), as_json=as_json)


@cohort.command()
@click.argument("key")
@output.json_option
def show(key: str, *, as_json: bool) -> None:
    """Show one group: its sessions, coaches and plans."""
    with house.opened() as here:
        found = finding.cohort_named(here.session, organisation_id=here.organisation.id, key=key)
        _show(groups.group(here.session, public_id=found.public_id), as_json=as_json)


@cohort.command()
@click.argument("key")
@click.argument("number", type=click.IntRange(1))
@click.argument("session", type=SessionType())
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@output.json_option
def correct(*, key: str, number: int, session: Meeting, preview: bool, as_json: bool) -> None:
    """Correct when session NUMBER of a group takes place; what counts from it moves, what was asked stays."""
    carry_out = reanchoring.foresee if preview else reanchoring.correct
    with house.opened(writing=not preview) as here:
        found = carry_out(
            here.session,
            cohort=finding.cohort_named(here.session, organisation_id=here.organisation.id, key=key),
            position=number,
            meeting=session,
            now=here.now,
        )
    document = {
        "session": found.position,
        "was": found.was,
        "becomes": found.becomes,
        **_document(found.follows),
        "done": not preview,
    }
    was, becomes = _begin(found.was, found.zone), _begin(found.becomes, found.zone)
    fact = f"Session {found.position}: from {was} to {becomes}."
    output.show(document, _said_of(fact, found.follows, preview=preview), as_json=as_json)


@cohort.command()
@click.argument("key")
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@output.json_option
def upgrade(*, key: str, preview: bool, as_json: bool) -> None:
    """Let a group's running follow-ups take the newest version of its programme; what was asked stays."""
    carry_out = upgrading.foresee if preview else upgrading.upgrade
    with house.opened(writing=not preview) as here:
        found = carry_out(
            here.session,
            cohort=finding.cohort_named(here.session, organisation_id=here.organisation.id, key=key),
            now=here.now,
        )
    document = {
        "was": found.was,
        "becomes": found.becomes,
        **_document(found.follows),
        "done": not preview,
    }
    fact = f"From version {found.was} to version {found.becomes} of the programme."
    output.show(document, _said_of(fact, found.follows, preview=preview), as_json=as_json)


def _document(follows: Foreseen) -> Mapping[str, object]:
    return {
        "people": follows.people,
        "moved": follows.moved,
        "added": follows.added,
        "left_out": follows.left_out,
        "unchanged": follows.unchanged,
        "meetings_freed": follows.freed,
        "told": [one.name for one in follows.told],
        "moves": [_move(one, edit) for one in follows.changed for edit in one.edits],
    }


def _move(one: Replanned, edit: Edit) -> Mapping[str, object]:
    return {
        "participant": one.plan.name,
        "was": edit.before.dates.day if edit.before else None,
        "becomes": edit.after.dates.day,
        "state": edit.after.state,
        "why": edit.after.state_reason or edit.after.why,
    }


def _said_of(fact: str, follows: Foreseen, *, preview: bool) -> list[str]:
    moves = [_move(one, edit).values() for one in follows.changed for edit in one.edits]
    return [
        fact,
        *([f"{how_many(follows.added, 'follow-up is', 'follow-ups are')} added."] if follows.added else ()),
        (
            f"{how_many(follows.moved, 'follow-up moves', 'follow-ups move')}, {follows.left_out} left out,"
            f" {follows.unchanged} as before."
        ),
        *(
            [f"{how_many(follows.freed, 'meeting leaves', 'meetings leave')} the calendars."]
            if follows.freed
            else ()
        ),
        foreseeing.who_is_told(follows),
        *output.columns([tuple(str(value) for value in move) for move in moves]),
        "Nothing has changed so far." if preview else "Done.",
    ]


def _begin(moment: datetime, zone: str) -> str:
    return f"{worktime.local(moment, zone):%Y-%m-%d %H:%M}"


def _show(group: Group, *, as_json: bool) -> None:
    of = how_many(len(group.sessions), "session")
    rule = f"{group.attended_sessions} of {of}, {how_many(group.attended_minutes, 'minute')} each"
    lines = [
        f"{group.title} ({group.key}): {group.programme}, version {group.version}, in {group.zone}",
        f"Attended: {rule}",
        *(f"Session {one.position}: {one.local_date} {_counted(one.attendance)}" for one in group.sessions),
        *(f"Coach: {one.name} <{one.email}>{_hours(one)}" for one in group.coaches),
        f"Plans: {_counted(group.states) or 'none yet'}",
    ]
    output.show(group, lines, as_json=as_json)


def _counted(counts: Mapping[State, int]) -> str:
    return ", ".join(f"{n} {_state(state)}" for state, n in sorted(counts.items()))


def _state(state: AttendanceState | PlanState) -> str:
    return kind_words.PLAN_STATES[state] if isinstance(state, PlanState) else kind_words.ATTENDANCE[state]


def _hours(coach: CoachOfGroup) -> str:
    return "" if coach.has_hours else ", whose hours are not known: coachfollow coach hours"
