"""The commands by name: each is loaded when it is wanted, and waits for nothing that only the others need."""

import importlib
from collections.abc import Mapping

import click

from coachfollow.cli import refusals

COMMANDS: Mapping[str, str] = {
    "admin": "admin:admin",
    "attendance": "attendance:attendance",
    "backup": "moving:backup",
    "clock": "clock:clock",
    "coach": "coach:coach",
    "cohort": "cohort:cohort",
    "config": "settings:config",
    "demo": "demo:demo",
    "doctor": "doctor:doctor",
    "drain": "work:drain",
    "limits": "limits:limits",
    "migrate": "moving:migrate",
    "outbox": "outbox:outbox",
    "people": "people:people",
    "person": "person:person",
    "place": "work:place",
    "plan": "plan:plan",
    "programme": "programme:programme",
    "report": "report:report",
    "status": "doctor:status_",
    "ticker": "starting:ticker",
    "up": "up:up",
    "work": "starting:work",
    "worktime": "worktime:worktime",
}


class Menu(refusals.Told):
    """The outermost command, which loads the others by need."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all commands, as `--help` lists them."""
        del ctx
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command; None where there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(importlib.import_module(f"coachfollow.cli.{module}"), name)
        return found
