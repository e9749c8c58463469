"""Decides whether a follow-up adapts to what its person does: what they answer, and what they leave unanswered."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from coachfollow.rules import adjusting, snapshots
from coachfollow.rules.changes import Change, Edit, Key
from coachfollow.rules.kinds import (
    Applied,
    Audience,
    Barrier,
    Cause,
    ChangeKind,
    PlanState,
    StepKind,
    TouchpointState,
)
from coachfollow.rules.snapshots import FollowUp, Snapshot

FEWEST, MOST = 2, 9  # one unanswered question says nothing yet, nor does one that went well
LATER_DAYS = range(2, 61)
WITHIN_DAYS = range(3, 61)  # a meeting tomorrow would be an alarm
UNREMINDED = "not sent, because several questions in a row went unanswered"

_ASKED = frozenset({TouchpointState.OPEN, TouchpointState.COMPLETED, TouchpointState.MISSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a programme does about answers, in days of the calendar; None: nothing.

    No opportunity yet: asked again so many days later. A barrier: a meeting farther than so many days is brought
    forward. As intended so often in a row: the next question comes so many days later.
    """

    no_opportunity_days: int | None = None
    barrier_days: int | None = None
    as_intended_in_a_row: int | None = None
    as_intended_days: int | None = None

    @property
    def are_none(self) -> bool:
        """Whether nothing is done about any answer."""
        return not (self.no_opportunity_days or self.barrier_days or self.as_intended_in_a_row)


NO_RULES = Rules()


def sentences(rules: Rules, *, silent_after: int | None) -> tuple[str, ...]:
    """Say to what a programme adapts, and how; a sentence or two for each thing."""
    later, near = rules.no_opportunity_days, rules.barrier_days
    in_a_row, more = rules.as_intended_in_a_row, rules.as_intended_days
    said = (
        later
        and f"Whoever had no opportunity yet is asked again {later} days later: by the next question, or once more in"
        " place of a reminder of the plan.",
        near
        and f"When somebody names what got in the way, a meeting with the coach that is more than {near} days away is"
        f" brought forward, to about {-(-near // 2)} days from then, and {near} days after the one before at least.",
        in_a_row
        and f"After {in_a_row} answers in a row that it went as intended, the next question comes up to {more} days"
        " later.",
        silent_after
        and f"After {silent_after} unanswered questions in a row no reminders are sent, neither of the plan nor of"
        " questions, until there is an answer. Questions still come, once each, and the coach is told.",
    )
    return tuple(one for one in said if one)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What of one answer a follow-up can adapt to."""

    applied: Applied | None
    barrier: Barrier | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adaptation:
    """One change of a plan, and what in the answer made it."""

    cause: Cause
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one question that had reached its person, or of a meeting; and when."""

    state: TouchpointState
    at: datetime


def adapt(
    snapshot: Snapshot,
    about: Key,
    *,
    answers: Mapping[Key, Said],
    rules: Rules,
    earlier: Collection[tuple[Cause, Key]],
    now: datetime,
) -> Sequence[Adaptation]:
    """Say what changes about a plan once this question is answered, each cause once for an answer.

    `answers` are all that the person gave, `earlier` what their plan adapted to before and by which question.
    """
    if snapshot.footing.state is not PlanState.ACTIVE:
        return []
    found: list[Adaptation] = []
    for cause in causes(snapshot, about, answers=answers, rules=rules, earlier=earlier):
        edits = (
            ()
            if (cause, about) in earlier
            else _edits(snapshot, about, cause, rules=rules, earlier=earlier, now=now)
        )
        if edits:
            change = Change(
                kind=ChangeKind.ADAPTED, before=snapshot.footing, after=snapshot.footing, edits=edits
            )
            found.append(Adaptation(cause=cause, change=change))
            snapshot = snapshots.after(snapshot, change)
    return found


