"""A small programme that is in order, and ways to spoil it."""

import re
from pathlib import Path

from coachfollow.intake import programme
from coachfollow.intake.programme import InvalidProgramme, Mistake, Programme

SMALL = """\
key: small
languages: [en]
title: {en: A small one}
why: {en: Because it helps.}
sponsor:
  name: Ruth Adeyemi
  words: {en: Please do.}
themes:
  clarity: {en: Clear words}
steps:
  - key: plan
    kind: commitment
    when: {days: 0}
    texts:
      en: {subject: Your plan, body: Say what you will do.}
  - key: asked
    kind: reflection
    when: {days: 7}
    texts:
      en:
        subject: One question
        question: How many times did you do it?
        body: |
          Hello {{first_name}},

          **{{commitment}}**
"""

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "programmes.md"


def documented() -> str:
    """The complete example of the documentation."""
    return DOCUMENTATION.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]


def read(text: str) -> Programme:
    return programme.read(text, file="small.yaml")


def spoilt(old: str, new: str) -> str:
    """The small programme with one place changed; the place must exist exactly once."""
    assert SMALL.count(old) == 1
    return SMALL.replace(old, new)


def written_in(code: str) -> str:
    """The small programme in another language, as far as its fields know."""
    return re.sub(r"\ben\b", code, SMALL)


def complaints(text: str) -> tuple[Mistake, ...]:
    """What reading complains about, if anything."""
    try:
        read(text)
    except InvalidProgramme as refused:
        return refused.mistakes
    return ()


def mistakes(text: str) -> tuple[Mistake, ...]:
    """What reading complains about; there must be something."""
    found = complaints(text)
    assert found
    return found
