"""The rows of the pages of coaches, managers, L&D teams and operators, and what their addresses name."""

from collections.abc import Mapping

from sqlalchemy import select

from coachfollow.flow import programme_drafts
from coachfollow.models import Coaching, Cohort, ImportBatch, Message
from coachfollow.rules.kinds import ImportState
from coachfollow.web.policies import Door
from tests.house import House
from tests.web.matrix import ANYBODY_SIGNED_IN, OPERATORS, Row, Visitor, Visitors
from tests.web.worlds import ASKED

COACH: Visitors = frozenset({Visitor.COACH})
LND: Visitors = frozenset({Visitor.LND})
ERASERS: Visitors = frozenset({Visitor.LND, Visitor.OPERATOR})
READERS: Visitors = frozenset({Visitor.COACH, Visitor.MANAGER, Visitor.LND})

COACHES_OWN_PLAN = Row(door=Door.ALLOWED, own=COACH)
WHOEVER_SEES_THE_PLAN = Row(door=Door.ALLOWED, own=READERS, foreign=LND)
WHO_STARTS_AGAIN = Row(door=Door.ALLOWED, own=COACH | LND, foreign=LND)
LND_OF_THE_GROUP = Row(door=Door.ALLOWED, own=LND, foreign=LND)
# where the address names nothing, it is always about the visitor's own organisation
LND_AT_HOME = Row(door=Door.ALLOWED, own=LND, foreign=LND, abroad=LND)
WHO_ERASES = Row(door=Door.ALLOWED, own=ERASERS, foreign=ERASERS, abroad=ERASERS)
COACHES_OWN_HOURS = Row(door=Door.SIGNED_IN, own=COACH, foreign=COACH, abroad=COACH)
NUMBERS = Row(door=Door.SIGNED_IN, own=READERS, foreign=READERS, abroad=READERS)
ONE_MAIL = Row(
    door=Door.ALLOWED,
    own=frozenset({Visitor.OPERATOR}),
    foreign=frozenset({Visitor.OPERATOR}),
)

FOLLOW_UP = "/plans/<plan>/follow-ups/<int:follow_up>"

HAND_OVER = "/groups/<cohort>/coaches/<int:coach>/hand-over"
SESSION = "/groups/<cohort>/sessions/<int(max=60):position>"

DRAFT = "/programmes/<programme>/draft"

