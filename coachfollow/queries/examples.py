"""Reads what a programme offers for putting a plan into words: examples to start from, a good one, a poor one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from coachfollow.models import ProgrammeText
from coachfollow.queries import programmes
from coachfollow.rules import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A plan of somebody else's, in its language; `why` says what is good or poor about it."""

    situation: str
    action: str
    why: str = ""
    locale: str

    @property
    def sentence(self) -> str:
        """The whole of it, as one's own plan is quoted."""
        return wording.if_then(self.situation, self.action, locale=self.locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Those to tap and edit, and the two to learn from where the programme has them."""

    offered: Sequence[Example]
    good: Example | None
    poor: Example | None


def of_plan(session: Session, *, plan_id: int) -> Examples:
    """Give the examples of a plan's programme, in its person's language."""
    return of_text(programmes.text_of_plan(session, plan_id=plan_id))


def of_text(text: ProgrammeText) -> Examples:
    """Give the examples that a programme's text in one language holds."""
    return Examples(
        offered=[_example(text, *pair) for pair in json.loads(text.examples)],
        good=_judged(text, text.good),
        poor=_judged(text, text.poor),
    )


def _judged(text: ProgrammeText, written: str) -> Example | None:
    parts = json.loads(written)
    return _example(text, *parts) if parts else None


def _example(text: ProgrammeText, situation: str, action: str, why: str = "") -> Example:
    return Example(situation=situation, action=action, why=why, locale=text.locale)
