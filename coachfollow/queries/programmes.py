"""Reads programmes: which there are, what they say about themselves, their newest version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache

from sqlalchemy import ScalarSelect, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from coachfollow.errors import NotFound
from coachfollow.models import Cohort, FollowUpPlan, Person, Programme, ProgrammeText, ProgrammeVersion, Step
from coachfollow.rules import languages
from coachfollow.rules.adapting import Rules

_TEXTS = select(ProgrammeText).where(ProgrammeText.version_id == bindparam("its_version"))


def text(session: Session, *, version_id: int, locale: str) -> ProgrammeText:
    """Give what a version says about itself in this language, its base language or its own."""
    found = {row.locale: row for row in session.scalars(_TEXTS, {"its_version": version_id})}
    own = session.get_one(ProgrammeVersion, version_id).language
    return languages.best(found, locale=locale, own=own)


def text_of_plan(session: Session, *, plan_id: int) -> ProgrammeText:
    """Give what the programme of a plan says about itself, in its person's language."""
    version, locale = session.execute(
        select(ProgrammeVersion, Person.locale)
        .join(FollowUpPlan, FollowUpPlan.programme_version_id == ProgrammeVersion.id)
        .join(Person, Person.id == FollowUpPlan.person_id)
        .where(FollowUpPlan.id == plan_id)
    ).one()  # at hand while its text is read, so that it is not asked for again
    return text(session, version_id=version.id, locale=locale)


def newest(session: Session, *, organisation_id: int) -> Sequence[tuple[Programme, ProgrammeVersion]]:
    """Give every programme with its newest version, by key."""
    rows = session.execute(
        select(Programme, ProgrammeVersion)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .where(Programme.organisation_id == organisation_id, ProgrammeVersion.number == last())
        .order_by(Programme.key)
    )
    return [(programme, version) for programme, version in rows]


def rules(version: ProgrammeVersion) -> Rules:
    """Give what a version does about answers."""
    return Rules(**{one.name: getattr(version, one.name) for one in fields(Rules)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One programme as a list shows it, in its own language."""

    key: str
    title: str
    language: str
    number: int
    published_at: datetime
    steps: int
    groups: int


def summaries(session: Session, *, organisation_id: int) -> Sequence[Summary]:
    """Give what a list says of every programme; groups are those of any of its versions."""
    of_programme = select(ProgrammeVersion.id).where(ProgrammeVersion.programme_id == Programme.id)
    steps = select(func.count(Step.id)).where(Step.version_id == ProgrammeVersion.id).scalar_subquery()
    groups = select(func.count(Cohort.id)).where(
        Cohort.programme_version_id.in_(of_programme.correlate(Programme))
    )
    rows = session.execute(
        select(
            Programme.key,
            ProgrammeText.title,
            ProgrammeVersion.language,
            ProgrammeVersion.number,
            ProgrammeVersion.published_at,
            steps,
            groups.correlate(Programme).scalar_subquery(),
        )
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .join(
            ProgrammeText,
            (ProgrammeText.version_id == ProgrammeVersion.id)
            & (ProgrammeText.locale == ProgrammeVersion.language),
        )
        .where(Programme.organisation_id == organisation_id, ProgrammeVersion.number == last())
        .order_by(ProgrammeText.title)
    )
    return [Summary(**dict(zip(Summary.__slots__, row, strict=True))) for row in rows]


def groups_of(session: Session, *, organisation_id: int, key: str) -> int:
    """Count the groups that run with a version of this programme and keep it."""
    found = (
        select(func.count(Cohort.id))
        .join(ProgrammeVersion, ProgrammeVersion.id == Cohort.programme_version_id)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(Programme.organisation_id == organisation_id, Programme.key == key)
    )
    return session.scalar(found) or 0


def asked_for_by(session: Session, *, sponsors: Collection[str]) -> Sequence[tuple[str, str]]:
    """Give the programmes for which one of these people asks in a version that groups take: the key, and who."""
    rows = session.execute(
        select(Programme.key, ProgrammeVersion.sponsor_name)
        .join(ProgrammeVersion, ProgrammeVersion.programme_id == Programme.id)
        .join(Cohort, Cohort.programme_version_id == ProgrammeVersion.id)
        .where(ProgrammeVersion.sponsor_name.in_(sorted(sponsors)))
        .distinct()
        .order_by(Programme.key)
    )
    return [(key, name) for key, name in rows]


def last() -> ScalarSelect[int]:
    """The number of a programme's newest version, for a statement that has the programme."""
    other = aliased(ProgrammeVersion)  # the same table twice: SQLAlchemy would take the inner for the outer
    return select(func.max(other.number)).where(other.programme_id == Programme.id).scalar_subquery()


def newest_of(session: Session, *, organisation_id: int, key: str) -> ProgrammeVersion:
    """Give the newest version of one programme; raises NotFound."""
    found = session.scalar(_newest_of(), {"house": organisation_id, "its_key": key})
    if found is None:
        raise NotFound(f"There is no programme “{key}”. `coachfollow programme list` names those there are.")
    return found


@cache
def _newest_of() -> Select[ProgrammeVersion]:
    return (
        select(ProgrammeVersion)
        .join(Programme, Programme.id == ProgrammeVersion.programme_id)
        .where(
            Programme.organisation_id == bindparam("house"),
            Programme.key == bindparam("its_key"),
            ProgrammeVersion.number == last(),
        )
    )
