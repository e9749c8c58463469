"""`coachfollow plan`: when each follow-up really came or will come, in the person's local time, and why then."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import click

from coachfollow.cli import house, output
from coachfollow.cli.house import House
from coachfollow.errors import NotFound
from coachfollow.queries import finding, leaving, my_plan, plan_heads, resting, schedules, timelines
from coachfollow.queries.leaving import Leaving
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.queries.timelines import Awaited, Dated
from coachfollow.rules import kind_words, late, worktime
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
            plan_heads.of(here.session, public_id=one.plan)
            for one in my_plan.plans_of(here.session, person_id=person)
        ]
        found = [(head, *_dates(here, head)) for head in heads]
        mails = [leaving.of_plan(here.session, head, dates=dates, now=here.now) for head, dates, _ in found]
    if not found:
        raise NotFound(f"{email} has no follow-up yet: it comes with a roster or an attendance list.")
    document = [
        {"plan": head, "dates": [_plain(one, theirs) for one in dates], "awaited": awaited}
        for (head, dates, awaited), theirs in zip(found, mails, strict=True)
    ]
    lines = [
        line
        for (head, dates, awaited), theirs in zip(found, mails, strict=True)
        for line in _lines(head, dates, awaited, theirs)
    ]
    output.show(document, lines, as_json=as_json)


def _dates(here: House, head: PlanHead) -> tuple[Sequence[Dated], Sequence[Awaited]]:
    """The dates, those of a plan that rests as they come if its pause ends as planned."""
    dates = timelines.dates(here.session, plan_id=head.plan_id)
    steps = schedules.steps_of_plan(here.session, plan_id=head.plan_id)
    awaited = timelines.awaited(steps, dates=dates)
    return resting.as_planned(here.session, head, dates, now=here.now), awaited


def _plain(one: Dated, mails: Mapping[int, Leaving]) -> Mapping[str, object]:
    mail = mails.get(one.id)
    return {
        **asdict(one),
        "left_at": mail.at if mail and mail.has_left else None,
        "leaves_at": mail.at if mail and not mail.has_left else None,
    }


def _lines(
    head: PlanHead, dates: Sequence[Dated], awaited: Sequence[Awaited], mails: Mapping[int, Leaving]
) -> list[str]:
    coach = f"coach {head.coach}" if head.coach else "no coach yet"
    state = kind_words.PLAN_STATES[head.state]
    return [
        f"{head.participant}: {head.programme}, {head.group}; {state}; {coach}; times in {head.zone}",
        *output.columns(_row(one, mails.get(one.id)) for one in dates),
        *(
            f"{one.how_far} the answer to {one.answered.step}: {kind_words.SHORT_KINDS[one.kind]} {one.step}"
            for one in awaited
        ),
    ]


def _row(one: Dated, mail: Leaving | None) -> tuple[str, ...]:
    planned_at = one.starts_at or one.due_at
    at = mail.at if mail else planned_at
    said = one.reason or one.why_unplaced or one.why
    is_later = at - planned_at > late.ON_TIME
    return (
        _said(at, one.zone),
        kind_words.short(one.kind, one.audience),
        one.step,
        kind_words.NOT_HELD
        if one.meeting is CheckInState.NOT_HELD
        else kind_words.FOLLOW_UP_STATES[one.state],
        f"{said}; planned for {_said(planned_at, one.zone)}" if is_later else said,
    )


def _said(at: datetime, zone: str) -> str:
    return f"{worktime.local(at, zone):%Y-%m-%d %H:%M}"
