"""Lets the follow-up of somebody invented adapt to what they answer, by the rules that hold for real ones.

A barrier brings no meeting forward here: times are found once, before anybody answers.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from coachfollow.rules import adapting, redating
from coachfollow.rules.adapting import Said
from coachfollow.rules.adjusting import MAILED
from coachfollow.rules.changes import Course, Edit, Footing, Key
from coachfollow.rules.kinds import Applied, Audience, Cause, PlanState, StepKind, TouchpointState
from coachfollow.rules.planning import Planned
from coachfollow.rules.redating import Dates
from coachfollow.rules.simulating_letters import Asked
from coachfollow.rules.simulating_people import Participant
from coachfollow.rules.simulating_values import Model
from coachfollow.rules.snapshots import FollowUp, Snapshot

_ONCE, _AGAIN = 1, 2  # how often something of a step comes: a question is asked once more at most


class Adapting:
    """One participant's answers so far, and what their follow-up adapted to."""

    def __init__(self, person: Participant, model: Model, *, response: float) -> None:
        self.person, self.model, self.response = person, model, response
        self.rules = replace(model.adapts, barrier_days=None)
        self.answers: dict[Key, Said] = {}
        self.earlier: set[tuple[Cause, Key]] = set()

    def answered(
        self,
        number: int,
        asked: Mapping[int, Asked],
        *,
        states: Mapping[int, TouchpointState],
        to_come: Collection[int],
        now: datetime,
    ) -> Iterator[tuple[Cause, Sequence[tuple[int, Asked]]]]:
        """What an answer moves, adds or leaves out, by its number; `states` are those of what has come."""
        if asked[number].planned.kind is not StepKind.REFLECTION:
            return
        about, said = self._key(number), Said(applied=self._applied(number))
        self.answers[about] = said
        if not self._may_move(said, asked):
            return
        found = adapting.adapt(
            self._snapshot(number, asked, states, to_come, now),
            about,
            answers=self.answers,
            rules=self.rules,
            earlier=self.earlier,
            now=now,
        )
        for one in found:
            self.earlier.add((one.cause, about))
            yield one.cause, [self._moved(edit, asked) for edit in one.change.edits]

    def _applied(self, number: int) -> Applied:
        model = self.model
        return self.person.chance.applied(
            number, no_opportunity=model.no_opportunity, as_intended=model.as_intended
        )

    def _may_move(self, said: Said, asked: Mapping[int, Asked]) -> bool:
        """Whether it is worth looking closer: most answers move nothing."""
        if said.applied is Applied.NO_OPPORTUNITY:
            return self.rules.no_opportunity_days is not None
        needed = self.rules.as_intended_in_a_row
        if said.applied is not Applied.AS_INTENDED or needed is None or len(self.answers) < needed:
            return False
        latest = sorted(self.answers, key=lambda key: asked[self._number(key)].planned.due_at)[-needed:]
        return all(self.answers[key] == said for key in latest)

    def _snapshot(
        self,
        number: int,
        asked: Mapping[int, Asked],
        states: Mapping[int, TouchpointState],
        to_come: Collection[int],
        now: datetime,
    ) -> Snapshot:
        """The plan as far as a rule about answers looks at it: mails to the participant, come and to come."""
        calendar = self.person.calendar
        planned = dict.fromkeys(to_come, TouchpointState.PLANNED)
        return Snapshot(
            footing=Footing(state=PlanState.ACTIVE, state_at=now),
            follow_ups=tuple(
                self._follow_up(other, asked[other].planned, state)
                for other, state in sorted({**planned, **states}.items())
                if asked[other].planned.kind in MAILED
            ),
            zone=calendar.zone,
            week=calendar.hours,
            threshold=0,
            steps={self._key(number)[0]: calendar.rule(asked[number].planned.step)},
            has_coach=False,
        )

    def _follow_up(self, number: int, planned: Planned, state: TouchpointState) -> FollowUp:
        """The same for everybody with these dates."""
        known = self.person.calendar.follow_ups
        key = (number, planned.due_at, planned.closes_at, state)
        if (found := known.get(key)) is None:
            found = known[key] = self._made(number, planned, state)
        return found

    def _made(self, number: int, planned: Planned, state: TouchpointState) -> FollowUp:
        return FollowUp(
            id=number,
            key=self._key(number),
            step=planned.step,
            kind=planned.kind,
            audience=Audience.PARTICIPANT,
            mandatory=False,
            zone=planned.zone,
            course=Course(state=state, dates=redating.of(planned), why=planned.why),
        )

    def _moved(self, edit: Edit, asked: Mapping[int, Asked]) -> tuple[int, Asked]:
        """What an edit makes of something; what is added is as the question that it asks again."""
        number, after = self._number(edit.key), edit.after
        if edit.before is None:
            delay = self.person.chance.delay(number, response=self.response)
            one = replace(asked[edit.key[0]], delay=delay)
        else:
            one = asked[number]
        if after.state is not TouchpointState.PLANNED:
            return number, replace(one, planned=replace(one.planned, excused=after.state_reason))
        planned = _dated(one.planned, after.dates, why=after.why)
        return number, replace(one, planned=planned, reminders=self.person.calendar.reminders(planned))

    def _key(self, number: int) -> Key:
        size = self.person.calendar.size
        return (number, _ONCE) if number < size else (number - size, _AGAIN)

    def _number(self, key: Key) -> int:
        return key[0] if key[1] == _ONCE else key[0] + self.person.calendar.size


def _dated(planned: Planned, dates: Dates, *, why: str) -> Planned:
    return replace(
        planned,
        local_date=dates.day,
        local_time=dates.at,
        due_at=dates.due_at,
        grace_until=dates.grace_until,
        closes_at=dates.closes_at,
        why=why,
    )
