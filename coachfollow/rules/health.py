"""Says in sentences whether an installation is well, what is wrong, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from coachfollow.rules.kinds import MessageState

ALIVE = timedelta(seconds=180)  # a drain is rung every half-minute and writes down that it ran
LATE = timedelta(minutes=10)  # a mail that waits longer than a slow pace explains


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What can be read of an installation: counts and moments, nothing about anybody."""

    tables_problem: str | None
    drained_at: datetime | None
    since_tick: timedelta | None  # since the ticker rang last
    oldest_due_at: datetime | None
    mails: Mapping[MessageState, int]
    failed_lately: int  # within a day
    forgotten: int = 0  # in doubt because an old backup was restored

    @property
    def waiting(self) -> int:
        """Mails that have not left, whether their time has come or not."""
        return self.mails.get(MessageState.QUEUED, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One sentence about the installation; a problem says what to do, advice what had better be otherwise."""

    is_problem: bool
    sentence: str
    is_advice: bool = False


def findings(signs: Signs, *, now: datetime) -> tuple[Finding, ...]:
    """Judge the signs, what matters most first; without tables nothing else can be said."""
    if signs.tables_problem is not None:
        return (_bad(signs.tables_problem),)
    return (
        _good("The database answers, and its tables fit this version."),
        _drain(signs.drained_at, now),
        *_ticker(signs, now),
        _queue(signs, now),
        *_outcomes(signs),
    )


def _drain(drained_at: datetime | None, now: datetime) -> Finding:
    if drained_at is None:
        return _bad(
            "No worker has looked for due mails yet. Start one: coachfollow up, or coachfollow work post."
        )
    ago = now - drained_at
    if ago <= ALIVE:
        return _good(f"A worker looked for due mails {_span(ago)} ago.")
    return _bad(
        f"No worker has looked for due mails for {_span(ago)}. See whether the worker of the queue `post`,"
        " the ticker and Redis are running; nothing is lost meanwhile."
    )


def _ticker(signs: Signs, now: datetime) -> tuple[Finding, ...]:
    """Whether somebody rings by the clock; where no worker looks at all, that has been said already."""
    if signs.drained_at is None or now - signs.drained_at > ALIVE:
        return ()
    if signs.since_tick is not None and signs.since_tick <= ALIVE:
        return (_good(f"The ticker rang {_span(signs.since_tick)} ago."),)
    silent = (
        "has not rung yet" if signs.since_tick is None else f"has been silent for {_span(signs.since_tick)}"
    )
    return (
        _bad(
            f"The ticker {silent}: mails leave only when somebody waits for one at a page. Start it:"
            " coachfollow ticker (systemctl restart coachfollow-ticker). Nothing is lost meanwhile."
        ),
    )


def _queue(signs: Signs, now: datetime) -> Finding:
    if signs.oldest_due_at is None or now - signs.oldest_due_at <= LATE:
        return _good("No mail is late.")
    return _bad(
        f"The oldest mail that is due has waited for {_span(now - signs.oldest_due_at)}. If a worker is running,"
        " the mail server does not take our mails (see its last words in the outbox), or the worker's disk is full:"
        " run coachfollow doctor there."
    )


def _outcomes(signs: Signs) -> tuple[Finding, ...]:
    found = []
    if signs.forgotten:
        found.append(_bad(_restored(signs.forgotten)))
    in_doubt = signs.mails.get(MessageState.IN_DOUBT, 0) - signs.forgotten
    if in_doubt > 0:
        found.append(
            _bad(f"We cannot tell whether {_mails(in_doubt)} arrived. Look into the outbox and decide.")
        )
    if signs.failed_lately:
        found.append(
            _bad(
                f"{_mails(signs.failed_lately)} could not be delivered within the last day. The outbox says why."
            )
        )
    return tuple(found) or (_good("No mail failed within the last day."),)


def _restored(mails: int) -> str:
    return (
        f"An old backup was restored: {_mails(mails)} may have left before, and nothing of that is sent again"
        " by itself. Look for them in the mail server's log, then settle them or send them again:"
        " coachfollow outbox list --state in_doubt"
    )


def _mails(number: int) -> str:
    return "one mail" if number == 1 else f"{number} mails"


def _span(length: timedelta) -> str:
    """A length of time in its largest unit: 40 seconds, 5 minutes, 3 hours, 2 days."""
    seconds = max(0, int(length.total_seconds()))
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _good(sentence: str) -> Finding:
    return Finding(is_problem=False, sentence=sentence)


def _bad(sentence: str) -> Finding:
    return Finding(is_problem=True, sentence=sentence[0].upper() + sentence[1:])
