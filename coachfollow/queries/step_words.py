"""Reads what authors wrote for a step, in somebody's language."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from coachfollow.extensions import among
from coachfollow.models import ProgrammeVersion, Step, StepText, table_of
from coachfollow.rules import languages


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWords:
    """A step's text in the best language there is for a person."""

    language: str  # it is written in
    subject: str
    body: str
    question: str | None
    labels: Mapping[str, str] = field(default_factory=dict)


def of(session: Session, *, step_id: int, locale: str) -> StepWords:
    """Give a step's text in this language, in its base language, or in the programme's own."""
    return of_steps(session, step_ids=[step_id], locale=locale)[step_id]


def of_steps(session: Session, *, step_ids: Collection[int], locale: str) -> Mapping[int, StepWords]:
    """Give the texts of these steps, each in the language that is best for somebody who reads this one."""
    found = defaultdict[int, dict[str, Row[*tuple[Any, ...]]]](dict)
    for row in session.execute(_words(), {"ids": step_ids}):
        found[row.step_id][row.locale] = row
    return {step_id: _best(texts, locale) for step_id, texts in found.items()}


def _best(texts: Mapping[str, Row[*tuple[Any, ...]]], locale: str) -> StepWords:
    own = next(row.own for row in texts.values())
    row = languages.best(texts, locale=locale, own=own)
    return StepWords(
        language=row.locale,
        subject=row.subject,
        body=row.body,
        question=row.question,
        labels=json.loads(row.labels),
    )


@cache
def _words() -> Select[*tuple[Any, ...]]:
    words, steps, versions = table_of(StepText), table_of(Step), table_of(ProgrammeVersion)
    columns = (
        words.c.step_id,
        words.c.locale,
        words.c.subject,
        words.c.body,
        words.c.question,
        words.c.labels,
    )
    return (
        select(*columns, versions.c.language.label("own"))
        .select_from(words)
        .join(steps, steps.c.id == words.c.step_id)
        .join(versions, versions.c.id == steps.c.version_id)
        .where(among(steps.c.id, "ids"))
    )
