"""Takes people files: the new are added, the changed are changed, and what that moves is foreseen and moved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.errors import Invalid
from coachfollow.flow import addresses, history, leavers, people, relations, resettling
from coachfollow.flow.leavers import Leaving
from coachfollow.flow.resettling import Habits, Resettled
from coachfollow.intake.people import PersonRow
from coachfollow.models import Organisation, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a people file changed."""

    added: int
    changed: int
    unchanged: int
    elsewhere: int = 0  # people in another time zone
    moved: int = 0  # follow-ups that come by their new clock
    otherwise: int = 0  # people with another week or other public holidays
    shifted: int = 0  # follow-ups that come on another day or hour for it
    readdressed: int = 0  # people whose mails came back, with another address
    leaving: int = 0  # people whose last day is said, or said anew
    ending: int = 0  # follow-ups of theirs that run, and end when it is over
    coached: int = 0  # follow-ups that run and are coached by them: somebody else has to


def bring(session: Session, *, organisation_id: int, rows: Sequence[PersonRow], now: datetime) -> Brought:
    """Take a people file: add the new, change the changed, leave the rest; one transaction, repeatable."""
    organisation = session.get_one(Organisation, organisation_id)
    known, readdressed = _known(session, organisation_id, rows)
    for email, person in readdressed.items():
        addresses.give(session, person=person, email=email, now=now)
    mentioned = {row.email: row for row in rows}
    managers = {row.manager for row in rows if row.manager} - mentioned.keys()
    habits = _habits(rows, known)
    resettled = resettling.resettle(session, habits, organisation_id=organisation_id, now=now, actor_id=None)
    leaving = _leavers(session, rows, known)
    told = habits.keys() | {person.id for person in readdressed.values()}
    added, changed = 0, len(told)
    for row in rows:
        if row.email in known:
            changed += _refresh(known[row.email], row) and known[row.email].id not in told
        else:
            known[row.email] = people.add(
                session,
                organisation,
                email=row.email,
                name=row.name,
                zone=row.zone,
                locale=row.locale,
                week=row.week,
                now=now,
            )
            known[row.email].external_id, known[row.email].left_on = row.external_id, row.left_on
            known[row.email].holiday_region = row.region
            added += 1
    for email in managers - known.keys():
        known[email] = people.add(session, organisation, email=email, name=None, now=now)
    session.flush()
    ids = [known[email].id for email in (*mentioned, *managers)]
    people.adopt(session, organisation_id=organisation_id, person_ids=ids)
    _place(session, organisation_id, rows, ids={email: person.id for email, person in known.items()}, now=now)
    history.record(
        session, "people brought", at=now, organisation_id=organisation_id, added=added, changed=changed
    )
    session.commit()
    return _brought(
        rows,
        added=added,
        changed=changed,
        readdressed=len(readdressed),
        resettled=resettled,
        leaving=leaving,
    )


def compare(session: Session, *, organisation_id: int, rows: Sequence[PersonRow], now: datetime) -> Brought:
    """Say what a people file would change, or refuse it as bringing it would; nothing is written."""
    known, readdressed = _known(session, organisation_id, rows)
    added = sum(row.email not in known for row in rows)
    changed = sum(
        row.email in readdressed or (row.email in known and bool(_news(known[row.email], row)))
        for row in rows
    )
    return _brought(
        rows,
        added=added,
        changed=changed,
        readdressed=len(readdressed),
        resettled=resettling.foresee(session, _habits(rows, known), now=now),
        leaving=_leavers(session, rows, known),
    )


def _brought(
    rows: Sequence[PersonRow],
    *,
    added: int,
    changed: int,
    readdressed: int,
    resettled: Resettled,
    leaving: Leaving,
) -> Brought:
    return Brought(
        added=added,
        changed=changed,
        unchanged=len(rows) - added - changed,
        elsewhere=resettled.elsewhere,
        moved=resettled.moved,
        otherwise=resettled.otherwise,
        shifted=resettled.shifted,
        readdressed=readdressed,
        leaving=leaving.people,
        ending=leaving.ending,
        coached=leaving.coached,
    )


