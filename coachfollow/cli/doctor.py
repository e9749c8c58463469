"""`coachfollow doctor` and `status`: how the installation is doing, what is wrong, and what to do about it."""

from collections.abc import Iterator, Sequence

import click

from coachfollow.cli import house, output
from coachfollow.extensions import db
from coachfollow.flow import checkup
from coachfollow.queries import clockwork, status, tables
from coachfollow.queries.status import Status
from coachfollow.rules.health import Finding


@click.command()
@output.json_option
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Look at everything, also the mail server and Redis; exit code 1 if something needs doing."""
    with house.app_context():
        session = db.session()
        session.info["read_only"] = True
        findings = list(_status().findings)
        if tables.problem(session) is None:
            findings += checkup.look(session)
    ill = [finding for finding in findings if finding.is_problem]
    verdict = _verdict(len(ill))
    output.show({"is_well": not ill, "findings": findings}, [*_sentences(findings), verdict], as_json=as_json)
    ctx.exit(1 if ill else 0)


@click.command("status")
@output.json_option
def status_(*, as_json: bool) -> None:
    """Say how it is doing, from the database alone."""
    with house.app_context():
        db.session().info["read_only"] = True
        found = _status()
    mails = ", ".join(f"{n} {state.value}" for state, n in sorted(found.signs.mails.items()))
    lines = [*_sentences(found.findings), f"Mails: {mails or 'none yet'}"]
    output.show({"is_well": found.is_well, "status": found}, lines, as_json=as_json)


def _status() -> Status:
    session = db.session()
    now = clockwork.now(session)
    return status.status(session, now=now)


def _sentences(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        said = "WRONG" if finding.is_problem else "NOTE " if finding.is_advice else "ok   "
        yield f"{said} {finding.sentence}"


def _verdict(problems: int) -> str:
    match problems:
        case 0:
            return "All is well."
        case 1:
            return "One thing needs doing."
        case _:
            return f"{problems} things need doing."
