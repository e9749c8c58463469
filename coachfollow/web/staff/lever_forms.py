"""What a form asks before something about a plan is changed: its words, what stands in it, free times to tap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from coachfollow.errors import NotFound
from coachfollow.queries import addable, wishes
from coachfollow.queries.plan_heads import PlanHead
from coachfollow.rules import pausing, slots_offers, worktime
from coachfollow.rules.excuses import Excuse
from coachfollow.rules.kinds import Audience
from coachfollow.rules.slots_board import Board
from coachfollow.rules.snapshots import FollowUp, Snapshot
from coachfollow.web import saying
from coachfollow.web.staff import levers, words

# what each form has to be told; where any of it came along, something was sent
ASKED: Mapping[str, frozenset[str]] = {
    "move": frozenset({"day", "at"}),
    "meet": frozenset({"day", "at"}),
    "more": frozenset({"day"}),
    "skip": frozenset({"reason"}),
    "add": frozenset({"day", "at"}),
    "pause": frozenset({"day"}),
    "resume": frozenset(),
    "stop": frozenset({"reason"}),
}
OF_A_PLAN = frozenset({"add", "pause", "stop"})
OFFERS = 4
WEEK = timedelta(days=7)

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form: what it is called, what it says about time, what is chosen from, and what stands in it."""

    title: str
    lead: str = ""
    day: str = ""
    at: str = ""
    choices: Choices = ()
    steps: Choices = ()
    offers: Sequence[Mapping[str, str]] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def is_filled(values: Mapping[str, str]) -> bool:
    """Whether a form was sent, rather than only opened; raises NotFound for one that does not exist."""
    if values.get("do") not in ASKED:
        raise NotFound("There is no such page.")
    asked = ASKED[values["do"]]
    return not asked or not asked.isdisjoint(values)


def form(
    session: Session, *, head: PlanHead, snapshot: Snapshot, values: Mapping[str, str], now: datetime
) -> Form:
    """Give the form for what is to be changed; raises NotFound and Invalid."""
    today, do = snapshot.today(now), values["do"]
    if do in OF_A_PLAN:
        return _of_the_plan(session, do, head, today)
    one = snapshot.follow_up(levers.number(values, "follow_up"))
    if do == "meet":
        return _meet(one, _free_times(session, one, now), head, now)
    if do == "more":
        return _more(one, head, today)
    return _skip(one, head) if do == "skip" else _move(one, head)


def _of_the_plan(session: Session, do: str, head: PlanHead, today: date) -> Form:
    match do:
        case "add":
            return _add(addable.steps(session, plan_id=head.plan_id, locale=words.LOCALE), head, today)
        case "pause":
            return _pause(head, today)
        case _:
            return _stop(head)


def _move(one: FollowUp, head: PlanHead) -> Form:
    dates = one.course.dates
    return Form(
        title=f"Move the {words.SHORT_KINDS[one.kind]}",
        lead=f"It is planned for {saying.day(dates.day)}, {dates.at:%H:%M}. What comes later stays where it is.",
        day="The new day",
        at=f"At, on the clock of {_name(head)} ({saying.place(one.zone)})",
        values={"day": dates.day.isoformat(), "at": f"{dates.at:%H:%M}"},
    )


def _meet(one: FollowUp, offers: Sequence[datetime], head: PlanHead, now: datetime) -> Form:
    meeting = one.course.meeting
    placed = meeting.starts_at if meeting and meeting.starts_at else one.course.dates.due_at
    suggested = worktime.local(offers[0] if offers and placed <= now else placed, head.coach_zone)
    return Form(
        title="Choose a time for the meeting",
        lead="These times are free for both of you. Or choose another one below." if offers else "",
        day="Day",
        at=f"Time, on your clock ({saying.place(head.coach_zone)})",
        offers=[offer(start, head.coach_zone) for start in offers],
        values={"day": suggested.date().isoformat(), "at": f"{suggested:%H:%M}"},
    )


def _free_times(session: Session, one: FollowUp, now: datetime) -> Sequence[datetime]:
    """The best free time of each of a few days, near the day on which the meeting should be."""
    asked = wishes.choice(session, touchpoint_id=one.id, now=now)
    if asked is None:
        return []
    problem, wanted = asked
    meeting = one.course.meeting
    return slots_offers.near(Board(problem), wanted, most=OFFERS, but=meeting.starts_at if meeting else None)


def offer(start: datetime, zone: str) -> Mapping[str, str]:
    """A time to tap, by a clock, as the form of a meeting takes it."""
    here = worktime.local(start, zone)
    label = f"{saying.short_day(here.date())}, {here:%H:%M}"
    return {"day": here.date().isoformat(), "at": f"{here:%H:%M}", "label": label}


def _more(one: FollowUp, head: PlanHead, today: date) -> Form:
    closes = worktime.local(one.course.dates.closes_at, one.zone).date()
    asked = (head.manager or "Their manager") if one.audience is Audience.MANAGER else _name(head)
    return Form(
        title=f"Give more time for the {words.SHORT_KINDS[one.kind]}",
        lead=f"It was due on {saying.day(one.course.dates.day)}. {asked} can answer it by the same mail.",
        day="It can be answered until",
        values={"day": (max(closes, today) + WEEK).isoformat()},
    )


def _skip(one: FollowUp, head: PlanHead) -> Form:
    return Form(
        title=f"Leave out the {words.SHORT_KINDS[one.kind]} of {saying.short_day(one.course.dates.day)}",
        lead=f"It leaves the numbers, and nothing more is sent about it. {_name(head)} sees the reason.",
        choices=[(one.value, words.capital(one.words)) for one in Excuse],
    )


def _add(steps: Sequence[addable.Addable], head: PlanHead, today: date) -> Form:
    return Form(
        title="Add something",
        lead="One more of what the programme has, in its words, on a day of its own.",
        day="The day",
        at=f"At, on the clock of {_name(head)} ({saying.place(head.zone)})",
        steps=[
            (str(one.step), f"{words.capital(words.SHORT_KINDS[one.kind])}: {one.subject}") for one in steps
        ],
        values={"day": (today + WEEK).isoformat(), "at": f"{time(9):%H:%M}"},
    )


def _pause(head: PlanHead, today: date) -> Form:
    return Form(
        title="Pause until a day",
        lead=f"Nothing is sent to {_name(head)} before that day. What comes meanwhile moves by as many days.",
        day="It goes on again on",
        values={"day": min(today + 2 * WEEK, today + pausing.LONGEST_PAUSE).isoformat()},
    )


def _stop(head: PlanHead) -> Form:
    return Form(
        title="Stop this follow-up",
        lead=f"Nothing more is sent to {_name(head)}. It is no black mark.",
        choices=[(one.value, words.capital(words.STOP_REASONS[one])) for one in words.OFFERED_STOPS],
    )


def _name(head: PlanHead) -> str:
    return head.participant or "the participant"
