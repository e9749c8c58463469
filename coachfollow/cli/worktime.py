"""`coachfollow worktime`: holidays, quiet hours, closed days, rosters and leave; what is planned then moves."""

from datetime import date, datetime
from pathlib import Path

import click

from coachfollow.cli import house, output
from coachfollow.errors import Invalid
from coachfollow.flow import away, away_files, house_holidays
from coachfollow.flow.away_files import Kept, Known
from coachfollow.intake import worktime_files
from coachfollow.intake.words import Problem
from coachfollow.queries import finding
from coachfollow.rules.absences import Closure
from coachfollow.rules.spoken import how_many

DAY = click.DateTime(["%Y-%m-%d"])
CLOCK = click.DateTime(["%H:%M"])
LIST = click.Path(exists=True, dir_okay=False, path_type=Path)
MEGABYTE = 1024 * 1024


@click.group()
def worktime() -> None:
    """When people work, and when they do not."""


@worktime.command()
@click.argument("country")
@click.argument("region", default="")
@click.option("--preview", is_flag=True, help="Say what would move, and change nothing.")
@output.json_option
def holidays(country: str, region: str, *, preview: bool, as_json: bool) -> None:
    """Say whose public holidays count for everybody whose people file says nothing else, like "DE BY"."""
    with house.opened(writing=not preview) as here:
        where = {"country": country, "part": region}
        house_id = here.organisation.id
        if preview:
            kept = house_holidays.foresee(here.session, organisation_id=house_id, now=here.now, **where)
        else:
            kept = house_holidays.keep(
                here.session, organisation_id=house_id, now=here.now, actor_id=None, **where
            )
    lines = [
        f"Public holidays of {kept.region}: {_moved(kept.moved)} ({how_many(kept.plans, 'plan')} looked at)."
    ]
    lines.append("Meetings keep their time, and nobody gets a mail about this.")
    lines += ["Nothing has changed so far."] if preview else []
    output.show(
        {"done": not preview, "region": kept.region, "plans": kept.plans, "moved": kept.moved},
        lines,
        as_json=as_json,
    )


@worktime.command()
@click.argument("since", type=CLOCK)
@click.argument("until", type=CLOCK)
@output.json_option
def quiet(since: datetime, until: datetime, *, as_json: bool) -> None:
    """Say between which times nobody is written to, like "20:00 07:00"; the same time twice ends it."""
    first, last = since.time(), until.time()
    with house.opened(writing=True) as here:
        away.keep_quiet(here.session, organisation_id=here.organisation.id, since=first, until=last)
    said = {"since": f"{first:%H:%M}", "until": f"{last:%H:%M}"}
    output.show(said, ["Plans made from now on keep to it."], as_json=as_json)


@worktime.command()
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@output.json_option
def closed(first: datetime, last: datetime, *, as_json: bool) -> None:
    """Say from which day to which, both included, the whole organisation is closed."""
    closure = _closure(first.date(), last.date())
    with house.opened(writing=True) as here:
        plans = away.close(
            here.session,
            organisation_id=here.organisation.id,
            closure=closure,
            now=here.now,
            actor_id=None,
        )
    _show(plans, as_json=as_json)


@worktime.command()
@click.argument("email")
@click.argument("first", type=DAY)
@click.argument("last", type=DAY)
@click.option("--from-noon", is_flag=True, help="The morning of the first day is worked.")
@click.option("--until-noon", is_flag=True, help="The afternoon of the last day is worked.")
@click.option(
    "--withdraw", is_flag=True, help="Take it back; what had moved for it comes back where it is to come."
)
@output.json_option
def leave(
    email: str,
    first: datetime,
    last: datetime,
    *,
    from_noon: bool,
    until_noon: bool,
    withdraw: bool,
    as_json: bool,
) -> None:
    """Say from which day to which, both included, somebody is away."""
    with house.opened(writing=True) as here:
        spell = away.spell(
            first=first.date(),
            last=last.date(),
            from_noon=from_noon,
            until_noon=until_noon,
            today=here.now.date(),
        )
        person_id = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        if withdraw:
            back = away.take_back(here.session, person_id=person_id, leave=spell, now=here.now, actor_id=None)
            output.show({"withdrawn": True, "moved": back}, [_came_back(back)], as_json=as_json)
            return
        plans = away.go(here.session, person_id=person_id, leave=spell, now=here.now, actor_id=None)
    _show(plans, as_json=as_json)


