"""A coach's bookable hours and meeting link, and what they mean for the participants; mails lead here."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coachfollow.errors import Forbidden, Invalid
from coachfollow.flow import coaching
from coachfollow.queries import clashes, hours, worktimes
from coachfollow.queries.hours import Hours, Reachable
from coachfollow.rules import rotas, slots_reasons, worktime
from coachfollow.rules.kinds import Rhythm
from coachfollow.rules.slots_values import Coach, Limits, Participant
from coachfollow.web import navigation, policies
from coachfollow.web.staff import telling, week_form
from coachfollow.web.staff.week_form import Week

pages = Blueprint("hours", __name__)

SUGGESTED = worktime.DEFAULT_WEEK
LENGTHS = (15, 20, 30, 45, 60)
GAPS = (0, 5, 10, 15, 30, 60)
A_DAY, A_WEEK = range(1, 13), range(1, 41)
FIELDS = ("link", "minutes", "gap", "a_day", "a_week", "rhythm")
RHYTHMS = (
    (Rhythm.WEEKLY.value, "Once a week, on its first working morning"),
    (Rhythm.DAILY.value, "Every working morning"),
    (Rhythm.NEVER.value, "Never"),
)
NO_LIMIT = ("", "As many as fit")
NO_HOURS = "Offer some time on one day at least."


@pages.get("/hours")
@policies.signed_in
def show() -> ResponseReturnValue:
    """Show when the visitor can be booked, and whom that does not fit."""
    _refuse_others()
    said = _said()
    limits = said.limits
    values = {
        "link": said.link,
        "minutes": str(said.minutes or hours.MINUTES),
        "gap": str(limits.gap),
        "a_day": str(limits.a_day or ""),
        "a_week": str(limits.a_week or ""),
        "rhythm": said.rhythm.value,
    }
    return _form(said, week_form.of(said.week or SUGGESTED), values, {})


@pages.post("/hours")
@policies.signed_in
def change() -> ResponseReturnValue:
    """Keep when the visitor can be booked; meetings that stand in calendars stay where they are."""
    _refuse_others()
    week = week_form.sent(request.form)
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    values["gap"] = values["gap"] or "0"
    values["rhythm"] = values["rhythm"] or Rhythm.WEEKLY.value
    if "copy" in request.form:
        return _form(_said(), week_form.copied(week), values, {}, is_copied=True)
    problems = _problems(week, values) or _kept(week, values)
    if problems:
        return _form(_said(), week, values, problems), 422
    sentence = "Your hours are kept. New meetings are looked for within them, three weeks ahead."
    return telling.done(sentence, url_for("hours.show"))


def _refuse_others() -> None:
    if not navigation.coaches(g.actor):
        raise Forbidden("Bookable hours are for coaches, and you coach nobody here.")


def _said() -> Hours:
    return hours.hours(g.session, person_id=g.actor.person_id)


def _problems(week: Week, values: Mapping[str, str]) -> Mapping[str, str]:
    found = week_form.problems(week)
    if not any(week.values()):
        found["mon"] = NO_HOURS
    if values["minutes"] not in map(str, LENGTHS):
        found["minutes"] = "Choose how long a meeting takes."
    if values["gap"] not in map(str, GAPS):
        found["gap"] = "Choose how long you need between two meetings."
    if values["rhythm"] not in set(Rhythm):
        found["rhythm"] = "Choose how often this mail comes."
    for name, numbers, period in (("a_day", A_DAY, "day"), ("a_week", A_WEEK, "week")):
        if values[name] not in {"", *map(str, numbers)}:
            found[name] = f"Choose how many meetings you take in a {period}."
    return found


def _kept(week: Week, values: Mapping[str, str]) -> Mapping[str, str]:
    """Keep the hours; gives what was in the way."""
    try:
        coaching.set_hours(
            g.session,
            coach_id=g.actor.person_id,
            week=week_form.written(week),
            link=values["link"],
            minutes=int(values["minutes"]),
            limits=_limits(values),
            rhythm=Rhythm(values["rhythm"]),
        )
    except Invalid as refusal:
        g.session.rollback()
        return {"link" if "link" in refusal.fields else "mon": refusal.sentence}
    return {}


def _limits(values: Mapping[str, str]) -> Limits:
    a_day, a_week = (int(values[name]) if values[name] else None for name in ("a_day", "a_week"))
    return Limits(gap=int(values["gap"]), a_day=a_day, a_week=a_week)


def _form(
    said: Hours,
    week: Week,
    values: Mapping[str, str],
    problems: Mapping[str, str],
    *,
    is_copied: bool = False,
) -> str:
    people = hours.people(g.session, coach_id=g.actor.person_id)
    return render_template(
        "staff/hours.html",
        days=week_form.days(week, problems),
        values=values,
        problems=problems,
        names=week_form.DAYS,
        lengths=[(str(one), f"{one} minutes") for one in LENGTHS],
        gaps=[(str(one), f"{one} minutes" if one else "No break") for one in GAPS],
        days_hold=[NO_LIMIT, *((str(one), str(one)) for one in A_DAY)],
        rhythms=RHYTHMS,
        weeks_hold=[NO_LIMIT, *((str(one), str(one)) for one in A_WEEK)],
        zone=said.zone,
        away=worktimes.leave_ahead(
            g.session, person_id=g.actor.person_id, since=worktime.local(g.now, said.zone).date()
        ),
        is_new=not said.week,
        is_copied=is_copied,
        people=people,
        unmet=_unmet(said, people),
        clashes=[
            (one, worktime.local(one.starts_at, said.zone))
            for one in clashes.clashes(g.session, coach_id=g.actor.person_id, now=g.now)
        ],
        standing=hours.standing(g.session, coach_id=g.actor.person_id, now=g.now),
    )


def _unmet(said: Hours, people: Sequence[Reachable]) -> Sequence[Reachable]:
    """Those whose working hours never meet the hours that are kept."""
    if not said.week:
        return ()
    coach = Coach(
        id=0, zone=said.zone, week=worktime.parse_week(said.week), minutes=said.minutes or hours.MINUTES
    )
    fits = {
        (zone, week): slots_reasons.ever_meet(
            Participant(id=0, zone=zone, week=rotas.parse(week)), coach, since=g.now
        )
        for zone, week in {(one.zone, one.week) for one in people}
    }
    return [one for one in people if not fits[one.zone, one.week]]
