"""`coachfollow coach`: when coaches can be booked."""

import click

from coachfollow.cli import house, output
from coachfollow.flow import coaching, handover
from coachfollow.flow.handover import Handover
from coachfollow.queries import finding
from coachfollow.queries import hours as bookable
from coachfollow.queries.handovers import Whose
from coachfollow.rules.spoken import how_many


@click.group()
def coach() -> None:
    """Those who meet participants."""


@coach.command()
@click.argument("email")
@click.argument("week")
@click.option("--link", default="", help="Where meetings take place; without one, the coach calls.")
@output.json_option
def hours(email: str, week: str, link: str, *, as_json: bool) -> None:
    """Say when a coach can be booked, like "mon-fri 09:00-12:00", in the coach's own zone."""
    with house.opened(writing=True) as here:
        coach_id = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        coaching.set_hours(here.session, coach_id=coach_id, week=week, link=link)
        zone = bookable.zone(here.session, person_id=coach_id)
    said = f"{week}, by the clock of {zone.replace('_', ' ')}."
    output.show(
        {"email": email, "week": week, "zone": zone, "link": link or None},
        [f"{email} can be booked {said}", "Meetings without a time get one at the next placing."],
        as_json=as_json,
    )


@coach.command()
@click.argument("email")
@click.option(
    "--to", "to", help="Who takes over; without it, those who coach the same groups share them out."
)
@click.option("--group", help="Only the participants of this group.")
@click.option("--preview", is_flag=True, help="Say what would change, and change nothing.")
@output.json_option
def leaves(*, email: str, to: str | None, group: str | None, preview: bool, as_json: bool) -> None:
    """Hand the participants of a coach over to others; the coach gets no new ones."""
    with house.opened(writing=not preview) as here:
        session, house_id = here.session, here.organisation.id
        coach_id = finding.person_with(session, organisation_id=house_id, address=email)
        cohort = finding.cohort_named(session, organisation_id=house_id, key=group) if group else None
        found = (handover.foresee if preview else handover.hand_over)(
            session,
            whose=Whose(coach_id=coach_id, cohort_id=cohort.id if cohort else None),
            to=finding.person_with(session, organisation_id=house_id, address=to) if to else None,
            now=here.now,
        )
    document = {
        "participants": len(found.handed),
        "shares": dict(found.shares),
        "meetings_freed": len(found.meetings),
        "told": [one.name for one in found.told],
        "hands_over": [
            {"participant": one.plan.name, "group": one.plan.cohort, "to": found.names[one.coach_id]}
            for one in found.handed
        ],
        "done": not preview,
    }
    output.show(document, _said_of(found, preview=preview), as_json=as_json)


def _said_of(found: Handover, *, preview: bool) -> list[str]:
    rows = [(one.plan.name, one.plan.cohort, found.names[one.coach_id]) for one in found.handed]
    return [
        f"{how_many(len(rows), 'participant')}: {', '.join(f'{n} to {name}' for name, n in found.shares) or 'none'}.",
        f"{how_many(len(found.meetings), 'meeting is', 'meetings are')} looked for anew, with the new coach.",
        handover.who_is_told(found),
        *output.columns(rows),
        "Nothing has changed so far." if preview else "Done.",
    ]
