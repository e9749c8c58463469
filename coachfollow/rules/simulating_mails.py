"""Lets one reader's mails leave as the house would: by its limits, with its silences, while questions are answered.

It goes from moment to moment at which anything happens, in the order in which a drain does it: close, open, send.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from coachfollow.rules import adapting, limits, moments, roomy, worktime
from coachfollow.rules.adapting import Settled
from coachfollow.rules.forms import ANSWERED_BY_MAIL
from coachfollow.rules.kinds import MAIL_OF, Audience, MessageKind, StepKind, TouchpointState
from coachfollow.rules.limits import Limits, Person, Verdict, Waiting, Why
from coachfollow.rules.simulating_adapting import Adapting
from coachfollow.rules.simulating_letters import Asked, Became, Letter, Mail, Read
from coachfollow.rules.worktime import WorkingTime

LOOK_AHEAD = timedelta(days=7)  # as far as a claim looks at what is coming
_MOST = 8  # mails about one date: the first, and its reminders
_LATELY = timedelta(days=8)  # a week, wherever its day begins
_MOST_KNOWN = 50_000


After = Callable[[str, date], Iterable[tuple[int, Asked]]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: where and when they work, what they may get, and after how much silence nothing reminds.

    `after` gives what an answer dates: of which step, given on which day, each with a number of its own; `adapting`
    what it moves, of somebody whose programme adapts to answers.
    """

    zone: str
    hours: WorkingTime
    limits: Limits
    silent_after: int | None
    after: After
    adapting: Adapting | None = None


_CLOSE, _OPEN, _TELL, _SEND = range(4)  # what happens at one moment, in this order; an answer comes before


Known = dict[tuple[object, ...], tuple[Verdict, date]]
"""Verdicts by all that they depend on: people who share their dates share most of what happens to them."""


def read(asked: Mapping[int, Asked], reader: Reader, *, known: Known | None = None) -> Read:
    """Let everything come to one reader; `known` is what was decided for others with the very same dates."""
    return _Reading(asked, reader, {} if known is None else known).run()