def may_adapt(kind: StepKind, said: Said) -> bool:
    """Whether an answer to a question of this kind can change anything: most do not."""
    return kind is StepKind.REFLECTION and (
        said.applied in {Applied.NO_OPPORTUNITY, Applied.AS_INTENDED} or _is_in_the_way(said.barrier)
    )


def causes(
    snapshot: Snapshot,
    about: Key,
    *,
    answers: Mapping[Key, Said],
    rules: Rules,
    earlier: Collection[tuple[Cause, Key]],
) -> Iterator[Cause]:
    """Say to what in this answer the programme adapts; an older question's answer says nothing of today."""
    said = answers[about]
    if rules.barrier_days and _is_in_the_way(said.barrier):
        yield Cause.BARRIER
    if not _is_latest(snapshot, about):
        return
    if rules.no_opportunity_days and said.applied is Applied.NO_OPPORTUNITY:
        yield Cause.NO_OPPORTUNITY
    needed = rules.as_intended_in_a_row
    if needed and _as_intended_in_a_row(snapshot, about, answers, earlier) >= needed:
        yield Cause.AS_INTENDED


def _edits(
    snapshot: Snapshot,
    about: Key,
    cause: Cause,
    *,
    rules: Rules,
    earlier: Collection[tuple[Cause, Key]],
    now: datetime,
) -> tuple[Edit, ...]:
    match cause:
        case Cause.NO_OPPORTUNITY:
            days = rules.no_opportunity_days or 0
            later = adjusting.ask_later(snapshot, days=days, now=now)
            was_asked_again = any(why is cause and key[0] == about[0] for why, key in earlier)
            if later or was_asked_again:
                return later
            return adjusting.ask_again(snapshot, about, days=days, now=now)
        case Cause.BARRIER:
            return adjusting.meet_sooner(snapshot, within=rules.barrier_days or 0, now=now)
        case Cause.AS_INTENDED:
            return adjusting.stretch(snapshot, days=rules.as_intended_days or 0, now=now)
        case _:
            assert_never(cause)


def _is_in_the_way(barrier: Barrier | None) -> bool:
    """Whether somebody could clear it away: for want of an occasion nobody need meet."""
    return barrier not in {None, Barrier.NO_OPPORTUNITY}


def _asked(snapshot: Snapshot) -> list[FollowUp]:
    """The questions to the person whose time has come, in the order of their days."""
    found = [
        one
        for one in snapshot.follow_ups
        if one.kind is StepKind.REFLECTION
        and one.audience is Audience.PARTICIPANT
        and one.course.state in _ASKED
    ]
    return sorted(found, key=lambda one: one.course.dates.due_at)


def _is_latest(snapshot: Snapshot, about: Key) -> bool:
    asked = _asked(snapshot)
    return bool(asked) and asked[-1].key == about


def _as_intended_in_a_row(
    snapshot: Snapshot,
    about: Key,
    answers: Mapping[Key, Said],
    earlier: Collection[tuple[Cause, Key]],
) -> int:
    """How many of the latest questions went as intended, one after the other, since that last moved anything."""
    count = 0
    for one in reversed(_asked(snapshot)):
        said = answers.get(one.key)
        counted = one.key != about and (Cause.AS_INTENDED, one.key) in earlier
        if said is None or said.applied is not Applied.AS_INTENDED or counted:
            break
        count += 1
    return count


def unanswered_in_a_row(settled: Iterable[Settled], *, back_at: datetime | None) -> int:
    """How many of the latest questions went unanswered, one after the other, since the person was last back."""
    count = 0
    for one in settled:
        if one.state is not TouchpointState.MISSED:
            count = 0
        elif back_at is None or one.at > back_at:
            count += 1
    return count


def falls_silent(settled: Iterable[Settled], *, after: int | None, back_at: datetime | None) -> bool:
    """Whether nothing is to remind somebody any more, by the number their programme states; none: never."""
    return after is not None and unanswered_in_a_row(settled, back_at=back_at) >= after
