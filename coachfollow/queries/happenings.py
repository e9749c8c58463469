"""Counts what happened between two moments, for whoever moved the demo's time: mails, answers, meetings, silence."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coachfollow.models import Answer, Message, Touchpoint
from coachfollow.rules.kinds import MessageState, StepKind, TouchpointState


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What happened in a span of time, over everybody."""

    mails: int  # that left
    refused: int  # that could not be delivered
    answers: int
    meetings: int  # that took place, and whose coach said so
    missed: int  # questions whose time ran out without an answer

    @property
    def is_nothing(self) -> bool:
        """Whether nobody sent, said or missed anything."""
        return not any(getattr(self, one.name) for one in fields(self))


def happened(session: Session, *, since: datetime, until: datetime) -> Happened:
    """Count what happened after one moment, up to and including another."""

    def within(moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]) -> Where:
        return and_(moment > since, moment <= until)

    left, lapsed = within(Message.settled_at), within(Touchpoint.settled_at)
    held = (Touchpoint.kind == StepKind.CHECK_IN) & (Touchpoint.state == TouchpointState.COMPLETED)
    row = session.execute(
        select(
            _count(left & (Message.state == MessageState.SENT)).label("mails"),
            _count(left & (Message.state == MessageState.FAILED)).label("refused"),
            _count(within(Answer.answered_at)).label("answers"),
            _count(lapsed & held).label("meetings"),
            _count(lapsed & (Touchpoint.state == TouchpointState.MISSED)).label("missed"),
        )
    ).one()
    return Happened(**row._asdict())


Where = ColumnElement[bool]


def _count(where: Where) -> ScalarSelect[int]:
    return select(func.count()).where(where).scalar_subquery()
