"""Runs a programme on invented people before anybody is in it: what mails leave, which meetings find no time.

The rules are the real ones: dates on each person's working days, limits over all mails, silences, placing; what waits
for an answer is dated by it, and what it says moves what comes, as far as the programme adapts. What is not modelled
says `simulating_said.LEFT_OUT`. A list is taken to come at once, before the first mail.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from coachfollow.rules import (
    simulating_digests,
    simulating_mails,
    simulating_meetings,
    simulating_people,
    worktime,
)
from coachfollow.rules.kinds import Audience, Cause, MessageKind, StepKind
from coachfollow.rules.simulating_adapting import Adapting
from coachfollow.rules.simulating_digests import Rest
from coachfollow.rules.simulating_letters import Asked, Became, Read
from coachfollow.rules.simulating_mails import Known, Reader
from coachfollow.rules.simulating_meetings import Placed
from coachfollow.rules.simulating_people import Manager, Participant
from coachfollow.rules.simulating_values import (
    RESPONSE,
    RESPONSES,
    Answers,
    Mailed,
    Model,
    Simulated,
    Story,
)


def simulate(
    model: Model, *, response: float = RESPONSE, responses: Sequence[float] = RESPONSES
) -> Simulated:
    """Let the whole plan happen, once for each share of answers; ValueError for a step without its session."""
    people = simulating_people.invent(model)
    managers = simulating_people.managers(model, people)
    placed = simulating_meetings.place(model, people)
    # by calendar: what is decided about mails hangs on dates, not on the share of answers
    known = defaultdict[int, Known](dict)
    stories = {
        share: _story(model, people, managers, placed, known, response=share)
        for share in sorted({response, *responses})
    }
    first, last = simulating_people.span(model)
    return Simulated(
        people=len(people),
        managers=len(managers),
        first=first,
        last=last,
        left_out=sum(one.excused is not None for person in people for one, _ in person.dates),
        meetings=placed.sums,
        story=stories[response],
        answers=[stories[share].answers for share in sorted(responses)],
    )


@dataclass(slots=True)
class _Tally:
    """What adds up over all readers."""

    days: defaultdict[date, Counter[MessageKind]] = field(default_factory=lambda: defaultdict(Counter))
    became: Counter[Became] = field(default_factory=Counter)
    adapted: Counter[Cause] = field(default_factory=Counter)
    waited: int = 0
    merged: int = 0
    over: int = 0
    silent: int = 0
    rests: list[Rest] = field(default_factory=list)

    def take(self, read: Read) -> None:
        for letter in read.letters:
            self.days[letter.day][letter.kinds[0]] += 1
        self.became += read.became
        self.adapted += read.adapted
        self.waited += read.waited
        self.merged += read.merged
        self.over += read.is_over
        self.silent += read.silent


def _story(
    model: Model,
    people: Sequence[Participant],
    managers: Iterable[Manager],
    placed: Placed,
    known: Mapping[int, Known],
    *,
    response: float,
) -> Story:
    tally = _Tally()
    for person in people:
        read = simulating_mails.read(
            dict(_own(person, placed, response)),
            _participant(person, model, response),
            known=known[id(person.calendar)],
        )
        tally.take(read)
        tally.rests += _rests(person, read)
    for manager in managers:
        tally.take(
            simulating_mails.read(dict(enumerate(_cards(manager, response))), _manager(manager, model))
        )
    _invite(tally, model, people, placed)
    for day in simulating_digests.days(model.coaches, meetings=placed.meetings.values(), rests=tally.rests):
        tally.days[day][MessageKind.COACH_DIGEST] += 1
    return Story(answers=_answers(tally, response), days=_days(tally))


def _participant(person: Participant, model: Model, response: float) -> Reader:
    return Reader(
        zone=person.zone,
        hours=person.hours,
        limits=model.limits,
        silent_after=model.silent_after,
        after=partial(_begun, person, response),
        adapting=None if model.adapts.are_none else Adapting(person, model, response=response),
    )


def _manager(one: Manager, model: Model) -> Reader:
    return Reader(
        zone=one.zone, hours=one.hours, limits=model.limits, silent_after=None, after=lambda _, __: ()
    )


def _own(person: Participant, placed: Placed, response: float) -> Iterator[tuple[int, Asked]]:
    """What a participant gets without any answer, by its number."""
    for number, (planned, reminders) in enumerate(person.dates):
        if planned.audience is Audience.PARTICIPANT:
            key = (person.number, number)
            yield (
                number,
                Asked(
                    planned=planned,
                    reminders=reminders,
                    delay=person.chance.delay(number, response=response),
                    meeting=placed.meetings.get(key),
                    told_at=placed.unplaced.get(key),
                ),
            )


def _begun(person: Participant, response: float, step: str, answered_on: date) -> Iterator[tuple[int, Asked]]:
    """What an answer of a participant dates, by its number."""
    for number, planned, reminders in person.calendar.after(step, answered_on=answered_on):
        delay = person.chance.delay(number, response=response)
        yield number, Asked(planned=planned, reminders=reminders, delay=delay)


def _rests(person: Participant, read: Read) -> Iterator[Rest]:
    """When nothing reminded a participant, for their coach's lists; the last question half a year later is none."""
    asked = [one.closes_at.date() for one, _ in person.dates if one.kind is not StepKind.UNPROMPTED]
    if person.coach is not None and asked:
        for first, until in read.rests:
            yield Rest(coach=person.coach, first=first, until=until or max(asked))


def _cards(manager: Manager, response: float) -> Iterator[Asked]:
    """What a manager gets about all of their people."""
    question = 0
    for person in manager.people:
        for planned, reminders in person.dates:
            if planned.audience is Audience.MANAGER:
                question += 1
                delay = manager.chance.delay(question, response=response)
                yield Asked(planned=planned, reminders=reminders, delay=delay)


def _invite(tally: _Tally, model: Model, people: Sequence[Participant], placed: Placed) -> None:
    """Calendar entries for both, which no limit counts."""
    zones = {coach.id: coach.zone for coach in model.coaches}
    for key, meeting in placed.meetings.items():
        invited, (number, _) = placed.invited[key], key
        for zone in (people[number].zone, zones[meeting.coach]):
            tally.days[worktime.local(invited, zone).date()][MessageKind.INVITATION] += 1


def _days(tally: _Tally) -> Sequence[Mailed]:
    return [
        Mailed(day=day, mails=kinds.total(), kinds={kind: kinds[kind] for kind in MessageKind if kinds[kind]})
        for day, kinds in sorted(tally.days.items())
    ]


def _answers(tally: _Tally, response: float) -> Answers:
    days = {day: kinds.total() for day, kinds in tally.days.items()}
    busiest = min(days, key=lambda day: (-days[day], day), default=None)
    return Answers(
        response=response,
        asked=tally.became.total(),
        on_time=tally.became[Became.ON_TIME],
        late=tally.became[Became.LATE],
        missed=tally.became[Became.MISSED],
        not_sent=tally.became[Became.NOT_SENT],
        silent=tally.silent,
        mails=sum(days.values()),
        busiest=busiest,
        busiest_mails=days[busiest] if busiest else 0,
        waited=tally.waited,
        merged=tally.merged,
        over=tally.over,
        adapted={cause: tally.adapted[cause] for cause in Cause if tally.adapted[cause]},
    )
