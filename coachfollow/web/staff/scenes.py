"""A decision about a plan with all that stands around it, for the pages that say what it means."""

from dataclasses import dataclass
from datetime import datetime

from coachfollow.queries.foresight import Foresight
from coachfollow.queries.hours import Offer
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.rules.changes import Change, Key
from coachfollow.rules.kinds import StepKind
from coachfollow.rules.levers import Lever
from coachfollow.rules.snapshots import FollowUp, Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is to be decided, what it changes, the plan as it stands, and who reads about it when."""

    lever: Lever
    change: Change
    snapshot: Snapshot
    foresight: Foresight
    head: PlanHead
    now: datetime
    offer: Offer | None = None  # of the coach, where a meeting is to have a time

    @property
    def name(self) -> str:
        """The participant, as the sentences call them."""
        return self.head.participant or "the participant"

    def follow_up(self, key: Key) -> FollowUp | None:
        """A follow-up as it stands; None where it is only to be added."""
        return next((one for one in self.snapshot.follow_ups if one.key == key), None)

    def kind(self, key: Key) -> StepKind:
        """What a follow-up is."""
        return self.snapshot.steps[key[0]].kind