def _leavers(session: Session, rows: Sequence[PersonRow], known: Mapping[str, Person]) -> Leaving:
    """Who gets a last day, or another one, and what depends on them."""
    leaving = [
        known[row.email].id
        for row in rows
        if row.email in known and "left_on" in _news(known[row.email], row)
    ]
    return leavers.foresee(session, person_ids=leaving)


def _habits(rows: Sequence[PersonRow], known: Mapping[str, Person]) -> Mapping[int, Habits]:
    """The people whose zone, week or public holidays are others than we know, and what they are from now on."""
    found: dict[int, Habits] = {}
    for row in rows:
        if row.email in known:
            was = resettling.of(known[row.email])
            becomes = Habits(
                zone=row.zone or was.zone, week=row.week or was.week, region=row.region or was.region
            )
            if becomes != was:
                found[known[row.email].id] = becomes
    return found


def _known(
    session: Session, organisation_id: int, rows: Sequence[PersonRow]
) -> tuple[dict[str, Person], Mapping[str, Person]]:
    """Everybody by the address they have from now on, and those of them who get another; raises Invalid.

    A row that names the number of somebody whose mails come back says their address anew, if nobody has that one.
    """
    known = _by_email(session, organisation_id)
    named = {row.email for row in rows}
    lost = {
        person.external_id: email
        for email, person in known.items()
        if person.external_id and person.undeliverable_at is not None and email not in named
    }
    numbers = {row.email: row.external_id for row in rows if row.email not in known and row.external_id}
    before = {email: lost[number] for email, number in numbers.items() if number in lost}
    readdressed = {email: known.pop(was) for email, was in before.items() if was in known}
    known |= readdressed
    _refuse_shared_numbers(rows, known)
    return known, readdressed


def _refuse_shared_numbers(rows: Sequence[PersonRow], known: Mapping[str, Person]) -> None:
    """A personnel number belongs to one person; raises Invalid with the lines that say otherwise."""
    owners = {person.external_id: email for email, person in known.items() if person.external_id}
    lines: dict[str, int] = {}
    for row in rows:
        number = row.external_id
        if number is None:
            continue
        if number in lines:
            raise Invalid(f"In lines {lines[number]} and {row.line} stands the same number “{number}”.")
        if owners.get(number, row.email) != row.email:
            raise Invalid(f"In line {row.line}, the number “{number}” is that of {owners[number]}.")
        lines[number] = row.line


def _by_email(session: Session, organisation_id: int) -> dict[str, Person]:
    everyone = select(Person).where(Person.organisation_id == organisation_id, Person.email.is_not(None))
    return {person.email: person for person in session.scalars(everyone) if person.email}


def _refresh(person: Person, row: PersonRow) -> int:
    """Take what the row says and leave what it does not; 1 if anything changed."""
    news = _news(person, row)
    for key, value in news.items():
        setattr(person, key, value)
    return bool(news)


def _news(person: Person, row: PersonRow) -> dict[str, object]:
    """What the row says of somebody that we did not know."""
    wanted = {
        "name": row.name,
        "external_id": row.external_id,
        "zone": row.zone,
        "locale": row.locale,
        "working_week": row.week,
        "holiday_region": row.region,
        "left_on": row.left_on,
    }
    return {key: value for key, value in wanted.items() if value and getattr(person, key) != value}


def _place(
    session: Session,
    organisation_id: int,
    rows: Sequence[PersonRow],
    *,
    ids: Mapping[str, int],
    now: datetime,
) -> None:
    paths = {row.team for row in rows if row.team}
    teams = relations.teams(session, organisation_id=organisation_id, paths=paths)
    relations.set_teams(session, teams={ids[row.email]: teams[row.team] for row in rows if row.team}, now=now)
    managers = {ids[row.email]: ids[row.manager] for row in rows if row.manager}
    relations.set_managers(session, managers=managers, now=now)