ROWS: Mapping[tuple[str, str], Row] = {
    ("GET", "/coach"): ANYBODY_SIGNED_IN,
    ("GET", "/team"): ANYBODY_SIGNED_IN,
    ("GET", "/calendar"): ANYBODY_SIGNED_IN,
    ("GET", "/groups/calendar"): LND_AT_HOME,
    ("GET", "/hours"): COACHES_OWN_HOURS,
    ("POST", "/hours"): COACHES_OWN_HOURS,
    ("GET", "/hours/away"): COACHES_OWN_HOURS,
    ("POST", "/hours/away"): COACHES_OWN_HOURS,
    ("POST", "/hours/away/back"): COACHES_OWN_HOURS,
    ("GET", "/plans/<plan>"): WHOEVER_SEES_THE_PLAN,
    ("POST", "/plans/<plan>/read"): COACHES_OWN_PLAN,
    ("POST", "/plans/<plan>/remind"): COACHES_OWN_PLAN,
    ("POST", "/plans/<plan>/restart"): WHO_STARTS_AGAIN,
    ("GET", "/plans/<plan>/address"): LND_OF_THE_GROUP,
    ("POST", "/plans/<plan>/address"): LND_OF_THE_GROUP,
    ("GET", "/plans/<plan>/change/<lever>"): COACHES_OWN_PLAN,
    ("POST", "/plans/<plan>/change/<lever>"): COACHES_OWN_PLAN,
    ("POST", "/plans/<plan>/undo"): COACHES_OWN_PLAN,
    ("GET", f"{FOLLOW_UP}/ways"): COACHES_OWN_PLAN,
    ("POST", f"{FOLLOW_UP}/ways"): COACHES_OWN_PLAN,
    ("GET", FOLLOW_UP): COACHES_OWN_PLAN,
    ("POST", f"{FOLLOW_UP}/mark"): COACHES_OWN_PLAN,
    ("GET", "/groups"): LND_AT_HOME,
    ("GET", "/groups/new"): LND_AT_HOME,
    ("POST", "/groups/new"): LND_AT_HOME,
    ("GET", "/groups/<cohort>"): LND_OF_THE_GROUP,
    ("POST", "/groups/<cohort>/sessions"): LND_OF_THE_GROUP,
    ("POST", "/groups/<cohort>/coaches"): LND_OF_THE_GROUP,
    ("GET", "/groups/<cohort>/preview"): LND_OF_THE_GROUP,
    ("GET", HAND_OVER): LND_OF_THE_GROUP,
    ("POST", HAND_OVER): LND_OF_THE_GROUP,
    ("GET", "/groups/<cohort>/upgrade"): LND_OF_THE_GROUP,
    ("POST", "/groups/<cohort>/upgrade"): LND_OF_THE_GROUP,
    ("GET", f"{SESSION}/correct"): LND_OF_THE_GROUP,
    ("POST", f"{SESSION}/correct"): LND_OF_THE_GROUP,
    ("GET", "/groups/<cohort>/meetings"): LND_OF_THE_GROUP,
    ("GET", "/groups/<cohort>/simulate"): LND_OF_THE_GROUP,
    ("GET", "/groups/<cohort>/import"): LND_OF_THE_GROUP,
    ("POST", "/groups/<cohort>/import"): LND_OF_THE_GROUP,
    ("GET", "/imports/<batch>"): LND_OF_THE_GROUP,
    ("GET", "/imports/<batch>/problems.csv"): LND_OF_THE_GROUP,
    ("POST", "/imports/<batch>/confirm"): LND_OF_THE_GROUP,
    ("POST", "/imports/<batch>/withdraw"): LND_OF_THE_GROUP,
    ("POST", "/imports/<batch>/rows/<int:line>"): LND_OF_THE_GROUP,
    ("GET", "/people"): LND_AT_HOME,
    ("POST", "/people"): LND_AT_HOME,
    ("GET", "/people/erase"): WHO_ERASES,
    ("POST", "/people/erase"): WHO_ERASES,
    ("GET", "/programmes"): LND_AT_HOME,
    ("POST", "/programmes"): LND_AT_HOME,
    ("GET", "/programmes/<programme>"): LND_AT_HOME,
    ("GET", "/programmes/<programme>/preview"): LND_AT_HOME,
    ("GET", "/programmes/<programme>/simulate"): LND_AT_HOME,
    ("GET", "/programmes/<programme>/programme.yaml"): LND_AT_HOME,
    ("POST", "/programmes/<programme>/edit"): LND_AT_HOME,
    ("GET", "/programmes/<programme>/copy"): LND_AT_HOME,
    ("POST", "/programmes/<programme>/copy"): LND_AT_HOME,
    ("GET", DRAFT): LND_AT_HOME,
    ("GET", f"{DRAFT}/preview"): LND_AT_HOME,
    ("GET", f"{DRAFT}/programme.yaml"): LND_AT_HOME,
    ("GET", f"{DRAFT}/about"): LND_AT_HOME,
    ("POST", f"{DRAFT}/about"): LND_AT_HOME,
    ("POST", f"{DRAFT}/languages"): LND_AT_HOME,
    ("GET", f"{DRAFT}/advice"): LND_AT_HOME,
    ("POST", f"{DRAFT}/advice"): LND_AT_HOME,
    ("GET", f"{DRAFT}/file"): LND_AT_HOME,
    ("POST", f"{DRAFT}/file"): LND_AT_HOME,
    ("GET", f"{DRAFT}/publish"): LND_AT_HOME,
    ("POST", f"{DRAFT}/publish"): LND_AT_HOME,
    ("POST", f"{DRAFT}/put-away"): LND_AT_HOME,
    ("GET", f"{DRAFT}/new-step"): LND_AT_HOME,
    ("POST", f"{DRAFT}/new-step"): LND_AT_HOME,
    ("POST", f"{DRAFT}/new-step/mail"): LND_AT_HOME,
    ("GET", f"{DRAFT}/steps/<step>"): LND_AT_HOME,
    ("POST", f"{DRAFT}/steps/<step>"): LND_AT_HOME,
    ("POST", f"{DRAFT}/steps/<step>/remove"): LND_AT_HOME,
    ("GET", f"{DRAFT}/steps/<step>/mail"): LND_AT_HOME,
    ("POST", f"{DRAFT}/steps/<step>/mail"): LND_AT_HOME,
    ("GET", "/numbers"): NUMBERS,
    ("GET", "/numbers/names"): NUMBERS,
    ("GET", "/numbers/names.csv"): NUMBERS,
    ("GET", "/numbers/applied"): NUMBERS,
    ("GET", "/numbers.csv"): NUMBERS,
    ("GET", "/numbers.xlsx"): NUMBERS,
    ("GET", "/outbox"): OPERATORS,
    ("GET", "/outbox/<state>"): OPERATORS,
    ("GET", "/outbox/<state>/<any(settle, resend, cancel):deed>"): OPERATORS,
    ("POST", "/outbox/<state>/<any(settle, resend, cancel):deed>"): OPERATORS,
    ("GET", "/outbox/mail/<message>"): ONE_MAIL,
    ("GET", "/outbox/mail/<message>/<any(settle, resend, cancel):deed>"): ONE_MAIL,
    ("POST", "/outbox/mail/<message>/<any(settle, resend, cancel):deed>"): ONE_MAIL,
}


def arguments(home: House, *, person: str) -> Mapping[str, object]:
    """What the addresses of these pages name beside plan, cohort and touchpoint, for one person's things."""
    plan = home.plan(person)
    mail = select(Message.public_id).where(Message.plan_id == plan.id).limit(1)
    return {
        "follow_up": home.touchpoint(person, "first-question").id,
        "batch": _staged(home, plan.cohort_id),
        "line": 1,
        "position": 1,
        "coach": _coach(home, plan.id),
        "lever": "pause",
        "programme": _drafted(home),
        "step": "first-question",
        "state": "queued",
        "deed": "cancel",
        "message": home.session.scalars(mail).one(),
    }


def _coach(home: House, plan_id: int) -> int:
    """Who coaches somebody."""
    return home.session.scalars(select(Coaching.coach_id).where(Coaching.plan_id == plan_id)).one()


def _drafted(home: House) -> str:
    """The key of a programme that is being written."""
    return programme_drafts.edit(home.session, organisation_id=home.organisation_id, key="service", now=ASKED)


def _staged(home: House, cohort_id: int) -> str:
    """A file of the group that waits to be confirmed; a new one where the last was carried out."""
    waiting = select(ImportBatch.public_id).where(
        ImportBatch.cohort_id == cohort_id, ImportBatch.state == ImportState.STAGED
    )
    found = home.session.scalar(waiting.limit(1))
    cohort = home.session.get_one(Cohort, cohort_id)
    return found or home.stage(cohort, "Somebody <somebody@example.org>\n").public_id
