"""Reads what can be seen of a follow-up before it begins: its steps, the sessions of a group, when people work."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from coachfollow import almanac
from coachfollow.errors import Invalid, NotFound
from coachfollow.models import (
    Cohort,
    Enrolment,
    Organisation,
    Person,
    Programme,
    ProgrammeText,
    ProgrammeVersion,
    Step,
    StepText,
)
from coachfollow.queries import finding, programmes, schedules, worktimes
from coachfollow.rules import worktime
from coachfollow.rules.cadence import Sessions
from coachfollow.rules.previewing import Offer, Somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whose dates somebody wants to see: a person here, or anybody with a zone, a region and a week.

    What is empty is as usual in the organisation.
    """

    zone: str = ""
    region: str = ""
    week: str = ""
    person: str = ""


def published(session: Session, *, organisation_id: int, key: str) -> Offer:
    """Give the newest version of a programme; raises NotFound."""
    version = programmes.newest_of(session, organisation_id=organisation_id, key=key)
    text = programmes.text(session, version_id=version.id, locale=version.language)
    return _offer(session, version, key=key, title=text.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """A group that is to begin: the version it goes by, and its sessions."""

    cohort_id: int
    title: str
    zone: str
    offer: Offer
    sessions: Sessions


def of_group(session: Session, *, public_id: str) -> Launch:
    """Give a group and the version that it began with; raises NotFound."""
    row = session.execute(
        select(Cohort, ProgrammeVersion, Programme.key, ProgrammeText.title)
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .join(ProgrammeText, _OWN_LANGUAGE)
        .where(Cohort.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such group.")
    cohort, version, key, title = row
    return Launch(
        cohort_id=cohort.id,
        title=cohort.title,
        zone=cohort.zone,
        offer=_offer(session, version, key=key, title=title),
        sessions=schedules.sessions(session, cohort),
    )


def sessions(offer: Offer, *, days: tuple[date, ...]) -> Sessions:
    """Give the sessions of these days, in order, for the programme's own anchor."""
    return Sessions(
        days=tuple(sorted(days)),
        anchor=schedules.anchor_index(offer.anchor, len(days)),
    )


def somebody(
    session: Session, *, organisation_id: int, wish: Wish, first: date, cohort_id: int | None = None
) -> Somebody:
    """Give who is wished for, with their working time from about the first session on; raises Invalid.

    With a group, only somebody in it can be named.
    """
    since = datetime.combine(first, time(), UTC)
    if wish.person:
        return _person(session, organisation_id, wish.person, since=since, cohort_id=cohort_id)
    organisation = session.get_one(Organisation, organisation_id)
    zone, week, region = _read(wish, organisation)
    hours = worktimes.shared(session, organisation=organisation, week=week, region=region, now=since)
    return Somebody(zone=zone, hours=hours)


def _read(wish: Wish, organisation: Organisation) -> tuple[str, str, str | None]:
    """What was written, each mistake at its field."""
    problems: dict[str, str] = {}
    zone, week, region = wish.zone or organisation.zone, wish.week or worktime.DEFAULT_WEEK, None
    if (said := worktime.zone_problem(zone)) is not None:
        problems["zone"] = f"{said}."
    try:
        worktimes.pattern(week)
    except ValueError as error:
        problems["week"] = f"This week cannot be read: {error}."
    try:
        region = almanac.region(wish.region) if wish.region else organisation.holiday_region
    except ValueError as error:
        problems["region"] = f"{error}."
    if problems:
        raise Invalid(" ".join(problems.values()), problems)
    return zone, week, region


def _person(
    session: Session, organisation_id: int, address: str, *, since: datetime, cohort_id: int | None
) -> Somebody:
    try:
        person_id = finding.person_with(session, organisation_id=organisation_id, address=address)
    except NotFound as refused:
        raise Invalid(refused.sentence, {"person": refused.sentence}) from refused
    person = session.scalar(_among(cohort_id).where(Person.id == person_id))
    if person is None:
        sentence = f"“{address}” is not in this group."
        raise Invalid(sentence, {"person": sentence})
    hours = worktimes.of_person(session, person_id=person_id, now=since)
    return Somebody(zone=person.zone, hours=hours, name=person.name or "")


def _among(cohort_id: int | None) -> Select[Person]:
    """The people of a group; without one, everybody."""
    if cohort_id is None:
        return select(Person)
    return (
        select(Person)
        .join(Enrolment, Enrolment.person_id == Person.id)
        .where(Enrolment.cohort_id == cohort_id)
    )


_OWN_LANGUAGE = (ProgrammeText.version_id == ProgrammeVersion.id) & (
    ProgrammeText.locale == ProgrammeVersion.language
)


def _offer(session: Session, version: ProgrammeVersion, *, key: str, title: str) -> Offer:
    rows = session.execute(
        select(Step, StepText.subject)
        .outerjoin(StepText, (StepText.step_id == Step.id) & (StepText.locale == version.language))
        .where(Step.version_id == version.id)
        .order_by(Step.position)
    ).all()
    return Offer(
        key=key,
        title=title,
        steps=tuple(schedules.rule(step) for step, _ in rows),
        titles={step.key: subject or step.key for step, subject in rows},
        anchor=version.anchor,
        silent_after=version.silent_after,
        adapts=programmes.rules(version),
    )
