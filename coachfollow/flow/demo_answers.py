"""Says what the invented people answer: it goes better with time, with a dip, and each has something in the way."""

import random
from collections.abc import Mapping

from coachfollow.flow import demo_moods, demo_people, demo_words
from coachfollow.queries.invented import Waiting
from coachfollow.rules.asking import Answered
from coachfollow.rules.kinds import Applied, Barrier, StepKind

USES = frozenset({Applied.AS_INTENDED, Applied.PARTLY})

# how far people have come so many days after the training, from nothing to all; the busy weeks are in the middle
_PROGRESS: Mapping[int, float] = {
    2: 0.1,
    7: 0.3,
    14: 0.5,
    30: 0.2,
    60: 0.7,
    90: 0.9,
    demo_moods.LAST_DAY: 0.8,
}

_IN_THE_WAY: Mapping[Barrier, float] = {
    Barrier.NO_TIME: 5,
    Barrier.DID_NOT_REMEMBER: 3,
    Barrier.NO_OPPORTUNITY: 2,
    Barrier.MANAGER: 0.5,
    Barrier.TOOLS: 0.5,
    Barrier.NOT_USEFUL: 0.3,
}
_WHERE: Mapping[str, Mapping[Barrier, float]] = {
    "Reservations": {Barrier.TOOLS: 7},  # the booking system
    "Conferences": {Barrier.MANAGER: 4},  # hers is the one who never answers
}


def answered(one: Waiting) -> Answered:
    """Give what somebody answers to one question."""
    match one.kind:
        case StepKind.COMMITMENT:
            return _commitment(one)
        case StepKind.SPONSOR:
            return Answered(done=True, outcome=demo_moods.chance(one, "talk").choice(demo_words.TALKS))
        case _:
            return _reflection(one)


def _commitment(one: Waiting) -> Answered:
    plan = demo_words.PLANS[one.plan_id % len(demo_words.PLANS)]
    return Answered(
        situation=plan.situation,
        action=plan.action,
        reason=plan.reason,
        rating=demo_moods.chance(one, "rating").randint(2, 5),
    )


def _reflection(one: Waiting) -> Answered:
    lot = demo_moods.chance(one, "reflection")
    progress = _PROGRESS.get(demo_moods.day(one), 0.5)
    applied = _applied(lot, progress)
    return Answered(
        applied=applied,
        times=lot.randint(1, 2 + round(5 * progress)) if applied in USES else 0,
        rating=min(10, lot.randint(3, 5) + round(4 * progress)),
        barrier=None if applied is Applied.AS_INTENDED else _barrier(lot, one.email),
        note=lot.choice(demo_words.NOTES) if lot.random() < 1 / 3 else "",
        share_note=lot.random() < 1 / 2,
    )


def _applied(lot: random.Random, progress: float) -> Applied:
    weights = {
        Applied.AS_INTENDED: 0.1 + progress,
        Applied.PARTLY: 0.4,
        Applied.NOT_YET: 0.8 * (1 - progress),
        Applied.NO_OPPORTUNITY: 0.15,
    }
    return lot.choices([*weights], [*weights.values()])[0]


def _barrier(lot: random.Random, email: str) -> Barrier:
    weights = {**_IN_THE_WAY, **_WHERE.get(demo_people.team_of(email), {})}
    return lot.choices([*weights], [*weights.values()])[0]
