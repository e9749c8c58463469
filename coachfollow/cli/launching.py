"""`coachfollow programme preview`: what a follow-up will be, before there is one."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import click

from coachfollow.cli import house, output
from coachfollow.errors import Invalid
from coachfollow.queries import launches
from coachfollow.queries.launches import Wish
from coachfollow.rules import kind_words, previewing
from coachfollow.rules.days import of_training
from coachfollow.rules.previewing import Dated, Preview, Waiting


class DayType(click.ParamType[date]):
    """A day as 2026-03-02."""

    name = "DAY"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read one day."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return of_training(str(value))
        except ValueError:
            self.fail(f"“{value}” is not a day; write it like 2026-03-02", param, ctx)


sessions_option = click.option(
    "--session",
    "days",
    multiple=True,
    required=True,
    type=DayType(),
    help="The day of a session, like 2026-03-02; repeat it.",
)


@click.command()
@click.argument("key", metavar="PROGRAMME")
@sessions_option
@click.option(
    "--zone", default="", help="Where the person lives; the zone of the organisation, if not given."
)
@click.option("--region", default="", help="Whose public holidays, like DE-BY; else as in the organisation.")
@click.option("--week", default="", help="A working week, like “mon-thu 08:00-12:00”.")
@click.option(
    "--person", default="", help="Somebody who is here already, by their address, with their leave."
)
@output.json_option
def preview(
    *, key: str, days: Sequence[date], zone: str, region: str, week: str, person: str, as_json: bool
) -> None:
    """Show every date somebody would get, and why it is that day; nothing is kept."""
    wish = Wish(zone=zone, region=region, week=week, person=person)
    with house.opened() as here:
        organisation_id = here.organisation.id
        offer = launches.published(here.session, organisation_id=organisation_id, key=key)
        sessions = launches.sessions(offer, days=tuple(days))
        somebody = launches.somebody(
            here.session, organisation_id=organisation_id, wish=wish, first=sessions.days[0]
        )
    try:
        found = previewing.preview(offer, sessions=sessions, person=somebody)
    except ValueError as error:
        raise Invalid(f"Give --session for each session: {error}.") from error
    document = {"programme": offer.key, "title": offer.title, **asdict(found)}
    output.show(
        document,
        [_head(offer.title, found), *output.columns(map(_row, found.dates)), *map(_awaited, found.waiting)],
        as_json=as_json,
    )


def _head(title: str, found: Preview) -> str:
    days = ", ".join(f"{day}" for day in found.sessions)
    whose = f" for {found.name}" if found.name else ""
    return f"{title}{whose}; training on {days}; times in {found.zone}"


def _awaited(one: Waiting) -> str:
    return f"{one.how_far} the answer to “{one.answered}”: {kind_words.SHORT_KINDS[one.kind]} {one.step}"


def _row(one: Dated) -> tuple[str, ...]:
    reminders = ", ".join(f"{moment:%a %d %b}" for moment in one.reminders)
    return (
        f"{one.day} {one.at:%H:%M}",
        kind_words.short(one.kind, one.audience),
        one.step,
        f"reminders {reminders}" if reminders else "",
        f"left out: {one.left_out}" if one.left_out else one.why,
    )