class _Reading:
    """One reader's time."""

    def __init__(self, asked: Mapping[int, Asked], reader: Reader, known: Known) -> None:
        self.asked, self.reader, self.known, self.found = dict(asked), reader, known, Read()
        self.dated: tuple[tuple[object, ...], ...] = ()  # what answers dated or moved, and to when
        self.mails: dict[int, Mail] = {}
        self.taken: Counter[date] = Counter()
        self.unopened: set[int] = set()
        self.settled: dict[int, Settled] = {}
        self.states: dict[int, TouchpointState] = {}
        self.silent = False
        self.back_at: datetime | None = None
        self.moments: list[tuple[datetime, int, int]] = []

    def run(self) -> Read:
        for number, one in self.asked.items():
            self._expect(number, one)
        while self.moments:
            now, what, number = heapq.heappop(self.moments)
            self._happen(now, what, number)
        return self.found

    def _expect(self, number: int, one: Asked) -> None:
        planned = one.planned
        if planned.excused is not None:
            return
        if planned.kind is StepKind.CHECK_IN:
            if one.told_at is not None:
                heapq.heappush(self.moments, (one.told_at, _TELL, number))
            ends_at = one.meeting.ends_at if one.meeting else planned.closes_at
            heapq.heappush(self.moments, (ends_at, _CLOSE, number))
            return
        self.unopened.add(number)
        heapq.heappush(self.moments, (planned.due_at, _OPEN, number))
        heapq.heappush(self.moments, (planned.closes_at, _CLOSE, number))

    def _happen(self, now: datetime, what: int, number: int) -> None:
        if what < 0:
            self._answer(number, now)
        elif what == _CLOSE:
            self._close(number, now)
        elif what == _OPEN:
            self._open(number, now)
        elif what == _TELL:
            planned = self.asked[number].planned
            self._post(number, 0, MessageKind.COACH_WILL_CALL, now, planned.closes_at)
        elif not (self.moments and self.moments[0][:2] == (now, _SEND)):
            self._send(now)

    def _open(self, number: int, now: datetime) -> None:
        one = self.asked[number]
        planned = one.planned
        if number not in self.unopened or planned.due_at != now:
            return  # it was moved, or left out
        self.unopened.discard(number)
        if self.silent and planned.kind is StepKind.PROMPT:
            return
        self.states[number] = TouchpointState.OPEN
        self._post(number, 0, MAIL_OF[planned.kind], planned.due_at, planned.closes_at)
        if self.silent and planned.audience is Audience.PARTICIPANT:
            return
        for n, moment in enumerate(one.reminders, start=1):
            self._post(number, n, MessageKind.REMINDER, moment, planned.closes_at)

    def _post(self, number: int, n: int, kind: MessageKind, send_at: datetime, expires_at: datetime) -> None:
        key = number * _MOST + n
        self.mails[key] = Mail(key, kind, number, send_at, send_at, expires_at)
        heapq.heappush(self.moments, (send_at, _SEND, key))

    def _send(self, now: datetime) -> None:
        """Decide about everything that is due, with what is coming in view."""
        if all(mail.send_at > now for mail in self.mails.values()):
            return  # it was answered meanwhile
        until = now + LOOK_AHEAD
        mails = sorted(mail for mail in self.mails.values() if mail.send_at <= until)
        verdict, day = self._decided(mails, now)
        for keys in verdict.leaving:
            self._leave([self.mails.pop(key) for key in keys], day, now)
        for kept in verdict.kept:
            mail = self.mails[kept.key]
            self.mails[kept.key] = mail._replace(send_at=kept.until, expires_at=kept.expires_at)
            self.found.waited += kept.why in (Why.DAY, Why.WEEK)
            heapq.heappush(self.moments, (kept.until, _SEND, kept.key))
        for key, why in verdict.dropped:
            self._drop(self.mails.pop(key), why)

    def _decided(self, mails: Sequence[Mail], now: datetime) -> tuple[Verdict, date]:
        """The verdict of this moment, and the local day on which it is carried out."""
        since = now.date() - _LATELY
        lately = tuple(one for one in self.taken.items() if one[0] >= since)
        key = (now, tuple(mails), lately, self.dated)
        if (found := self.known.get(key)) is None:
            waiting = [self._waiting(mail, in_hand=mail.send_at <= now) for mail in mails]
            waiting += self._coming(now)
            found = self._verdict(waiting, now, taken=dict(lately)), self._day(now)
            if len(self.known) < _MOST_KNOWN:
                self.known[key] = found
        return found

    def _verdict(self, waiting: Sequence[Waiting], now: datetime, *, taken: Mapping[date, int]) -> Verdict:
        reader = self.reader
        person = Person(zone=reader.zone, hours=reader.hours, taken=taken)
        is_working = moments.is_working(now, person)
        found = roomy.at_once(
            waiting, zone=reader.zone, taken=taken, limits=reader.limits, now=now, is_working=is_working
        )
        return found or limits.decide(waiting, person=person, limits=reader.limits, now=now)

    def _waiting(self, mail: Mail, *, in_hand: bool) -> Waiting:
        planned = self.asked[mail.about].planned
        until = limits.window_end(due_at=mail.wanted_at, closes_at=planned.closes_at)
        return Waiting(
            key=mail.key,
            kind=mail.kind,
            due_at=mail.send_at,
            until=until if in_hand else mail.expires_at,
            about=mail.about,
            audience=planned.audience,
            in_hand=in_hand,
        )

    def _coming(self, now: datetime) -> Iterator[Waiting]:
        until = now + LOOK_AHEAD
        for number in self.unopened:
            planned = self.asked[number].planned
            if planned.due_at <= until:
                yield Waiting(
                    key=-1 - number,
                    kind=MAIL_OF[planned.kind],
                    due_at=planned.due_at,
                    until=planned.closes_at,
                    about=number,
                    audience=planned.audience,
                    in_hand=False,
                )

    def _leave(self, mails: Sequence[Mail], day: date, now: datetime) -> None:
        self.taken[day] += 1
        self.found.letters.append(Letter(day, tuple(mail.kind for mail in mails)))
        for mail in mails:
            one = self.asked[mail.about]
            if mail.kind is not MAIL_OF.get(one.planned.kind) or one.delay is None:
                continue
            if one.planned.kind.wants_answer:
                heapq.heappush(self.moments, (now + one.delay, -1, mail.about))

    def _drop(self, mail: Mail, why: Why) -> None:
        """No time was left: what would have asked is not asked, and counts against nobody."""
        self.found.dropped += why is not Why.HOURS
        if mail.kind is MAIL_OF.get(self.asked[mail.about].planned.kind):
            self.states.pop(mail.about, None)
            self.found.became[Became.NOT_SENT] += self.asked[mail.about].planned.kind.wants_answer

    def _answer(self, number: int, now: datetime) -> None:
        if self.states.get(number) is not TouchpointState.OPEN:
            return
        planned = self.asked[number].planned
        self._settle(number, TouchpointState.COMPLETED, now)
        self.found.became[Became.ON_TIME if now <= planned.grace_until else Became.LATE] += 1
        self._cancel(lambda mail: mail.about == number)
        if self.silent:
            self.silent, self.back_at = False, now
            self.found.rests[-1] = (self.found.rests[-1][0], self._day(now))
        self._begin(planned.step, now)
        self._adapt(number, now)

    def _begin(self, step: str, now: datetime) -> None:
        """What waited for the answer is dated by the first one: its question may be asked once more."""
        for number, one in self.reader.after(step, self._day(now)):
            if number not in self.asked:
                self._date(number, one)

    def _adapt(self, number: int, now: datetime) -> None:
        """The programme moves what is to come, where this answer gives reason for it."""
        if self.reader.adapting is None:
            return
        for cause, moved in self.reader.adapting.answered(
            number, self.asked, states=self.states, to_come=self.unopened, now=now
        ):
            self.found.adapted[cause] += 1
            for other, one in moved:
                self._date(other, one)

    def _date(self, number: int, one: Asked) -> None:
        """Let something come then, whenever it was to come before."""
        planned = one.planned
        self.asked[number] = one
        self.dated += ((number, planned.due_at, planned.closes_at, planned.excused),)
        self.unopened.discard(number)
        self._expect(number, one)

    def _day(self, now: datetime) -> date:
        return worktime.local(now, self.reader.zone).date()

    def _close(self, number: int, now: datetime) -> None:
        one = self.asked[number]
        if one.planned.kind is StepKind.CHECK_IN and one.meeting is None:
            self._settle(number, TouchpointState.EXCUSED, now)  # no time was found, and nobody missed it
        elif one.planned.kind is StepKind.CHECK_IN:
            is_held = one.meeting is not None and one.delay is not None
            self._settle(number, TouchpointState.COMPLETED if is_held else TouchpointState.MISSED, now)
            self.found.became[Became.ON_TIME if is_held else Became.MISSED] += 1
        elif self.states.get(number) is TouchpointState.OPEN and one.planned.closes_at == now:
            self._cancel(lambda mail: mail.about == number)
            if not one.planned.kind.wants_answer:
                return
            self._settle(number, TouchpointState.MISSED, now)
            self.found.became[Became.MISSED] += 1
            self._fall(now)

    def _settle(self, number: int, state: TouchpointState, now: datetime) -> None:
        self.states[number] = state
        self.settled[number] = Settled(state=state, at=now)

    def _fall(self, now: datetime) -> None:
        """Let reminders rest, as the programme says: for whoever takes part, not for managers."""
        if self.silent or self.reader.silent_after is None:
            return
        counting = [
            self.settled[number]
            for number in sorted(self.settled, key=lambda n: self.asked[n].planned.due_at)
            if self._counts(number)
        ]
        if adapting.falls_silent(counting, after=self.reader.silent_after, back_at=self.back_at):
            self.silent = True
            self.found.rests.append((self._day(now), None))
            self._cancel(lambda mail: mail.kind in (MessageKind.PROMPT, MessageKind.REMINDER))

    def _counts(self, number: int) -> bool:
        """As `queries.silent` counts: unanswered questions, and meetings that took place."""
        kind = self.asked[number].planned.kind
        return kind in ANSWERED_BY_MAIL or self.settled[number].state is TouchpointState.COMPLETED

    def _cancel(self, which: Callable[[Mail], bool]) -> None:
        for key in [key for key, mail in self.mails.items() if which(mail)]:
            del self.mails[key]
