"""`coachfollow plan`: the dates that will really happen, in the person's local time, and why on that day."""

from collections.abc import Sequence

import click

from coachfollow.cli import house, output
from coachfollow.cli.house import House
from coachfollow.errors import NotFound
from coachfollow.queries import finding, my_plan, resting, schedules, timelines
from coachfollow.queries.timelines import Awaited, Dated, PlanHead
from coachfollow.rules import kind_words, worktime
from coachfollow.rules.kinds import CheckInState


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
        found = [(head, *_dates(here, head)) for head in heads]
    if not found:
        raise NotFound(f"{email} has no follow-up yet: it comes with a roster or an attendance list.")
    document = [{"plan": head, "dates": dates, "awaited": awaited} for head, dates, awaited in found]
    lines = [line for head, dates, awaited in found for line in _lines(head, dates, awaited)]
    output.show(document, lines, as_json=as_json)


def _dates(here: House, head: PlanHead) -> tuple[Sequence[Dated], Sequence[Awaited]]:
    """The dates, those of a plan that rests as they come if its pause ends as planned."""
    dates = timelines.dates(here.session, plan_id=head.plan_id)
    steps = schedules.steps_of_plan(here.session, plan_id=head.plan_id)
    awaited = timelines.awaited(steps, dates=dates)
    return resting.as_planned(here.session, head, dates, now=here.now), awaited


def _lines(head: PlanHead, dates: Sequence[Dated], awaited: Sequence[Awaited]) -> list[str]:
    coach = f"coach {head.coach}" if head.coach else "no coach yet"
    state = kind_words.PLAN_STATES[head.state]
    return [
        f"{head.participant}: {head.programme}, {head.group}; {state}; {coach}; times in {head.zone}",
        *output.columns(map(_row, dates)),
        *(
            f"{one.how_far} the answer to {one.answered.step}: {kind_words.SHORT_KINDS[one.kind]} {one.step}"
            for one in awaited
        ),
    ]


def _row(one: Dated) -> tuple[str, ...]:
    at = worktime.local(one.starts_at or one.due_at, one.zone)
    return (
        f"{at:%Y-%m-%d %H:%M}",
        kind_words.short(one.kind, one.audience),
        one.step,
        kind_words.NOT_HELD
        if one.meeting is CheckInState.NOT_HELD
        else kind_words.FOLLOW_UP_STATES[one.state],
        one.reason or one.why_unplaced or one.why,
    )
