"""Puts together what coaches are told by mail, for many at once: names, days, reasons and links; nobody's words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from coachfollow.extensions import installation
from coachfollow.mail import templates
from coachfollow.mail.listing import Line, Section
from coachfollow.queries import clashes, coached, digests, worktimes
from coachfollow.queries.clashes import Clash
from coachfollow.queries.coached import Coached
from coachfollow.queries.digests import Meets, Reader
from coachfollow.queries.letters import Letter
from coachfollow.rules import attention_words, digesting, spoken, worktime
from coachfollow.rules.attention import Need
from coachfollow.rules.kinds import MessageKind, Rhythm

MOST = 12  # lines under one title: a mail is read in a minute, the page has all of them

_OWN_TITLE = frozenset({Need.SILENT, Need.NO_LONGER_FITS})

Listing = Sequence[Section]


def of_letters(session: Session, letters: Iterable[Letter], *, now: datetime) -> Mapping[int, Listing]:
    """Give what these letters list, by letter; other kinds of mail have no list."""
    lists = [one for one in letters if one.kind in {MessageKind.COACH_DIGEST, MessageKind.MISFIT}]
    if not lists:
        return {}
    readers = digests.readers(session, now=now, ids={one.person_id for one in lists})
    by_kind = {
        MessageKind.COACH_DIGEST: of_digests(session, readers, now=now),
        MessageKind.MISFIT: of_misfits(session, readers, now=now),
    }
    return {one.id: by_kind[one.kind].get(one.person_id, ()) for one in lists}


def of_digests(session: Session, readers: Sequence[Reader], *, now: datetime) -> Mapping[int, Listing]:
    """Give what a digest lists for each of these coaches; empty where there is nothing to say."""
    ids = [one.person_id for one in readers]
    misfits = clashes.of_coaches(session, coach_ids=ids, now=now)
    people = coached.people_of(session, coach_ids=ids, now=now)
    met = digests.meetings(session, coach_ids=ids, since=now, until=now + timedelta(days=8))
    return {
        one.person_id: [
            *_meetings(one, met.get(one.person_id, ()), now),
            *_misfits(one, misfits.get(one.person_id, ())),
            *_people(one, people.get(one.person_id, ())),
        ]
        for one in readers
    }


def of_misfits(session: Session, readers: Sequence[Reader], *, now: datetime) -> Mapping[int, Listing]:
    """Give the meetings of the next days that no longer fit, for each of these coaches."""
    found = near(
        session,
        readers,
        clashes.of_coaches(session, coach_ids=[r.person_id for r in readers], now=now),
        now=now,
    )
    return {one.person_id: _misfits(one, found.get(one.person_id, ())) for one in readers}


def near(
    session: Session, readers: Sequence[Reader], found: Mapping[int, Sequence[Clash]], *, now: datetime
) -> Mapping[int, Sequence[Clash]]:
    """Keep the meetings that are too near to wait for the next digest."""
    concerned = [one for one in readers if found.get(one.person_id)]
    if not concerned:
        return {}
    times = worktimes.of_people(session, ids=[one.person_id for one in concerned], now=now)
    until = {
        one.person_id: digesting.soon_until(times[one.person_id], worktime.local(now, one.zone).date())
        for one in concerned
    }
    return {
        one.person_id: [
            clash
            for clash in found[one.person_id]
            if worktime.local(clash.starts_at, one.zone).date() <= until[one.person_id]
        ]
        for one in concerned
    }


def _meetings(reader: Reader, met: Sequence[Meets], now: datetime) -> Listing:
    last = digesting.told_until(reader.rhythm, worktime.local(now, reader.zone).date())
    lines = [
        Line(text=one.name, url=_plan(one.plan), notes=(_moment(one.starts_at, reader),))
        for one in met
        if worktime.local(one.starts_at, reader.zone).date() <= last
    ]
    return _section("meetings_today" if reader.rhythm is Rhythm.DAILY else "meetings", lines)


def _misfits(reader: Reader, found: Sequence[Clash]) -> Listing:
    in_english = templates.language(reader.locale) == "en"
    lines = [
        Line(
            text=f"{one.name}: {_moment(one.starts_at, reader)}",
            url=f"{_plan(one.plan)}/change/meet?follow_up={one.follow_up}",
            notes=(f"{one.why[:1].upper()}{one.why[1:]}.",) if in_english else (),
        )
        for one in found
    ]
    return _section("misfits", lines)


def _people(reader: Reader, people: Sequence[Coached]) -> Listing:
    needed = [_person(one, reader, needs=frozenset(Need) - _OWN_TITLE) for one in people]
    silent = [_person(one, reader, needs=frozenset({Need.SILENT})) for one in people]
    return [
        *_section("needed", [line for line in needed if line.notes]),
        *_section("silent", [line for line in silent if line.notes]),
    ]


def _person(one: Coached, reader: Reader, *, needs: frozenset[Need]) -> Line:
    language = templates.language(reader.locale)
    notes = (attention_words.mailed(why, language=language) for why in one.reasons if why.need in needs)
    return Line(text=one.participant or one.email or "", url=_plan(one.public_id), notes=tuple(notes))


def _section(key: str, lines: Sequence[Line]) -> Listing:
    shown = tuple(lines[:MOST])
    return [Section(key=key, lines=shown, more=len(lines) - len(shown))] if lines else []


def _plan(plan: str) -> str:
    return f"{installation().settings.external_url}/plans/{plan}"


def _moment(instant: datetime, reader: Reader) -> str:
    return spoken.moment(instant, zone=reader.zone, locale=reader.locale)
