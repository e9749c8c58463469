"""Publishes programmes: a changed template becomes a new version, an unchanged one changes nothing."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.flow import history
from coachfollow.intake import programme as template
from coachfollow.intake.programme import Judged
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
    latest = _latest_of(session, organisation_id=organisation_id, key=programme.key)
    if latest is not None and latest.checksum == programme.checksum:
        return latest, False
    version = add_version(
        session, organisation_id=organisation_id, programme=programme, now=now, actor_id=actor_id
    )
    session.commit()
    return version, True


def add_version(
    session: Session,
    *,
    organisation_id: int,
    programme: template.Programme,
    now: datetime,
    actor_id: int | None = None,
) -> ProgrammeVersion:
    """Make a template the newest version of its programme; the caller commits."""
    row = _programme(session, organisation_id, programme.key)
    latest = latest_version(session, programme_id=row.id)
    number = latest.number + 1 if latest else 1
    version = _version(session, row.id, programme, number=number, now=now)
    history.record(
        session,
        "programme published",
        at=now,
        organisation_id=organisation_id,
        actor_id=actor_id,
        programme=programme.key,
        number=number,
    )
    return version


def latest_version(session: Session, *, programme_id: int) -> ProgrammeVersion | None:
    """Give the version that new groups begin with."""
    versions = select(ProgrammeVersion).where(ProgrammeVersion.programme_id == programme_id)
    return session.scalar(versions.order_by(ProgrammeVersion.number.desc()).limit(1))


def _latest_of(session: Session, *, organisation_id: int, key: str) -> ProgrammeVersion | None:
    found = session.scalar(
        select(Programme.id).where(Programme.organisation_id == organisation_id, Programme.key == key)
    )
    return None if found is None else latest_version(session, programme_id=found)


def _programme(session: Session, organisation_id: int, key: str) -> Programme:
    """Give a programme by its key, made if need be."""
    row = session.scalar(
        select(Programme).where(Programme.organisation_id == organisation_id, Programme.key == key)
    )
    if row is None:
        row = Programme(organisation_id=organisation_id, key=key)
        session.add(row)
        session.flush()
    return row


def _version(
    session: Session, programme_id: int, programme: template.Programme, *, number: int, now: datetime
) -> ProgrammeVersion:
    version = ProgrammeVersion(
        programme_id=programme_id,
        number=number,
        language=programme.languages[0],
        sponsor_name=programme.sponsor_name,
        anchor=programme.anchor,
        threshold=programme.threshold,
        attended_minutes=programme.attended_minutes,
        attended_sessions=programme.attended_sessions,
        silent_after=programme.silent_after,
        **asdict(programme.answers),
        allows=json.dumps(programme.allows),
        source=programme.source,
        checksum=programme.checksum,
        published_at=now,
    )
    session.add(version)
    session.flush()
    session.add_all(_text(version.id, programme, locale) for locale in programme.languages)
    for position, step in enumerate(programme.laid_out):
        _step(session, version.id, step, position=position)
    return version


def _text(version_id: int, programme: template.Programme, locale: str) -> ProgrammeText:
    examples = [[one.situation, one.action] for one in programme.examples.get(locale, ())]
    themes = {key: words[locale] for key, words in programme.themes.items()}
    return ProgrammeText(
        version_id=version_id,
        locale=locale,
        title=programme.title[locale],
        why=programme.why[locale],
        sponsor_words=programme.sponsor_words[locale],
        examples=json.dumps(examples),
        good=_judged(programme.good, locale),
        poor=_judged(programme.poor, locale),
        themes=json.dumps(themes),
    )


def _judged(plans: Mapping[str, Judged], locale: str) -> str:
    plan = plans.get(locale)
    return json.dumps([plan.situation, plan.action, plan.why] if plan else [])


def _step(session: Session, version_id: int, step: template.Step, *, position: int) -> None:
    rule = step.rule
    row = Step(
        version_id=version_id,
        key=rule.key,
        position=position,
        kind=rule.kind,
        audience=rule.audience,
        anchor=rule.anchor,
        offset_days=rule.offset_days,
        day_kind=rule.day_kind,
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
            step_id=row.id,
            locale=locale,
            subject=text.subject,
            body=text.body,
            question=text.question,
            labels=json.dumps(dict(text.labels)),
        )
        for locale, text in step.texts.items()
    )
