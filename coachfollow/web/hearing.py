"""Says in the language of the page what rules, flow and queries say in English, and what was kept in English words.

What is always the same stands in `HEARD`; what holds a number, a day or a reason is known by its shape, in `SHAPES`.
Catalogues have them as they stand here.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from flask import Flask

from coachfollow.rules import excuses, forms, tempo
from coachfollow.rules.kinds import PlanState
from coachfollow.web import distances, tongues
from coachfollow.web.holidays import HOLIDAYS
from coachfollow.web.tongues import Tongue

REFUSED = (
    "This question is closed. Thank you for coming back to it all the same.",
    "This link is too old to be used.",
    "We do not know this link. Please open it from the mail again, in one piece.",
    "There is no such follow-up.",
    "There is no such meeting.",
    "There is no such question.",
    "There is no such leave.",
    "This person was erased. Their follow-up stays as it is.",
    "This follow-up has ended; its plan stays as it was.",
    "This follow-up is not paused.",
    "Choose a day from tomorrow on, within half a year.",
    "from tomorrow on",
    "The last day away lies before the first.",
    "Choose the first day or a later one.",
    "That leave is over already.",
    "Choose today or a later day.",
    "That is longer than a year. Stop the follow-up instead.",
    "Within a year.",
    "on one day, either the morning or the afternoon can be off",
    "Please choose one of the answers.",
    "Please give a whole number from 1 to 10.",
    "Please give a whole number, for example 3.",
    "Please write a few words; they need not be perfect.",
    "Could a colleague see you do it? An action that can be seen is easier to remember and to notice.",
    "This programme keeps it as it is.",
    "That is outside your working hours; choose another time.",
    "This is how it comes already.",
    "This follow-up has ended; nothing of it has a rhythm any more.",
    "The reminders of this plan come by mail.",
    "Somebody was quicker: that time is not free any more. Please choose another.",
    "This meeting is not to come any more.",
    "This meeting has no time yet.",
    "This meeting has begun, or is over.",
    "This meeting begins within two hours, so it cannot be moved here any more.",
    "Only a meeting with a coach can have a time.",
    "That time has passed; choose one to come.",
    "One of you has another meeting at that time; choose another.",
    "Your coach or the L&D team stopped this follow-up. Please tell them if you want it back.",
    "This follow-up cannot be started again: only one that was stopped by hand while it ran can.",
    "Nothing of this follow-up is still to come, so there is nothing to start again.",
    "Something about this follow-up has changed meanwhile, so nothing was done. Please look at it again.",
)
"""What is refused to whoever came from a mail."""

REASONS = (
    "the coach chose this day",
    "the coach chose this time",
    "the participant chose this time",
    "the best time free for you and your coach",
    "added by the coach",
    "moved within its window",
    "fewer reminders were asked for",
    "halfway to the next reminder, because more were asked for",
    "another rhythm was chosen",
    "not sent",
    "not sent, because several questions in a row went unanswered",
    "the follow-up was stopped",
    "the training was not attended",
    "its day had passed before the follow-up began",
    "its day had passed when the programme was changed",
    "the programme was changed",
    "no time was found for it",
    "the date of the training was corrected",
    "a leave was taken back",
    "other public holidays are kept",
    "they live in another time zone",
    "they work at other times",
    "weekend",
    "not a working day",
    "outside working hours",
    *(one.words for one in excuses.Excuse),
    *HOLIDAYS,
)
"""Why something comes on its day, or does not come: kept with it, in English."""

SHAPES = (
    "This is %(length)s characters long; please stay within %(most)s.",
    "You do not work on a %(weekday)s; choose another day.",
    "This follow-up is %(state)s; only a running one can be paused.",
    "This follow-up is %(state)s already.",
    "moved from %(day)s to %(other_day)s: %(why)s",
    "at %(at)s instead of %(other_at)s: outside working hours",
    "at %(at)s instead of %(other_at)s: an earlier follow-up comes first",
    "on the next %(weekday)s as chosen",
    "1 day later because of a pause",
    "%(number)s days later because of a pause",
    "again after a pause",
    "closed from %(day)s to %(other_day)s",
    "away until %(day)s",
)
"""What holds facts; each says what it holds, and a reason may hold several of these."""

_CLAUSE = re.compile(
    r", (?=on the next \w+day as chosen|moved from |at \d\d:\d\d instead of "
    r"|\d+ days? later because|again after a pause)"
)


def register(app: Flask) -> None:
    """Bind what templates hear."""
    app.add_template_filter(said)
    app.add_template_filter(distances.far)


def sentences() -> frozenset[str]:
    """Everything that is heard, as catalogues have it."""
    of_forms = (question for form in forms.FORMS.values() for question in form)
    labels = (question.label for question in of_forms)
    barriers = forms.BARRIER_WORDS.values()
    return frozenset((*REFUSED, *REASONS, *SHAPES, *labels, *barriers, *tempo.WEEKDAYS, forms.SHARE_LABEL))


def said(sentence: str) -> str:
    """Say in the language of the page what was said in English; what nobody knows stays as it is."""
    tongue = tongues.current()
    return sentence if tongue is tongues.OURS else _said(sentence, tongue)


@lru_cache(maxsize=4096)
def _said(sentence: str, tongue: Tongue) -> str:
    known = tongues.say(sentence)
    if known != sentence:
        return known
    clauses = _CLAUSE.split(sentence)
    if len(clauses) > 1:
        return ", ".join(_said(clause, tongue) for clause in clauses)
    for shape, pattern in _PATTERNS.items():
        found = pattern.fullmatch(sentence)
        if found is not None:
            return tongues.say(shape, **_facts(found.groupdict()))
    return distances.said(sentence) or sentence


def _facts(heard: Mapping[str, str]) -> Mapping[str, str]:
    return {name: _SAY.get(name, str)(words) for name, words in heard.items()}


def _all(reasons: str) -> str:
    return ", ".join(said(one) for one in reasons.split(", "))


def _state(value: str) -> str:
    return tongues.say_of("follow-up", value)


STATES = tuple(state.value for state in PlanState)

_SAY: Mapping[str, Callable[[str], str]] = {
    "day": distances.day,
    "other_day": distances.day,
    "weekday": tongues.say,
    "state": _state,
    "why": _all,
}
_PATTERNS = {
    shape: re.compile(re.sub(r"%\\\((\w+)\\\)s", r"(?P<\1>.+)", re.escape(shape))) for shape in SHAPES
}
