"""Lets claimed mails leave within everybody's limits: takes their turns, keeps what has to wait, joins what can.

It is decided at the claim and nowhere else: what is claimed has one owner, so that an outage, a second drain and a
second programme are all the same to it. A turn is a row that two claims cannot both insert; whoever comes second puts
the mail back and decides anew.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coachfollow.flow import claims, outbox, parts, sets, waiting
from coachfollow.flow.claims import Place
from coachfollow.models import MailTurn
from coachfollow.queries import limits as chosen
from coachfollow.queries import turns, worktimes
from coachfollow.queries.turns import Coming, InHand, Turn
from coachfollow.rules import days, limits, moments, roomy, worktime
from coachfollow.rules.kinds import Audience
from coachfollow.rules.limits import Kept, Limits, Person, Verdict, Waiting, Why
from coachfollow.rules.worktime import Hours

LOOK_AHEAD = timedelta(days=7)
LOOK_BACK = timedelta(days=8)  # a week, wherever its day begins

Taken = Mapping[int, Sequence[Turn]]  # by person

_COLUMNS = ("person_id", "day", "nth", "week", "nth_of_week", "message_id")
_Row = tuple[int, date, int, date, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail that may leave today: its parts, the first of which leads."""

    parts: Sequence[InHand]
    day: date
    limits: Limits

    @property
    def leader(self) -> InHand:
        """The part that names the mail."""
        return self.parts[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Theirs:
    """One person's mails, in hand and coming, and the days that are taken."""

    zone: str
    limits: Limits
    taken: Mapping[date, int]
    in_hand: dict[int, InHand] = field(default_factory=dict)
    everything: list[Waiting] = field(default_factory=list)

    def at_once(self, now: datetime, *, is_working: bool = False) -> Verdict | None:
        """What becomes of them where there is room for all; None where there is not."""
        return roomy.at_once(
            self.everything,
            zone=self.zone,
            taken=self.taken,
            limits=self.limits,
            now=now,
            is_working=is_working,
        )

    def decide(self, hours: Hours, now: datetime) -> Verdict:
        """What becomes of them by their working time."""
        person = Person(zone=self.zone, hours=hours, taken=self.taken)
        if moments.is_working(now, person) and (verdict := self.at_once(now, is_working=True)) is not None:
            return verdict
        return limits.decide(self.everything, person=person, limits=self.limits, now=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decided:
    """What becomes of a batch."""

    letters: list[Letter] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    dropped: list[tuple[int, Why]] = field(default_factory=list)


def share_out(
    session: Session, *, place: Place, ids: Sequence[int], now: datetime, journal_id: str | None = None
) -> Sequence[int]:
    """Give those of these claimed mails that may leave now; the others wait, join one of them, or end. No commit."""
    mails = _in_hand(session, place, ids, now, journal_id) if ids else ()
    if not mails:
        return ids
    taken = _taken(session, mails, now)
    again = [mail for mail in mails if _has_turn(mail, taken[mail.person_id], now)]
    ready = {mail.id for mail in again}
    decided = _decide(session, [mail for mail in mails if mail.id not in ready], taken, now)
    late_again = _once_more(session, again, now)
    ready -= {one.key for one in late_again.kept} | {key for key, _ in late_again.dropped}
    waiting.keep(session, (*decided.kept, *late_again.kept), fence=place.fence, now=now)
    waiting.drop(session, (*decided.dropped, *late_again.dropped), now=now)
    leaders = _take(session, decided.letters, taken, place)
    free = set(ids) - {mail.id for mail in mails}
    return [*free, *ready, *leaders]


def _in_hand(
    session: Session, place: Place, ids: Sequence[int], now: datetime, journal_id: str | None
) -> Sequence[InHand]:
    """Everything that is due to the people of this batch and counts, claimed."""
    beside = claims.claim_beside(session, ids=ids, place=place, now=now, journal_id=journal_id)
    return turns.in_hand(session, message_ids=[*ids, *beside])


def _taken(session: Session, mails: Sequence[InHand], now: datetime) -> Taken:
    """The turns that count; those of mails that never left are given back."""
    people = {mail.person_id for mail in mails}
    in_hand = {mail.id: mail for mail in mails}
    standing: defaultdict[int, list[Turn]] = defaultdict(list)
    stale: list[int] = []
    for turn in turns.taken(session, people=people, since=(now - LOOK_BACK).date()):
        mail = in_hand.get(turn.message_id)
        is_old = mail is not None and not mail.resends and turn.day != _today(mail.zone, now)
        if is_old or turn.state in outbox.NEVER_LEFT:
            stale.append(turn.message_id)
        else:
            standing[turn.person_id].append(turn)
    if stale:
        session.execute(delete(MailTurn).where(MailTurn.message_id.in_(stale)))
    return standing


def _has_turn(mail: InHand, taken: Iterable[Turn], now: datetime) -> bool:
    """A mail that is tried again on its day has its turn."""
    today = _today(mail.zone, now)
    return any(turn.message_id == mail.id and turn.day == today for turn in taken)


def _once_more(session: Session, mails: Sequence[InHand], now: datetime) -> _Decided:
    """What was put off by its mail server until its reader no longer works waits until they do, or ends."""
    decided = _Decided()
    asking = [(mail, one) for mail in mails if limits.must_ask(one := _waiting(mail), now)]
    hours = (
        worktimes.of_people(session, ids={mail.person_id for mail, _ in asking}, now=now) if asking else {}
    )
    for mail, one in asking:
        person = Person(zone=mail.zone, hours=hours[mail.person_id], taken={})
        verdict = limits.decide([one], person=person, limits=Limits(), now=now)
        decided.kept.extend(verdict.kept)
        decided.dropped.extend(verdict.dropped)
    return decided


def _decide(session: Session, mails: Sequence[InHand], taken: Taken, now: datetime) -> _Decided:
    """Decide for everybody; working time is read only where mails are late, or more than their days hold."""
    of_person = _of_people(session, mails, taken, now)
    verdicts = {person_id: theirs.at_once(now) for person_id, theirs in of_person.items()}
    crowded = [person_id for person_id, verdict in verdicts.items() if verdict is None]
    hours = worktimes.of_people(session, ids=crowded, now=now) if crowded else {}
    decided = _Decided()
    for person_id, theirs in of_person.items():
        verdict = verdicts[person_id] or theirs.decide(hours[person_id], now)
        today = _today(theirs.zone, now)
        decided.letters.extend(
            Letter(parts=[theirs.in_hand[key] for key in keys], day=today, limits=theirs.limits)
            for keys in verdict.leaving
        )
        decided.kept.extend(verdict.kept)
        decided.dropped.extend(verdict.dropped)
    return decided


def _of_people(
    session: Session, mails: Sequence[InHand], taken: Taken, now: datetime
) -> Mapping[int, _Theirs]:
    allowed = chosen.of(session, organisation_ids={mail.organisation_id for mail in mails})
    people: dict[int, _Theirs] = {}
    for mail in mails:
        theirs = people.setdefault(
            mail.person_id,
            _Theirs(
                zone=mail.zone,
                limits=allowed[mail.organisation_id],
                taken=Counter(turn.day for turn in taken[mail.person_id]),
            ),
        )
        theirs.in_hand[mail.id] = mail
        theirs.everything.append(_waiting(mail))
    unborn = count(-1, -1)  # what is only coming needs a key that no mail has
    for one in turns.coming(session, people=people, until=now + LOOK_AHEAD):
        people[one.person_id].everything.append(_foreseen(one, next(unborn)))
    return people


def _waiting(mail: InHand) -> Waiting:
    first = mail.wanted_at or mail.send_at
    return Waiting(
        key=mail.id,
        kind=mail.kind,
        due_at=mail.send_at,
        until=limits.window_end(due_at=first, closes_at=mail.closes_at),
        about=mail.touchpoint_id,
        audience=mail.audience or Audience.PARTICIPANT,
        alone=mail.is_written or mail.leads,
        by_hand=mail.by_hand,
    )


def _foreseen(one: Coming, key: int) -> Waiting:
    return Waiting(
        key=key,
        kind=one.kind,
        due_at=one.send_at,
        until=one.until,
        about=one.touchpoint_id,
        audience=one.audience or Audience.PARTICIPANT,
        in_hand=False,
    )


def _take(session: Session, letters: Sequence[Letter], taken: Taken, place: Place) -> Sequence[int]:
    """Take the turns of these letters; one whose turn somebody else took first is put back whole."""
    won = _inserted(session, _rows(letters, taken))
    lost = [mail.id for letter in letters if letter.leader.id not in won for mail in letter.parts]
    joining = {
        mail.id: letter.leader.id
        for letter in letters
        if letter.leader.id in won
        for mail in letter.parts[1:]
    }
    parts.put_back(session, message_ids=lost, fence=place.fence)
    parts.join(session, joining, fence=place.fence)
    return sorted(won)


def _inserted(session: Session, rows: Sequence[_Row]) -> set[int]:
    """Take these turns; gives the mails whose turns were still free."""
    wanted = {(message_id, day) for _, day, _, _, _, message_id in rows}
    if sets.bulk_new(session.connection(), MailTurn, _COLUMNS, rows) < len(rows):
        ours = MailTurn.message_id.in_([message_id for message_id, _ in wanted])
        wanted &= {
            (one, day) for one, day in session.execute(select(MailTurn.message_id, MailTurn.day).where(ours))
        }
    return {message_id for message_id, _ in wanted}


def _rows(letters: Sequence[Letter], taken: Taken) -> list[_Row]:
    """The turns to be taken, person after person: whoever takes many at once takes them in this order."""
    rows: list[_Row] = []
    used: defaultdict[int, list[tuple[date, int, date, int]]] = defaultdict(list)
    for letter in sorted(letters, key=lambda one: one.leader.person_id):
        person, day, week = letter.leader.person_id, letter.day, days.monday(letter.day)
        before = used[person] or [(turn.day, turn.nth, turn.week, turn.nth_of_week) for turn in taken[person]]
        nth = _free(n for on, n, _, _ in before if on == day)
        nth_of_week = _free(n for _, _, of, n in before if of == week)
        used[person] = [*before, (day, nth, week, nth_of_week)]
        rows.append((person, day, nth, week, nth_of_week, letter.leader.id))
    return rows


def _free(used: Iterable[int]) -> int:
    """The first number that is not used; the verdict has seen to it that it is within the limit."""
    known = set(used)
    return next(n for n in count(1) if n not in known)


def _today(zone: str, now: datetime) -> date:
    return worktime.local(now, zone).date()