@worktime.command()
@click.argument("file", type=LIST)
@click.option("--preview", is_flag=True, help="Say what would be kept, and keep nothing.")
@output.json_option
def roster(file: Path, *, preview: bool, as_json: bool) -> None:
    """Take a roster with the columns person, date and hours; a day may have several lines, empty hours are free."""
    with house.opened(writing=not preview) as here:
        most = here.settings.max_upload_mb * MEGABYTE
        reading = worktime_files.read_roster(file, name=file.name, max_bytes=most)
        organisation_id = here.organisation.id
        known = away_files.recognise_roster(here.session, organisation_id=organisation_id, reading=reading)
        if preview:
            _foretell(known, as_json=as_json)
            return
        kept = away_files.keep_roster(
            here.session, organisation_id=organisation_id, known=known, now=here.now, actor_id=None
        )
    _tell(kept, as_json=as_json)


@worktime.command()
@click.argument("file", type=LIST)
@click.option("--preview", is_flag=True, help="Say what would be kept, and keep nothing.")
@output.json_option
def leaves(file: Path, *, preview: bool, as_json: bool) -> None:
    """Take a file of leave with the columns person, first, last and, if you like, half days."""
    with house.opened(writing=not preview) as here:
        most = here.settings.max_upload_mb * MEGABYTE
        reading = worktime_files.read_leave(file, name=file.name, max_bytes=most)
        organisation_id, today = here.organisation.id, here.now.date()
        known = away_files.recognise_leave(
            here.session, organisation_id=organisation_id, reading=reading, today=today
        )
        if preview:
            _foretell(known, as_json=as_json)
            return
        kept = away_files.keep_leave(
            here.session, organisation_id=organisation_id, known=known, now=here.now, actor_id=None
        )
    _tell(kept, as_json=as_json)


def _foretell(known: Known, *, as_json: bool) -> None:
    entries, people = len(known.days) + len(known.leave), len(known.people)
    said = f"Entries that can be taken: {entries}, of people: {people}. Nothing was kept."
    facts = {"entries": entries, "people": people, "problems": known.problems}
    output.show(facts, [said, *_left_out(known.problems)], as_json=as_json)


def _tell(kept: Kept, *, as_json: bool) -> None:
    said = f"People: {kept.people}. New or changed entries: {kept.entries}. Follow-ups that changed: {kept.plans}."
    output.show(kept, [said, *_left_out(kept.problems)], as_json=as_json)


def _left_out(problems: tuple[Problem, ...]) -> list[str]:
    return [f"Line {one.line} was left out, {one.column}: {one.sentence}" for one in problems]


def _closure(first: date, last: date) -> Closure:
    try:
        return Closure(first=first, last=last)
    except ValueError as error:
        raise Invalid(f"These closed days cannot be: {error}.") from error


def _moved(number: int) -> str:
    return f"{number} {'follow-up comes' if number == 1 else 'follow-ups come'} on another day or hour"


def _came_back(moved: int) -> str:
    if not moved:
        return "Taken back. Nothing had moved for it."
    came = how_many(moved, "follow-up comes", "follow-ups come")
    return f"Taken back. {came} on the old day again."


def _show(plans: int, *, as_json: bool) -> None:
    said = f"Kept. Of {how_many(plans, 'follow-up')}, what was planned for those days has moved."
    output.show({"plans": plans}, [said], as_json=as_json)
