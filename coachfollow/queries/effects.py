"""Foresees what a staged attendance list will change, as carrying it out would; counted in sets, nothing written."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from coachfollow.models import Attendance, Cohort, Enrolment, FollowUpPlan, ImportRow, TrainingSession
from coachfollow.queries import relations, staged
from coachfollow.queries.batches import DOUBLED, Batch
from coachfollow.rules import attending
from coachfollow.rules.effects import Corrected, Effects
from coachfollow.rules.kinds import AttendanceState, ImportKind, PlanState, StopReason

ABSENT, INVITED = AttendanceState.ABSENT, AttendanceState.INVITED
_RUNNING = {PlanState.ACTIVE, PlanState.PAUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alike:
    """Some people to whom the same will happen."""

    plan: PlanState
    reason: StopReason | None
    before: AttendanceState | None
    said: AttendanceState | None
    elsewhere: tuple[AttendanceState, ...]  # at the other sessions
    people: int

    @property
    def after(self) -> AttendanceState:
        """What is known of them afterwards."""
        known = self.before if self.before not in {None, INVITED} else None
        return self.said or known or ABSENT


def foreseen(session: Session, *, batch: Batch) -> Effects:
    """Count what confirming a list would change."""
    doubled = batch.summary.get(DOUBLED, 0)
    if batch.kind is not ImportKind.ATTENDANCE or batch.session_id is None:
        return Effects(doubled=doubled)
    needed, sessions = session.execute(
        select(Cohort.attended_sessions, func.count(TrainingSession.id))
        .join(TrainingSession, TrainingSession.cohort_id == Cohort.id)
        .where(Cohort.id == batch.cohort_id)
        .group_by(Cohort.id)
    ).one()
    others = sessions - 1
    found = [*_newcomers(session, batch, others), *_participants(session, batch, batch.session_id, others)]
    counts: Counter[str] = Counter()
    corrected: Counter[tuple[AttendanceState, AttendanceState]] = Counter()
    for some in found:
        counts.update(dict.fromkeys(_fates(some, needed), some.people))
        if some.said and some.before not in {None, INVITED, some.said}:
            corrected[some.before or INVITED, some.said] += some.people
    return Effects(
        **{"begin": 0} | counts,
        corrected=tuple(
            Corrected(before=before, after=after, people=people)
            for (before, after), people in sorted(corrected.items())
        ),
        doubled=doubled,
    )


def _fates(some: _Alike, needed: int) -> Iterator[str]:
    """What becomes of them, by the names that `Effects` has for it."""
    verdict = attending.attended([some.after, *some.elsewhere], needed=needed)
    if verdict and some.plan is PlanState.DRAFT and some.reason is not StopReason.ERASED:
        yield "begin"
    if verdict is False and some.plan in _RUNNING:
        yield "end"
    if verdict is False and some.plan is PlanState.DRAFT and some.reason is None:
        yield "put_aside"
    if some.said is None:
        yield "absent" if some.before in {None, INVITED} else "as_before"


def _newcomers(session: Session, batch: Batch, others: int) -> Iterator[_Alike]:
    """Those on the list who are not in the group yet."""
    is_in = exists().where(Enrolment.cohort_id == batch.cohort_id, Enrolment.person_id == ImportRow.person_id)
    rows = session.execute(
        select(ImportRow.state, func.count()).where(staged.wanted(batch.id), ~is_in).group_by(ImportRow.state)
    )
    for state, people in rows:
        yield _Alike(
            plan=PlanState.DRAFT,
            reason=None,
            before=None,
            said=state,
            elsewhere=(INVITED,) * others,
            people=people,
        )


def _participants(session: Session, batch: Batch, session_id: int, others: int) -> Iterator[_Alike]:
    """Those in the group, on the list or not."""
    for plan, reason, said, before, present, excused, known, people in session.execute(
        _group(batch, session_id)
    ):
        yield _Alike(
            plan=plan,
            reason=reason,
            before=before,
            said=said,
            elsewhere=_states(present or 0, excused or 0, known or 0, others),
            people=people,
        )


def _group(batch: Batch, session_id: int) -> Select[*tuple[Any, ...]]:
    rows = (
        select(ImportRow.person_id, ImportRow.state)
        .where(staged.wanted(batch.id), ImportRow.person_id.is_not(None))
        .subquery()
    )
    elsewhere, here = _elsewhere(batch, session_id), aliased(Attendance)
    alike = (
        FollowUpPlan.state,
        FollowUpPlan.stop_reason,
        rows.c.state,
        here.state,
        elsewhere.c.present,
        elsewhere.c.excused,
        elsewhere.c.known,
    )
    return (
        select(*alike, func.count())
        .outerjoin(rows, rows.c.person_id == FollowUpPlan.person_id)
        .outerjoin(
            here,
            (here.enrolment_id == FollowUpPlan.enrolment_id) & (here.training_session_id == session_id),
        )
        .outerjoin(elsewhere, elsewhere.c.enrolment_id == FollowUpPlan.enrolment_id)
        .where(
            FollowUpPlan.cohort_id == batch.cohort_id,
            or_(rows.c.person_id.is_not(None), relations.is_listed(FollowUpPlan.enrolment_id)),
        )
        .group_by(*alike)
    )


def _elsewhere(batch: Batch, session_id: int) -> Subquery:
    """What is known of everybody at the other sessions."""
    return (
        select(
            Attendance.enrolment_id,
            _count(Attendance.state == AttendanceState.PRESENT).label("present"),
            _count(Attendance.state == AttendanceState.EXCUSED).label("excused"),
            _count(Attendance.state != INVITED).label("known"),
        )
        .join(TrainingSession, TrainingSession.id == Attendance.training_session_id)
        .where(TrainingSession.cohort_id == batch.cohort_id, TrainingSession.id != session_id)
        .group_by(Attendance.enrolment_id)
        .subquery()
    )


def _count(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(where)


def _states(present: int, excused: int, known: int, others: int) -> tuple[AttendanceState, ...]:
    each: Sequence[tuple[AttendanceState, int]] = (
        (AttendanceState.PRESENT, present),
        (AttendanceState.EXCUSED, excused),
        (ABSENT, known - present - excused),
        (INVITED, others - known),
    )
    return tuple(state for state, times in each for _ in range(times))
