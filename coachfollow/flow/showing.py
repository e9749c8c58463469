"""Shows a programme as people will read it: its steps in order, their texts rendered, no blank filled."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from coachfollow.mail import markup
from coachfollow.models import ProgrammeText, ProgrammeVersion, Step, StepText
from coachfollow.queries import programmes
from coachfollow.rules import adapting
from coachfollow.rules.kinds import Audience, DayKind, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """One step; `body` is HTML of the few tags that authored texts may have, `labels` are answers worded anew."""

    key: str
    kind: StepKind
    audience: Audience
    anchor: str
    offset_days: int
    day_kind: DayKind
    at: str
    open_days: int | None
    reminders: tuple[int, ...]
    mandatory: bool
    subject: str
    question: str
    labels: tuple[str, ...]
    theme: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A programme's newest version in one language; `why` is HTML, good and poor are situation, action and why."""

    key: str
    version: int
    locale: str
    locales: tuple[str, ...]
    title: str
    why: str
    sponsor_name: str
    sponsor_words: str
    threshold: float
    adapts: tuple[str, ...]  # a sentence for each thing it adapts to
    allows: tuple[str, ...]
    examples: tuple[tuple[str, str], ...]
    good: tuple[str, ...]
    poor: tuple[str, ...]
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Why a programme matters here, in one language: `why` is HTML, the sponsor's words are a sentence or two."""

    locale: str
    why: str
    sponsor_name: str
    sponsor_words: str


def purpose(session: Session, *, plan_id: int) -> Purpose:
    """Give why the programme of a plan matters here, to its person."""
    text = programmes.text_of_plan(session, plan_id=plan_id)
    version = session.get_one(ProgrammeVersion, text.version_id)
    return Purpose(
        locale=text.locale,
        why=markup.html(text.why),
        sponsor_name=version.sponsor_name,
        sponsor_words=text.sponsor_words,
    )


def show(session: Session, *, organisation_id: int, key: str, locale: str | None = None) -> Shown:
    """Give a programme to read, in this language if it has it, else in its own; raises NotFound."""
    version = programmes.newest_of(session, organisation_id=organisation_id, key=key)
    locales = session.scalars(
        select(ProgrammeText.locale).where(ProgrammeText.version_id == version.id)
    ).all()
    chosen = locale if locale is not None and locale in locales else version.language
    text = programmes.text(session, version_id=version.id, locale=chosen)
    return Shown(
        key=key,
        version=version.number,
        locale=chosen,
        locales=tuple(sorted(locales, key=lambda one: (one != version.language, one))),
        title=text.title,
        why=markup.html(text.why),
        sponsor_name=version.sponsor_name,
        sponsor_words=text.sponsor_words,
        threshold=version.threshold,
        adapts=adapting.sentences(programmes.rules(version), silent_after=version.silent_after),
        allows=tuple(json.loads(version.allows or "[]")),
        examples=tuple((situation, action) for situation, action in json.loads(text.examples)),
        good=tuple(json.loads(text.good)),
        poor=tuple(json.loads(text.poor)),
        steps=tuple(_steps(session, text)),
    )


def _steps(session: Session, said: ProgrammeText) -> Sequence[ShownStep]:
    themes = json.loads(said.themes)
    rows = session.execute(
        select(Step, StepText)
        .join(StepText, StepText.step_id == Step.id)
        .where(Step.version_id == said.version_id, StepText.locale == said.locale)
        .order_by(Step.position)
    )
    return [
        ShownStep(
            key=step.key,
            kind=step.kind,
            audience=step.audience,
            anchor=step.anchor,
            offset_days=step.offset_days,
            day_kind=step.day_kind,
            at=step.local_time.isoformat("minutes"),
            open_days=step.open_days,
            reminders=tuple(json.loads(step.reminders)),
            mandatory=step.mandatory,
            subject=text.subject,
            question=text.question or "",
            labels=tuple(json.loads(text.labels).values()),
            theme=themes.get(step.theme, step.theme) or "",
            body=markup.html(text.body),
        )
        for step, text in rows
    ]
