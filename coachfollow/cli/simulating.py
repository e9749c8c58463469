"""`coachfollow programme simulate`: a whole launch on invented people, months in seconds, before anybody is asked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import click

from coachfollow.cli import house, launching, output
from coachfollow.errors import Invalid
from coachfollow.queries import launch_asked, launches, simulations
from coachfollow.queries.launch_asked import Asked
from coachfollow.rules import days as said_days
from coachfollow.rules import simulating_said
from coachfollow.rules.simulating_values import Answers, CoachWeek, Model, Simulated, Way, Week
from coachfollow.rules.spoken import how_many

_SHARE = click.FloatRange(0, 1)
_USUAL = Asked()


@click.command()
@click.argument("key", metavar="PROGRAMME")
@launching.sessions_option
@click.option(
    "--participants", type=int, default=_USUAL.participants, show_default=True, help="How many take part."
)
@click.option(
    "--coaches", type=int, default=_USUAL.coaches, show_default=True, help="How many coaches share them."
)
@click.option(
    "--hours", default=_USUAL.hours, help=f"When a coach can be booked; “{launch_asked.HOURS}” if not given."
)
@click.option("--a-day", type=int, help="Most meetings of a coach in a day.")
@click.option("--a-week", type=int, help="Most meetings of a coach in a week.")
@click.option("--gap", type=int, default=_USUAL.gap, show_default=True, help="Minutes between two meetings.")
@click.option("--minutes", type=int, default=_USUAL.minutes, show_default=True, help="Minutes of a meeting.")
@click.option("--window", type=int, help="Days after its day in which a meeting may be, at least.")
@click.option(
    "--groups",
    type=int,
    default=_USUAL.groups,
    show_default=True,
    help="So many groups, one after the other.",
)
@click.option(
    "--every", type=int, default=_USUAL.every, show_default=True, help="Days from one group to the next."
)
@click.option("--zones", default=_USUAL.zones, help="Like “Europe/Berlin 70, America/New_York 30”.")
@click.option("--region", default=_USUAL.region, help="Whose public holidays, like DE-BY.")
@click.option("--week", default=_USUAL.week, help="The working week of those who work full time.")
@click.option(
    "--part-time",
    type=_SHARE,
    default=_USUAL.part_time,
    show_default=True,
    help="The share who work part time.",
)
@click.option(
    "--away", type=_SHARE, default=_USUAL.away, show_default=True, help="The share away for a week or two."
)
@click.option(
    "--a-manager",
    type=int,
    default=_USUAL.a_manager,
    show_default=True,
    help="People of one manager; 0: no managers.",
)
@click.option(
    "--response",
    type=_SHARE,
    default=_USUAL.response,
    show_default=True,
    help="The share of answers for the mails.",
)
@click.option(
    "--no-opportunity",
    type=_SHARE,
    default=_USUAL.no_opportunity,
    show_default=True,
    help="The share of answers that there was no opportunity yet.",
)
@click.option(
    "--as-intended",
    type=_SHARE,
    default=_USUAL.as_intended,
    show_default=True,
    help="The share of answers that it went as intended.",
)
@click.option(
    "--seed", type=int, default=_USUAL.seed, show_default=True, help="The same seed gives the same story."
)
@output.json_option
def simulate(*, key: str, days: Sequence[date], as_json: bool, **said: Any) -> None:
    """Simulate a launch: mails a day, meetings against the coaches' room, answers at 40, 60 and 80 %."""
    from coachfollow.rules import simulating, simulating_ways  # noqa: PLC0415  # SciPy: others start without

    asked = Asked(**said)
    with house.opened() as here:
        organisation_id = here.organisation.id
        offer = launches.published(here.session, organisation_id=organisation_id, key=key)
        sessions = launches.sessions(offer, days=tuple(days))
        try:
            model = simulations.model(
                here.session,
                organisation_id=organisation_id,
                offer=offer,
                sessions=sessions,
                asked=asked,
            )
        except Invalid as error:
            raise Invalid(_by_option(error), error.fields) from error
    try:
        found = simulating.simulate(model, response=asked.response)
    except ValueError as error:
        raise Invalid(f"Give --session for each session: {error}.") from error
    ways = simulating_ways.ways(model, found.meetings)
    document = {
        "programme": offer.key,
        "title": offer.title,
        "input": {"sessions": model.sessions.days, **asdict(asked), "window": model.open_for},
        **asdict(found),
        "ways": ways,
        "assumed": simulating_said.assumed(model),
        "left_out": simulating_said.LEFT_OUT,
    }
    output.show(document, _lines(offer.title, model, found, ways), as_json=as_json)


def _by_option(error: Invalid) -> str:
    """Each mistake on a line of its own, with the option it was made in."""
    said = [f"--{name.replace('_', '-')}: {sentence}" for name, sentence in error.fields.items()]
    return "\n".join(said) or error.sentence


def _lines(title: str, model: Model, found: Simulated, ways: Sequence[Way]) -> list[str]:
    sums, coaches = found.meetings, len(model.coaches)
    return [
        (
            f"{title}: {how_many(found.people, 'person', 'people')}, {how_many(coaches, 'coach', 'coaches')};"
            f" {found.first} to {found.last}"
        ),
        "",
        simulating_said.meetings(found, coaches=coaches, ways=ways),
        *(f"  {line}" for line in simulating_said.why(sums.reasons)),
        simulating_said.mails(found.story.answers),
        *simulating_said.adapted(found.story.answers.adapted),
        "",
        *_table(["week", "meetings wanted", "held", "room"], map(_week, sums.weeks)),
        *_coaches(sums.by_coach),
        *_table(
            ["answered", "on time", "late", "missed", "mails", "reminded no more"],
            map(_answers, found.answers),
        ),
        simulating_said.assumed(model),
        simulating_said.LEFT_OUT,
    ]


def _table(head: Sequence[str], rows: Any) -> list[str]:
    listed = [tuple(head), *rows]
    return [*output.columns(listed), ""] if len(listed) > 1 else []


def _week(one: Week) -> tuple[str, ...]:
    over = " too many" if one.wanted > one.room else ""
    return said_days.said(one.monday), f"{one.wanted:,}", f"{one.used:,}", f"{one.room:,}{over}"


def _coaches(weeks: Sequence[CoachWeek]) -> list[str]:
    """The coaches whose weeks are fullest: a line for each of the first few."""
    short = sorted(weeks, key=lambda one: (one.room - one.wanted, one.monday, one.coach))[:_FEW]
    rows = [
        (
            f"coach {_place(weeks, one.coach)}",
            said_days.said(one.monday),
            f"{one.wanted}",
            f"{one.used}",
            f"{one.room}",
        )
        for one in short
        if one.wanted > one.room
    ]
    return _table(["fullest", "week", "wanted", "held", "room"], rows)


_FEW = 5


def _place(weeks: Sequence[CoachWeek], coach: int) -> int:
    return list(dict.fromkeys(one.coach for one in weeks)).index(coach) + 1


def _answers(one: Answers) -> tuple[str, ...]:
    numbers = (one.on_time, one.late, one.missed, one.mails, one.silent)
    return f"{one.response:.0%}", *(f"{number:,}" for number in numbers)
