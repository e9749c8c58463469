"""Reads how the installation is doing: counts and moments, no personal data, and what they mean in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.models import Heartbeat, Message
from coachfollow.queries import tables
from coachfollow.rules import health
from coachfollow.rules.health import Finding, Signs
from coachfollow.rules.kinds import MessageState

LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How an installation is doing at a moment."""

    at: datetime
    signs: Signs
    findings: Sequence[Finding]

    @property
    def is_well(self) -> bool:
        """Whether there is nothing for anybody to do."""
        return not any(finding.is_problem for finding in self.findings)


def status(session: Session, *, now: datetime) -> Status:
    """Give how the installation is doing, also where it has no tables yet."""
    signs = _signs(session, now)
    return Status(at=now, signs=signs, findings=health.findings(signs, now=now))


def _signs(session: Session, now: datetime) -> Signs:
    problem = tables.problem(session)
    if problem is not None:
        return Signs(
            tables_problem=problem,
            drained_at=None,
            since_tick=None,
            oldest_due_at=None,
            mails={},
            failed_lately=0,
        )
    due = (Message.state == MessageState.QUEUED) & (Message.send_at <= now)
    failed = (Message.state == MessageState.FAILED) & (Message.settled_at > now - LATELY)
    counts = session.execute(select(Message.state, func.count()).group_by(Message.state))
    beats = {name: at for name, at in session.execute(select(Heartbeat.name, Heartbeat.at))}  # noqa: C416  # as below
    return Signs(
        tables_problem=None,
        drained_at=beats.get("drain"),
        since_tick=clock.now() - beats["tick"] if "tick" in beats else None,  # the ticker lives in real time
        oldest_due_at=session.scalar(select(func.min(Message.send_at)).where(due)),
        mails={state: count for state, count in counts},  # noqa: C416  # rows are no pairs to a type checker
        failed_lately=session.scalar(select(func.count()).select_from(Message).where(failed)) or 0,
    )
