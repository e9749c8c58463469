"""Decides which of somebody's mails leave now, which wait for another time, and which can no longer leave at all.

Everything a person gets counts, whatever programme it comes from, but what goes into a calendar and what they asked
for themselves. Days and weeks are those of the person's own zone; a week begins on Monday. What is late waits until
its reader works.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from coachfollow.rules import late, lifecycle, moments, worktime
from coachfollow.rules.days import monday
from coachfollow.rules.kinds import Audience, MessageKind
from coachfollow.rules.moments import Moment

KEPT = timedelta(days=7)  # a mail is kept no longer than this: what is older belongs to another week

# asked for by whoever gets them, or about a meeting of the next days, like what goes into a calendar
_FREE = frozenset({MessageKind.SIGN_IN, MessageKind.CURRENT_QUESTION, MessageKind.MISFIT})
_BY_ITSELF = frozenset({MessageKind.COACH_DIGEST})  # a list that no other mail becomes a part of
COUNTED = frozenset(kind for kind in MessageKind if not kind.is_calendar and kind not in _FREE)

# the more important first: what comes of meetings, then what is asked, then what only reminds
_IMPORTANCE: Mapping[MessageKind, int] = {
    MessageKind.ANNOUNCEMENT: 0,
    MessageKind.COACH_WILL_CALL: 1,
    MessageKind.ASK_HOURS: 1,
    MessageKind.COMMITMENT: 2,
    MessageKind.REFLECTION: 2,
    MessageKind.UNPROMPTED: 2,
    MessageKind.SPONSOR: 2,
    MessageKind.REMINDER: 3,
    MessageKind.COACH_DIGEST: 3,
    MessageKind.PROMPT: 4,
}


# how many join: more than two questions to oneself are work, a manager's are one list
_MOST_TOGETHER: Mapping[Audience, int] = {Audience.PARTICIPANT: 2, Audience.MANAGER: 20}


class Why(StrEnum):
    """Why a mail waits, or never leaves."""

    DAY = "day"
    WEEK = "week"
    TOGETHER = "together"
    HOURS = "hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many mails a person gets at most."""

    a_day: int = 1
    a_week: int = 3

    def __post_init__(self) -> None:
        if self.a_day < 1:
            raise ValueError("at least one mail a day must be allowed")
        if self.a_week < self.a_day:
            raise ValueError("a week allows no fewer mails than a day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A mail that is in hand, or will be; it may leave from `due_at` until before `until`.

    One that is `alone` joins no other: it is written already, or others have joined it before. `about` names its
    follow-up, so that nobody is reminded of a question in the mail that asks it. What is sent again `by_hand` waits
    for nobody's working time.
    """

    key: int
    kind: MessageKind
    due_at: datetime
    until: datetime
    about: int | None = None
    audience: Audience = Audience.PARTICIPANT
    in_hand: bool = True
    alone: bool = False
    by_hand: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person(moments.Person):
    """Whose mails these are: where they live, when they work, and on which days mails have left already."""

    taken: Mapping[date, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A mail that waits until a moment, and why."""

    key: int
    until: datetime
    expires_at: datetime
    day: date
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of the mails in hand: each is in exactly one place.

    What leaves together is one mail, whose first part leads.
    """

    leaving: Sequence[Sequence[int]] = ()
    kept: Sequence[Kept] = ()
    dropped: Sequence[tuple[int, Why]] = ()


Letter = list[Waiting]
Leaves = Mapping[int, datetime]  # by mail, the first moment from now on at which it may leave


@dataclass(slots=True)
class _Calendar:
    """Somebody's days, while mails are given theirs: what has left, and the letters that are to leave."""

    person: Person
    limits: Limits
    letters: dict[date, list[Letter]] = field(default_factory=dict)
    weeks: dict[date, int] = field(default_factory=dict)
    leaves: dict[int, datetime] = field(default_factory=dict)

    def place(self, mail: Waiting, day: date) -> bool:
        """Give a mail its day if there is room: beside another of that day, or as a letter of its own."""
        letter = next((one for one in self.letters.get(day, ()) if self._may_join(mail, one)), None)
        if letter is not None:
            letter.append(mail)
            return True
        if self.full(day) is None:
            self.letters.setdefault(day, []).append([mail])
            self.weeks[monday(day)] += 1
            return True
        return False

    def full(self, day: date) -> Why | None:
        """Why no further letter leaves on this day; None if one can."""
        if self._count(day) >= self.limits.a_day:
            return Why.DAY
        return Why.WEEK if self._in_week(monday(day)) >= self.limits.a_week else None

    def _may_join(self, mail: Waiting, letter: Letter) -> bool:
        """What may leave now waits for nobody who does not work yet."""
        together = {self.leaves[one.key] for one in (mail, *letter) if one.in_hand}
        return len(together) <= 1 and _go_together(mail, letter)

    def _in_week(self, first: date) -> int:
        """How many letters a week has, counted once."""
        if first not in self.weeks:
            self.weeks[first] = sum(self._count(first + timedelta(days=n)) for n in range(7))
        return self.weeks[first]

    def _count(self, day: date) -> int:
        return self.person.taken.get(day, 0) + len(self.letters.get(day, ()))


def decide(waiting: Iterable[Waiting], *, person: Person, limits: Limits, now: datetime) -> Verdict:
    """Decide for one person: the important first, then the oldest; what is only coming holds its place.

    A mail that is not due yet keeps its day free, so that nothing of less weight uses the week up before it.
    """
    today = worktime.local(now, person.zone).date()
    mails = sorted(waiting, key=_precedence)
    leaves = _leaves(mails, person, now)
    calendar = _Calendar(person, limits, leaves=leaves)
    kept: list[Kept] = []
    dropped: list[tuple[int, Why]] = []
    for mail in mails:
        if mail.key not in leaves:
            dropped.append((mail.key, Why.HOURS))
            continue
        first = worktime.local(leaves[mail.key], person.zone).date()
        why = calendar.full(first) or Why.DAY
        days = _days(mail, leaves[mail.key], person)
        found = next((one for one in days if calendar.place(mail, one[0])), None)
        if not mail.in_hand:
            continue
        if found is None:
            dropped.append((mail.key, why))
        elif found[0] != today:
            day, at = found
            kept.append(_kept(mail, at, day, Why.HOURS if day == first else why))
    leaving, waits = _parted(calendar.letters.get(today, ()), leaves, today, now)
    return Verdict(leaving=leaving, kept=(*kept, *waits), dropped=dropped)


def must_ask(mail: Waiting, now: datetime) -> bool:
    """Whether it depends on its reader's working time when a mail may leave."""
    if not mail.in_hand:
        return not late.is_dated(mail.kind, mail.audience)
    return not mail.by_hand and not late.is_on_time(mail.kind, mail.audience, due_at=mail.due_at, now=now)


def _leaves(mails: Sequence[Waiting], person: Person, now: datetime) -> dict[int, datetime]:
    """When each mail may leave; what is in hand and could do so only when its time is over is left out."""
    found = {mail.key: max(now, mail.due_at) for mail in mails}
    asking = [mail for mail in mails if must_ask(mail, now)]
    work = late.next_work(person, now=now) if any(mail.in_hand for mail in asking) else None
    for mail in asking:
        coming_at = found.pop(mail.key)
        at = (
            late.leaves_at(work, person, due_at=mail.due_at, until=mail.until, now=now)
            if mail.in_hand
            else late.next_work(person, now=coming_at) or coming_at
        )
        if at is not None:
            found[mail.key] = at
    return found


def _parted(
    letters: Iterable[Letter], leaves: Leaves, today: date, now: datetime
) -> tuple[list[list[int]], list[Kept]]:
    """Let a letter leave that is complete; the parts of one that is not wait for the rest of the same day."""
    leaving: list[list[int]] = []
    waits: list[Kept] = []
    for letter in letters:
        in_hand = [mail for mail in letter if mail.in_hand]
        if not in_hand:
            continue
        may_at = leaves[in_hand[0].key]
        complete_at = max(leaves[mail.key] for mail in letter)
        if complete_at > may_at and all(complete_at < mail.until for mail in in_hand):
            waits += [_kept(mail, complete_at, today, Why.TOGETHER) for mail in in_hand]
        elif may_at > now:
            waits += [_kept(mail, may_at, today, Why.HOURS) for mail in in_hand]
        else:
            leaving.append([mail.key for mail in in_hand])
    return leaving, waits


def _go_together(mail: Waiting, letter: Letter) -> bool:
    """Mails to one person join only where they speak to the same one: who takes part, or who leads."""
    if not {mail.kind, letter[0].kind}.isdisjoint(_BY_ITSELF):
        return False
    if mail.alone or letter[0].alone or letter[0].audience is not mail.audience:
        return False
    return len(letter) < _MOST_TOGETHER[mail.audience] and not any(_repeats(mail, one) for one in letter)


def _repeats(mail: Waiting, other: Waiting) -> bool:
    return (
        mail.about is not None
        and mail.about == other.about
        and MessageKind.REMINDER in (mail.kind, other.kind)
    )


def window_end(*, due_at: datetime, closes_at: datetime | None) -> datetime:
    """The moment before which a mail that was due then must have left, however often it was kept."""
    latest = due_at + KEPT
    return latest if closes_at is None else min(latest, closes_at)


def importance(kind: MessageKind) -> int:
    """How much a mail weighs against others to the same person: the smaller, the sooner it leaves."""
    return _IMPORTANCE[kind]


def _precedence(mail: Waiting) -> tuple[int, datetime, int]:
    return importance(mail.kind), mail.due_at, mail.key


def _days(mail: Waiting, first_at: datetime, person: Person) -> Iterator[tuple[date, datetime]]:
    """The days on which a mail may leave, and when: its own, then working days while its window lasts."""
    day = worktime.local(first_at, person.zone).date()
    yield day, first_at
    last = worktime.local(mail.until, person.zone).date()
    while day < last:
        day += timedelta(days=1)
        at = _moment(mail, day, person)
        if at is not None and at < mail.until:
            yield day, at


def _moment(mail: Waiting, day: date, person: Person) -> datetime | None:
    """On another day a mail leaves at the hour it was meant for, as far as that day is worked; None if it is not."""
    if not person.hours.on(day):
        return None
    at = worktime.clip_time(person.hours, day, worktime.local(mail.due_at, person.zone).time())
    wanted = worktime.resolve(datetime.combine(day, at), person.zone)
    found = moments.next_moment(wanted, person, latest=mail.until)
    is_that_day = isinstance(found, Moment) and worktime.local(found.at, person.zone).date() == day
    return found.at if isinstance(found, Moment) and is_that_day else None


def _kept(mail: Waiting, until: datetime, day: date, why: Why) -> Kept:
    expires_at = min(until + lifecycle.STALE_AFTER, mail.until)
    return Kept(key=mail.key, until=until, expires_at=expires_at, day=day, why=why)
