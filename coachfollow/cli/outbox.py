"""`coachfollow outbox`: the mails by state, one mail's whole history, and what an operator does to them by hand."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial

import click

from coachfollow.cli import house, output
from coachfollow.flow import postmaster
from coachfollow.queries import outbox as mails
from coachfollow.queries.outbox import Noted, Posted
from coachfollow.rules import kind_words
from coachfollow.rules.kinds import MessageState

ALL_STATES = [state.value for state in MessageState]
VERDICTS = [MessageState.SENT.value, MessageState.FAILED.value]


def _named(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the mails it is about, the reason it asks for, and --json."""
    reason = click.option("--reason", required=True, help="Why: it stands on the mail from then on.")
    some = click.argument("mail", nargs=-1, required=True)
    return some(reason(output.json_option(command)))


@click.group()
def outbox() -> None:
    """See the mails, and settle, send again or cancel them by hand."""


@outbox.command("list")
@click.option(
    "--state", type=click.Choice(ALL_STATES), help="Only mails in this state; else they are counted."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=mails.PAGE, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="How many to pass over.")
@output.json_option
def list_(state: str | None, limit: int, offset: int, *, as_json: bool) -> None:
    """Count the mails by state, or list those in one."""
    with house.opened() as here:
        counts = mails.counts(here.session, organisation_id=here.organisation.id)
        found = (
            []
            if state is None
            else mails.in_state(
                here.session,
                organisation_id=here.organisation.id,
                state=MessageState(state),
                limit=limit,
                offset=offset,
            )
        )
    lines = output.columns(map(_row, found)) if found else []
    if state is None:
        lines = output.columns([(name.value, str(n)) for name, n in counts.items()])
    document = {"counts": counts} if state is None else {"counts": counts, "mails": found}
    output.show(document, lines or ["No mail is in this state."], as_json=as_json)


@outbox.command()
@click.argument("mail")
@output.json_option
def show(mail: str, *, as_json: bool) -> None:
    """Show everything that happened to one mail."""
    with house.opened() as here:
        owner = mails.organisation_of(here.session, public_id=mail)
        found = mails.one(here.session, public_id=mail if owner == here.organisation.id else "")
        noted = mails.history(here.session, public_id=mail)
    facts = [(name, _said(value)) for name, value in asdict(found).items()]
    lines = [*output.columns(facts), *output.columns(map(_event, noted))] if noted else output.columns(facts)
    output.show({"mail": found, "history": noted}, lines, as_json=as_json)


@outbox.command()
@click.option("--as", "verdict", type=click.Choice(VERDICTS), required=True, help="What became of it.")
@_named
def settle(mail: Sequence[str], verdict: str, reason: str, *, as_json: bool) -> None:
    """Say of mails of which we cannot tell whether they arrived that they did, or did not."""
    done = _by_hand(partial(postmaster.settle, verdict=MessageState(verdict)), mail, reason)
    output.show({"settled": done, "as": verdict}, [f"{done} settled as {verdict}."], as_json=as_json)


@outbox.command()
@_named
def resend(mail: Sequence[str], reason: str, *, as_json: bool) -> None:
    """Send mails again that were refused, or of which we cannot tell whether they arrived."""
    done = _by_hand(postmaster.resend, mail, reason)
    output.show({"queued": done}, [f"{done} back in the outbox."], as_json=as_json)


@outbox.command()
@_named
def cancel(mail: Sequence[str], reason: str, *, as_json: bool) -> None:
    """Stop mails that have not left."""
    done = _by_hand(postmaster.cancel, mail, reason)
    output.show({"cancelled": done}, [f"{done} taken back."], as_json=as_json)


def _by_hand(deed: Callable[..., int], mail: Sequence[str], reason: str) -> int:
    """Do it to all of these mails, or to none; a terminal is nobody in particular."""
    with house.opened(writing=True) as here:
        return deed(
            here.session,
            organisation_id=here.organisation.id,
            public_ids=mail,
            reason=reason,
            actor_id=None,
            now=here.now,
        )


def _row(one: Posted) -> tuple[str, ...]:
    at = one.settled_at or one.send_at
    return (
        one.public_id,
        kind_words.MAILS[one.kind],
        f"{at:%Y-%m-%d %H:%M}",
        str(one.attempts),
        one.server_reply or one.reason or "",
    )


def _event(one: Noted) -> tuple[str, ...]:
    facts = ", ".join(f"{name} {value}" for name, value in one.facts.items())
    return (f"{one.at:%Y-%m-%d %H:%M}", one.name, facts, one.by or "")


def _said(value: object) -> str:
    return "–" if value is None else str(output.plain(value))
