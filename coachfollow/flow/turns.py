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
from coachfollow.models import MailTurn, Message
from coachfollow.queries import limits as chosen
from coachfollow.queries import turns, worktimes
from coachfollow.queries.turns import Coming, InHand, Turn
from coachfollow.rules import limits, worktime
from coachfollow.rules.kinds import Audience
from coachfollow.rules.limits import Kept, Limits, Person, Verdict, Waiting, Why

LOOK_AHEAD = timedelta(days=7)
LOOK_BACK = timedelta(days=8)  # a week, wherever its day begins

Taken = Mapping[int, Sequence[Turn]]  # by person


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
    ready = {mail.id for mail in mails if _has_turn(mail, taken[mail.person_id], now)}
    decided = _decide(session, [mail for mail in mails if mail.id not in ready], taken, now)
    waiting.keep(session, decided.kept, fence=place.fence, now=now)
    waiting.drop(session, decided.dropped, now=now)
    leaders = _take(session, decided.letters, taken, place)
    free = set(ids) - {mail.id for mail in mails}
    return [*free, *ready, *leaders]


def _in_hand(
    session: Session, place: Place, ids: Sequence[int], now: datetime, journal_id: str | None
) -> Sequence[InHand]:
    """Everything that is due to the people of this batch and counts, claimed."""
    counts = Message.kind.in_(limits.COUNTED)
    people = select(Message.person_id).where(Message.id.in_(list(ids)), counts)
    which = Message.person_id.in_(people) & counts
    beside = claims.claim_beside(session, place=place, now=now, which=which, journal_id=journal_id)
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


def _decide(session: Session, mails: Sequence[InHand], taken: Taken, now: datetime) -> _Decided:
    decided = _Decided()
    of_person: defaultdict[int, list[InHand]] = defaultdict(list)
    for mail in mails:
        of_person[mail.person_id].append(mail)
    coming: defaultdict[int, list[Coming]] = defaultdict(list)
    for one in turns.coming(session, people=of_person, until=now + LOOK_AHEAD):
        coming[one.person_id].append(one)
    allowed = chosen.of(session, organisation_ids={mail.organisation_id for mail in mails})
    hours = worktimes.of_people(session, ids=of_person, now=now)
    by_id = {mail.id: mail for mail in mails}
    for person_id, theirs in of_person.items():
        limit, zone = allowed[theirs[0].organisation_id], theirs[0].zone
        days = Counter(turn.day for turn in taken[person_id])
        person = Person(zone=zone, hours=hours[person_id], taken=days)
        verdict = _verdict(theirs, coming[person_id], person, limit, now)
        decided.letters.extend(
            Letter(parts=[by_id[key] for key in keys], day=_today(zone, now), limits=limit)
            for keys in verdict.leaving
        )
        decided.kept.extend(verdict.kept)
        decided.dropped.extend(verdict.dropped)
    return decided


def _verdict(
    mails: Sequence[InHand], coming: Sequence[Coming], person: Person, limit: Limits, now: datetime
) -> Verdict:
    unborn = count(-1, -1)  # what is only coming needs a key that no mail has
    everything = [*map(_waiting, mails), *(_foreseen(one, next(unborn)) for one in coming)]
    return limits.decide(everything, person=person, limits=limit, now=now)


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
    won: set[int] = set()
    rows = _rows(letters, taken)
    if rows:
        insert = sets.insert_new(session, MailTurn).returning(MailTurn.message_id)
        won = set(session.execute(insert, rows).scalars())
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


def _rows(letters: Sequence[Letter], taken: Taken) -> list[dict[str, object]]:
    """The turns to be taken, person after person: whoever takes many at once takes them in this order."""
    rows: list[dict[str, object]] = []
    used: defaultdict[int, list[tuple[date, int, date, int]]] = defaultdict(list)
    for letter in sorted(letters, key=lambda one: one.leader.person_id):
        person, day, week = letter.leader.person_id, letter.day, limits.monday(letter.day)
        before = used[person] or [(turn.day, turn.nth, turn.week, turn.nth_of_week) for turn in taken[person]]
        nth = _free(n for on, n, _, _ in before if on == day)
        nth_of_week = _free(n for _, _, of, n in before if of == week)
        used[person] = [*before, (day, nth, week, nth_of_week)]
        rows.append(
            {
                "person_id": person,
                "day": day,
                "nth": nth,
                "week": week,
                "nth_of_week": nth_of_week,
                "message_id": letter.leader.id,
            }
        )
    return rows


def _free(used: Iterable[int]) -> int:
    """The first number that is not used; the verdict has seen to it that it is within the limit."""
    known = set(used)
    return next(n for n in count(1) if n not in known)


def _today(zone: str, now: datetime) -> date:
    return worktime.local(now, zone).date()
