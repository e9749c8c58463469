"""`coachfollow admin`: lets the first people in, by a link that is handed over rather than mailed."""

import click

from coachfollow.cli import house, output
from coachfollow.flow import houses, signin
from coachfollow.rules.kinds import Role

GIVEN = (Role.LND, Role.OPERATOR)
DOES = {Role.LND: "for L&D (groups, programmes, numbers)", Role.OPERATOR: "to run the installation (mails)"}


@click.group()
def admin() -> None:
    """Let people in who run this installation."""


@admin.command()
@click.argument("email")
@click.option("--name", default="", help="Their name, as pages and mails say it.")
@click.option(
    "--role",
    default=",".join(GIVEN),
    show_default=True,
    help="What they may do: lnd (groups, programmes, numbers), operator (mails, the installation), or both.",
)
@output.json_option
def add(email: str, name: str, role: str, *, as_json: bool) -> None:
    """Give somebody a role, and print a link that signs them in once."""
    roles = _roles(role)
    with house.opened(writing=True) as here:
        person = houses.appoint(
            here.session,
            organisation_id=here.organisation.id,
            email=email,
            name=name,
            roles=roles,
            now=here.now,
        )
        link = signin.link_for(here.session, person=person, now=here.now)
        minutes = round(signin.LIFE.total_seconds() / 60)
        output.show(
            {"email": person.email, "roles": roles, "link": link, "minutes": minutes},
            [
                f"{person.name} <{person.email}> may sign in, {' and '.join(DOES[one] for one in roles)}.",
                f"This link works once, within {minutes} minutes; later ones come by mail:",
                link,
            ],
            as_json=as_json,
        )


def _roles(said: str) -> tuple[Role, ...]:
    names = [name.strip() for name in said.split(",") if name.strip()]
    for name in names:
        if name not in GIVEN:
            raise click.BadParameter(f"{name} is not one of {', '.join(GIVEN)}.", param_hint="--role")
    return tuple(Role(name) for name in names)
