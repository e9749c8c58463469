"""Reads the rhythm that somebody chose for a follow-up, and what their programme lets them choose."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.models import FollowUpPlan, ProgrammeVersion
from coachfollow.rules.kinds import Channel, Pace
from coachfollow.rules.tempo import Freedom, Tempo


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The rhythm of one follow-up, and what of it may be chosen."""

    own: Tempo
    allowed: Collection[Freedom]
    in_calendar_since: datetime | None  # reminders come there, and not by mail

    @property
    def offered(self) -> Sequence[Freedom]:
        """What can be chosen: mails can be again, though the programme allows no calendar any more."""
        back = [Freedom.CHANNEL] if self.in_calendar_since else []
        return tuple(dict.fromkeys([*self.allowed, *back]))


def own(plan: FollowUpPlan) -> Tempo:
    """Give the rhythm of a plan."""
    return Tempo(
        pace=plan.pace or Pace.NORMAL,
        weekday=plan.weekday,
        at=plan.preferred_time,
        channel=Channel.MAIL if plan.calendar_since is None else Channel.CALENDAR,
    )


def of_plan(session: Session, *, plan_id: int) -> Chosen:
    """Give the rhythm of a plan with what may be chosen; raises NotFound."""
    found = session.execute(
        select(FollowUpPlan, ProgrammeVersion.allows)
        .join(ProgrammeVersion, ProgrammeVersion.id == FollowUpPlan.programme_version_id)
        .where(FollowUpPlan.id == plan_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such follow-up.")
    plan, allows = found
    return chosen(plan, allows=allows)


def chosen(plan: FollowUpPlan, *, allows: str | None) -> Chosen:
    """Give the rhythm of a plan whose programme allows this."""
    return Chosen(
        own=own(plan),
        allowed=tuple(map(Freedom, json.loads(allows or "[]"))),
        in_calendar_since=plan.calendar_since,
    )
