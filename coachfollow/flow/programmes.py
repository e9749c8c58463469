"""Publishes programmes: a changed template becomes a new version, an unchanged one changes nothing."""

import json
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coachfollow.flow import history
from coachfollow.intake import programme as template
from coachfollow.models import Programme, ProgrammeText, ProgrammeVersion, Step, StepText


def load_shipped(session: Session, *, organisation_id: int, now: datetime) -> None:
    """Publish every programme that comes with Coachfollow."""
    for key, text in template.shipped().items():
        publish(
            session,
            organisation_id=organisation_id,
            programme=template.read(text, file=f"{key}.yaml"),
            now=now,
        )


def publish(
    session: Session,
    *,
    organisation_id: int,
    programme: template.Programme,
    now: datetime,
    actor_id: int | None = None,
) -> tuple[ProgrammeVersion, bool]:
    """Publish a template; True with the version if it is new. Running plans keep the one they began with."""
    row = session.scalar(
        select(Programme).where(Programme.organisation_id == organisation_id, Programme.key == programme.key)
    )
    if row is None:
        row = Programme(organisation_id=organisation_id, key=programme.key)
        session.add(row)
        session.flush()
    latest = latest_version(session, programme_id=row.id)
    if latest is not None and latest.checksum == programme.checksum:
        session.commit()
        return latest, False
    version = _version(session, row.id, programme, now)
    history.record(
        session,
        "programme published",
        at=now,
        organisation_id=organisation_id,
        actor_id=actor_id,
        programme=programme.key,
        number=version.number,
    )
    session.commit()
    return version, True


def latest_version(session: Session, *, programme_id: int) -> ProgrammeVersion | None:
    """Give the version that new groups begin with."""
    versions = select(ProgrammeVersion).where(ProgrammeVersion.programme_id == programme_id)
    return session.scalar(versions.order_by(ProgrammeVersion.number.desc()).limit(1))


def _version(
    session: Session, programme_id: int, programme: template.Programme, now: datetime
) -> ProgrammeVersion:
    last = session.scalar(
        select(func.max(ProgrammeVersion.number)).where(ProgrammeVersion.programme_id == programme_id)
    )
    version = ProgrammeVersion(
        programme_id=programme_id,
        number=(last or 0) + 1,
        language=programme.languages[0],
        sponsor_name=programme.sponsor_name,
        anchor=programme.anchor,
        threshold=programme.threshold,
        attended_minutes=programme.attended_minutes,
        attended_sessions=programme.attended_sessions,
        source=programme.source,
        checksum=programme.checksum,
        published_at=now,
    )
    session.add(version)
    session.flush()
    for locale in programme.languages:
        session.add(
            ProgrammeText(
                version_id=version.id,
                locale=locale,
                title=programme.title[locale],
                why=programme.why[locale],
                sponsor_words=programme.sponsor_words[locale],
                examples=json.dumps(
                    [[one.situation, one.action] for one in programme.examples.get(locale, ())]
                ),
            )
        )
    _steps(session, version.id, programme)
    return version


def _steps(session: Session, version_id: int, programme: template.Programme) -> None:
    for position, step in enumerate(programme.steps):
        rule = step.rule
        row = Step(
            version_id=version_id,
            key=rule.key,
            position=position,
            kind=rule.kind,
            audience=rule.audience,
            anchor=rule.anchor,
            offset_days=rule.offset_days,
            local_time=rule.at,
            open_days=rule.open_days,
            reminders=json.dumps(rule.reminders),
            mandatory=rule.mandatory,
            theme=step.theme,
        )
        session.add(row)
        session.flush()
        session.add_all(
            StepText(
                step_id=row.id, locale=locale, subject=text.subject, body=text.body, question=text.question
            )
            for locale, text in step.texts.items()
        )
