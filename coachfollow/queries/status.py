"""Reads how the installation is doing: counts and moments, no personal data, and what they mean in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from coachfollow import clock
from coachfollow.models import Message
from coachfollow.queries import tables, vitals
from coachfollow.rules import doubt, health
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
    found = vitals.vitals(session, now=now)
    failed = (Message.state == MessageState.FAILED) & (Message.settled_at > now - LATELY)
    forgotten = (Message.state == MessageState.IN_DOUBT) & (Message.reason == doubt.RESTORED)
    failed_lately, restored = session.execute(select(_count(failed), _count(forgotten))).one()
    ticked_at = found.beats.get("tick")
    return Signs(
        tables_problem=None,
        drained_at=found.beats.get("drain"),
        since_tick=clock.now() - ticked_at if ticked_at else None,  # the ticker lives in real time
        oldest_due_at=found.oldest_due_at,
        mails={state: count for state, count in found.mails.items() if count},
        failed_lately=failed_lately,
        forgotten=restored,
    )


def _count(which: ColumnElement[bool]) -> ScalarSelect[int]:
    ended = Message.settled_at.is_not(None)  # in the words of the partial index
    return select(func.count()).select_from(Message).where(ended, which).scalar_subquery()
