"""`coachfollow person`: everything about one person as a file, another address, nothing about them any more."""

from collections.abc import Sequence

import click

from coachfollow.cli import house, output
from coachfollow.flow import addresses, erasing
from coachfollow.queries import finding, personal
from coachfollow.queries.personal import Foreseen

LASTING = "This cannot be taken back. Go on?"


@click.group()
def person() -> None:
    """What is known of somebody: written out, put right, or erased."""


@person.command()
@click.argument("email")
@output.json_option
def export(email: str, *, as_json: bool) -> None:
    """Print every row about somebody, always as JSON, their private texts opened."""
    del as_json
    with house.opened() as here:
        found = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        rows = personal.rows(here.session, person_id=found)
    output.show(rows, (), as_json=True)


@person.command()
@click.argument("email")
@click.argument("new")
@output.json_option
def address(email: str, new: str, *, as_json: bool) -> None:
    """Give somebody another mail address: what waits goes there, what is open is asked again."""
    with house.opened(writing=True) as here:
        found = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        kept = addresses.change(here.session, person_id=found, address=new, now=here.now)
    output.show({"address": kept}, [f"Mails go to {kept} from now on."], as_json=as_json)


@person.command()
@click.argument("email")
@click.option("--preview", is_flag=True, help="Only say what it would end.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output.json_option
def erase(email: str, *, preview: bool, yes: bool, as_json: bool) -> None:
    """Erase somebody for good: who it was goes, what was counted stays."""
    with house.opened(writing=not preview) as here:
        found = finding.person_with(here.session, organisation_id=here.organisation.id, address=email)
        foreseen = personal.foresee(here.session, person_id=found, now=here.now)
        here.session.rollback()  # nobody waits for an answer with a transaction open
        if not preview:
            if not yes:
                click.confirm("\n".join([*_lines(foreseen, "Erasing"), LASTING]), abort=True, err=True)
            erasing.erase(here.session, person_id=found, now=here.now)
    did = "Erasing" if preview else "Erased:"
    output.show({"erased": not preview, "ends": foreseen}, _lines(foreseen, did), as_json=as_json)


def _lines(foreseen: Foreseen, did: str) -> Sequence[str]:
    return [
        f"{did} {foreseen.name or 'this person'}",
        *output.columns(
            [
                ("follow-ups that run", str(foreseen.follow_ups)),
                ("mails not yet sent", str(foreseen.mails)),
                ("meetings to come", str(foreseen.meetings)),
                ("participants left without a coach", str(foreseen.coached)),
                ("people left without a manager", str(foreseen.managed)),
            ]
        ),
    ]
