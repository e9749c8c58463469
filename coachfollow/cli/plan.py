"""`coachfollow plan`: the dates that will really happen, in the person's local time, and why on that day."""

from collections.abc import Sequence

import click

from coachfollow.cli import house, output
from coachfollow.errors import NotFound
from coachfollow.queries import finding, my_plan, timelines
from coachfollow.queries.timelines import Dated, PlanHead
from coachfollow.rules import worktime
from coachfollow.rules.kinds import Audience


@click.group()
def plan() -> None:
    """The follow-up of one person."""


@plan.command()
@click.argument("email")
@output.json_option
def show(email: str, *, as_json: bool) -> None:
    """Show every date of somebody's follow-ups, the newest follow-up first."""
    with house.opened() as here:
        person = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        heads = [
            timelines.head(here.session, public_id=one.plan)
            for one in my_plan.plans_of(here.session, person_id=person)
        ]
        found = [(head, timelines.dates(here.session, plan_id=head.plan_id)) for head in heads]
    if not found:
        raise NotFound(f"{email} has no follow-up yet: it comes with a roster or an attendance list.")
    document = [{"plan": head, "dates": dates} for head, dates in found]
    lines = [line for head, dates in found for line in _lines(head, dates)]
    output.show(document, lines, as_json=as_json)


def _lines(head: PlanHead, dates: Sequence[Dated]) -> list[str]:
    coach = f"coach {head.coach}" if head.coach else "no coach yet"
    return [
        f"{head.participant}: {head.programme}, {head.group}; {head.state.value}; {coach}; times in {head.zone}",
        *output.columns(map(_row, dates)),
    ]


def _row(one: Dated) -> tuple[str, ...]:
    at = worktime.local(one.starts_at or one.due_at, one.zone)
    whose = "manager: " if one.audience is Audience.MANAGER else ""
    return (
        f"{at:%Y-%m-%d %H:%M}",
        f"{whose}{one.kind.value.replace('_', ' ')}",
        one.step,
        one.state.value,
        one.reason or one.why_unplaced or one.why,
    )
