"""Writes a decision about a plan into its history: who decided what, about which follow-up, from when to when."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from coachfollow.flow import history
from coachfollow.flow.rewriting import Rewritten
from coachfollow.models import FollowUpPlan, Person, PlanChange
from coachfollow.rules.changes import Change
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import ChangeKind, PlanState, TouchpointState
from coachfollow.rules.levers import Choose, Lever, Mark, Meet, Move, Pause, Prolong, Restart, Skip
from coachfollow.rules.taking_back import Decision

NAMES: Mapping[ChangeKind, str] = {
    ChangeKind.MOVED: "follow-up moved",
    ChangeKind.MEETING_SET: "check-in moved",
    ChangeKind.PROLONGED: "follow-up prolonged",
    ChangeKind.SKIPPED: "follow-up excused",
    ChangeKind.ADDED: "follow-up added",
    ChangeKind.PAUSED: "plan paused",
    ChangeKind.RESUMED: "plan resumed",
    ChangeKind.STOPPED: "plan stopped",
    ChangeKind.SILENCED: "mails stopped",
    ChangeKind.FITTED: "follow-up moved",
    ChangeKind.ADAPTED: "follow-up adapted",
    ChangeKind.TEMPO: "rhythm chosen",
    ChangeKind.HELD: "check-in held",
    ChangeKind.NOT_HELD: "check-in not held",
    ChangeKind.UNDONE: "change undone",
}
RESTARTED = "plan restarted"
ENDS: Mapping[PlanState, str] = {
    PlanState.FINISHED: "plan finished",
    PlanState.STOPPED: "plan ended",
    PlanState.ACTIVE: "plan runs again",
}


def record(
    session: Session,
    *,
    row: PlanChange,
    change: Change,
    done: Sequence[Rewritten],
    lever: Lever | Mark | Choose | Restart | None = None,
    undid: Decision | None = None,
) -> None:
    """Add the event of a change, and another where the plan ended by it or runs again. No commit."""
    facts: dict[str, object] = {"change": row.id, **_facts(change, lever)}
    if isinstance(lever, Restart) and lever.agreed:
        facts["agreed"] = True
    if undid is not None:
        facts |= {"undid": undid.change.kind.value, "undoes": undid.id}
    if change.kind is ChangeKind.FITTED:
        _record_each(session, row, done)
    else:
        _add(session, row, _name(change), actor_id=row.actor_id, **_about(done), **facts)
    of_the_plan = {ChangeKind.PAUSED, ChangeKind.RESUMED, ChangeKind.STOPPED, ChangeKind.UNDONE}
    if change.kind not in of_the_plan and change.after.state is not change.before.state:
        _add(session, row, ENDS[change.after.state])


def _name(change: Change) -> str:
    goes_on = change.kind is ChangeKind.RESUMED and change.before.state is PlanState.STOPPED
    return RESTARTED if goes_on else NAMES[change.kind]


def _record_each(session: Session, row: PlanChange, done: Sequence[Rewritten]) -> None:
    """One event for everything that moved, or was excused because it could not."""
    for one in done:
        before, after = one.edit.before, one.edit.after
        about = {"actor_id": row.actor_id, "touchpoint_id": one.touchpoint.id, "change": row.id}
        if after.state is TouchpointState.EXCUSED:
            _add(session, row, NAMES[ChangeKind.SKIPPED], excuse=Excuse.AWAY.value, **about)
        elif before is not None:
            was, day = before.dates.day.isoformat(), after.dates.day.isoformat()
            _add(session, row, NAMES[ChangeKind.FITTED], was=was, day=day, **about)


def _about(done: Sequence[Rewritten]) -> Mapping[str, object]:
    return {"touchpoint_id": done[0].touchpoint.id} if len(done) == 1 else {}


def _facts(change: Change, lever: Lever | Mark | Choose | Restart | None) -> Mapping[str, object]:
    match lever:
        case Skip():
            return {"excuse": lever.excuse.value}
        case Pause() | Prolong():
            return {"until": lever.until.isoformat()}
        case Choose():
            own, moved = lever.becomes, len(change.edits)
            time = f"{own.at:%H:%M}" if own.at else None
            chosen = {"pace": own.pace.value, "weekday": own.weekday, "time": time}
            return {**chosen, "channel": own.channel.value, "follow_ups": moved}
        case Meet():
            return {"starts_at": lever.starts_at.isoformat()}
        case Move():
            days = (change.edits[0].before, change.edits[0].after)
            was, day = (course.dates.day.isoformat() for course in days if course)
            return {"was": was, "day": day}
        case _:
            return {}


def _add(session: Session, row: PlanChange, name: str, **ids_and_facts: object) -> None:
    plan = session.get_one(FollowUpPlan, row.plan_id)
    person = session.get_one(Person, plan.person_id)
    history.record(
        session,
        name,
        at=row.at,
        organisation_id=person.organisation_id,
        person_id=person.id,
        cohort_id=plan.cohort_id,
        plan_id=plan.id,
        **ids_and_facts,
    )
